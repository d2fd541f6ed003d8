import Formats
import Foundation
import Numerics
import TestKit
import Testing
import Values

@Suite struct `Delimited text` {
  static func read(
    _ text: String, threads: Int = 1, chunk: Int = 1 << 20,
    _ change: (inout DelimitedOptions) -> Void = { _ in }
  ) throws -> DelimitedTable {
    var options = DelimitedOptions()
    change(&options)
    return try DelimitedReader([MemorySource(Array(text.utf8))], options: options, chunkSize: chunk)
      .read(work: Work(threads: threads))
  }

  /// `name:type cell cell …`, with `-` for missing cells.
  static func outline(_ table: DelimitedTable) -> [String] {
    table.columns.map { column in
      let cells = (0..<column.count).map { row -> String in
        if column.isNull(row) { return "-" }
        return switch column.cells {
        case .number(let numbers): "\(numbers[row])"
        case .bool(let bits): "\(bits[row])"
        case .category(let codes, let levels): levels[Int(codes[row])]
        case .text(let texts): texts[row]
        case .time(let times): "\(times[row])"
        }
      }
      return "\(column.name):\(column.type.rawValue) " + cells.joined(separator: " ")
    }
  }

  @Test(arguments: [
    ("commas", "a,b\n1,x\n2,y\n", ["a:number 1.0 2.0", "b:category x y"]),
    ("no last newline", "a,b\n1,x\n2,y", ["a:number 1.0 2.0", "b:category x y"]),
    ("carriage returns", "a,b\r\n1,x\r\n2,y\r\n", ["a:number 1.0 2.0", "b:category x y"]),
    ("old Macintosh", "a,b\r1,x\r2,y\r", ["a:number 1.0 2.0", "b:category x y"]),
    ("semicolons and decimal commas", "a;b\n1,5;2\n2,5;3\n", ["a:number 1.5 2.5", "b:number 2.0 3.0"]),
    ("tabs", "a\tb\n1\t2,5\n", ["a:number 1.0", "b:number 2.5"]),
    ("bars", "a|b\n1|2\n", ["a:number 1.0", "b:number 2.0"]),
    ("blanks", "a b\n1 2\n3 4\n", ["a:number 1.0 3.0", "b:number 2.0 4.0"]),
    ("runs of blanks", "  a    b\n 1.5  2 \n10.5 30\n", ["a:number 1.5 10.5", "b:number 2.0 30.0"]),
    ("a title", "Report of plant 7\n\na,b\n1,2\n3,4\n", ["a:number 1.0 3.0", "b:number 2.0 4.0"]),
    (
      "a title in one line", "made, today\nPlant\na;b;c\n1;2;3\n4;5;6\n",
      ["a:number 1.0 4.0", "b:number 2.0 5.0", "c:number 3.0 6.0"]
    ),
    (
      "semicolons in cells", "a,b\nx,1\nu; v,2\nw; x,3\ny; z,4\n",
      ["a:category x u; v w; x y; z", "b:number 1.0 2.0 3.0 4.0"]
    ),
    (
      "units below names", "time,temp,flow\ns,°C,l/min\n1,2,3\n3,4,5\n5,6,7\n",
      ["time.s:number 1.0 3.0 5.0", "temp.°C:number 2.0 4.0 6.0", "flow.l/min:number 3.0 5.0 7.0"]
    ),
    ("one column", "value\n1\n2\n", ["value:number 1.0 2.0"]),
    ("no header", "1,2\n3,4\n", ["column1:number 1.0 3.0", "column2:number 2.0 4.0"]),
    (
      "identifiers with digits are no header", "blk_-65,5 5 22\nblk_71,5 9\nblk_-8,5 22 5\nblk_993,5 5\n",
      ["column1:category blk_-65 blk_71 blk_-8 blk_993", "column2:category 5 5 22 5 9 5 22 5 5 5"]
    ),
    ("header alone", "a,b\n", ["a:number ", "b:number "]),
    ("row names", "a,b\nx,1,2\ny,3,4\n", ["column1:category x y", "a:number 1.0 3.0", "b:number 2.0 4.0"]),
    ("byte order mark", "\u{FEFF}a,b\n1,2\n", ["a:number 1.0", "b:number 2.0"]),
    (
      "quotes", "a,b\n\"1\",\"x, \"\"y\"\"\"\n2,\"line\nbreak\"\n",
      ["a:number 1.0 2.0", "b:category x, \"y\" line\nbreak"]
    ),
    ("stray quotes", "a,b\n1,5\" pipe\n2,x\"y\n", ["a:number 1.0 2.0", "b:category 5\" pipe x\"y"]),
    ("empty lines", "\na,b\n\n1,2\n\r\n\n3,4\n\n", ["a:number 1.0 3.0", "b:number 2.0 4.0"]),
    (
      "missing", "a,b,c\n1,,NA\n,x,2\nnull,n/a,NaN\n",
      ["a:number 1.0 - -", "b:category - x -", "c:number - 2.0 -"]
    ),
    ("truth", "a,b\ntrue,False\nFALSE,\n", ["a:bool true false", "b:bool false -"]),
    ("times", "t,v\n1970-01-01T00:00:01Z,1\n,2\n", ["t:time 1000000000 -", "v:number 1.0 2.0"]),
    ("padded", " a , b\n 1 , x \n2,y\n", ["a:number 1.0 2.0", "b:category x y"]),
    ("same names", "a,a,\n1,2,3\n", ["a:number 1.0", "a_2:number 2.0", "column3:number 3.0"]),
    ("empty last column", "a,b,\n1,2,\n3,4,\n", ["a:number 1.0 3.0", "b:number 2.0 4.0"]),
    (
      "groups of digits", "a,b\n\"1,234.50\",2\n950,\"-12,345,678\"\n",
      ["a:number 1234.5 950.0", "b:number 2.0 -12345678.0"]
    ),
    (
      "groups and decimal commas", "a;b\n1.234,5;1\n7,25;1.000.000\n",
      ["a:number 1234.5 7.25", "b:number 1.0 1000000.0"]
    ),
    (
      "groups behind points alone", "a;b\n1.234.567;x\n2.000.000;y\n",
      ["a:number 1234567.0 2000000.0", "b:category x y"]
    ),
    (
      "Swiss and French groups", "a;b\n1'000;1\u{A0}000\n25;2\u{202F}500\n",
      ["a:number 1000.0 25.0", "b:number 1000.0 2500.0"]
    ),
    (
      "no groups of digits", "a,b,c\n\"0,123\",\"12,34\",\"1,234,5\"\n",
      ["a:category 0,123", "b:category 12,34", "c:category 1,234,5"]
    ),
    ("leading zeros", "zip,v\n01234,1\n02345,2\n", ["zip:category 01234 02345", "v:number 1.0 2.0"]),
    ("infinity", "a\n1\ninf\n-Infinity\n", ["a:number 1.0 inf -inf"]),
  ]) func `is read as it is written`(_ name: String, _ text: String, _ expected: [String]) throws {
    #expect(Self.outline(try Self.read(text)) == expected, "\(name)")
  }

