import Chronology
import Encoding
import Formats
import Language
import Numerics
import Values

struct LoadVideo: WorldCommand {
  static let paths = Parameter<[String]>.inputs(
    "paths",
    help: "Films, or frames as pictures: files, globs, or a folder with a slash at its end.")
  static let rate = Parameter<Double?>.optional(
    "rate", .real(0.001...100_000, unit: "Hz"),
    help: "Frames a second; if absent, what a film tells, and 25 of pictures."
  ) { if case .real(let rate) = $0 { rate } else { nil } }
  static let start = Parameter<Instant?>.optional(
    "start", .instant, help: "The time of the first frame; 1970 if absent."
  ) { if case .instant(let instant) = $0 { instant } else { nil } }
  static let labels = Parameter<String?>.optional(
    "labels", .input(many: false),
    help: "A table with the label of each frame, in their order, in its last column."
  ) { if case .path(let path) = $0 { path } else { nil } }

  let spec = CommandSpec(
    "load", "video", "Reads films, or folders of frames, as pictures over time.",
    discussion: """
      Films (MP4, AVI, Matroska, WebM, QuickTime, MPEG, GIF and others) are decoded by ffmpeg, which runs beside Sonde and must be \
      installed: `scripts/ffmpeg`. Every frame has the time that the file gives it; `load audio` reads the sound track on the same clock. \
      Frames may lie in folders as well, as pictures in the order of their names, in which numbers count (`img_2` before \
      `img_10`), one folder a clip. Each film or folder is a segment, which no motion crosses, and they follow one another in time. Samples are \
      decoded when they are needed. A folder called like a clip with `_gt` behind its name holds its masks, as in the UCSD \
      pedestrian data; then the label `anomaly` is true for frames with a marked pixel, unless --labels names a table.
      """,
    parameters: [paths.base, rate.base, start.base, labels.base], output: .video, reach: .read,
    examples: [
      Example("generate tiles --count 20 --seed 7 | show --rows 0..0 | export --to frame1.png --overwrite"),
      Example("generate tiles --count 20 --seed 7 | show --rows 1..1 | export --to frame2.png --overwrite"),
      Example("film = load video frame*.png --rate 10Hz"),
      Example("load video frame*.png --rate 10Hz --start 2026-03-01T08:00"),
      Example("moves = encode film --use motion"),
    ])

  func run(_ call: Invocation, work: Work, world: World) throws(Failure) -> Value {
    let loading = FilmLoading(call: call, parameter: Self.paths.base, world: world)
    let films = try loading.films(call[Self.paths])
    if !films.isEmpty {
      let video = try loading.read(films, start: call[Self.start], rate: call[Self.rate], work: work)
      guard let column = try label(video.count, call, work: work, world: world) else { return .video(video) }
      return .video(video.with(frame: Frame(index: video.index, columns: [column])))
    }
    return .video(try frames(call, work: work, world: world))
  }

  /// Frames that are pictures.
  private func frames(_ call: Invocation, work: Work, world: World) throws(Failure) -> Images {
    let loading = PictureLoading(call: call, parameter: Self.paths.base, world: world)
    let loaded = try loading.read(call[Self.paths], work: work)
    var film = Film(
      loaded, start: call[Self.start] ?? Instant(nanoseconds: 0), rate: call[Self.rate] ?? Self.usualRate)
    if let column = try label(film.items.count, call, work: work, world: world) {
      film.columns.append(column)
    }
    if film.columns.isEmpty, film.items.contains(where: { $0.mask != nil }) {
      film.columns.append(try film.marked(call, at: Self.paths.base, work: work))
    }
    return film.images
  }

  private static let usualRate = 25.0

  /// The last column of the table of labels.
  private func label(
    _ count: Int, _ call: Invocation, work: Work, world: World
  ) throws(Failure) -> Column? {
    guard let path = call[Self.labels] else { return nil }
    guard let file = try world.files.open([path], for: Self.labels.base, of: call.call).first else {
      return nil
    }
    let table: DelimitedTable
    do throws(TableFailure) {
      table = try DelimitedReader([file.source]).read(work: work)
    } catch {
      guard case .format(let problem) = error.problem else { throw .cancelled }
      throw problem.failure(
        path, at: Self.labels.base, of: call.call, remedy: "Give a CSV file with one frame a line.")
    }
    guard let last = table.columns.last, let numbers = last.numbers else {
      throw call.blame(
        Self.labels.base, "E0525", "the last column of `\(path)` holds no truth values", label: "not labels",
        remedy: "Write 0 or 1 for each frame in the last column.")
    }
    guard numbers.count == count else {
      throw call.blame(
        Self.labels.base, "E0535", "`\(path)` labels \(numbers.count) frames, and there are \(count)",
        label: "not the same frames", remedy: "Give one line a frame, in the order of their names.")
    }
    return Column("anomaly", .bool(numbers.map { $0 > 0 }), role: .label)
  }
}
