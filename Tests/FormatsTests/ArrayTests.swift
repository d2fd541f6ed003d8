import Formats
import Foundation
import Numerics
import Testing
import Values

@Suite struct `NumPy arrays` {
  static func bytes(_ base64: String) -> [UInt8] { Data(base64Encoded: base64).map(Array.init) ?? [] }

  static func columns(_ bytes: [UInt8]) throws -> [String] {
    let file = try ArrayFile(MemorySource(bytes))
    return try file.items.flatMap { item in
      try file.columns(of: item, name: item.name.isEmpty ? "x" : item.name, work: Work()).map { column in
        let cells = (0..<column.count).map { row -> String in
          if column.isNull(row) { return "-" }
          return switch column.cells {
          case .number(let numbers): "\(numbers[row])"
          case .bool(let bits): "\(bits[row])"
          case .text(let texts): texts[row]
          case .time(let times): "\(times[row])"
          case .category: "?"
          }
        }
        return "\(column.name): " + cells.joined(separator: " ")
      }
    }
  }

  // Written by NumPy 2.4.
  @Test(
    arguments: [
      (
        "doubles",
        "k05VTVBZAQB2AHsnZGVzY3InOiAnPGY4JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDIs"
          + "IDIpLCB9ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAg"
          + "IAoAAAAAAAD4PwAAAAAAAADAAAAAAAAACECcdQCIPORXfg==",
        ["x0: 1.5 3.0", "x1: -2.0 4e+300"]
      ),
      (
        "big-endian singles",
        "k05VTVBZAQB2AHsnZGVzY3InOiAnPmY0JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDMs"
          + "KSwgfSAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAg"
          + "IAo/wAAAf8AAAH+AAAA=",
        ["x: 1.5 - inf"]
      ),
      (
        "halves",
        "k05VTVBZAQB2AHsnZGVzY3InOiAnPGYyJywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDUs"
          + "KSwgfSAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAg"
          + "IAoAPgC0/3sBAAB8",
        ["x: 1.5 -0.25 65504.0 5.960464477539063e-08 inf"]
      ),
      (
        "signed bytes",
        "k05VTVBZAQB2AHsnZGVzY3InOiAnfGkxJywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDIs"
          + "KSwgfSAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAg"
          + "IAqAfw==",
        ["x: -128.0 127.0"]
      ),
      (
        "unsigned",
        "k05VTVBZAQB2AHsnZGVzY3InOiAnPnUyJywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDIs"
          + "KSwgfSAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAg"
          + "IAoAAP//",
        ["x: 0.0 65535.0"]
      ),
      (
        "whole numbers",
        "k05VTVBZAQB2AHsnZGVzY3InOiAnPGk4JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDEs"
          + "IDIpLCB9ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAg"
          + "IAoAAAAAAADg/wAAAAAAACAA",
        ["x0: -9007199254740992.0", "x1: 9007199254740992.0"]
      ),
      (
        "Fortran order",
        "k05VTVBZAQB2AHsnZGVzY3InOiAnPGY4JywgJ2ZvcnRyYW5fb3JkZXInOiBUcnVlLCAnc2hhcGUnOiAoMiwg"
          + "MyksIH0gICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAg"
          + "IAoAAAAAAAAAAAAAAAAAAAhAAAAAAAAA8D8AAAAAAAAQQAAAAAAAAABAAAAAAAAAFEA=",
        ["x0: 0.0 3.0", "x1: 1.0 4.0", "x2: 2.0 5.0"]
      ),
      (
        "three indices in Fortran order",
        "k05VTVBZAQB2AHsnZGVzY3InOiAnPGY4JywgJ2ZvcnRyYW5fb3JkZXInOiBUcnVlLCAnc2hhcGUnOiAoMiwg"
          + "MywgMiksIH0gICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAg"
          + "IAoAAAAAAAAAAAAAAAAAABhAAAAAAAAAAEAAAAAAAAAgQAAAAAAAABBAAAAAAAAAJEAAAAAAAADwPwAAAAAA"
          + "ABxAAAAAAAAACEAAAAAAAAAiQAAAAAAAABRAAAAAAAAAJkA=",
        ["x0: 0.0 6.0", "x1: 1.0 7.0", "x2: 2.0 8.0", "x3: 3.0 9.0", "x4: 4.0 10.0", "x5: 5.0 11.0"]
      ),
      (
        "truth values",
        "k05VTVBZAQB2AHsnZGVzY3InOiAnfGIxJywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDIs"
          + "KSwgfSAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAg"
          + "IAoBAA==",
        ["x: true false"]
      ),
      (
        "Unicode",
        "k05VTVBZAQB2AHsnZGVzY3InOiAnPFUyJywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDIs"
          + "KSwgfSAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAg"
          + "IAphAAAA6QAAAGIAAAAAAAAA",
        ["x: aé b"]
      ),
      (
        "bytes",
        "k05VTVBZAQB2AHsnZGVzY3InOiAnfFMyJywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDIs"
          + "KSwgfSAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAg"
          + "IAphYmMA",
        ["x: ab c"]
      ),
      (
        "no rows",
        "k05VTVBZAQB2AHsnZGVzY3InOiAnPGY4JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDAs"
          + "IDMpLCB9ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAg"
          + "IAo=",
        ["x0: ", "x1: ", "x2: "]
      ),
      (
        "records",
        "k05VTVBZAQC2AHsnZGVzY3InOiBbKCdkYXknLCAnPE04W0RdJyksICgneCcsICc+ZjQnKSwgKCdwJywgJzxp"
          + "MicsICgyLCkpLCAoJ3MnLCAnPFUyJyksICgnb2snLCAnfGIxJyksICgnJywgJ3xWNycpXSwgJ2ZvcnRyYW5f"
          + "b3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDIsKSwgfSAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAg"
          + "ICAKaTEAAAAAAAA/wAAAAQACAGEAAABiAAAAAQAAAAAAAABqMQAAAAAAAEAAAAADAAQAYwAAAAAAAAAAAAAA"
          + "AAAAAA==",
        [
          "day: 1092873600000000000 1092960000000000000", "x: 1.5 2.0", "p0: 1.0 3.0", "p1: 2.0 4.0",
          "s: ab c",
          "ok: true false",
        ]
      ),
    ] as [(String, String, [String])]) func `are read as NumPy wrote them`(
      _ name: String, _ base64: String, _ expected: [String]
    ) throws
  {
    #expect(try Self.columns(Self.bytes(base64)) == expected, "\(name)")
  }

