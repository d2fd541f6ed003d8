import Dispatch
import Formats
import Numerics
import Synchronization
import Values

/// The frames of film files, decoded a stretch at a time when one of it is needed.
///
/// A stretch begins at a frame that stands by itself where it can; the few that were used last are kept, and the program that
/// decoded the last goes on with the next. Each frame is told by its time, so one that a seek has missed is never taken for another.
final class FilmFrames: PictureSource {
  struct Film: Sendable {
    let file: FilmFile
    let frames: [FilmListing.Frame]
    let isSeekable: Bool
    let shape: PictureShape
    /// Of some of its bytes: whether it is still what was loaded.
    let mark: UInt64
    /// The frame with which each stretch begins.
    private let stretches: [Int]
    /// Which stretch each frame lies in.
    private let numbers: [Int32]

    init(
      _ file: FilmFile, _ frames: FilmFile.Frames, _ shape: PictureShape, isCancelled: () -> Bool
    ) throws(FormatError) {
      self.file = file
      self.frames = frames.list
      isSeekable = frames.isSeekable
      self.shape = shape
      mark = try Self.mark(file.source, isCancelled)
      var (starts, numbers, bytes) = ([0], [Int32](), 0)
      for (number, frame) in frames.list.enumerated() {
        if bytes >= FilmFrames.mostBytes || (frame.isKey && bytes >= FilmFrames.enoughBytes) {
          starts.append(number)
          bytes = 0
        }
        numbers.append(Int32(starts.count - 1))
        bytes += shape.decodedBytes
      }
      stretches = starts
      self.numbers = numbers
    }

    /// Of up to 256 blocks spread over the file.
    static func mark(_ source: any ByteSource, _ isCancelled: () -> Bool) throws(FormatError) -> UInt64 {
      let size = 65_536
      let step = max(size, source.count / 256)
      var builder = FingerprintBuilder()
      builder.add("\(source.count)")
      for place in stride(from: 0, to: source.count, by: step) {
        if isCancelled() { throw .cancelled }
        builder.add(bytes: try source.read(at: place, count: size))
      }
      return builder.finish().high
    }

    func stretch(of frame: Int) -> Int { Int(numbers[frame]) }

    func frames(of stretch: Int) -> Range<Int> {
      stretches[stretch]..<(stretch + 1 < stretches.count ? stretches[stretch + 1] : frames.count)
    }

    /// Whether it takes less to decode on to a frame than to begin anew before it.
    ///
    /// What is passed by without being shown takes an eighth of the time.
    func isNear(_ frame: Int, from place: Int) -> Bool {
      place <= frame && 8 * (frame - place) <= (isSeekable ? 96 : frame)
    }
  }

  /// The decoded frames of a stretch.
  private struct Reel {
    let film: Int
    let stretch: Int
    let frames: [Int: [UInt8]]
  }

  /// What is decoded, and what decodes.
  private struct State {
    var reels: [Reel] = []
    var projector: Projector?
    /// How often the projector was used.
    var uses = 0
  }

  /// A stretch ends at the next frame that stands by itself after so many bytes, or anywhere after the most.
  static let enoughBytes = 8 << 20
  static let mostBytes = 24 << 20
  private static let mostReels = 4
  /// Seconds after which a program that nobody needs is ended.
  private static let patience = 2.0