  @Test(arguments: [
    ("remarks", "# logger 1.2\n# unit: C\nt,x\n0.5,1\n", 2, ["t:number 0.5", "x:number 1.0"]),
    ("marked names", "#t,x\n0.5,1\n", 0, ["t:number 0.5", "x:number 1.0"]),
    ("remarks and marked names", "#\n#  t;x\r\n0,5;1\r\n", 1, ["t:number 0.5", "x:number 1.0"]),
    ("how to cut", "sep=|\r\na,b|c\r\n1|2\r\n", 1, ["a,b:number 1.0", "c:number 2.0"]),
    ("how to cut, quoted", "\"SEP=;\"\na;b\n1;2\n", 1, ["a:number 1.0", "b:number 2.0"]),
    ("nothing but marks", "#a\n#b\n", 0, ["#a:category #b"]),
    ("a mark further down", "a,b\n#x,1\n#y,2\n", 0, ["a:category #x #y", "b:number 1.0 2.0"]),
  ]) func `leaves out what stands in front of a table`(
    _ name: String, _ text: String, _ lines: Int, _ expected: [String]
  ) throws {
    let table = try Self.read(text)
    #expect(Self.outline(table) == expected)
    #expect(table.notes.contains(.remarks(lines: lines)) == (lines > 0))
    // What is to be skipped was said: nothing is guessed.
    if lines > 0 {
      #expect(try !Self.read(text) { $0.skippedLines = 1 }.notes.contains(.remarks(lines: lines)))
    }
    let short = try Self.read("# one\na,b\n1,2\n3\n")
    #expect(short.notes.contains(.shortRecords(count: 1, file: 0, line: 4, cells: 1)))
  }