  static let stored =
    "UEsDBC0AAAAAAAAAIQCjIIiE//////////8FABQAWC5ucHkBABAAoAAAAAAAAACgAAAAAAAAAJNOVU1QWQEA"
    + "dgB7J2Rlc2NyJzogJzxmOCcsICdmb3J0cmFuX29yZGVyJzogRmFsc2UsICdzaGFwZSc6ICgyLCAyKSwgfSAg"
    + "ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAKAAAAAAAA"
    + "AAAAAAAAAADwPwAAAAAAAABAAAAAAAAACEBQSwMELQAAAAAAAAAhAH5q+8n//////////wUAFAB5Lm5weQEA"
    + "EACQAAAAAAAAAJAAAAAAAAAAk05VTVBZAQB2AHsnZGVzY3InOiAnPGk4JywgJ2ZvcnRyYW5fb3JkZXInOiBG"
    + "YWxzZSwgJ3NoYXBlJzogKDIsKSwgfSAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAg"
    + "ICAgICAgICAgICAgICAgICAgIAoAAAAAAAAAAAEAAAAAAAAAUEsBAi0DLQAAAAAAAAAhAKMgiISgAAAAoAAA"
    + "AAUAAAAAAAAAAAAAAIABAAAAAFgubnB5UEsBAi0DLQAAAAAAAAAhAH5q+8mQAAAAkAAAAAUAAAAAAAAAAAAA"
    + "AIAB1wAAAHkubnB5UEsFBgAAAAACAAIAZgAAAJ4BAAAAAA=="
  static let packed =
    "UEsDBC0AAAAIAAAAIQCjIIiE//////////8FABQAWC5ucHkBABAAoAAAAAAAAABRAAAAAAAAAJvsF+obEMnI"
    + "UMZQrZ6SWpxcpG6loG6TZqGuo6Cell9UUpSYF59flJIKEndLzClOBYoXZyQWpAL5GkY6CkaaOgq1CmQDLgYU"
    + "8MEeynCAUBwOAFBLAwQtAAAACAAAACEAfmr7yf//////////BQAUAHkubnB5AQAQAJAAAAAAAAAASQAAAAAA"
    + "AACb7BfqGxDJyFDGUK2eklqcXKRupaBuk2mhrqOgnpZfVFKUmBefX5SSChJ3S8wpTgWKF2ckFqQC+RpGOpo6"
    + "CrUKFAAuBihghNIAUEsBAi0DLQAAAAgAAAAhAKMgiIRRAAAAoAAAAAUAAAAAAAAAAAAAAIABAAAAAFgubnB5"
    + "UEsBAi0DLQAAAAgAAAAhAH5q+8lJAAAAkAAAAAUAAAAAAAAAAAAAAIABiAAAAHkubnB5UEsFBgAAAAACAAIA"
    + "ZgAAAAgBAAAAAA=="

