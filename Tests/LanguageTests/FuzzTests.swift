import Foundation
import Language
import Testing

/// Whatever is typed gets an answer: no trap, no hang, no deep recursion. `SONDE_FUZZ=full` tries far more.
@Suite struct `Hostile lines` {
  private static let isFull = ProcessInfo.processInfo.environment["SONDE_FUZZ"] == "full"
  private let checker = Toy.checker(abbreviations: true)
  private let completer = Completer(table: Toy.table, scope: ToyScope()) { _ in nil }

  /// Runs everything that reads a line; gives its diagnostic, if it has one.
  @discardableResult private func take(_ line: String) -> Diagnostic? {
    _ = LineReader.isIncomplete(line)
    _ = completer.complete(line, cursor: line.utf8.count)
    do throws(Diagnostic) {
      let canonical = try checker.check(line).canonical
      if LineReader.logicalLines(of: line).count == 1 { confirm(canonical, line) }
      return nil
    } catch {
      judge(error, line)
      return error
    }
  }

  /// A canonical line is one that the checker accepts and leaves as it is.
  private func confirm(_ canonical: String, _ line: String) {
    do throws(Diagnostic) {
      let again = try checker.check(canonical).canonical
      if again != canonical { Issue.record("\(line.debugDescription): \(canonical) becomes \(again)") }
    } catch {
      Issue.record("\(line.debugDescription): \(canonical) is refused: \(error.text())")
    }
  }

  /// A diagnostic has a summary and a remedy, points into the line, and can be drawn without control characters.
  private func judge(_ diagnostic: Diagnostic, _ line: String) {
    let isInside = diagnostic.range.map { $0.lowerBound >= 0 && $0.upperBound <= line.utf8.count + 1 } ?? true
    if diagnostic.summary.isEmpty || diagnostic.remedy.isEmpty || !isInside {
      Issue.record("\(line.debugDescription): \(diagnostic)")
    }
    let text = diagnostic.text()
    if text.unicodeScalars.contains(where: Self.steers) {
      Issue.record("\(line.debugDescription): hidden characters in \(text.debugDescription)")
    }
  }

  /// Whether a character moves the cursor or turns the direction of text.
  private static func steers(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x0a: false
    case 0...0x1f, 0x7f...0x9f, 0x200b...0x200f, 0x2028...0x202e, 0x2060...0x2069, 0xfeff: true
    default: false
    }
  }

  @Test func `random bytes get an answer`() {
    var dice = Dice(4)
    let marks = Array("|\"'`(){}[]\\#=,.@-_?/!*%: \n\t\0ab1e".utf8)
    for _ in 0..<(Self.isFull ? 1_000_000 : 4_000) {
      let isMarks = dice.chance(60)
      let bytes = (0..<Int.random(in: 0...60, using: &dice)).map { _ in
        isMarks ? marks.randomElement(using: &dice) ?? 0 : UInt8.random(in: 0...255, using: &dice)
      }
      take(String(decoding: bytes, as: UTF8.self))
    }
  }

  @Test func `mutated valid lines get an answer`() {
    var maker = LineMaker(5)
    var dice = Dice(6)
    for _ in 0..<(Self.isFull ? 100_000 : 3_000) {
      var bytes = Array(maker.line().utf8)
      let other = Array(maker.line().utf8)
      for _ in 0..<Int.random(in: 1...4, using: &dice) { Self.mutate(&bytes, with: other, &dice) }
      take(String(decoding: bytes, as: UTF8.self))
    }
  }

  private static let bits = [
    "|", "--", "=", "\"", "'", "`", "(", ")", "{trees}", "{site}", ",", "..", "@2", "#", " # ", "\\", "\n",
    "_",
    "r12", "1e400", "-0", "99999999999999999999", "%", "\u{202e}", "\u{0}", "e\u{301}", "\u{feff}", " and ",
    "10s",
  ]

  private static func mutate(_ bytes: inout [UInt8], with other: [UInt8], _ dice: inout Dice) {
    let place = Int.random(in: 0...bytes.count, using: &dice)
    switch Int.random(in: 0..<6, using: &dice) {
    case 0: bytes.insert(contentsOf: Array(dice.pick(bits).utf8), at: place)
    case 1: if place < bytes.count { bytes.remove(at: place) }
    case 2: if place < bytes.count { bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &dice) }
    case 3: bytes.removeSubrange(place...)
    case 4: bytes.insert(contentsOf: other[Int.random(in: 0...other.count, using: &dice)...], at: place)
    default:
      let end = Int.random(in: place...bytes.count, using: &dice)
      bytes.insert(contentsOf: bytes[place..<end], at: end)
    }
  }

  @Test(arguments: [
    ("round brackets", "(", ")"), ("square brackets", "[", "]"), ("braces", "{", "}"),
    ("calls", "stats(", ")"),
    ("minus", "-", ""), ("not", "not ", ""), ("powers", "2^", ""), ("functions", "abs(", ")"),
    ("dots", ".", ""),
    ("commas", ",", ""), ("pipes", "|", ""), ("quotes", "\"a\"", ""), ("stars", "*a", ""),
    ("options", " --k", ""),
    ("sums", "1+", ""), ("escapes", "\\u{41}", ""), ("definitions", "pump | show |", ""),
  ]) func `bombs are refused at once`(_ name: String, _ open: String, _ close: String) {
    for count in [50, 2_000, 200_000 / open.utf8.count] {
      let bomb = String(repeating: open, count: count) + "1" + String(repeating: close, count: count)
      for front in ["", "pump | where ", "encode all --use ", "show pump --rows ", "x = ", "note \""] {
        let start = threadSeconds()
        take(front + bomb)
        #expect(threadSeconds() - start < 5, "\(name) x \(count) behind `\(front)`")
      }
    }
  }

  @Test func `ten megabytes are refused at once`() {
    let line = "note \"" + String(repeating: "ä ", count: 3_500_000) + "\""
    let start = threadSeconds()
    #expect(throws: Diagnostic.self) { try checker.check(line) }
    _ = LineReader.isIncomplete(line)
    _ = LineReader.logicalLines(of: line)
    #expect(threadSeconds() - start < 10)
  }

  @Test(arguments: [
    ("zero byte", "show \u{0}pump", "E0108"), ("escape", "show \u{1b}[2Jpump", "E0108"),
    ("right to left", "show \u{202e}pump", "E0108"), ("no-break space", "show\u{a0}pump", "E0108"),
    ("byte order mark", "\u{feff}show pump", "E0108"), ("curly quote", "note “hello”", "E0109"),
  ]) func `invisible characters are named`(_ name: String, _ line: String, _ code: String) {
    #expect(take(line)?.code == code, "\(name)")
  }

  @Test func `definitions that use each other end`() throws {
    var table = Toy.table
    for (name, body) in [("a", "x | b x"), ("b", "x | a x")] {
      guard case .definition(let syntax) = try Statement(parsing: "def \(name)(x) = \(body)").body else {
        continue
      }
      table.definitions[name] = syntax
    }
    let checker = Checker(table: table, scope: ToyScope(), shapeOf: Toy.shape)
    #expect(throws: Diagnostic.self) { try checker.check("a pump") }
  }
}
