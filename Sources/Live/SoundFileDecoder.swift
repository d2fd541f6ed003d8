import CSndfile
import CStreams
import Chronology
package import Formats
package import Language
import Notation
import Values
package import Workbench

/// Decodes WAV, FLAC, OGG, MP3 and what else libsndfile reads, through a byte source.
package struct SoundFileDecoder: AudioDecoder {
  /// Bounds what a small hostile file can make: 2 GiB of samples.
  private static let mostSamples = 512 * 1024 * 1024
  private static let framesAtOnce = 65_536

  package init() {}

  package func decode(_ source: any ByteSource, name: String) throws(Diagnostic) -> DecodedSound {
    // Some of its parts print what they think of a file.
    sonde_hush_begin()
    let sound = Result { () throws(Diagnostic) in try quietly(source, name) }
    let complaint = Self.complaint()
    let (audio, claimed) = try sound.get()
    var remarks = Self.remarks(audio, claimed, complaint)
    if claimed == nil, Self.lacksLastPage(source), audio.frameCount > 0 {
      remarks.append("the file is cut off: it has no last page")
    }
    return DecodedSound(audio, remarks: remarks)
  }

  /// Whether an Ogg file ends within a page, or with one that is not marked as the last of its stream.
  private static func lacksLastPage(_ source: any ByteSource) -> Bool {
    let start = max(0, source.count - mostPageBytes)
    guard let tail = try? source.read(at: start, count: mostPageBytes),
      let page = tail.indices.last(where: { tail[$0...].starts(with: Array("OggS".utf8)) }),
      page + 27 <= tail.count
    else { return true }
    let table = tail[(page + 27)...].prefix(Int(tail[page + 26]))
    let length = 27 + table.count + table.reduce(0) { $0 + Int($1) }
    return page + length > tail.count || tail[page + 5] & 4 == 0
  }

  /// A page of 255 segments of 255 bytes, with its header.
  private static let mostPageBytes = 27 + 255 + 255 * 255

  /// The first of what was printed, without where in the decoder's own source it was.
  private static func complaint() -> String? {
    var bytes = [CChar](repeating: 0, count: 512)
    let printed = unsafe bytes.withUnsafeMutableBufferPointer {
      unsafe sonde_hush_end($0.baseAddress, $0.count)
    }
    let text = String(decoding: bytes.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    let lines = text.split(whereSeparator: \.isNewline).filter { !$0.contains("Xing") }
    guard printed > 0, let first = lines.first else { return nil }
    let words = first.split(separator: ": ").last ?? first
    return String(words.hasSuffix(".") ? words.dropLast() : words)
  }

  private static func remarks(
    _ audio: Audio, _ claimed: Int?, _ complaint: String?
  ) -> [String] {
    var remarks: [String] = []
    let frames = audio.channels.first?.count ?? 0
    if frames == 0 { remarks.append("the file holds no sound; was it cut off?") }
    if let claimed, Double(claimed - frames) > max(1, Double(claimed) * tolerated) {
      let (length, whole) = (audio.length.seconds, Double(claimed) / audio.sampleRate)
      remarks.append(
        "the file is cut off or damaged: \(length.shortText(digits: 4)) s of the \(whole.shortText(digits: 4)) s that its header tells"
      )
    }
    if let complaint { remarks.append("the decoder left out what is damaged (\(complaint))") }
    return remarks
  }

  /// Headers of packed sound may tell this share too much.
  private static let tolerated = 0.02

  private func quietly(
    _ source: any ByteSource, _ name: String
  ) throws(Diagnostic) -> (audio: Audio, claimed: Int?) {
    let reader = SourceReader(source)
    var facts = SF_INFO()
    var calls = SourceReader.calls
    // SAFETY: `reader` outlives the handle, which is closed before this function returns.
    let context = unsafe Unmanaged.passUnretained(reader).toOpaque()
    guard let file = unsafe sf_open_virtual(&calls, Int32(SFM_READ), &facts, context) else {
      throw failure(name, unsafe String(cString: sf_strerror(nil)), reader)
    }
    defer {
      unsafe sf_close(file)
      withExtendedLifetime(reader) {}
    }
    let channels = Int(facts.channels)
    guard channels >= 1, channels <= 1024, facts.samplerate > 0 else {
      throw failure(name, "it has no channel or no rate", reader)
    }
    var sound = [[Float]](repeating: [], count: channels)
    // Some formats do not know their length before the end; what they claim is only a hint.
    let claimed = max(0, min(Int(facts.frames), Self.mostSamples / channels))
    if claimed * channels <= source.count * 16 {
      for channel in sound.indices { sound[channel].reserveCapacity(claimed) }
    }
    var buffer = [Float](repeating: 0, count: Self.framesAtOnce * channels)
    while true {
      let read = unsafe buffer.withUnsafeMutableBufferPointer { target in
        guard let base = target.baseAddress else { return 0 }
        return unsafe Int(sf_readf_float(file, base, sf_count_t(Self.framesAtOnce)))
      }
      guard read > 0 else { break }
      for channel in 0..<channels {
        for frame in 0..<read { sound[channel].append(buffer[frame * channels + channel]) }
      }
      guard sound[0].count * channels <= Self.mostSamples else {
        throw Diagnostic(
          "E0531", "`\(name)` holds more sound than fits into memory", label: "too long",
          remedy: "Cut it into shorter files.")
      }
    }
    if unsafe sf_error(file) != 0 || reader.failure != nil {
      throw failure(name, unsafe String(cString: sf_strerror(file)), reader)
    }
    // Ogg has no header that tells a length.
    let isTold = facts.format & Int32(SF_FORMAT_TYPEMASK) != Int32(SF_FORMAT_OGG)
    return (Audio(sampleRate: Double(facts.samplerate), channels: sound), isTold ? claimed : nil)
  }

  private func failure(_ name: String, _ words: String, _ reader: SourceReader) -> Diagnostic {
    if case .unreadable(let reason) = reader.failure {
      return Diagnostic(
        "E0514", "`\(name)` cannot be read: \(reason)", label: "unreadable",
        remedy: "Check the disk and the path, then try again.")
    }
    let reason = words.split(whereSeparator: \.isNewline).joined(separator: " ")
    return Diagnostic(
      "E0530", "`\(name)` is not sound that can be decoded: \(reason)", label: "not decodable",
      remedy: "Give a WAV, FLAC, OGG or MP3 file, or convert it with `ffmpeg -i IN OUT.wav`.")
  }
}

/// A byte source as the virtual file that libsndfile reads.
private final class SourceReader {
  private let source: any ByteSource
  private var position = 0
  /// The block of the source that was read last.
  private var block: [UInt8] = []
  private var blockStart = 0
  var failure: FormatError?

  private static let blockSize = 262_144

  init(_ source: any ByteSource) { self.source = source }

  private static func from(_ context: UnsafeMutableRawPointer?) -> SourceReader? {
    unsafe context.map { unsafe Unmanaged<SourceReader>.fromOpaque($0).takeUnretainedValue() }
  }

  static var calls: SF_VIRTUAL_IO {
    unsafe SF_VIRTUAL_IO(
      get_filelen: { context in sf_count_t(unsafe SourceReader.from(context)?.source.count ?? 0) },
      seek: { offset, whence, context in
        sf_count_t(unsafe SourceReader.from(context)?.seek(Int(offset), whence) ?? -1)
      },
      read: { target, count, context in
        guard let target = unsafe target, let reader = unsafe SourceReader.from(context) else { return 0 }
        return unsafe sf_count_t(reader.read(into: target, count: Int(count)))
      },
      write: { _, _, _ in 0 },
      tell: { context in sf_count_t(unsafe SourceReader.from(context)?.position ?? 0) })
  }

  private func seek(_ offset: Int, _ whence: Int32) -> Int {
    let base =
      switch whence {
      case Int32(SF_SEEK_CUR): position
      case Int32(SF_SEEK_END): source.count
      default: 0
      }
    let (target, overflow) = base.addingReportingOverflow(offset)
    if overflow || target < 0 { return -1 }
    position = min(target, source.count)
    return position
  }

  private func read(into target: UnsafeMutableRawPointer, count: Int) -> Int {
    var copied = 0
    while copied < count, position < source.count {
      if position < blockStart || position >= blockStart + block.count {
        do throws(FormatError) {
          block = try source.read(at: position, count: Self.blockSize)
          blockStart = position
        } catch {
          failure = error
          return copied
        }
        if block.isEmpty { break }
      }
      let start = position - blockStart
      let step = min(count - copied, block.count - start)
      // SAFETY: `copied + step <= count`, which the caller promises to be the room at `target`.
      unsafe block.withUnsafeBytes { bytes in
        if let base = bytes.baseAddress {
          unsafe target.advanced(by: copied).copyMemory(from: base + start, byteCount: step)
        }
      }
      copied += step
      position += step
    }
    return copied
  }
}