  @Test(arguments: [stored, packed]) func `come out of archives, stored or packed`(_ base64: String) throws {
    let bytes = Self.bytes(base64)
    #expect(try Self.columns(bytes) == ["X0: 0.0 2.0", "X1: 1.0 3.0", "y: 0.0 1.0"])
    for cut in [5, 60, 100, bytes.count - 30] {
      #expect(throws: FormatError.self) { try Self.columns(Array(bytes[..<cut])) }
    }
  }

  @Test(arguments: [
    (
      "Python objects",
      "k05VTVBZAQB2AHsnZGVzY3InOiAnfE8nLCAnZm9ydHJhbl9vcmRlcic6IEZhbHNlLCAnc2hhcGUnOiAoMiwp"
        + "LCB9ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAg"
        + "IAqABJWNAAAAAAAAAIwWbnVtcHkuX2NvcmUubXVsdGlhcnJheZSMDF9yZWNvbnN0cnVjdJSTlIwFbnVtcHmU"
        + "jAduZGFycmF5lJOUSwCFlEMBYpSHlFKUKEsBSwKFlGgDjAVkdHlwZZSTlIwCTziUiYiHlFKUKEsDjAF8lE5O"
        + "Tkr/////Sv////9LP3SUYoldlChLAU5ldJRiLg==",
      FormatError.unsupported("it holds Python objects, and reading them would run code")
    ),
    (
      "records in two directions",
      "k05VTVBZAQB2AHsnZGVzY3InOiBbKCdhJywgJzxpNCcpXSwgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3No"
        + "YXBlJzogKDIsIDIpLCB9ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAg"
        + "IAoAAAAAAAAAAAAAAAAAAAAA",
      FormatError.unsupported("it holds records in more than one direction")
    ),
  ]) func `of other things are refused`(_ name: String, _ base64: String, _ expected: FormatError) {
    #expect(throws: expected, "\(name)") { try Self.columns(Self.bytes(base64)) }
  }

  @Test func `with bytes changed at random never trap`() {
    var random = SeededGenerator(seed: 4)
    let samples = [Self.stored, Self.packed].map(Self.bytes)
    for round in 0..<4000 {
      var bytes = samples[round % 2]
      for _ in 0...Int(random.next() % 6) {
        bytes[Int(random.next() % UInt64(bytes.count))] = UInt8(truncatingIfNeeded: random.next())
      }
      if let columns = try? Self.columns(bytes) { #expect(columns.count < 1000) }
    }
    for shape in [
      "(0, 99999999999999)", "(0, 4294967296, 4294967296, 4294967296)", "(9223372036854775807, 2)",
    ] {
      let header = "{'descr': '<f8', 'fortran_order': False, 'shape': \(shape), }"
      let bytes =
        [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(header.utf8.count), 0] + Array(header.utf8)
      #expect(throws: FormatError.self) { try Self.columns(bytes) }
    }
  }
}
