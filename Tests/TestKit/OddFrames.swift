import Chronology
package import Language
package import Numerics
package import Values
package import Workbench

/// A command that gives a value which no file holds.
package struct Give: PureCommand {
  private let value: Value
  package let spec: CommandSpec

  package init(_ name: String, _ value: Value, kind: ValueKind) {
    self.value = value
    spec = CommandSpec(name, nil, "Gives what the test made.", output: kind, reach: .compute, examples: [])
  }

  package func run(_ call: Invocation, work: Work) throws(Failure) -> Value { value }
}

/// Tables of what files find hard to hold, made from a seed.
package enum OddFrames {
  package static let numbers = [
    0, -0.0, .infinity, -.infinity, 0.1, 1 / 3, .leastNonzeroMagnitude, 2.2250738585072014e-308,
    1.7976931348623157e308,
    9_007_199_254_740_992, -9_007_199_254_740_992, 123_456_789_012, 1e22, -1e-7, 42, .nan,
  ]
  package static let texts = [
    "", "NA", "null", "nan", " leading", "trailing ", "\tTab", "a,b;c|d\te", "say \"hi\"", "\"", "two\nlines",
    "cr\r\nlf",
    "\n", "größe", "\u{e9}", "e\u{301}", "漢字 🫖", "12", "1,234", "1.5e3", "true", "#n", "-", "'", "\\n", "{x}",
    String(repeating: "long ", count: 40) + "x",
  ]
  package static let names = [
    "n", "a,b", "say \"x\"", "größe 漢字", "two words", "semi;colon", "TRUE", "x.y", "e\u{301}", "'", "#",
  ]

  /// - Parameter texts: what cells of text may be.
  package static func frame(
    seed: UInt64, rows: Int, texts: [String] = texts, names: [String] = names
  ) -> Frame {
    var random = SeededGenerator(seed: seed)
    func pick<Element>(_ from: [Element], _ random: inout SeededGenerator) -> Element {
      from[Int(random.next() % UInt64(from.count))]
    }
    let moments = (0..<rows).map { _ in Int64(bitPattern: random.next()) % 4_000_000_000_000_000_000 }
    let columns = names.shuffled(using: &random).enumerated().map { place, name -> Column in
      // The first has no missing cells, the third nothing else.
      let share: UInt64 = place == 0 ? 0 : place == 2 ? 100 : 15
      let nulls = Mask((0..<rows).map { _ in random.next() % 100 < share })
      let cells: Cells
      switch place % 5 {
      case 0, 2:
        return Column(numbers: (0..<rows).map { nulls[$0] ? .nan : pick(numbers, &random) }, name: name)
      case 1: cells = .text(TextColumn((0..<rows).map { nulls[$0] ? "" : pick(texts, &random) }))
      case 3:
        cells = .bool((0..<rows).map { !nulls[$0] && random.next() % 2 == 0 })
      default: cells = .time((0..<rows).map { nulls[$0] ? 0 : pick(moments, &random) })
      }
      return Column(name, cells, nulls: nulls)
    }
    let address: Address =
      switch seed % 4 {
      case 0: .row(count: rows)
      case 1: .time(.listed(moments.sorted()))
      case 2: .time(.regular(start: Instant(nanoseconds: -7), step: TimeSpan(nanoseconds: 1001), count: rows))
      default: .sample(TextColumn((0..<rows).map { "\(texts[$0 % texts.count])·\($0)" }))
      }
    return Frame(index: Index(address), columns: columns)
  }

  /// What differs between two frames, the first difference of each column; empty if nothing does.
  ///
  /// Texts and categories are the same if they read the same, truth values and the numbers 0 and 1, too.
  package static func differences(_ one: Frame, _ other: Frame, emptyIsMissing: Bool = false) -> [String] {
    guard one.rowCount == other.rowCount else { return ["\(one.rowCount) rows and \(other.rowCount)"] }
    var found: [String] = []
    if let row = (0..<one.rowCount).first(where: { label(one, $0) != label(other, $0) }) {
      found.append("row \(row) is \(label(one, row)) and \(label(other, row))")
    }
    let others = other.columns.filter { $0.role != .identifier }
    guard one.columns.map(\.name) == others.map(\.name) else {
      return found + ["columns \(one.columns.map(\.name)) and \(others.map(\.name))"]
    }
    for (a, b) in zip(one.columns, others) {
      let isTruth = a.type == .bool
      for row in 0..<one.rowCount {
        let (x, y) = (text(a, row, emptyIsMissing), text(b, row, emptyIsMissing, isTruth: isTruth))
        guard x != y else { continue }
        found.append("\(a.name) at \(row): \(x ?? "missing") and \(y ?? "missing") (\(b.type))")
        break
      }
    }
    return found
  }

  private static func label(_ frame: Frame, _ row: Int) -> String {
    frame.index.time.map { String($0[row].nanoseconds) } ?? frame.index.label(of: row)
  }

  private static func text(
    _ column: Column, _ row: Int, _ emptyIsMissing: Bool, isTruth: Bool = false
  ) -> [UInt8]? {
    if column.isNull(row) { return nil }
    switch column.cells {
    case .number(let numbers): return numbers[row].isNaN ? nil : Array("\(numbers[row])".utf8)
    case .bool(let bits): return Array((bits[row] ? "1.0" : "0.0").utf8)
    case .time(let times): return Array(String(times[row]).utf8)
    case .category(let codes, let levels):
      let level = levels[Int(codes[row])]
      return isTruth ? Array((level == "true" ? "1.0" : "0.0").utf8) : cell(level, emptyIsMissing)
    case .text(let texts): return cell(texts[row], emptyIsMissing)
    }
  }

  private static func cell(_ text: String, _ emptyIsMissing: Bool) -> [UInt8]? {
    text.isEmpty && emptyIsMissing ? nil : Array(text.utf8)
  }
}

extension [UInt8]? {
  fileprivate static func ?? (bytes: Self, fallback: String) -> String {
    bytes.map { String(decoding: $0, as: UTF8.self) } ?? fallback
  }
}
