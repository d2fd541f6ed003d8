import Chronology
import Encoding
import Formats
import Language
import Numerics
import Values

/// Pictures that were looked at as the frames of clips, each folder a clip.
struct Film {
  let items: [PictureFolder.Item]
  private let entries: [PictureFiles.Entry]
  private let shapes: [PictureShape]
  private let index: Index
  /// What is known of each frame.
  var columns: [Column] = []
  /// Whether the frames hold metres.
  var isDepth = false

  /// - Parameter isBefore: the order of two paths; if absent that of the texts, but for numbers, which count.
  init(
    _ loaded: PictureLoading.Loaded, start: Instant = Instant(nanoseconds: 0), rate: Double,
    isBefore: (String, String) -> Bool = NumberedNames.isBefore
  ) {
    let order = loaded.items.indices.sorted { isBefore(loaded.items[$0].path, loaded.items[$1].path) }
    items = order.map { loaded.items[$0] }
    entries = order.map { loaded.entries[$0] }
    shapes = order.map { loaded.shapes[$0] }
    var segments: [Segment] = []
    for (row, folder) in items.map({ Self.folder($0.path) }).enumerated() {
      if let last = segments.last, last.name == folder {
        segments[segments.count - 1] = Segment(name: folder, rows: last.rows.lowerBound..<row + 1)
      } else {
        segments.append(Segment(name: folder, rows: row..<row + 1))
      }
    }
    let names = SegmentNames.names(segments.map { $0.name + "/x" }).map { String($0.dropLast(2)) }
    segments = zip(names, segments).map { Segment(name: $0, rows: $1.rows) }
    let axis = TimeAxis.regular(start: start, step: TimeSpan(seconds: 1 / rate), count: items.count)
    var index = Index(.time(axis), segments: segments.count > 1 ? segments : [])
    let splits = items.compactMap(\.split)
    if splits.count == items.count, Set(splits).count > 1 { index.splits = splits }
    self.index = index
  }

  var images: Images {
    Images(
      frame: Frame(index: index, columns: columns), shapes: shapes, digests: entries.map(\.identity),
      hasMask: Mask(items.map { $0.mask != nil }), content: isDepth ? .depth : .light,
      unit: isDepth ? "m" : nil, pictures: PictureFiles(entries))
  }

  private static func folder(_ path: String) -> String {
    path.lastIndex(of: "/").map { String(path[..<$0]) } ?? ""
  }

  /// Whether each frame has a marked pixel.
  func marked(_ call: Invocation, at parameter: AnyParameter, work: Work) throws(Failure) -> Column {
    let frames = PictureFiles(entries)
    let flags = try frames.marked(items.map { $0.mask != nil }, call, at: parameter, work: work)
    return Column("anomaly", .bool(flags), role: .label)
  }
}

extension PictureFiles {
  /// Whether each picture has a mask with a marked pixel.
  func marked(
    _ hasMask: [Bool], _ call: Invocation, at parameter: AnyParameter, work: Work
  ) throws(Failure) -> [Bool] {
    let results: [Result<Bool, PictureError>]
    do throws(Cancelled) {
      results = try work.map(hasMask.count, stage: "looking at masks") { row in
        guard hasMask[row] else { return .success(false) }
        do throws(PictureError) {
          return .success(try mask(row)?.plane(0).contains { $0 > 0 } ?? false)
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
      case .failure(let error): throw call.failure(EncodingError.picture(error), at: parameter)
      }
    }
    return flags
  }
}
