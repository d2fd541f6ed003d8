import Formats
import Language
import Notation
import Numerics
import Values

/// A film or a piece of sound that `ffmpeg` takes apart, which runs beside Sonde: a damaged file ends that program and not this one.
struct FilmFile: Sendable {
  let path: String
  let source: any ByteSource
  let container: FilmContainer
  let listing: FilmListing

  enum Trouble: Error {
    case absent
    case cancelled
    case format(FormatError)
    /// It has no stream of the kind that is wanted; what to do instead.
    case missing(String, remedy: String)
  }

  /// The frames of a film.
  struct Frames: Sendable {
    let list: [FilmListing.Frame]
    /// Whether a frame can be found by its time; else all before it are decoded, too.
    let isSeekable: Bool
    /// What is wrong with the file.
    let complaint: String?
  }

  /// nil for bytes that are no container of films or sound.
  static func container(_ source: any ByteSource, path: String) throws(FormatError) -> FilmContainer? {
    let name = path.split(separator: "/").last ?? ""
    let ending = name.lastIndex(of: ".").map { name[name.index(after: $0)...].lowercased() } ?? ""
    return FilmContainer.of(try source.read(at: 0, count: FileKind.headSize), ending: ending)
  }

  /// Looks at what is in it.
  init(
    _ path: String, _ source: any ByteSource, _ container: FilmContainer, world: World, work: Work
  ) throws(Trouble) {
    self.path = path
    self.source = source
    self.container = container
    let streams =
      "stream=codec_type,codec_name,width,height,pix_fmt,r_frame_rate,nb_frames,sample_rate,channels"
    let text = try Self.run(
      .ffprobe,
      [
        "-v", "error", "-show_entries",
        streams + ":stream_disposition=attached_pic:format=start_time:format_tags=creation_time",
      ]
        + ["-of", "compact"] + Self.input(path, container), most: 1 << 20, world, work.isCancelled)
    listing = FilmListing(try Self.text(text))
  }

  /// Read by the reader that its bytes ask for, and from this file alone.
  static func input(_ path: String, _ container: FilmContainer) -> [String] {
    ["-protocol_whitelist", "file", "-f", container.reader, "-i", "file:\(path)"]
  }

  private func missing(_ kind: String, other: String) -> Trouble {
    .missing("it has no \(kind)", remedy: "Load the rest of it by `load \(other) \(Word.written(path))`.")
  }

  /// What a frame is once it is decoded and upright, by the first one.
  func shape(world: World, work: Work) throws(Trouble) -> PictureShape {
    guard let pictures = listing.pictures else { throw missing("pictures", other: "audio") }
    let output = try Self.run(
      .ffmpeg,
      ["-nostdin", "-hide_banner", "-nostats", "-v", "info"] + Self.input(path, container)
        + ["-map", "0:V:0", "-vf", "showinfo=checksum=0", "-frames:v", "1", "-f", "null", "-"],
      most: 1 << 20, world, work.isCancelled)
    guard let size = FilmListing.size(output.messages) else {
      throw .format(.malformed("no frame of it can be decoded", offset: 0))
    }
    let channels = pictures.isGrey ? 1 : 3
    let (pixels, overflow) = size.width.multipliedReportingOverflow(by: size.height)
    guard !overflow, pixels <= PictureFile.mostBytes / 6 else {
      throw .format(.unsupported("its frames of \(size.width) x \(size.height) pixels take more than 512 MB"))
    }
    return PictureShape(
      width: size.width, height: size.height, channels: channels,
      depth: pictures.isDeep ? .unsigned16 : .unsigned8)
  }

