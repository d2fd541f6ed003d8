import Numerics
package import Values

/// Cells of one column whose type only shows when all have come: numbers, texts, bytes or nothing.
package struct MixedCells: Sendable {
  private var numbers: [Double] = []
  /// As many as there are cells, from the first text on.
  private var texts: TextColumn?
  private var hasText: [Bool] = []
  private var missing: [Int] = []
  private var textCount = 0
  package private(set) var hasBytes = false
  /// Whether a whole number was rounded to fit a double.
  package private(set) var isRounded = false

  package init() {}

  package var count: Int { numbers.count }

  package mutating func append(number: Double) {
    if number.isNaN { missing.append(count) }
    numbers.append(number)
    texts?.append([])
    hasText.append(false)
  }

  package mutating func append(whole: Int64) {
    let number = Double(whole)
    if Int64(exactly: number) != whole { isRounded = true }
    append(number: number)
  }

  package mutating func append(text: some Sequence<UInt8>) {
    if texts == nil { texts = TextColumn(offsets: [Int](repeating: 0, count: count + 1), bytes: []) }
    texts?.append(text)
    numbers.append(.nan)
    hasText.append(true)
    textCount += 1
  }

  package mutating func appendNull() { append(number: .nan) }

  package mutating func appendBytes() {
    hasBytes = true
    appendNull()
  }

  /// Numbers or truth values if all known cells are numbers; else times, categories or texts.
  ///
  /// - Parameter isBool: numbers that are 0 or 1 are truth values.
  /// - Parameter mayBeDate: texts may be dates without a time of day.
  package func column(_ name: String, isBool: Bool = false, mayBeDate: Bool = false) -> Column {
    guard let texts else {
      if isBool, missing.count < count, numbers.allSatisfy({ $0.isNaN || $0 == 0 || $0 == 1 }) {
        return Column(name, .bool(numbers.map { $0 == 1 }), nulls: mask)
      }
      return Column(numbers: numbers, name: name)
    }
    if textCount + missing.count == count {
      return Column(texts: texts, nulls: mask, name: name, mayBeDate: mayBeDate)
    }
    var mixed = TextColumn()
    for row in 0..<count {
      let number = numbers[row]
      if hasText[row] || number.isNaN {
        mixed.append(texts.bytes[texts.offsets[row]..<texts.offsets[row + 1]])
      } else {
        mixed.append((Int64(exactly: number).map(String.init) ?? String(number)).utf8)
      }
    }
    return Column(texts: mixed, nulls: mask, name: name, mayBeDate: mayBeDate)
  }

  private var mask: Mask {
    var mask = Mask(count: count)
    for row in missing { mask[row] = true }
    return mask
  }
}

extension Column {
  /// Texts as what they are: times, categories if few differ, else texts.
  ///
  /// - Parameter mayBeDate: dates without a time of day are times, too.
  package init(texts: TextColumn, nulls: Mask, name: String, mayBeDate: Bool = false) {
    if let times = Self.times(texts, nulls, mayBeDate) {
      self.init(name, .time(times), nulls: nulls)
      return
    }
    // By their bytes: texts that only look alike stay apart.
    func bytes(_ row: Int) -> ArraySlice<UInt8> { texts.bytes[texts.offsets[row]..<texts.offsets[row + 1]] }
    var places: [ArraySlice<UInt8>: Int32] = [:]
    let most = max(16, texts.count / 10)
    for row in 0..<texts.count where !nulls[row] && places.count <= most { places[bytes(row)] = 0 }
    guard places.count <= most, !places.isEmpty else {
      self.init(name, .text(texts), nulls: nulls)
      return
    }
    let order = places.keys.sorted { $0.lexicographicallyPrecedes($1) }
    for (code, level) in order.enumerated() { places[level] = Int32(code) }
    self.init(
      name,
      .category(
        codes: (0..<texts.count).map { nulls[$0] ? -1 : places[bytes($0)] ?? -1 },
        levels: order.map { String(decoding: $0, as: UTF8.self) }),
      nulls: nulls)
  }

  private static func times(_ texts: TextColumn, _ nulls: Mask, _ mayBeDate: Bool) -> [Int64]? {
    let scanner = TimeScanner(.calendar(.yearFirst, zone: 0))
    var times = [Int64](repeating: 0, count: texts.count)
    var isEmpty = true
    for row in 0..<texts.count where !nulls[row] {
      let text = texts.bytes[texts.offsets[row]..<texts.offsets[row + 1]]
      guard text.count >= (mayBeDate ? 8 : 16), mayBeDate || text.contains(58),
        let time = scanner.nanoseconds(text)
      else { return nil }
      times[row] = time
      isEmpty = false
    }
    return isEmpty ? nil : times
  }

  /// The text of a cell of texts or categories.
  func plainCell(_ row: Int) -> String {
    switch cells {
    case .text(let texts): texts[row]
    case .category(let codes, let levels):
      levels.indices.contains(Int(codes[row])) ? levels[Int(codes[row])] : ""
    default: ""
    }
  }
}
