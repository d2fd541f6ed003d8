/// A question about each of many texts, answered stretch by stretch; a category is asked once a level.
package struct TextTest: Sendable {
  package enum Question: Sendable, Equatable {
    case equals, contains, starts
    /// Fits a pattern of `*` for any run of characters and `?` for one.
    case fits
  }

  private let cells: TextBytes
  private let question: Question
  private let operand: [UInt8]
  private let table: [Truth]?

  package init(_ texts: Texts, _ question: Question, _ operand: String) {
    cells = TextBytes(texts)
    self.question = question
    self.operand = Array(operand.utf8)
    guard cells.isCoded else {
      table = nil
      return
    }
    let all = cells.texts
    let wanted = self.operand
    table = (0..<all.count).map { place in
      Self.answer(question, all.bytes, all.offsets[place]..<all.offsets[place + 1], wanted)
    }
  }

  package func truths(_ rows: Range<Int>) -> [Truth] {
    let bytes = cells.texts.bytes
    let (question, operand) = (question, operand)
    return cells.map(rows, table: table, missing: .missing) { Self.answer(question, bytes, $0, operand) }
  }

  private static func answer(
    _ question: Question, _ bytes: [UInt8], _ range: Range<Int>, _ operand: [UInt8]
  ) -> Truth {
    switch question {
    case .equals:
      Truth(range.count == operand.count && isAt(range.lowerBound, operand[...], in: bytes))
    case .starts: Truth(range.count >= operand.count && isAt(range.lowerBound, operand[...], in: bytes))
    case .contains: Truth(isWithin(range, operand[...], in: bytes))
    case .fits: Truth(fits(bytes, range, operand))
    }
  }

  @inline(__always)
  static func isAt(_ start: Int, _ part: ArraySlice<UInt8>, in bytes: [UInt8]) -> Bool {
    var place = start
    for byte in part {
      if bytes[place] != byte { return false }
      place += 1
    }
    return true
  }

  static func isWithin(_ range: Range<Int>, _ part: ArraySlice<UInt8>, in bytes: [UInt8]) -> Bool {
    guard let first = part.first else { return true }
    if part.count > range.count { return false }
    for place in range.lowerBound...(range.upperBound - part.count) where bytes[place] == first {
      if isAt(place, part, in: bytes) { return true }
    }
    return false
  }

  /// A star that failed at one place is never tried there again.
  private static func fits(_ bytes: [UInt8], _ range: Range<Int>, _ pattern: [UInt8]) -> Bool {
    var i = range.lowerBound
    var j = 0
    var star: (place: Int, pattern: Int)?
    while i < range.upperBound {
      if j < pattern.count, pattern[j] == UInt8(ascii: "*") {
        star = (i, j)
        j += 1
      } else if j < pattern.count, pattern[j] == UInt8(ascii: "?") {
        i = next(bytes, i, range.upperBound)
        j += 1
      } else if j < pattern.count, pattern[j] == bytes[i] {
        i += 1
        j += 1
      } else if let open = star {
        let place = next(bytes, open.place, range.upperBound)
        star = (place, open.pattern)
        i = place
        j = open.pattern + 1
      } else {
        return false
      }
    }
    return pattern[j...].allSatisfy { $0 == UInt8(ascii: "*") }
  }

  /// Behind the character that begins here.
  private static func next(_ bytes: [UInt8], _ place: Int, _ end: Int) -> Int {
    var place = place + 1
    while place < end, bytes[place] & 0xc0 == 0x80 { place += 1 }
    return place
  }
}

/// A question about two texts a row.
package struct TextPairTest: Sendable {
  private let left: TextBytes
  private let right: TextBytes
  private let question: TextTest.Question

  /// `fits` is not asked of pairs.
  package init(_ left: Texts, _ question: TextTest.Question, _ right: Texts) {
    precondition(question != .fits, "a pattern is one for all rows")
    self.left = TextBytes(left)
    self.right = TextBytes(right)
    self.question = question
  }

  package func truths(_ rows: Range<Int>) -> [Truth] {
    let bytes = left.texts.bytes
    let others = right.texts.bytes
    var truths = [Truth](repeating: .missing, count: rows.count)
    for row in rows {
      guard let a = left.place(row), let b = right.place(row) else { continue }
      let range = left.texts.offsets[a]..<left.texts.offsets[a + 1]
      let part = others[right.texts.offsets[b]..<right.texts.offsets[b + 1]]
      let isFitting =
        switch question {
        case .equals: range.count == part.count && TextTest.isAt(range.lowerBound, part, in: bytes)
        case .starts: range.count >= part.count && TextTest.isAt(range.lowerBound, part, in: bytes)
        case .contains, .fits: TextTest.isWithin(range, part, in: bytes)
        }
      truths[row - rows.lowerBound] = Truth(isFitting)
    }
    return truths
  }
}

/// How many characters each text has.
package struct TextLengths: Sendable {
  private let cells: TextBytes
  private let table: [Double]?

  package init(_ texts: Texts) {
    cells = TextBytes(texts)
    let all = cells.texts
    table = cells.isCoded ? (0..<all.count).map { Double(all[$0].count) } : nil
  }

  package func numbers(_ rows: Range<Int>) -> [Double] {
    let bytes = cells.texts.bytes
    return cells.map(rows, table: table, missing: .nan) { range in
      // Plain bytes are one character each, but for a line break of two.
      for place in range where bytes[place] >= 0x80 || bytes[place] == 13 {
        return Double(String(decoding: bytes[range], as: UTF8.self).count)
      }
      return Double(range.count)
    }
  }
}
