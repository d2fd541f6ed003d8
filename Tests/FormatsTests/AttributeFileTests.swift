import Formats
import Numerics
import Testing
import Values

@Suite struct `Weka files` {
  private static func file(_ text: String) throws -> AttributeFile {
    try AttributeFile(MemorySource(Array(text.utf8)), work: Work())
  }

  @Test func `give columns of the declared types`() throws {
    let file = try Self.file(
      """
      % a comment
      @RELATION 'cold rooms'
      @attribute id string
      @attribute "room temp" NUMERIC
      @attribute state {on,'turned off', unknown}
      @attribute when date "yyyy-MM-dd HH:mm:ss"

      @DATA
      'a,1', 1.5, on, "2026-03-01 08:00:00"
      b,?,'turned off',?
      % another
      'it\\'s',1e3,'?',"2026-03-01 08:00:02", {2}
      c,warm,off,today

      """)
    #expect(file.relation == "cold rooms" && file.rowCount == 4 && file.refused == nil)
    #expect(file.columns.map(\.name) == ["id", "room temp", "state", "when"])
    #expect(file.columns[0].cells == .text(TextColumn(["a,1", "b", "it's", "c"])))
    #expect(file.columns[1].numbers?.map { $0.isNaN ? -1 : $0 } == [1.5, -1, 1000, -1])
    #expect(
      file.columns[2].cells == .category(codes: [0, 1, -1, -1], levels: ["on", "turned off", "unknown"]))
    #expect(file.columns[3].type == .time && file.columns[3].nullCount == 2)
    #expect(
      file.misfits?.count == 4 && file.misfits?.first.contains("line 13") == true)
  }

  @Test func `leave out zeros where rows are sparse`() throws {
    let file = try Self.file(
      "@relation s\n@attribute a real\n@attribute b {x,y}\n@attribute c real\n@data\n{1 y, 2 3.5}\n{0 -1}\n{}\n"
    )
    #expect(file.columns[0].numbers == [0, -1, 0] && file.columns[2].numbers == [3.5, 0, 0])
    #expect(file.columns[1].cells == .category(codes: [1, 0, 0], levels: ["x", "y"]))
  }

  @Test func `leave out rows with another number of cells, and say where`() throws {
    let file = try Self.file("@relation s\n@attribute a real\n@attribute b real\n@data\n1,2\n3\n4,5,6\n7,8\n")
    #expect(file.rowCount == 2 && file.columns[1].numbers == [2, 8])
    #expect(
      file.refused?.count == 2
        && file.refused?.first == .malformedLine("it has 1 cells for 2 attributes", line: 6))
  }

  @Test(arguments: [
    ("no data", "@relation a\n@attribute b real\n"),
    ("a relation in a cell", "@relation a\n@attribute b relational\n@data\n"),
    ("an unknown word", "@relation a\n@hello\n"),
    ("a list without end", "@relation a\n@attribute b {x,y\n@data\n"),
    ("nothing", "%\n"),
  ]) func `are refused where they declare nothing that can be read`(_ name: String, _ text: String) {
    #expect(throws: FormatError.self, "\(name)") { try Self.file(text) }
  }

  @Test func `are known by their first words`() {
    #expect(AttributeFile.isARFF(Array("% x\n\n  @Relation r\n".utf8)))
    #expect(!AttributeFile.isARFF(Array("a,b\n@relation r\n".utf8)))
  }

  @Test func `hold what was written`() throws {
    let columns = [
      Column(numbers: [1.5, .nan, -0.0, 1e300], name: "a b"),
      Column(
        "k", .category(codes: [0, 1, -1, 0], levels: ["x y", "it's"]),
        nulls: Mask([false, false, true, false])),
      Column("t", .time([0, 1_000_000, -5, 1_772_352_000_000_000_000])),
      Column("w", .text(TextColumn(["", "?", "%", "a,b\\"]))),
    ]
    let bytes = AttributeWriter.bytes(of: columns, relation: "r")
    let file = try AttributeFile(MemorySource(bytes), work: Work())
    #expect("\(file.columns)" == "\(columns)" && file.refused == nil && file.misfits == nil)
  }
}
