import Formats
import Numerics
import Testing
import Values

@Suite struct `Databases` {
  private static let columns = [
    Column(numbers: [1.5, .nan, -3, 1e300], name: "value"),
    Column(
      "kind", .category(codes: [0, 1, -1, 0], levels: ["a \"b\"", "ü"]),
      nulls: Mask([false, false, true, false])),
    Column("on", .bool([true, false, true, false])),
    Column("at", .time([0, 1_000_000, -5, 1_772_352_000_000_000_000])),
  ]

  private static func database() throws -> [UInt8] {
    try DatabaseWriter.bytes(of: columns, table: "pump", work: Work())
  }

  @Test func `hold what was written`() throws {
    let file = try DatabaseFile(MemorySource(Self.database()))
    #expect(try file.tables().map(\.name) == ["pump"])
    let rows = try file.rows(of: DatabaseFile.query(all: "pump"))
    #expect(
      "\(rows.columns)" == "\(Self.columns)" && rows.rowCount == 4 && rows.leftOut.isEmpty
        && rows.rounded.isEmpty)
  }

  @Test func `answer queries with names told apart, bytes left out, and rounding told`() throws {
    let file = try DatabaseFile(MemorySource(Self.database()))
    let rows = try file.rows(
      of:
        "select value, value, x'00ff' as raw, 9007199254740993 as big, case when value > 0 then 'up' else 2 end as m from pump"
    )
    #expect(rows.columns.map(\.name) == ["value", "value_2", "big", "m"])
    #expect(rows.leftOut == ["raw"] && rows.rounded == ["big"])
    #expect(rows.columns[3].cells == .category(codes: [1, 0, 0, 1], levels: ["2", "up"]))
  }

  @Test(arguments: [
    "delete from pump", "attach 'x.db' as x", "drop table pump", "pragma writable_schema = 1",
    "create table x(a)",
    "select load_extension('x')", "select nothing from pump", "nonsense", "", "vacuum into 'x.db'",
    "select 1; select 2 --",
  ]) func `only read`(_ query: String) throws {
    let file = try DatabaseFile(MemorySource(Self.database()))
    if query.hasPrefix("select 1;") {
      #expect(try file.rows(of: query).rowCount == 1)
    } else {
      #expect(throws: FormatError.self) { try file.rows(of: query) }
    }
    #expect(try file.rows(of: "select count(*) from pump").columns[0].numbers == [4])
  }

  @Test func `stop when that is wished`() throws {
    let file = try DatabaseFile(MemorySource(Self.database())) { true }
    #expect(throws: FormatError.cancelled) {
      try file.rows(
        of: "with recursive n(i) as (select 1 union all select i + 1 from n) select count(*) from n")
    }
  }

  @Test func `that are damaged are refused, and never trap`() throws {
    let whole = try Self.database()
    #expect(throws: FormatError.self) { try DatabaseFile(MemorySource(Array("SQLite".utf8))) }
    for cut in stride(from: 100, to: whole.count, by: 97) {
      guard let file = try? DatabaseFile(MemorySource(Array(whole[..<cut]))) else { continue }
      _ = try? file.rows(of: DatabaseFile.query(all: "pump"))
    }
  }
}

@Suite struct `Files packed by zstd` {
  @Test func `are unpacked, frame by frame`() throws {
    let raw: [UInt8] = [0x28, 0xb5, 0x2f, 0xfd, 0x20, 0x08, 0x41, 0x00, 0x00] + Array("a,b\n1,2\n".utf8)
    #expect(try Zstandard.unpack(MemorySource(raw)) == Array("a,b\n1,2\n".utf8))
    #expect(try Zstandard.unpack(MemorySource(raw + raw)) == Array("a,b\n1,2\na,b\n1,2\n".utf8))
    #expect(try Packed.unpack(MemorySource(raw)).count == 8)
  }

  @Test func `that are cut off or damaged are refused`() {
    let raw: [UInt8] = [0x28, 0xb5, 0x2f, 0xfd, 0x20, 0x08, 0x41, 0x00, 0x00] + Array("a,b\n1,2\n".utf8)
    for cut in 4..<raw.count {
      #expect(throws: FormatError.self) { try Zstandard.unpack(MemorySource(Array(raw[..<cut]))) }
    }
    #expect(throws: FormatError.self) { try Zstandard.unpack(MemorySource(Array(raw[..<8]) + [7, 7, 7])) }
  }
}
