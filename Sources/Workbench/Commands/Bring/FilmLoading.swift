import Chronology
import Formats
import Language
import Notation
import Numerics
import Values

/// Film files as one value: each is a segment, and they follow one another.
struct FilmLoading {
  typealias Found = (path: String, source: any ByteSource, container: FilmContainer)

  let call: Invocation
  let parameter: AnyParameter
  let world: World

  /// The films among the files that the paths mean; pictures are told by their names.
  func films(_ paths: [String]) throws(Failure) -> [Found] {
    var films: [Found] = []
    var seen = Set<String>()
    for file in paths.flatMap(world.files.files(matching:))
    // A picture that moves is a film for those who ask for this one.
    where (!PictureFile.isPicture(file) || paths.contains(file)) && seen.insert(file).inserted {
      do throws(Diagnostic) {
        let source = try world.files.open(file)
        do throws(FormatError) {
          if let container = try FilmFile.container(source, path: file) {
            films.append((file, source, container))
          }
        } catch {
          throw error.failure(file, at: parameter, of: call.call, remedy: "Check the disk.").diagnostic
        }
      } catch {
        // A folder holds other things, too.
        if paths.contains(file) { throw .diagnostic(error) }
      }
    }
    return films.sorted { NumberedNames.isBefore($0.path, $1.path) }
  }

  /// - Parameters:
  ///   - rate: of frames that are taken to be equally far apart; if nil, each has the time that the file tells.
  ///   - items: what is known of each file; its folder tells the split where nothing is.
  func read(
    _ films: [Found], start: Instant?, rate: Double?, items known: [String: PictureFolder.Item]? = nil,
    work: Work
  ) throws(Failure) -> Images {
    var read: [FilmFrames.Film] = []
    var digests: [UInt64] = []
    var refused: [Failure] = []
    for (number, found) in films.enumerated() {
      work.report(Double(number) / Double(films.count), "looking at films")
      do throws(FilmFile.Trouble) {
        let (film, own) = try film(found, work: work)
        read.append(film)
        digests += own
      } catch {
        let failure = error.failure(found.path, at: parameter, call)
        switch error {
        case .format, .missing: refused.append(failure)
        case .absent, .cancelled: throw failure
        }
      }
    }
    if let first = refused.first {
      if read.isEmpty { throw first }
      call.note("\(counted(refused.count, "film")) left out (the first: \(first.diagnostic.summary))")
    }
    tell(read, start: start)
    let axis = Self.axis(read, start: start ?? Instant(nanoseconds: 0), rate: rate)
    let items =
      known.map { known in read.compactMap { known[$0.file.path] } }
      ?? PictureFolder(read.map(\.file.path)).items
    var segments: [Segment] = []
    var row = 0
    for (film, name) in zip(read, SegmentNames.names(read.map(\.file.path))) {
      segments.append(Segment(name: name, rows: row..<row + film.frames.count))
      row += film.frames.count
    }
    var index = Index(.time(axis), segments: segments.count > 1 ? segments : [])
    let splits = items.compactMap(\.split)
    if splits.count == read.count, Set(splits).count > 1 {
      index.splits = zip(splits, read).flatMap { Array(repeating: $0, count: $1.frames.count) }
    }
    var columns: [Column] = []
    if known != nil {
      let frames = zip(items, read).flatMap { Array(repeating: $0, count: $1.frames.count) }
      columns = PictureLoading.labels(of: frames, normal: ["0"], call)
    }
    return Images(
      frame: Frame(index: index, columns: columns),
      shapes: read.flatMap { Array(repeating: $0.shape, count: $0.frames.count) }, digests: digests,
      pictures: FilmFrames(read, world: world, isCancelled: work.isCancelled))
  }

