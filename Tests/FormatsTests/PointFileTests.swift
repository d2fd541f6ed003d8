import Formats
import Foundation
import Numerics
import Testing

@Suite struct `Clouds in files` {
  static let points = [[0.0, 0, 0], [1, 0, 0.5], [0, 2, -1.5]]

  static func read(_ bytes: [UInt8], _ name: String = "a.ply") throws -> PointFile {
    try PointFile(MemorySource(bytes), path: name, work: Work())
  }

  static func floats(_ numbers: [Double], bigEndian: Bool = false) -> [UInt8] {
    numbers.flatMap { number -> [UInt8] in
      let bits = Float(number).bitPattern
      let bytes = (0..<4).map { UInt8(truncatingIfNeeded: bits >> UInt32(8 * $0)) }
      return bigEndian ? bytes.reversed() : bytes
    }
  }

  static func ply(_ form: String, _ body: [UInt8], faces: Bool = true) -> [UInt8] {
    let header = """
      ply
      format \(form) 1.0
      comment made by hand
      element vertex 3
      property float x
      property float y
      property float z
      property uchar red
      \(faces ? "element face 1\nproperty list uchar int vertex_indices\n" : "")end_header

      """
    return Array(header.utf8) + body
  }

  static let text = ply("ascii", Array("0 0 0 255\n1 0 0.5 0\n0 2 -1.5 7\n3 0 1 2\n".utf8))
  static let little = ply("binary_little_endian", zip(points, [255, 0, 7]).flatMap { floats($0) + [$1] })
  static let big = ply(
    "binary_big_endian", zip(points, [255, 0, 7]).flatMap { floats($0, bigEndian: true) + [$1] })

  @Test(arguments: [("text", text), ("little-endian", little), ("big-endian", big)])
  func `are read from PLY`(_ name: String, _ bytes: [UInt8]) throws {
    let file = try Self.read(bytes)
    #expect(file.columns.map(\.name) == ["x", "y", "z", "red"], "\(name)")
    #expect(file.columns[2].numbers == [0, 0.5, -1.5] && file.columns[3].numbers == [255, 0, 7], "\(name)")
  }

  static func pcd(_ data: String, _ body: [UInt8], width: Int = 3, height: Int = 1) -> [UInt8] {
    Array(
      """
      # .PCD v0.7 - Point Cloud Data file format
      VERSION 0.7
      FIELDS x y z rgb
      SIZE 4 4 4 4
      TYPE F F F U
      COUNT 1 1 1 1
      WIDTH \(width)
      HEIGHT \(height)
      VIEWPOINT 0 0 0 1 0 0 0
      POINTS \(width * height)
      DATA \(data)

      """.utf8) + body
  }

  /// Literal runs only: valid LZF that a person can write.
  static func literals(_ bytes: [UInt8]) -> [UInt8] {
    stride(from: 0, to: bytes.count, by: 32).flatMap { start -> [UInt8] in
      let run = bytes[start..<min(start + 32, bytes.count)]
      return [UInt8(run.count - 1)] + run
    }
  }

  static let colours: [[UInt8]] = [[3, 2, 1, 0], [0, 0, 255, 0], [255, 0, 0, 0]]
  static let columns: [UInt8] =
    (0..<3).flatMap { axis in floats(points.map { $0[axis] }) } + colours.flatMap { $0 }
  static let packed: [UInt8] = {
    let body = literals(columns)
    return pcd("binary_compressed", [UInt8(body.count), 0, 0, 0, 48, 0, 0, 0] + body)
  }()
  static let binary = pcd("binary", zip(points, colours).flatMap { floats($0) + $1 })
  static let ascii = pcd("ascii", Array("0 0 0 66051\n1 0 0.5 16711680\n0 2 -1.5 255\n".utf8))

  @Test(arguments: [("text", ascii), ("binary", binary), ("packed", packed)])
  func `are read from PCD with their colours`(_ name: String, _ bytes: [UInt8]) throws {
    let file = try Self.read(bytes, "a.pcd")
    #expect(file.columns.map(\.name) == ["x", "y", "z", "red", "green", "blue"], "\(name)")
    #expect(file.columns[1].numbers == [0, 0, 2], "\(name)")
    #expect(file.columns[3].numbers == [1, 255, 0] && file.columns[5].numbers == [3, 0, 255], "\(name)")
  }

  @Test func `keep the grid of organised PCD, with what was not measured`() throws {
    let file = try Self.read(
      Self.pcd("ascii", Array("0 0 0 1\nnan nan nan 1\n0 2 -1.5 1\n1 1 1 1\n".utf8), width: 2, height: 2),
      "g.pcd")
    #expect(file.gridWidth == 2 && file.count == 4 && file.columns[0].numbers[1].isNaN)
  }

