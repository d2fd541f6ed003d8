package import Numerics

/// The points of a file: PLY, PCD, STL, OBJ, LAS, or lines of coordinates.
package struct PointFile: Sendable {
  package enum Format: String, Sendable {
    case ply = "PLY", pcd = "PCD", stl = "STL", obj = "OBJ", las = "LAS", lines = "XYZ"
  }

  package let format: Format
  /// `x`, `y`, `z` first, then what else was measured.
  package internal(set) var columns: [(name: String, numbers: [Double])]
  /// Points in a row of the grid; 0 for points in no order.
  package internal(set) var gridWidth = 0
  /// Points without finite coordinates that were left out.
  package internal(set) var leftOut = 0

  package var count: Int { columns.first?.numbers.count ?? 0 }

  /// Larger files are not read into memory.
  package static let mostBytes = 1 << 30
  /// What file names of clouds end in, in lower case.
  package static let extensions: Set<String> = [
    "ply", "pcd", "stl", "obj", "las", "xyz", "pts", "asc", "txt",
  ]

  /// - Parameter path: its ending tells OBJ and plain lines apart where the bytes do not.
  package init(_ source: any ByteSource, path: String, work: Work) throws(FormatError) {
    guard source.count <= Self.mostBytes else { throw .unsupported("it has more than 1 GB") }
    var bytes = try source.read(at: 0, count: source.count)
    if Packed.isPacked(bytes) {
      bytes = try Packed.unpack(source, limit: Self.mostBytes) { !work.isCancelled() }
    }
    if bytes.isEmpty { throw .malformed("it is empty", offset: 0) }
    format = Self.format(of: bytes, path: path)
    switch format {
    case .ply: self.columns = try PolygonFile.points(bytes, work: work)
    case .pcd: (self.columns, gridWidth) = try PointCloudData.points(bytes, work: work)
    case .stl: self.columns = try Stereolithography.points(bytes, work: work)
    case .obj: self.columns = try CoordinateLines.vertices(bytes, work: work)
    case .las: self.columns = try LaserFile.points(bytes, work: work)
    case .lines: self.columns = try CoordinateLines.points(bytes, work: work)
    }
    try settle()
  }

  /// What the first bytes are, or else the ending of the name.
  package static func format(of bytes: [UInt8], path: String) -> Format {
    if bytes.starts(with: Array("ply\n".utf8)) || bytes.starts(with: Array("ply\r".utf8)) { return .ply }
    if bytes.starts(with: Array("# .PCD".utf8)) || bytes.starts(with: Array("VERSION".utf8)) { return .pcd }
    if LaserFile.isLaser(bytes) { return .las }
    let ending = path.lowercased().split(separator: ".").last { $0 != "gz" } ?? ""
    if ending == "obj" { return .obj }
    if ending == "stl" || Stereolithography.isBinary(bytes) { return .stl }
    return .lines
  }

  /// Puts the coordinates first and leaves out points that have none, unless they hold a place in a grid.
  private mutating func settle() throws(FormatError) {
    var places: [Int] = []
    for name in ["x", "y", "z"] {
      guard let place = columns.firstIndex(where: { $0.name.lowercased() == name }) else {
        throw .unsupported(
          "its points have no `\(name)`; they have \(columns.map(\.name).prefix(8).joined(separator: ", "))")
      }
      places.append(place)
    }
    var ordered = zip(["x", "y", "z"], places).map { (name: $0, numbers: columns[$1].numbers) }
    ordered += columns.indices.filter { !places.contains($0) }.map { columns[$0] }
    columns = ordered
    guard count > 0 else { throw .malformed("it holds no point", offset: 0) }
    if gridWidth > 0 { return }
    let (x, y, z) = (columns[0].numbers, columns[1].numbers, columns[2].numbers)
    let kept = x.indices.filter { x[$0].isFinite && y[$0].isFinite && z[$0].isFinite }
    if kept.count == count { return }
    leftOut = count - kept.count
    guard !kept.isEmpty else { throw .malformed("no point has finite coordinates", offset: 0) }
    for place in columns.indices { columns[place].numbers = kept.map { columns[place].numbers[$0] } }
  }
}

/// Walks over the lines of bytes in memory.
struct LineCursor {
  let bytes: [UInt8]
  private(set) var at: Int
  private(set) var number = 0

  init(_ bytes: [UInt8], from start: Int = 0) {
    self.bytes = bytes
    at = start
  }

  /// The next line without its end; nil behind the last.
  mutating func next() -> ArraySlice<UInt8>? {
    guard at < bytes.count else { return nil }
    let end = bytes[at...].firstIndex(of: 10) ?? bytes.count
    var line = bytes[at..<end]
    if line.last == 13 { line = line.dropLast() }
    at = end + 1
    number += 1
    return line
  }
}

extension ArraySlice<UInt8> {
  /// Words between blanks, tabs and the marks given.
  func words(_ marks: UInt8...) -> [ArraySlice<UInt8>] {
    split { $0 == 32 || $0 == 9 || marks.contains($0) }
  }

  var text: String { String(decoding: self, as: UTF8.self) }
}
