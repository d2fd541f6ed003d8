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
      Frames are pictures in the order of their names, one folder a clip; clips are segments, which no motion crosses, \
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
    let order = loaded.items.indices.sorted { loaded.items[$0].path < loaded.items[$1].path }
    let items = order.map { loaded.items[$0] }
    let marks = items.map { Self.folder($0.path) }
    var segments: [Segment] = []
    for (row, folder) in marks.enumerated() {
      if let last = segments.last, last.name == folder {
        segments[segments.count - 1] = Segment(name: folder, rows: last.rows.lowerBound..<row + 1)
      } else {
        segments.append(Segment(name: folder, rows: row..<row + 1))
      }
    }
    let names = SegmentNames.names(segments.map { $0.name + "/x" }).map { String($0.dropLast(2)) }
    segments = zip(names, segments).map { Segment(name: $0, rows: $1.rows) }
    let axis = TimeAxis.regular(
      start: call[Self.start] ?? Instant(nanoseconds: 0), step: TimeSpan(seconds: 1 / call[Self.rate]),
      count: items.count)
    var index = Index(.time(axis), segments: segments.count > 1 ? segments : [])
    let splits = items.compactMap(\.split)
    if splits.count == items.count, Set(splits).count > 1 { index.splits = splits }
    var columns: [Column] = []
    if let column = try label(items.count, call, work: work, world: world) { columns.append(column) }
    let entries = order.map { loaded.entries[$0] }
    if columns.isEmpty, items.contains(where: { $0.mask != nil }) {
      columns.append(try marked(PictureFiles(entries), items.map { $0.mask != nil }, call, work: work))
    }
    return .video(
      Images(
        frame: Frame(index: index, columns: columns), shapes: order.map { loaded.shapes[$0] },
        digests: entries.map(\.digest), hasMask: Mask(items.map { $0.mask != nil }),
        pictures: PictureFiles(entries)))
  }

  private static func folder(_ path: String) -> String {
    path.lastIndex(of: "/").map { String(path[..<$0]) } ?? ""
  }

  /// Whether each frame has a marked pixel.
  private func marked(
    _ frames: PictureFiles, _ hasMask: [Bool], _ call: Invocation, work: Work
  ) throws(Failure) -> Column {
    let results: [Result<Bool, PictureError>]
    do throws(Cancelled) {
      results = try work.map(hasMask.count, stage: "looking at masks") { row in
        guard hasMask[row] else { return .success(false) }
        do throws(PictureError) {
          return .success(try frames.mask(row)?.plane(0).contains { $0 > 0 } ?? false)
        } catch {
          return .failure(error)
        }
      }
    } catch {
      throw .cancelled
    }
    var flags: [Bool] = []
    for result in results {
      switch result {
      case .success(let flag): flags.append(flag)
      case .failure(let error): throw call.failure(EncodingError.picture(error), at: Self.paths.base)
      }
    }
    return Column("anomaly", .bool(flags), role: .label)
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
