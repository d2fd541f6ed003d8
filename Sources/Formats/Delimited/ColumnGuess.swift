import Numerics

/// Tells from sample cells what a column holds.
struct ColumnGuess {
  /// So many of the cells must fit, at least; the others are refused one by one.
  static let share = 0.95
  /// Texts that are longer on average are not names of categories.
  private static let longest = 40.0

  let options: DelimitedOptions
  private let nulls: NullWords
  private let quotesMatter: Bool
  private let numbers: NumberScanner

  init(dialect: CellDialect, options: DelimitedOptions) {
    self.options = options
    nulls = options.nullWords
    numbers = NumberScanner(decimal: dialect.decimal)
    quotesMatter = dialect.quotesMatter
  }

  /// A first record without any number or moment, unless all columns are like that and names repeat.
  func isHeader(_ first: [SampleRecords.Cell], before rest: [[SampleRecords.Cell]]) -> Bool {
    let texts = first.map(\.trimmed)
    let named = texts.filter { !$0.isEmpty }
    if named.isEmpty || named.contains(where: { $0.count > Self.longestName || isValue($0) }) { return false }
    if rest.isEmpty { return true }
    if rest.contains(where: { record in record.contains { isValue($0.trimmed) } }) { return true }
    guard Set(named.map(Array.init)).count == named.count else { return false }
    if texts.indices.contains(where: { column in
      isMade(texts[column], like: rest.compactMap { $0.count > column ? $0[column].trimmed : nil })
    }) {
      return false
    }
    // A name does not stand below itself.
    return !rest.contains { record in
      zip(texts, record).contains { !$0.isEmpty && $0.elementsEqual($1.trimmed) }
    }
  }

  /// Whether a text is a list of numbers, or built like nearly all the texts below it: identifiers with digits, not a name.
  private func isMade(_ text: ArraySlice<UInt8>, like others: [ArraySlice<UInt8>]) -> Bool {
    guard text.contains(where: { $0 &- 48 <= 9 }) else { return false }
    if text.contains(32), text.allSatisfy({ $0 &- 48 <= 9 || $0 == 32 }) { return true }
    guard others.count >= 3 else { return false }
    let forms = [Self.classes, Self.lengths].map { form in (form: form, own: form(text)) }
    return forms.contains { form, own in
      own.count >= 4 && others.count { form($0) == own } * 5 >= others.count * 4
    }
  }

  /// `a_-9` for `blk_-653515`.
  private static func classes(_ text: ArraySlice<UInt8>) -> [UInt8] {
    var form: [UInt8] = []
    for byte in text {
      let kind: UInt8 = byte &- 48 <= 9 ? 57 : (byte | 32) &- 97 < 26 || byte >= 128 ? 97 : byte
      if form.last != kind { form.append(kind) }
    }
    return form
  }

  /// Letters and digits counted, as in `8-4-4-4-12`.
  private static func lengths(_ text: ArraySlice<UInt8>) -> [UInt8] {
    var form: [UInt8] = []
    var run: UInt8 = 0
    for byte in text {
      if byte &- 48 <= 9 || (byte | 32) &- 97 < 26 || byte >= 128 {
        run = min(run, 254) + 1
      } else {
        form += [run, byte]
        run = 0
      }
    }
    return form + [run]
  }

  /// How many records behind the first go on with the names: texts above columns of numbers, as tables with several
  /// levels of names or a line of units have them, and perhaps a last one that names the first column alone.
  func moreHeaders(_ records: [[SampleRecords.Cell]]) -> Int {
    let candidates = records.dropFirst().prefix(Self.mostHeaders).prefix { record in
      !record.contains { isValue($0.trimmed) }
    }
    let rest = records.dropFirst(1 + candidates.count)
    guard let first = candidates.first, rest.count >= 2 else { return 0 }
    let measured = first.indices.filter { column in
      let cells = rest.compactMap { $0.count > column ? $0[column].trimmed : nil }
      let known = cells.filter { !nulls.contains($0) }
      return !known.isEmpty && known.allSatisfy(isValue)
    }
    let wide = measured.filter { $0 > 0 }
    guard wide.count >= 2 else { return 0 }
    var count = 0
    for record in candidates {
      let texts = wide.map { record.count > $0 ? record[$0].trimmed : [] }
      if texts.allSatisfy({ !nulls.contains($0) }) {
        count += 1
      } else {
        let isName = count > 0 && record.dropFirst().allSatisfy { $0.trimmed.isEmpty }
        return isName && record.first?.trimmed.isEmpty == false ? count + 1 : count
      }
    }
    return count
  }