  /// When each frame is shown: from the packets alone where they say so, else each frame is decoded once.
  func frames(world: World, work: Work) throws(Trouble) -> Frames {
    for entries in ["packet=pts_time,flags", "frame=best_effort_timestamp_time,key_frame"] {
      let output = try Self.run(
        .ffprobe,
        ["-v", "error", "-select_streams", "V:0", "-show_entries", entries, "-of", "compact"]
          + Self.input(path, container), most: 1 << 32, world, work.isCancelled)
      guard let (frames, hidden) = FilmListing.frames(try Self.text(output)) else { continue }
      var complaint = FilmListing.complaint(output.messages)
      if complaint == nil, let told = listing.pictures?.told, told > frames.count + hidden + 1 {
        complaint = "it has \(frames.count + hidden) frames of the \(told) that its header tells"
      }
      return Frames(list: frames, isSeekable: entries.hasPrefix("packet"), complaint: complaint)
    }
    throw .format(.malformed("its frames have no times", offset: 0))
  }

  /// The sound with the clock of the container: it begins where the film does, and holes are silent.
  func audio(world: World, work: Work) throws(Trouble) -> Audio {
    guard let sound = listing.sound else { throw missing("sound", other: "video") }
    guard sound.rate > 0, (1...1024).contains(sound.channels) else {
      throw .format(.malformed("its sound has no channel or no rate", offset: 0))
    }
    work.report(0, "decoding sound")
    let output = try Self.run(
      .ffmpeg,
      ["-nostdin", "-v", "error"] + Self.input(path, container)
        + ["-map", "0:a:0", "-af", "aresample=async=1:first_pts=0", "-ar", "\(Int(sound.rate))"]
        + ["-ac", "\(sound.channels)", "-f", "f32le", "-"], most: Self.mostSound, world, work.isCancelled)
    var channels = [[Float]](repeating: [], count: sound.channels)
    let frameBytes = 4 * sound.channels
    let frames = output.bytes.count / frameBytes
    for channel in channels.indices { channels[channel].reserveCapacity(frames) }
    var frame = 0
    do throws(FormatError) {
      while frame < frames {
        if work.isCancelled() { throw FormatError.cancelled }
        let count = min(65_536, frames - frame)
        let bytes = try output.bytes.read(at: frame * frameBytes, count: count * frameBytes)
        for channel in channels.indices {
          for step in 0..<count {
            let place = step * frameBytes + 4 * channel
            let bits = (0..<4).reduce(UInt32(0)) { $0 | UInt32(bytes[place + $1]) << (8 * UInt32($1)) }
            channels[channel].append(Float(bitPattern: bits))
          }
        }
        frame += count
      }
    } catch {
      throw .format(error)
    }
    return Audio(sampleRate: sound.rate, channels: channels)
  }

  /// 2 GiB of samples.
  private static let mostSound = 1 << 31

  static func run(
    _ helper: Helper, _ arguments: [String], most: Int, _ world: World, _ isCancelled: () -> Bool
  ) throws(Trouble) -> HelperOutput {
    do throws(HelperError) {
      return try world.helpers.run(helper, arguments, input: [], most: most, isCancelled: isCancelled)
    } catch {
      switch error {
      case .absent: throw .absent
      case .cancelled: throw .cancelled
      case .tooMuch(let bytes): throw .format(.unsupported("it unpacks to more than \(bytes >> 20) MB"))
      case .failed(let words):
        let line = FilmListing.complaint(words) ?? "nothing"
        throw .format(.malformed("\(helper) says: \(Visible.line(line))", offset: 0))
      }
    }
  }

  private static func text(_ output: HelperOutput) throws(Trouble) -> String {
    do throws(FormatError) {
      return String(decoding: try output.bytes.read(at: 0, count: output.bytes.count), as: UTF8.self)
    } catch {
      throw .format(error)
    }
  }
}

extension FilmFile.Trouble {
  func failure(_ path: String, at parameter: AnyParameter, _ call: Invocation) -> Failure {
    switch self {
    case .cancelled: .cancelled
    case .absent:
      call.blame(
        parameter, "E0551", "`\(path)` needs ffmpeg, which is not installed",
        label: "needs a program beside Sonde", remedy: Helper.ffmpeg.remedy)
    case .missing(let words, let remedy):
      FormatError.unsupported(words).failure(path, at: parameter, of: call.call, remedy: remedy)
    case .format(let error):
      error.failure(
        path, at: parameter, of: call.call, remedy: "Play it in another program, and write it again.")
    }
  }
}