  private let films: [Film]
  private let starts: [Int]
  private let world: World
  private let isCancelled: @Sendable () -> Bool
  private let state = Mutex(State())

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
    let reel = try state.withLock { (state) throws(PictureError) -> Reel in
      try self.reel(place, film.stretch(of: frame), &state)
    }
    guard let bytes = reel.frames[frame] else {
      throw .unreadable(name, reason: "its frame \(frame + 1) cannot be decoded")
    }
    return Picture(
      width: film.shape.width, height: film.shape.height, channels: film.shape.channels,
      samples: film.shape.depth == .unsigned16 ? .unsigned16(Self.words(bytes)) : .unsigned8(bytes))
  }

  private static func words(_ bytes: [UInt8]) -> [UInt16] {
    (0..<bytes.count / 2).map { UInt16(bytes[2 * $0]) | UInt16(bytes[2 * $0 + 1]) << 8 }
  }

  // MARK: - Decoding

  private func reel(_ place: Int, _ number: Int, _ state: inout State) throws(PictureError) -> Reel {
    if let found = state.reels.firstIndex(where: { $0.film == place && $0.stretch == number }) {
      let reel = state.reels.remove(at: found)
      state.reels.append(reel)
      return reel
    }
    defer { release(after: &state) }
    let film = films[place]
    let wanted = film.frames(of: number)
    do throws(HelperError) {
      if var projector = state.projector, projector.film == place,
        film.isNear(wanted.lowerBound, from: projector.next)
      {
        // What lies between is decoded anyway, and another thread may want it.
        state.projector = nil
        for passed in film.stretch(of: projector.next)...number {
          keep(
            Reel(
              film: place, stretch: passed,
              frames: try projector.take(film.frames(of: passed), of: film, isCancelled)), &state)
        }
        state.projector = projector
        if let reel = state.reels.last, reel.frames.count == wanted.count { return reel }
        state.reels.removeLast()
      }
    } catch {
      if error == .cancelled { throw .cancelled }
    }
    state.projector = nil
    let (reel, projector) = try start(place, number)
    state.projector = projector
    keep(reel, &state)
    return reel
  }

  private func keep(_ reel: Reel, _ state: inout State) {
    if state.reels.count == Self.mostReels { state.reels.removeFirst() }
    state.reels.append(reel)
  }

  /// Ends the program unless more is wanted of it soon.
  private func release(after state: inout State) {
    state.uses += 1
    DispatchQueue.global().asyncAfter(deadline: .now() + Self.patience) { [weak self, uses = state.uses] in
      self?.state.withLock { if $0.uses == uses { $0.projector = nil } }
    }
  }

  /// Seeks of so many seconds before what is wanted are tried; some containers find their way only from the beginning.
  private static let margins: [Double?] = [0, 10, nil]

  private func start(
    _ place: Int, _ number: Int
  ) throws(PictureError) -> (reel: Reel, projector: Projector) {
    let film = films[place]
    let (name, wanted) = (film.file.path, film.frames(of: number))
    if isCancelled() { throw .cancelled }
    guard let source = try? world.files.open(name), (try? Film.mark(source, isCancelled)) == film.mark else {
      throw isCancelled() ? .cancelled : .changed(name)
    }
    var best: (reel: Reel, projector: Projector)?
    for margin in film.isSeekable && wanted.lowerBound > 0 ? Self.margins : [nil] {
      do throws(HelperError) {
        var projector = Projector(
          film: place, program: try world.helpers.start(.ffmpeg, Self.arguments(film, wanted, margin: margin))
        )
        let frames = try projector.take(wanted, of: film, isCancelled)
        if frames.count > best?.reel.frames.count ?? 0 {
          best = (Reel(film: place, stretch: number, frames: frames), projector)
        }
        if frames.count == wanted.count { break }
      } catch {
        throw error == .cancelled ? .cancelled : .unreadable(name, reason: "ffmpeg is no longer installed")
      }
    }
    guard let best else { throw .unreadable(name, reason: "nothing of this stretch can be decoded") }
    return best
  }

  /// What decodes from a stretch on into raw frames of one size, and says the time of each.
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
      + ["-pix_fmt", film.file.listing.pictures?.format ?? "rgb24"]
      + ["-f", "rawvideo", "-"]
  }

  /// Microseconds, as `ffmpeg` counts.
  private static func text(_ seconds: Double) -> String {
    let micros = Int((seconds * 1e6).rounded())
    let fraction = String(abs(micros) % 1_000_000)
    return (micros < 0 ? "-" : "") + "\(abs(micros) / 1_000_000)."
      + String(repeating: "0", count: 6 - fraction.count) + fraction
  }
}

/// A run of `ffmpeg` that decodes frame after frame, and waits while nobody takes one.
private struct Projector {
  let film: Int
  let program: any RunningHelper
  /// The first frame that was not asked for yet.
  private(set) var next = 0
  /// Of frames whose bytes have not been read.
  private var times: [Double] = []
  /// A frame that came where an earlier one was wanted.
  private var early: Shot?

  private typealias Shot = (time: Double, bytes: [UInt8])

  init(film: Int, program: any RunningHelper) {
    self.film = film
    self.program = program
  }

  /// Of times that are printed with six digits; no camera takes two frames within it.
  private static let tolerance = 2e-5

  /// Those of the wanted frames that it comes by.
  mutating func take(
    _ wanted: Range<Int>, of film: FilmFrames.Film, _ isCancelled: () -> Bool
  ) throws(HelperError) -> [Int: [UInt8]] {
    var found: [Int: [UInt8]] = [:]
    var frame = wanted.lowerBound
    while frame < wanted.upperBound, let shot = try shot(of: film.shape.decodedBytes, isCancelled) {
      while frame < wanted.upperBound, film.frames[frame].time < shot.time - Self.tolerance { frame += 1 }
      if frame == wanted.upperBound {
        early = shot
      } else if abs(film.frames[frame].time - shot.time) <= Self.tolerance {
        found[frame] = shot.bytes
        frame += 1
      }
    }
    next = wanted.upperBound
    return found
  }

  private mutating func shot(of size: Int, _ isCancelled: () -> Bool) throws(HelperError) -> Shot? {
    if let shot = early {
      early = nil
      return shot
    }
    let bytes = try program.read(size, isCancelled: isCancelled)
    // The time of a frame is told before the frame.
    times += FilmListing.shown(program.messages())
    return bytes.count < size || times.isEmpty ? nil : (times.removeFirst(), bytes)
  }
}