  @Test func `are read from lines, with or without names, and from OBJ and STL`() throws {
    let lines = try Self.read(Array("# scan\n1 2 3 255 0 9\n4 5 6 1 2 3\nnan 1 1 0 0 0\n".utf8), "a.xyz")
    #expect(lines.columns.map(\.name) == ["x", "y", "z", "red", "green", "blue"])
    #expect(lines.count == 2 && lines.leftOut == 1)
    let named = try Self.read(Array("y,x,z,heat\n1,2,3,4\n".utf8), "a.txt")
    #expect(named.columns.map(\.name) == ["x", "y", "z", "heat"] && named.columns[0].numbers == [2])
    let obj = try Self.read(Array("o a\nv 1 2 3\nvn 0 0 1\nv 4 5 6\nf 1 2\n".utf8), "a.obj")
    #expect(obj.columns[0].numbers == [1, 4] && obj.columns.count == 3)
    let stl = Array(
      """
      solid a
      facet normal 0 0 1
      outer loop
      vertex 0 0 0
      vertex 1 0 0
      vertex 0 1 0
      endloop
      endfacet
      facet normal 0 1 0
      outer loop
      vertex 0 0 0
      vertex 1 0 0
      vertex 0 0 1
      endloop
      endfacet
      endsolid a
      """.utf8)
    let corners = try Self.read(stl, "a.stl")
    #expect(corners.count == 4)
    #expect(abs(corners.columns[4].numbers[0] - 0.5.squareRoot()) < 1e-12)
    var binary = [UInt8](repeating: 0, count: 80) + [1, 0, 0, 0]
    binary += Self.floats([0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0]) + [0, 0]
    #expect(try Self.read(binary, "b.stl").count == 3)
  }

  @Test(arguments: [
    ("nothing", "", "a.ply"), ("no vertices", "ply\nformat ascii 1.0\nend_header\n", "a.ply"),
    ("a header without end", "ply\nformat ascii 1.0\n", "a.ply"),
    (
      "too many vertices",
      "ply\nformat ascii 1.0\nelement vertex 99999999\nproperty float x\nend_header\n1\n", "a.ply"
    ),
    ("words", "hello world\nhere\n", "a.xyz"), ("two numbers", "1 2\n", "a.xyz"),
    ("ragged lines", "1 2 3\n1 2\n", "a.xyz"), ("no vertex", "o a\n", "a.obj"),
    ("a short STL", "abc", "a.stl"),
    (
      "huge PCD",
      "VERSION 0.7\nFIELDS x y z\nSIZE 4 4 4\nTYPE F F F\nWIDTH 999999999\nHEIGHT 999999999\nDATA binary\n",
      "a.pcd"
    ),
  ]) func `that are none are refused`(_ label: String, _ text: String, _ name: String) {
    #expect(throws: FormatError.self, "\(label)") { try Self.read(Array(text.utf8), name) }
  }

  @Test func `cut short tell where they end`() {
    #expect(throws: FormatError.self) { try Self.read(Array(Self.little.dropLast(20)), "a.ply") }
    #expect(throws: FormatError.self) { try Self.read(Array(Self.packed.dropLast(3)), "a.pcd") }
  }

  @Test func `with changed bytes never end the program`() {
    var random = SeededGenerator(seed: 8)
    for (bytes, name) in [
      (Self.text, "a.ply"), (Self.little, "a.ply"), (Self.ascii, "a.pcd"), (Self.binary, "a.pcd"),
      (Self.packed, "a.pcd"), (Array("1 2 3\n4 5 6\n".utf8), "a.xyz"),
    ] {
      for round in 0..<1500 {
        var changed = round % 3 == 0 ? Array(bytes.prefix(random.below(bytes.count) + 1)) : bytes
        for _ in 0...random.below(4) { changed[random.below(changed.count)] = UInt8(random.below(256)) }
        _ = try? Self.read(changed, name)
      }
    }
  }

  @Test func `come back as they were written`() throws {
    let columns = zip(["x", "y", "z", "heat"], [[1.1, 2], [0.1, -3e300], [5, 6], [7, .nan]]).map { ($0, $1) }
    let file = try Self.read(PolygonFile.bytes(of: columns))
    for (column, other) in zip(file.columns, columns) {
      #expect(column.name == other.0 && column.numbers.map(\.bitPattern) == other.1.map(\.bitPattern))
    }
  }
}
