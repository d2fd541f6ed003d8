import Formats
import Numerics
import Synchronization
import Values

/// The frames of film files, decoded a stretch at a time when one of it is needed.
///
/// A stretch begins at a frame that stands by itself where it can, and lies decoded in a temporary file; the few that were used
/// last are kept. Each frame is told by its time, so one that a seek has missed is never taken for another.
final class FilmFrames: PictureSource {
  struct Film: Sendable {
    let file: FilmFile
    let frames: [FilmListing.Frame]
    let isSeekable: Bool
    let shape: PictureShape
    /// Of some of its bytes: whether it is still what was loaded.
    let mark: UInt64
    /// The frame with which each stretch begins.
    let stretches: [Int]

    init(_ file: FilmFile, _ frames: FilmFile.Frames, _ shape: PictureShape) throws(FormatError) {
      self.file = file
      self.frames = frames.list
      isSeekable = frames.isSeekable
      self.shape = shape
      mark = try Self.mark(file.source)
      var (starts, bytes) = ([0], 0)
      for (number, frame) in frames.list.enumerated() {
        if bytes >= FilmFrames.mostBytes || (frame.isKey && bytes >= FilmFrames.enoughBytes) {
          starts.append(number)
          bytes = 0
        }
        bytes += shape.decodedBytes
      }
      stretches = starts
    }

    /// Of up to 256 blocks spread over the file.
    static func mark(_ source: any ByteSource) throws(FormatError) -> UInt64 {
      let size = 65_536
      let step = max(size, source.count / 256)
      var builder = FingerprintBuilder()
      builder.add("\(source.count)")
      for place in stride(from: 0, to: source.count, by: step) {
        builder.add(bytes: try source.read(at: place, count: size))
      }
      return builder.finish().high
    }

    /// Which stretch a frame lies in, and the frames of it.
    func stretch(of frame: Int) -> (number: Int, frames: Range<Int>) {
      let number = stretches.lastIndex { $0 <= frame } ?? 0
      return (
        number, stretches[number]..<(number + 1 < stretches.count ? stretches[number + 1] : frames.count)
      )
    }
  }

  private struct Reel {
    let film: Int
    let stretch: Int
    let bytes: any ByteSource
    /// Where each frame lies among those that were decoded.
    let slots: [Int: Int]
  }

  /// A stretch ends at the next frame that stands by itself after so many bytes, or anywhere after the most.
  static let enoughBytes = 32 << 20
  static let mostBytes = 128 << 20
  private static let mostReels = 3

  private let films: [Film]
  private let starts: [Int]
  private let world: World
  private let isCancelled: @Sendable () -> Bool
  private let reels = Mutex<[Reel]>([])