  @Test func `follows what it is told`() throws {
    let table = try Self.read("# made by hand\nx;7;01/02/1970\n?;7;03/04/1970\n") {
      $0.skippedLines = 1
      $0.delimiter = UInt8(ascii: ";")
      $0.hasHeader = false
      $0.nulls = ["?"]
      $0.texts = ["column2"]
      $0.dates = .dayFirst
    }
    #expect(
      Self.outline(table) == [
        "column1:category x -", "column2:text 7 7", "column3:time 2678400000000000 7948800000000000",
      ])
  }

  @Test func `does not guess between day and month`() throws {
    let table = try Self.read("day,v\n01/02/2024,1\n03/04/2024,2\n")
    #expect(table.columns[0].type == .category)
    #expect(table.notes == [.ambiguousDates(column: "day")])
    #expect(try Self.read("day,v\n01/02/2024,1\n13/04/2024,2\n").columns[0].type == .time)
  }

  @Test func `reads counts in the time column as moments, in units of their size`() throws {
    for (text, unit) in [("1700000000", 1e9), ("1700000000000", 1e6), ("1700000000000000", 1e3)] {
      let table = try Self.read("t,v\n\(text),1\n") { $0.time = "t" }
      #expect(table.columns[0].cells == .time([1_700_000_000_000_000_000]), "\(unit)")
    }
  }

  @Test func `tells records that are too short or too long, with their lines`() throws {
    let table = try Self.read("a,b,c\n1,2,3\n\n4,5\n1,2,3,4\n6,7,8\n9\n1,2,3,,\n")
    #expect(
      Self.outline(table) == [
        "a:number 1.0 4.0 - 6.0 9.0 1.0", "b:number 2.0 5.0 - 7.0 - 2.0", "c:number 3.0 - - 8.0 - 3.0",
      ])
    #expect(
      table.notes == [
        .shortRecords(count: 2, file: 0, line: 4, cells: 2),
        .longRecords(count: 1, file: 0, line: 5, cells: 4),
      ])
  }

  @Test func `keeps a column of numbers with few other cells, and tells them`() throws {
    let rows = (0..<100).map { $0 == 57 ? "57,I/O timeout" : "\($0),\($0)" }
    let table = try Self.read("n,v\n" + rows.joined(separator: "\n"))
    #expect(table.columns[1].type == .number && table.columns[1].nullCount == 1)
    #expect(
      table.notes == [
        .misfits(column: "v", type: "number", count: 1, file: 0, line: 59, text: "I/O timeout")
      ])
  }

  @Test func `reads a column again that is not what its beginning promised`() throws {
    // The beginning is longer than the sample.
    let start = (0..<20_000).map { "\($0),,1" }
    let rest = (0..<5_000).map { "\($0),1970-01-01T00:00:01Z,x\($0 % 3)" }
    let table = try Self.read("n,t,v\n" + (start + rest).joined(separator: "\n"), chunk: 4096)
    #expect(table.columns.map(\.type) == [.number, .time, .category])
    #expect(table.columns[1].nullCount == 20_000)
    guard case .category(_, let levels) = table.columns[2].cells else { return }
    #expect(levels == ["1", "x0", "x1", "x2"])
    #expect(table.notes.contains(.retyped(column: "v", from: "number", text: "x0", file: 0, line: 20_002)))
  }

  @Test func `takes many different texts for texts`() throws {
    let rows = (0..<70_000).map { $0 < 20_000 ? "same,\($0 % 7)" : "other\($0),message \($0)" }
    let table = try Self.read("a,b\n" + rows.joined(separator: "\n"), threads: 2, chunk: 9999)
    #expect(table.columns[0].type == .text)
    guard case .text(let texts) = table.columns[0].cells else { return }
    #expect(texts[0] == "same" && texts[69_999] == "other69999" && texts.count == 70_000)
  }

  @Test func `of several files becomes one table, columns found by name`() throws {
    let files = ["a,b\n1,x\n", "b,a\ny,2\nx,3\n", "a,b\n,\n"].map { MemorySource(Array($0.utf8)) }
    let table = try DelimitedReader(files).read(work: Work())
    #expect(table.rows == [1, 2, 1])
    #expect(Self.outline(table) == ["a:number 1.0 2.0 3.0 -", "b:category x y x -"])
  }

  @Test func `with other columns in one file is refused`() {
    let files = ["a,b\n1,x\n", "a,c\n1,2\n"].map { MemorySource(Array($0.utf8)) }
    let error = #expect(throws: TableFailure.self) { try DelimitedReader(files) }
    #expect(error?.file == 1)
    #expect(error?.problem == .differentColumns(missing: ["b"], added: ["c"]))
  }

  @Test(arguments: [
    ("nothing", "", FormatError.malformed("there is nothing in it", offset: 0)),
    ("empty lines", "\n\r\n", FormatError.malformed("there is nothing in it", offset: 0)),
    ("zero bytes", "a,b\n\0,1\n", FormatError.unsupported("it holds zero bytes, so it is not text")),
    (
      "an open quote", "a,b\n1,2\n3,\"4\n5,6\n",
      FormatError.malformedLine("a quote is opened and never closed", line: 3)
    ),
  ]) func `that cannot be read is refused`(_ name: String, _ text: String, _ expected: FormatError) {
    let error = #expect(throws: TableFailure.self) { try Self.read(text) }
    #expect(error?.problem == .format(expected), "\(name)")
  }

  @Test func `may be packed`() throws {
    let packed = try #require(
      Data(
        base64Encoded: "H4sIAAAAAAACAyvJzE3VyUktS83hMjIwMtE1MASiEAMDKzCK0jHUM8UiYRilYwSUAAB21QX/PQAAAA=="))
    let expected = ["time:time 1704067200000000000 1704067201000000000", "level:number 1.5 2.5"]
    let once = Array(packed)
    #expect(Self.outline(try DelimitedReader([MemorySource(once)]).read(work: Work())) == expected)
    // Members behind one another are one file, which has its header a second time here.
    let twice = try DelimitedReader([MemorySource(once + once)]).read(work: Work())
    #expect(twice.rowCount == 5)
    for cut in [11, 30, once.count - 9] {
      #expect(throws: TableFailure.self) {
        try DelimitedReader([MemorySource(Array(once[..<cut]))]).read(work: Work())
      }
    }
  }

  @Test func `may be in UTF-16 or Windows-1252`() throws {
    let text = "name,v\nKühlung,1\nПомпа,2\n"
    for bigEndian in [false, true] {
      var bytes: [UInt8] = bigEndian ? [0xFE, 0xFF] : [0xFF, 0xFE]
      for unit in text.utf16 {
        let pair = [UInt8(unit >> 8), UInt8(unit & 255)]
        bytes += bigEndian ? pair : pair.reversed()
      }
      let table = try DelimitedReader([MemorySource(bytes)]).read(work: Work())
      #expect(Self.outline(table) == ["name:category Kühlung Помпа", "v:number 1.0 2.0"])
    }
    let latin = Array("Größe;v\n".unicodeScalars.map { UInt8($0.value) }) + [0x80] + Array(";2\n".utf8)
    let table = try DelimitedReader([MemorySource(latin)]).read(work: Work())
    #expect(Self.outline(table) == ["Größe:category €", "v:number 2.0"])
    #expect(table.notes == [.encoding(.windows1252, file: 0)])
  }

  @Test func `stops when it is cancelled`() {
    let error = #expect(throws: TableFailure.self) {
      try DelimitedReader([MemorySource(Array("a,b\n1,2\n".utf8))]).read(work: Work(isCancelled: { true }))
    }
    #expect(error?.problem == .format(.cancelled))
  }
}

