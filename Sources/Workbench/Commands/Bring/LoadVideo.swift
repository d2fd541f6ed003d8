import Chronology
import Encoding
import Formats
import Language
import Numerics
import Values

struct LoadVideo: WorldCommand {
  static let paths = Parameter<[String]>.inputs(
    "paths",
    help: "The frames as pictures: globs, or a folder with a slash at its end; each folder is a clip.")
  static let rate = Parameter<Double>.real(
    "rate", in: 0.001...100_000, unit: "Hz", default: 25, help: "Frames a second.")
  static let start = Parameter<Instant?>.optional(
    "start", .instant, help: "The time of the first frame; 1970 if absent."
  ) { if case .instant(let instant) = $0 { instant } else { nil } }
  static let labels = Parameter<String?>.optional(
    "labels", .input(many: false),
    help: "A table with the label of each frame, in their order, in its last column."
  ) { if case .path(let path) = $0 { path } else { nil } }

  let spec = CommandSpec(
    "load", "video", "Reads the frames of clips as pictures over time.",
    discussion: """
      Frames are pictures in the order of their names, in which numbers count (`img_2` before `img_10`), one folder a clip; clips are segments, which no motion crosses, \
      and follow one another in time. Write the frames of a video file with `ffmpeg -i IN frames/%05d.png`. Samples are \
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
    let loading = PictureLoading(call: call, parameter: Self.paths.base, world: world)
    let loaded = try loading.read(call[Self.paths], work: work)
    var film = Film(loaded, start: call[Self.start] ?? Instant(nanoseconds: 0), rate: call[Self.rate])
    if let column = try label(film.items.count, call, work: work, world: world) {
      film.columns.append(column)
    }
    if film.columns.isEmpty, film.items.contains(where: { $0.mask != nil }) {
      film.columns.append(try film.marked(call, at: Self.paths.base, work: work))
    }
    return .video(film.images)
  }

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
