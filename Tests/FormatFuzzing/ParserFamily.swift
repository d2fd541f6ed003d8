import Formats
import Numerics
import Values

/// A family of parsers that a changed file is given to, with whole files to begin from.
package struct ParserFamily: Sendable {
  package let name: String
  package let mutation: Mutation
  private let parse: @Sendable ([UInt8]) throws -> Void

  package init(
    _ name: String, _ samples: [[UInt8]], words: [String] = [],
    _ parse: @escaping @Sendable ([UInt8]) throws -> Void
  ) {
    self.name = name
    mutation = Mutation(samples: samples, words: words)
    self.parse = parse
  }

  /// Whether the parser took the file of the attempt; a trap ends the process.
  package func run(_ attempt: Int) -> Bool {
    let bytes = mutation.file(attempt)
    do {
      try parse(bytes)
      return true
    } catch {
      return false
    }
  }

  package static let all: [ParserFamily] =
    tables + documents + arrays + clouds + pictures + records + graphs + logs + traffic

  package static func named(_ name: String) -> ParserFamily? { all.first { $0.name == name } }

  static func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

  // MARK: - Tables and documents

  private static let csv =
    "time,a,\"b, c\",d\n2026-03-01T08:00:00Z,1.5,\"x\"\"y\",true\n2026-03-01T08:00:01Z,-2e3,\"line\nbreak\",false\n,NaN,z,\n"

  private static let tables: [ParserFamily] = [
    ParserFamily(
      "table",
      [
        bytes(csv), bytes(csv.replacing(",", with: ";").replacing("1.5", with: "1,5")),
        bytes(csv.replacing(",", with: "\t")),
        bytes("# remark\n# more\n1 2 3\n4 5 6\n7 8\n1,234.5 2 3\n"),
        [0xFF, 0xFE] + csv.utf16.flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] },
        bytes("name;wert\nK\u{F6}ln;1.234,5\n01/02/2026;x\n").map { $0 == 0xC3 ? 0xF6 : $0 },
      ], words: ["true", "Infinity", "N/A", "12:30", "1'234"]
    ) { bytes in
      let source = MemorySource(bytes)
      _ = try FileKind.of(source, path: "a.csv")
      _ = try DelimitedReader([source]).read(work: Work())
      _ = try DelimitedReader([source, source], chunkSize: 64).read(work: Work(threads: 2))
    },
    // The changed part stands for every part of the book, so that no checksum keeps it out.
    ParserFamily(
      "workbook",
      [
        bytes(
          "<worksheet><sheetData><row r=\"1\"><c r=\"B1\" t=\"s\"><v>0</v></c><c r=\"C1\" t=\"inlineStr\"><is><t>a&amp;b</t></is></c></row><row><c s=\"1\"><v>46082.25</v></c><c t=\"b\"><v>1</v></c></row></sheetData></worksheet>"
        ),
        bytes(
          "<sst><si><t>x</t></si><si><r><t>y</t></r><rPh><t>z</t></rPh></si><numFmt numFmtId=\"165\" formatCode=\"[Red]yyyy\"/><cellXfs><xf numFmtId=\"0\"/><xf numFmtId=\"165\"/></cellXfs></sst>"
        ),
      ],
      words: [
        "<row>", "</row>", "<c r=\"XFD1\">", "</c>", "<v>", "</v>", "<rPh>", "<si/>", " s=\"1\"", "<![CDATA[",
      ]
    ) { part in
      let book = bytes(
        "<workbook><sheets><sheet name=\"S\" sheetId=\"1\" r:id=\"r1\"/></sheets></workbook>")
      let names = ["xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/styles.xml"]
      guard let file = ZipArchive.storing([("xl/workbook.xml", book)] + names.map { ($0, part) }) else {
        return
      }
      let source = MemorySource(file)
      _ = try FileKind.of(source, path: "a.xlsx")
      _ = try DelimitedReader([source]).read(work: Work())
    },
  ]

  private static let documents: [ParserFamily] = [
    ParserFamily(
      "json",
      [
        bytes("{\"a\": [1, 2.5e3, \"x\\u00e9\\n\"], \"b\": {\"c\": null, \"d\": true}}"),
        bytes("{\"a\": 1, \"b\": {\"c\": \"2026-03-01T08:00:00Z\"}}\n{\"a\": 2}\n{\"b\": {\"c\": \"x\"}}\n"),
        bytes("[{\"k\": 1}, {\"k\": \"v\", \"l\": [1]}, 3]"),
      ], words: ["{", "}", "[", "]", "\\u", "\\ud83d", ":", "null", "\"a\":"]
    ) { bytes in
      let source = MemorySource(bytes)
      _ = try? JSONDocument.values(of: source)
      _ = try? FileKind.of(source, path: "a")
      _ = try ObjectFile(source, work: Work())
    },
    ParserFamily(
      "spans",
      [
        bytes(
          "{\"data\":[{\"traceID\":\"t\",\"spans\":[{\"traceID\":\"t\",\"spanID\":\"a\",\"operationName\":\"o\",\"references\":[{\"refType\":\"CHILD_OF\",\"spanID\":\"b\"}],\"startTime\":1672531200000000,\"duration\":20,\"tags\":[{\"key\":\"error\",\"value\":true}],\"processID\":\"p1\"}],\"processes\":{\"p1\":{\"serviceName\":\"s\"}}}]}"
        ),
        bytes(
          "[{\"traceId\":\"t\",\"id\":\"a\",\"parentId\":\"b\",\"name\":\"n\",\"timestamp\":1672531200000000,\"duration\":7,\"localEndpoint\":{\"serviceName\":\"s\"},\"tags\":{\"error\":\"x\"}}]"
        ),
        bytes(
          "{\"resourceSpans\":[{\"resource\":{\"attributes\":[{\"key\":\"service.name\",\"value\":{\"stringValue\":\"s\"}}]},\"scopeSpans\":[{\"spans\":[{\"traceId\":\"t\",\"spanId\":\"a\",\"name\":\"n\",\"startTimeUnixNano\":\"1672531200000000000\",\"endTimeUnixNano\":\"1672531200000000100\",\"status\":{\"code\":2}}]}]}]}"
        ),
        bytes(
          "TraceID,SpanID,ParentID,PodName,OperationName,StartTimeUnixNano,EndTimeUnixNano,Duration\nt,a,root,p-6f6cfc45b-h5m2n,GET,1674982159219000000,1674982159247160439,28160\nt,b,a,q,x,1674982159219000001,1674982159219000009,1\n"
        ),
      ]
    ) { bytes in
      let source = MemorySource(bytes)
      var records = SpanRecords()
      do {
        try records.read(json: source, work: Work())
      } catch {
        try records.read(delimited: source, work: Work())
      }
      _ = records.log()
    },
    ParserFamily(
      "arff",
      [
        bytes(
          "@relation 'a b'\n@attribute x numeric\n@attribute 'c d' {a,'b c',d}\n@attribute t date 'yyyy-MM-dd'\n@attribute s string\n@data\n1,a,2026-01-01,'q'\n?,'b c',?,w\n{0 5, 3 x}\n"
        )
      ], words: ["@attribute", "@data", "{", "}", "?", "'", "%", "real", "integer"]
    ) { _ = try AttributeFile(MemorySource($0), work: Work()) },
    ParserFamily(
      "text", [bytes("A line.\nAnother one, \u{E9}\u{1F600}.\n\n{\"text\": \"x\", \"label\": 1}\n")]
    ) { bytes in
      let source = MemorySource(bytes)
      _ = try? DocumentFile.plain(source)
      _ = try? DocumentFile.lines(source)
      _ = try FileKind.of(source, path: "a.txt")
    },
  ]
}