  init(_ films: [Film], world: World, isCancelled: @escaping @Sendable () -> Bool) {
    self.films = films
    self.world = world
    self.isCancelled = isCancelled
    starts = films.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1.frames.count) }
  }

  func mask(_ number: Int) throws(PictureError) -> Picture? { nil }

  func picture(_ number: Int) throws(PictureError) -> Picture {
    guard let place = starts.lastIndex(where: { $0 <= number }), place < films.count else {
      throw .unreadable(String(number), reason: "there is no such frame")
    }
    let (film, frame) = (films[place], number - starts[place])
    let name = film.file.path
    let stretch = film.stretch(of: frame)
    let reel = try reels.withLock { (reels) throws(PictureError) -> Reel in
      if let found = reels.firstIndex(where: { $0.film == place && $0.stretch == stretch.number }) {
        let reel = reels.remove(at: found)
        reels.append(reel)
        return reel
      }
      let reel = try self.reel(place, stretch.number, stretch.frames)
      if reels.count == Self.mostReels { reels.removeFirst() }
      reels.append(reel)
      return reel
    }
    guard let slot = reel.slots[frame] else {
      throw .unreadable(name, reason: "its frame \(frame + 1) cannot be decoded")
    }
    let size = film.shape.decodedBytes
    do throws(FormatError) {
      let bytes = try reel.bytes.read(at: slot * size, count: size)
      guard bytes.count == size else { throw .malformed("it ends within a frame", offset: 0) }
      return Picture(
        width: film.shape.width, height: film.shape.height, channels: film.shape.channels,
        samples: film.shape.depth == .unsigned16 ? .unsigned16(Self.words(bytes)) : .unsigned8(bytes))
    } catch {
      throw .unreadable(name, reason: error.words)
    }
  }

  private static func words(_ bytes: [UInt8]) -> [UInt16] {
    (0..<bytes.count / 2).map { UInt16(bytes[2 * $0]) | UInt16(bytes[2 * $0 + 1]) << 8 }
  }

  // MARK: - Decoding

  /// Seeks of so many seconds before what is wanted are tried; some containers find their way only from the beginning.
  private static let margins: [Double?] = [0, 10, nil]

  private func reel(_ place: Int, _ number: Int, _ wanted: Range<Int>) throws(PictureError) -> Reel {
    let film = films[place]
    let name = film.file.path
    if isCancelled() { throw .cancelled }
    guard let source = try? world.files.open(name), (try? Film.mark(source)) == film.mark else {
      throw .changed(name)
    }
    var best: Reel?
    for margin in film.isSeekable && wanted.lowerBound > 0 ? Self.margins : [nil] {
      let output: HelperOutput
      do throws(FilmFile.Trouble) {
        output = try FilmFile.run(
          .ffmpeg, Self.arguments(film, wanted, margin: margin),
          most: (wanted.count + 1) * film.shape.decodedBytes, world, isCancelled)
      } catch {
        switch error {
        case .cancelled: throw .cancelled
        case .absent: throw .unreadable(name, reason: "ffmpeg is no longer installed")
        case .format(let error):
          if margin != nil { continue }
          throw .unreadable(name, reason: error.words)
        case .missing(let words, _): throw .unreadable(name, reason: words)
        }
      }
      let slots = Self.slots(FilmListing.shown(output.messages), film.frames, wanted)
      let reel = Reel(film: place, stretch: number, bytes: output.bytes, slots: slots)
      if slots.count == wanted.count { return reel }
      if slots.count > best?.slots.count ?? 0 { best = reel }
    }
    guard let best else { throw .unreadable(name, reason: "nothing of this stretch can be decoded") }
    return best
  }

  /// What decodes a stretch into raw frames of one size, and says the time of each.
  private static func arguments(_ film: Film, _ wanted: Range<Int>, margin: Double?) -> [String] {
    let frames = film.frames
    let time = frames[wanted.lowerBound].time
    // Between the frame before and the first, so that neither rounding nor order can move it.
    let gap = wanted.lowerBound > 0 ? time - frames[wanted.lowerBound - 1].time : 0.02
    let from = time - gap / 2
    let seek = margin.map { ["-seek_timestamp", "1", "-ss", Self.text(from - $0)] } ?? []
    let cut = margin == 0 ? "" : "trim=start=\(Self.text(from)),"
    return ["-nostdin", "-hide_banner", "-nostats", "-v", "info", "-copyts"] + seek
      + FilmFile.input(film.file.path, film.file.container)
      + ["-map", "0:V:0", "-fps_mode", "passthrough", "-sws_flags", "bicubic+accurate_rnd+full_chroma_int"]
      + ["-vf", "\(cut)showinfo=checksum=0,scale=\(film.shape.width):\(film.shape.height)"]
      + ["-frames:v", "\(wanted.count)", "-pix_fmt", film.file.listing.pictures?.format ?? "rgb24"]
      + ["-f", "rawvideo", "-"]
  }

  /// Microseconds, as `ffmpeg` counts.
  private static func text(_ seconds: Double) -> String {
    let micros = Int((seconds * 1e6).rounded())
    let fraction = String(abs(micros) % 1_000_000)
    return (micros < 0 ? "-" : "") + "\(abs(micros) / 1_000_000)."
      + String(repeating: "0", count: 6 - fraction.count) + fraction
  }

  /// Which of the decoded frames are which of the wanted ones.
  private static func slots(
    _ times: [Double], _ frames: [FilmListing.Frame], _ wanted: Range<Int>
  ) -> [Int: Int] {
    var slots: [Int: Int] = [:]
    var frame = wanted.lowerBound
    for (slot, time) in times.enumerated() {
      while frame < wanted.upperBound, frames[frame].time < time - tolerance { frame += 1 }
      guard frame < wanted.upperBound else { break }
      if abs(frames[frame].time - time) <= tolerance {
        slots[frame] = slot
        frame += 1
      }
    }
    return slots
  }

  /// Of times that are printed with six digits; no camera takes two frames within it.
  private static let tolerance = 2e-5
}
