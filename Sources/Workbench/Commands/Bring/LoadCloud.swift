import Formats
import Language
import Numerics
import Values

struct LoadCloud: WorldCommand {
  static let paths = Parameter<[String]>.inputs(
    "paths", help: "PLY, PCD, STL, OBJ, LAS, XYZ or PTS files or globs; each file becomes a segment.")

  let spec = CommandSpec(
    "load", "cloud", "Reads points in space with what else was measured at each.",
    discussion: """
      PLY (text and binary, either byte order), PCD 0.6 and 0.7 (text, binary, packed), STL (each corner once, with \
      the mean normal of its facets), the vertices of OBJ, LAS (versions 1.0 to 1.4, without wave forms; columns that are 0 everywhere are left out), and lines of numbers (x, y, z, then colours of 0 to 255, \
      a normal, or an intensity, by their number and range). Colours become `red`, `green` and `blue`. Clouds of \
      which rows and columns are known keep their grid; in others points without finite coordinates are left out and \
      counted.
      """,
    parameters: [paths.base], output: .cloud, reach: .read,
    examples: [
      Example("generate pump-station --minutes 5 --seed 7 | export --to station.csv --overwrite"),
      Example("load table station.csv | derive x = Temperature | derive y = Pressure | derive z = Flow"),
      Example("_ | select x,y,z | export --to points.csv --overwrite"),
      Example("points = load cloud points.csv"),
      Example("load cloud points.csv | export --to points.ply"),
    ])

  func run(_ call: Invocation, work: Work, world: World) throws(Failure) -> Value {
    let files = try world.files.open(call[Self.paths], for: Self.paths.base, of: call.call)
    var parts: [PointFile] = []
    for file in files {
      do throws(FormatError) {
        let part = try PointFile(file.source, path: file.path, work: work)
        if part.leftOut > 0 {
          call.note("\(file.path): \(counted(part.leftOut, "point")) without finite coordinates left out")
        }
        parts.append(part)
      } catch {
        throw error.failure(
          file.path, at: Self.paths.base, of: call.call,
          remedy: "Save it again as PLY, PCD, STL, OBJ, LAS, or as lines of x y z.")
      }
    }
    guard let first = parts.first else { throw .cancelled }
    let common = first.columns.map(\.name).filter { name in
      parts.allSatisfy { part in part.columns.contains { $0.name == name } }
    }
    let lost = Set(parts.flatMap { $0.columns.map(\.name) }).subtracting(common).sorted()
    if !lost.isEmpty { call.note("not in all files, and so left out: \(lost.joined(separator: ", "))") }
    let columns = common.map { name in
      Column(
        numbers: parts.flatMap { part in part.columns.first { $0.name == name }?.numbers ?? [] }, name: name)
    }
    var index = Index.rows(parts.reduce(0) { $0 + $1.count })
    if parts.count > 1 {
      var start = 0
      for (name, part) in zip(SegmentNames.names(files.map(\.path)), parts) {
        index.segments.append(Segment(name: name, rows: start..<start + part.count))
        start += part.count
      }
    }
    return .cloud(Cloud(points: Frame(index: index, columns: columns), gridWidths: parts.map(\.gridWidth)))
  }
}
