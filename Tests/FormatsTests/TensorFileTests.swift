import Formats
import Numerics
import Testing

@Suite struct `Files of tensors` {
  private static func file(_ header: String, _ data: [UInt8] = []) -> [UInt8] {
    (0..<8).map { UInt8(truncatingIfNeeded: header.utf8.count >> (8 * $0)) } + Array(header.utf8) + data
  }

  @Test func `give back what was written`() throws {
    let bytes = TensorWriter.bytes(
      of: [
        TensorWriter.Tensor("w", shape: [2, 3], values: [1, 2, 3, 4, 5, -0.1]),
        TensorWriter.Tensor("empty", shape: [0, 4], values: []),
        TensorWriter.Tensor("b", shape: [2], values: [.greatestFiniteMagnitude, .leastNonzeroMagnitude]),
      ], metadata: [("method", "x")])
    let file = try TensorFile(MemorySource(bytes))
    #expect(file.metadata == ["method": "x"])
    #expect(Set(file.items.map(\.name)) == ["w", "empty", "b"])
    let w = try #require(file.items.first { $0.name == "w" })
    #expect(try file.matrix(w) == Matrix(rows: 2, columns: 3, values: [1, 2, 3, 4, 5, -0.1]))
    let b = try #require(file.items.first { $0.name == "b" })
    #expect(try file.matrix(b).values == [.greatestFiniteMagnitude, .leastNonzeroMagnitude])
    #expect(TensorFile.isTelling(bytes, count: bytes.count))
  }

  /// As another library writes them: single and half precision, whole numbers, any order of members.
  @Test func `are read in every type`() throws {
    let header =
      "{\"h\":{\"shape\":[2],\"dtype\":\"F16\",\"data_offsets\":[4,8]},\"f\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},\"i\":{\"dtype\":\"I8\",\"shape\":[2],\"data_offsets\":[8,10]}}"
    let file = try TensorFile(MemorySource(Self.file(header, [0, 0, 192, 63, 0, 60, 0, 192, 255, 1])))
    let values = try file.items.map { try file.matrix($0).values }
    #expect(file.items.map(\.name) == ["f", "h", "i"])
    #expect(values == [[1.5], [1, -2], [-1, 1]])
    let arrays = try ArrayFile(MemorySource(Self.file(header, [0, 0, 192, 63, 0, 60, 0, 192, 255, 1])))
    #expect(arrays.items.map(\.name) == ["f", "h", "i"])
  }

  @Test(arguments: [
    ("a hole", "{\"a\":{\"dtype\":\"I8\",\"shape\":[1],\"data_offsets\":[1,2]}}", 2),
    ("bytes behind the end", "{\"a\":{\"dtype\":\"I8\",\"shape\":[1],\"data_offsets\":[0,1]}}", 2),
    ("too few bytes", "{\"a\":{\"dtype\":\"F64\",\"shape\":[9],\"data_offsets\":[0,72]}}", 8),
    ("another size", "{\"a\":{\"dtype\":\"F64\",\"shape\":[2],\"data_offsets\":[0,8]}}", 8),
    (
      "a shape beyond all numbers",
      "{\"a\":{\"dtype\":\"F64\",\"shape\":[999999999999999,999999999999999],\"data_offsets\":[0,8]}}", 8
    ),
    ("a negative offset", "{\"a\":{\"dtype\":\"I8\",\"shape\":[1],\"data_offsets\":[-1,0]}}", 0),
    (
      "an overlap",
      "{\"a\":{\"dtype\":\"I8\",\"shape\":[2],\"data_offsets\":[0,2]},\"b\":{\"dtype\":\"I8\",\"shape\":[2],\"data_offsets\":[1,3]}}",
      3
    ),
    (
      "a name twice",
      "{\"a\":{\"dtype\":\"I8\",\"shape\":[1],\"data_offsets\":[0,1]},\"a\":{\"dtype\":\"I8\",\"shape\":[1],\"data_offsets\":[1,2]}}",
      2
    ),
    ("a type that is not known", "{\"a\":{\"dtype\":\"F9\",\"shape\":[1],\"data_offsets\":[0,1]}}", 1),
    ("no shape", "{\"a\":{\"dtype\":\"I8\",\"data_offsets\":[0,1]}}", 1), ("no JSON", "{\"a\":", 0),
    ("a list", "[1, 2, 3]", 0),
  ]) func `are refused with`(_ name: String, _ header: String, _ count: Int) {
    #expect(throws: FormatError.self, "\(name)") {
      try TensorFile(MemorySource(Self.file(header, [UInt8](repeating: 0, count: count))))
    }
  }

  @Test func `may not claim a header that is not there`() {
    for bytes: [UInt8] in [
      [], [1, 2, 3], [255, 255, 255, 255, 255, 255, 255, 255, 123], [9, 0, 0, 0, 0, 0, 0, 0, 123],
    ] {
      #expect(throws: FormatError.self) { try TensorFile(MemorySource(bytes)) }
      #expect(!TensorFile.isTelling(bytes, count: bytes.count))
    }
  }
}
