import Formats
import Foundation
import Numerics
import Testing
import Values

@Suite struct `MATLAB files` {
  static func read(_ bytes: [UInt8]) throws -> MatlabFile {
    try MatlabFile(MemorySource(bytes), work: Work())
  }

  @Test func `come back as they were written`() throws {
    let columns = [("a", [1.5, -2e300, .nan]), ("b c", [1, 2, 3])]
    let file = try Self.read(MatlabWriter.bytes(of: columns))
    #expect(file.variables.map(\.name) == ["a", "b_c"] && file.variables[0].shape == [3, 1])
    #expect(zip(file.variables[0].values, columns[0].1).allSatisfy { $0.bitPattern == $1.bitPattern })
  }

  /// int8 numbers in a small element, big-endian, a matrix of 2 x 2.
  @Test func `hold small and big-endian elements`() throws {
    var bytes = Array("MATLAB 5.0".utf8)
    bytes += [UInt8](repeating: 32, count: 124 - bytes.count) + [1, 0, UInt8(ascii: "M"), UInt8(ascii: "I")]
    func word(_ value: Int) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * $0)) } }
    let body =
      word(6) + word(8) + word(8) + word(0) + word(5) + word(8) + word(2) + word(2) + [
        0, 1, 0, 1, 88, 0, 0, 0,
      ]
      + [0, 4, 0, 1] + [1, 255, 3, 4]
    bytes += word(14) + word(body.count) + body
    let file = try Self.read(bytes)
    #expect(file.variables.first?.name == "X" && file.variables.first?.values == [1, -1, 3, 4])
    #expect(file.variables.first?.columns(named: "X").map { $0.numbers ?? [] } == [[1, -1], [3, 4]])
  }

  @Test func `that are none, or cut off, are refused`() {
    let whole = MatlabWriter.bytes(of: [("a", [1, 2, 3])])
    #expect(throws: FormatError.self) { try Self.read([]) }
    #expect(throws: FormatError.self) { try Self.read(Array("MATLAB 7.3".utf8)) }
    for length in [128, 140, 160, whole.count - 4] {
      #expect(throws: FormatError.self) { try Self.read(Array(whole.prefix(length))) }
    }
  }

  @Test func `with changed bytes never end the program`() {
    var random = SeededGenerator(seed: 5)
    let whole = MatlabWriter.bytes(of: [("a", [1, 2, 3]), ("b", [4])])
    for _ in 0..<4000 {
      var changed = whole
      for _ in 0...random.below(4) {
        changed[124 + random.below(changed.count - 124)] = UInt8(random.below(256))
      }
      _ = try? Self.read(changed)
    }
  }

  static let folder = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "shared/data/ad_agent_glass/glass.mat")

  @Test(.enabled(if: FileManager.default.fileExists(atPath: folder.path)))
  func `of the glass data are read, packed as they are`() throws {
    let file = try Self.read(Array(try Data(contentsOf: Self.folder)))
    #expect(file.variables.first { $0.name == "X" }?.shape == [214, 9])
    #expect(file.variables.first { $0.name == "y" }?.values.reduce(0, +) == 9)
  }
}