  private static let mostHeaders = 4
  /// Bytes; longer texts name no column.
  private static let longestName = 200

  private func isValue(_ text: ArraySlice<UInt8>) -> Bool {
    (numbers.number(text) ?? numbers.grouped(text)).map { !$0.isNaN } ?? false
      || DateOrder.allCases.contains { TimeScanner(.calendar($0, zone: 0)).nanoseconds(text) != nil }
  }

  func column(_ name: String, _ cells: [SampleRecords.Cell]) -> DelimitedColumn {
    let texts = cells.map(\.trimmed).filter { !nulls.contains($0) }
    func column(_ kind: CellKind, isAmbiguous: Bool = false) -> DelimitedColumn {
      DelimitedColumn(name: name, kind: kind, isKnown: !texts.isEmpty, isAmbiguous: isAmbiguous)
    }
    if options.texts.contains(name) { return column(.text) }
    if options.categories.contains(name) { return column(.category) }
    if texts.isEmpty, quotesMatter, name != options.time, cells.contains(where: \.isQuoted) {
      return DelimitedColumn(name: name, kind: .category, isKnown: true, isAmbiguous: false)
    }
    if texts.isEmpty {
      return column(
        name == options.time ? .time(.calendar(options.dates ?? .yearFirst, zone: options.zone)) : .number)
    }
    let needed = Int((Self.share * Double(texts.count)).rounded(.up))
    func most(_ fits: (ArraySlice<UInt8>) -> Bool) -> Bool { texts.count { fits($0) } >= needed }
    let hasLeadingZeros = texts.contains { $0.count > 1 && $0.first == 48 && $0.allSatisfy { $0 &- 48 <= 9 } }
    if most({ numbers.number($0) ?? numbers.grouped($0) != nil }), !hasLeadingZeros {
      return column(name == options.time ? .time(.epoch(unit: epochUnit(texts))) : .number)
    }
    if most({ text in
      text.elementsEqual("true".utf8, by: { $0 | 32 == $1 })
        || text.elementsEqual("false".utf8, by: { $0 | 32 == $1 })
    }) {
      return column(.bool)
    }
    let orders = options.dates.map { [$0] } ?? DateOrder.allCases
    let fitting = orders.filter { order in
      let scanner = TimeScanner(.calendar(order, zone: options.zone))
      return most { scanner.nanoseconds($0) != nil }
    }
    if let order = fitting.first {
      // With points the day stands first everywhere; with strokes nobody can know.
      let isAmbiguous = fitting.count > 1 && texts.contains { $0.contains(47) || $0.contains(45) }
      if !isAmbiguous { return column(.time(.calendar(order, zone: options.zone))) }
      return column(isText(texts) ? .text : .category, isAmbiguous: true)
    }
    return column(isText(texts) ? .text : .category)
  }

  private func isText(_ texts: [ArraySlice<UInt8>]) -> Bool {
    let length = Double(texts.reduce(0) { $0 + $1.count }) / Double(texts.count)
    return length > Self.longest || (texts.count >= 20 && Set(texts).count * 2 > texts.count)
  }

  /// Seconds until the year 5138, then milliseconds, microseconds, nanoseconds.
  private func epochUnit(_ texts: [ArraySlice<UInt8>]) -> Int64 {
    if let unit = options.epochUnit { return unit }
    let largest = texts.compactMap { numbers.number($0) ?? numbers.grouped($0) }.map { abs($0) }.max() ?? 0
    return largest < 1e11 ? 1_000_000_000 : largest < 1e14 ? 1_000_000 : largest < 1e17 ? 1_000 : 1
  }
}
