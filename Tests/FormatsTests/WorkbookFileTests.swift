import Numerics
import TestKit
import Testing

@testable import Formats

@Suite struct `Excel workbooks` {
  private static let space = #"xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main""#

  /// A book of the parts; the first sheet shows dates by style 1.
  private static func book(_ sheets: [String], shared: String = "", book: String = "") throws -> [UInt8] {
    var parts: [(name: String, bytes: [UInt8])] = []
    func add(_ name: String, _ text: String) {
      parts.append((name, Array("<?xml version=\"1.0\"?>\n\(text)".utf8)))
    }
    let list = sheets.indices.map { #"<sheet name="S\#($0)" sheetId="\#($0 + 1)" r:id="r\#($0)"/>"# }.joined()
    add("xl/workbook.xml", "<workbook \(space)>\(book)<sheets>\(list)</sheets></workbook>")
    let ties = sheets.indices.map { #"<Relationship Id="r\#($0)" Target="worksheets/a\#($0).xml"/>"# }
      .joined()
    add("xl/_rels/workbook.xml.rels", "<Relationships>\(ties)</Relationships>")
    add(
      "xl/styles.xml",
      #"<styleSheet \#(space)><numFmts><numFmt numFmtId="165" formatCode="[Red]yyyy\-mm"/></numFmts>"#
        + #"<cellStyleXfs><xf numFmtId="14"/></cellStyleXfs>"#
        + #"<cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="165"/></cellXfs></styleSheet>"#)
    if !shared.isEmpty { add("xl/sharedStrings.xml", "<sst \(space)>\(shared)</sst>") }
    for (place, sheet) in sheets.enumerated() {
      add("xl/worksheets/a\(place).xml", "<worksheet \(space)><sheetData>\(sheet)</sheetData></worksheet>")
    }
    return try #require(ZipArchive.storing(parts))
  }

  private static func text(_ bytes: [UInt8], sheet: Int = 0) throws -> String {
    let book = try WorkbookFile(ZipArchive(MemorySource(bytes)))
    return String(decoding: try book.text(of: book.sheets[sheet]), as: UTF8.self)
  }

  @Test func `become lines of what their cells show`() throws {
    let rows =
      #"<row r="2"><c r="B2" t="s"><v>0</v></c><c r="C2" t="s"><v>1</v></c><c r="D2" t="inlineStr"><is><t>ok</t></is></c></row>"#
      + #"<row r="4"><c r="B4" s="1"><v>46082.25</v></c><c r="C4"><f>1+1</f><v>2.5E-3</v></c><c r="D4" t="b"><v>1</v></c></row>"#
      + #"<row r="5"><c r="B5" s="2"><v>46083</v></c><c r="C5" t="e"><v>#DIV/0!</v></c><c r="D5" t="str"><f>A</f><v>a &quot;b&quot;&amp;c</v></c></row>"#
    let shared = "<si><t>when</t></si><si><r><t>temp </t></r><r><t>°C</t></r><rPh><t>x</t></rPh></si>"
    #expect(
      try Self.text(Self.book([rows], shared: shared))
        == "when\ttemp °C\tok\n2026-03-01T06:00:00\t2.5E-3\ttrue\n2026-03-02\t\t\"a \"\"b\"\"&c\"\n")
  }

  @Test func `count days as the program does`() throws {
    let rows = ["0.5", "1", "59", "61", "2958465.999", "9999999", "x"].map {
      #"<row><c s="1"><v>\#($0)</v></c></row>"#
    }
    #expect(
      try Self.text(Self.book([rows.joined()]))
        == "12:00:00\n1900-01-01\n1900-02-28\n1900-03-01\n9999-12-31T23:58:33.6\n9999999\nx\n")
    let mac = try Self.book([#"<row><c s="1"><v>0</v></c></row>"#], book: #"<workbookPr date1904="1"/>"#)
    #expect(try Self.text(mac) == "1904-01-01\n")
  }

  @Test(arguments: [
    ("yyyy-mm-dd", true), ("h:mm AM/PM", true), ("0.00", false), ("General", false), ("[Red]0", false),
    (#""days" 0"#, false), (#"0\d"#, false), ("[h]:mm", true), ("_-* #,##0.00", false), ("", false),
  ])
  func `tell dates by their format`(_ format: String, _ isDate: Bool) {
    #expect(WorkbookFile.isDate(format) == isDate, "\(format)")
  }

  @Test func `are known, and read as tables`() throws {
    let rows =
      #"<row><c t="str"><v>a</v></c><c t="str"><v>b</v></c></row><row><c><v>1</v></c><c><v>2</v></c></row>"#
    let bytes = try Self.book([rows, ""])
    #expect(try FileKind.of(MemorySource(bytes), path: "x.bin")?.kind == .table)
    #expect(try Packed.unpack(MemorySource(bytes)) == Array("a\tb\n1\t2\n".utf8))
    #expect(throws: FormatError.self) { try Self.text(bytes, sheet: 1) }
  }

  @Test(arguments: [
    ("xl/workbook.bin", "binary form"), ("content.xml", "OpenDocument"), ("word/document.xml", "Word"),
  ]) func `of other programs are refused with what to do`(_ entry: String, _ words: String) throws {
    let bytes = try #require(ZipArchive.storing([(entry, [1]), ("mimetype", [2])]))
    let told = #expect(throws: FormatError.self) { try FileKind.of(MemorySource(bytes), path: "x.zip") }
    #expect("\(String(describing: told))".contains(words) && "\(String(describing: told))".contains("save"))
  }

  @Test func `that are damaged never end the program`() throws {
    let rows = #"<row><c r="B2" t="s"><v>0</v></c><c s="9"><v>1e5</v></c></row>"#
    let sound = try Self.book([rows], shared: "<si><t>x</t></si>")
    var random = SeededGenerator(seed: 4)
    for _ in 0..<2000 {
      var bytes = sound
      for _ in 0...random.below(3) { bytes[random.below(bytes.count)] = UInt8(random.below(256)) }
      _ = try? Self.text(bytes)
    }
    let pieces = [
      "<row>", "</row>", "<c ", "r=\"ZZZZ9\"", "r=\"A1\"", ">", "</c>", "<v>", "</v>", "7", "<rPh>",
      "t=\"s\"", "/>",
    ]
    for _ in 0..<2000 {
      let sheet = (0..<random.below(30)).map { _ in pieces[random.below(pieces.count)] }.joined()
      _ = try? Self.text(Self.book([sheet]))
    }
  }
}
