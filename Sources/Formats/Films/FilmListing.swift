/// What `ffprobe` tells of a film, read from its compact form: a record a line, `name|key=value|…`.
package struct FilmListing: Sendable, Equatable {
  package struct Pictures: Sendable, Equatable {
    package var codec = ""
    package var width = 0
    package var height = 0
    /// Whether there is light only and no colour.
    package var isGrey = false
    /// Whether samples have more than 8 bits.
    package var isDeep = false
    /// Frames a second as the container says; 0 if it does not.
    package var rate = 0.0
    /// Frames by the header of the container, if it counts them.
    package var told: Int?

    /// Of the raw frames that are asked for.
    package var format: String {
      switch (isGrey, isDeep) {
      case (true, false): "gray"
      case (true, true): "gray16le"
      case (false, false): "rgb24"
      case (false, true): "rgb48le"
      }
    }
  }

  package struct Sound: Sendable, Equatable {
    package var codec = ""
    package var rate = 0.0
    package var channels = 0
  }

  package struct Frame: Sendable, Equatable {
    /// In seconds on the clock of the container.
    package let time: Double
    /// Whether it can be decoded without those before it.
    package let isKey: Bool

    package init(time: Double, isKey: Bool) {
      self.time = time
      self.isKey = isKey
    }
  }

  /// Of the first stream of pictures, but for covers of sound.
  package private(set) var pictures: Pictures?
  /// Of the first stream of sound.
  package private(set) var sound: Sound?
  /// When the first of the streams begins.
  package private(set) var start = 0.0
  /// When it was made, by its own account.
  package private(set) var made: String?

  /// More frames are not believed.
  package static let mostFrames = 50_000_000

  /// Reads records of streams and of the format.
  package init(_ text: some StringProtocol) {
    for line in text.split(whereSeparator: \.isNewline) {
      let (name, fields) = Self.record(line)
      if name == "format" {
        start = fields["start_time"].flatMap(Self.number) ?? 0
        made = fields["tag:creation_time"]
      }
      guard name == "stream" else { continue }
      let codec = fields["codec_name"] ?? "unknown"
      if fields["codec_type"] == "video", pictures == nil, fields["disposition:attached_pic"] != "1" {
        let format = fields["pix_fmt"] ?? ""
        pictures = Pictures(
          codec: codec, width: fields["width"].flatMap(Int.init) ?? 0,
          height: fields["height"].flatMap(Int.init) ?? 0,
          isGrey: format.hasPrefix("gray") || format.hasPrefix("mono") || format.hasPrefix("ya"),
          isDeep: ["9", "10", "12", "14", "16"].contains {
            format.hasSuffix("\($0)le") || format.hasSuffix("\($0)be")
          },
          rate: fields["r_frame_rate"].flatMap(Self.ratio) ?? 0, told: fields["nb_frames"].flatMap { Int($0) }
        )
      } else if fields["codec_type"] == "audio", sound == nil {
        sound = Sound(
          codec: codec, rate: fields["sample_rate"].flatMap(Self.number) ?? 0,
          channels: fields["channels"].flatMap(Int.init) ?? 0)
      }
    }
  }

  /// The moments of the frames that are shown, in their order, from records of packets or of frames; nil if a packet has none.
  ///
  /// A frame that was decoded and has none follows the one before as that follows the one before it.
  ///
  /// - Returns: the frames, and how many more there are that an edit left out.
  package static func frames(_ text: some StringProtocol) -> (frames: [Frame], hidden: Int)? {
    var (frames, hidden): ([Frame], Int) = ([], 0)
    for line in text.split(whereSeparator: \.isNewline) {
      let (name, fields) = record(line)
      guard name == "packet" || name == "frame" else { continue }
      let flags = fields["flags"] ?? ""
      // What an edit left out is decoded and not shown.
      if flags.contains("D") {
        hidden += 1
        continue
      }
      var time = (fields["pts_time"] ?? fields["best_effort_timestamp_time"]).flatMap(number)
      if time == nil, name == "frame", let last = frames.last {
        time = 2 * last.time - (frames.dropLast().last?.time ?? last.time)
      }
      guard let time, frames.count < mostFrames else { return nil }
      frames.append(Frame(time: time, isKey: flags.contains("K") || fields["key_frame"] == "1"))
    }
    return (frames.sorted { $0.time < $1.time }, hidden)
  }

  /// The moments of frames that `ffmpeg` shows as it decodes them: `… pts_time:3.04 …`; NaN for one that has none.
  package static func shown(_ messages: some StringProtocol) -> [Double] {
    messages.split(whereSeparator: \.isNewline).compactMap { line in
      guard line.contains("showinfo"), let mark = line.firstRange(of: "pts_time:") else { return nil }
      return number(line[mark.upperBound...].drop { $0 == " " }.prefix { !$0.isWhitespace }) ?? .nan
    }
  }

  /// The first complaint of `ffmpeg` or `ffprobe`, without the part of it that complains and where that lay in memory.
  package static func complaint(_ messages: some StringProtocol) -> String? {
    guard var line = messages.split(whereSeparator: \.isNewline).first.map({ Substring($0) }) else {
      return nil
    }
    while line.first == "[", let end = line.firstIndex(of: "]") {
      line = line[line.index(after: end)...].drop { $0 == " " }
    }
    return String(line.prefix(200))
  }

  /// The size of the first frame that `ffmpeg` shows, once it is upright: `… s:240x320 …`.
  package static func size(_ messages: some StringProtocol) -> (width: Int, height: Int)? {
    for line in messages.split(whereSeparator: \.isNewline) where line.contains("showinfo") {
      guard let mark = line.firstRange(of: " s:") else { continue }
      let sides = line[mark.upperBound...].prefix { !$0.isWhitespace }.split(separator: "x").compactMap {
        Int($0)
      }
      if sides.count == 2, sides.allSatisfy({ $0 > 0 }) { return (sides[0], sides[1]) }
    }
    return nil
  }

  private static func record(_ line: some StringProtocol) -> (name: Substring, fields: [String: String]) {
    let parts = line.split(separator: "|", omittingEmptySubsequences: false)
    var fields: [String: String] = [:]
    for part in parts.dropFirst() {
      guard let cut = part.firstIndex(of: "=") else { continue }
      fields[String(part[..<cut])] = String(part[part.index(after: cut)...])
    }
    return (Substring(parts.first ?? ""), fields)
  }

  private static func number(_ text: some StringProtocol) -> Double? {
    Double(text).flatMap { $0.isFinite && abs($0) < 1e9 ? $0 : nil }
  }

  /// `30000/1001`.
  private static func ratio(_ text: String) -> Double? {
    let parts = text.split(separator: "/").compactMap { number($0) }
    return parts.count == 2 && parts[1] > 0 ? parts[0] / parts[1] : nil
  }
}