@Suite struct `The two passes over delimited text` {
  /// Texts made of few bytes, so that quotes, delimiters and line ends meet often.
  private static func text(_ random: inout SeededGenerator, length: Int) -> [UInt8] {
    let bytes = Array("a1,\"\n\r\n,\"\"x ,\n".utf8)
    return (0..<length).map { _ in bytes[Int(random.next() % UInt64(bytes.count))] }
  }

  @Test func `agree with cutting it byte by byte, wherever chunks end`() throws {
    var random = SeededGenerator(seed: 11)
    var compared = 0
    for round in 0..<2000 {
      let body = Self.text(&random, length: 20 + round % 200)
      let expected = naiveRecords(body)
      let bytes = Array("p,q,r\n".utf8) + body
      var options = DelimitedOptions()
      options.delimiter = 44
      options.hasHeader = true
      options.texts = ["p", "q", "r"]
      for chunk in [7, 16, 64, 1 << 20] {
        guard
          let table = try? DelimitedReader([MemorySource(bytes)], options: options, chunkSize: chunk)
            .read(work: Work(threads: 1 + round % 2)),
          // Where most records have four cells, the header lacks one.
          table.columns.count == 3
        else { continue }
        compared += 1
        #expect(
          table.rowCount == expected.count,
          "\(round) \(chunk) \(String(decoding: body, as: UTF8.self).debugDescription)")
        guard table.rowCount == expected.count else { return }
        for (row, record) in expected.enumerated() {
          let isLong = record.count > 3 && record[3...].contains { !$0.isEmpty }
          for column in 0..<3 {
            guard case .text(let texts) = table.columns[column].cells else { continue }
            let cell = isLong || column >= record.count ? "" : String(decoding: record[column], as: UTF8.self)
            #expect(texts[row] == cell, "\(round) \(chunk) row \(row) column \(column)")
          }
        }
      }
    }
    #expect(compared > 2000)
  }

  @Test func `give the same columns with any chunks and threads`() throws {
    var random = SeededGenerator(seed: 3)
    let kinds = ["1.5", "", "x", "\"y\nz\"", "2024-01-01", "true", "NA", "7"]
    let rows = (0..<3000).map { row in
      "\(row),\(kinds[Int(random.next() % 8)]),2024-01-01T00:00:\(row % 50 + 10)Z,c\(random.next() % 9)"
    }
    let text = "n,m,t,c\n" + rows.joined(separator: "\n")
    let one = try `Delimited text`.read(text)
    for (threads, chunk) in [(1, 100), (2, 999), (2, 65_536)] {
      let other = try `Delimited text`.read(text, threads: threads, chunk: chunk)
      #expect(other.columns == one.columns)
      #expect(other.notes == one.notes)
    }
  }

  @Test func `never trap on hostile bytes`() {
    var random = SeededGenerator(seed: 9)
    let good = Array("time;level;label\n2024-01-01T00:00:00;1,5;\"a;b\"\n2024-01-01T00:00:01;-2e3;c\r\n".utf8)
    for round in 0..<6_000 {
      var bytes: [UInt8]
      if round % 2 == 0 {
        bytes = (0..<Int(random.next() % 60)).map { _ in UInt8(truncatingIfNeeded: random.next()) }
      } else {
        bytes = good
        for _ in 0...Int(random.next() % 4) {
          bytes[Int(random.next() % UInt64(bytes.count))] = UInt8(truncatingIfNeeded: random.next())
        }
      }
      guard
        let table = try? DelimitedReader([MemorySource(bytes)], chunkSize: 8 + round % 40).read(work: Work())
      else { continue }
      #expect(table.columns.allSatisfy { $0.count == table.rowCount })
    }
  }
}