  private func film(
    _ found: Found, work: Work
  ) throws(FilmFile.Trouble) -> (film: FilmFrames.Film, digests: [UInt64]) {
    let file = try FilmFile(found.path, found.source, found.container, world: world, work: work)
    let shape = try file.shape(world: world, work: work)
    let frames = try file.frames(world: world, work: work)
    guard !frames.list.isEmpty else { throw .format(.malformed("it has no frames", offset: 0)) }
    if let complaint = frames.complaint {
      call.note("`\(found.path)` is cut off or damaged: \(Visible.line(complaint))")
    }
    do throws(FormatError) {
      let whole = try Self.digest(found.source, work)
      let digests = frames.list.indices.map { number in
        var builder = FingerprintBuilder()
        builder.add(whole)
        builder.add(UInt64(number))
        return builder.finish().high
      }
      return (try FilmFrames.Film(file, frames, shape, isCancelled: work.isCancelled), digests)
    } catch {
      throw .format(error)
    }
  }

  /// Of all bytes.
  private static func digest(_ source: any ByteSource, _ work: Work) throws(FormatError) -> UInt64 {
    var builder = FingerprintBuilder()
    let size = 4 << 20
    for place in stride(from: 0, to: source.count, by: size) {
      if work.isCancelled() { throw .cancelled }
      builder.add(bytes: try source.read(at: place, count: size))
    }
    return builder.finish().high
  }

  // MARK: - Time

  /// Times that are printed in milliseconds may be off by one.
  private static let rounding = 1.1e-3

  /// The step between frames where it is always the same.
  private static func step(_ film: FilmFrames.Film) -> Double? {
    guard let first = film.frames.first, let last = film.frames.last else { return nil }
    let told = film.file.listing.pictures?.rate ?? 0
    let mean = (last.time - first.time) / Double(max(1, film.frames.count - 1))
    let candidates = (told > 0 ? [1 / told] : []) + (mean > 0 ? [mean] : [])
    return candidates.first { step in
      film.frames.enumerated().allSatisfy {
        abs($0.element.time - first.time - Double($0.offset) * step) <= rounding
      }
    }
  }

  private static func axis(_ films: [FilmFrames.Film], start: Instant, rate: Double?) -> TimeAxis {
    let steps = films.map { film in rate.map { 1 / $0 } ?? step(film) }
    let count = films.reduce(0) { $0 + $1.frames.count }
    let first = films.first.map { offset($0) } ?? 0
    if let only = steps.first ?? nil, steps.allSatisfy({ $0 == only }) {
      return .regular(
        start: start + TimeSpan(seconds: rate == nil ? first : 0), step: TimeSpan(seconds: only), count: count
      )
    }
    var times: [Int64] = []
    var end = 0.0
    for film in films {
      let zero = film.frames.first?.time ?? 0
      // A film begins when the one before has ended; the first keeps its lead over its sound.
      let begin = times.isEmpty ? first : end
      times += film.frames.map { (start + TimeSpan(seconds: begin + $0.time - zero)).nanoseconds }
      let length = (film.frames.last?.time ?? 0) - zero
      end = begin + length + length / Double(max(1, film.frames.count - 1))
    }
    return .listed(times)
  }

  /// How long after the beginning of the file its first frame is shown.
  private static func offset(_ film: FilmFrames.Film) -> Double {
    max(0, (film.frames.first?.time ?? 0) - film.file.listing.start)
  }

  // MARK: - What is told

  private func tell(_ films: [FilmFrames.Film], start: Instant?) {
    guard let first = films.first, let pictures = first.file.listing.pictures else { return }
    let which = films.count == 1 ? "" : "the first of \(films.count) films: "
    var words = "\(first.file.container.name) with \(Visible.line(pictures.codec))"
    if let step = Self.step(first) {
      words += " at \((1 / step).shortText(digits: 5)) frames a second"
    } else {
      words += ", the frames not equally far apart"
    }
    if let sound = first.file.listing.sound {
      words +=
        ", and sound at \(sound.rate.shortText(digits: 6)) Hz: `load audio \(Word.written(first.file.path))`"
    }
    call.note(which + words)
    if start == nil, let made = first.file.listing.made, Instant(made) != nil {
      call.note("by its own account it was made at \(Visible.line(made)): say when it begins with `--start`")
    }
  }
}
