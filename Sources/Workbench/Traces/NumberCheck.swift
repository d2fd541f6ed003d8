/// Finds the numbers of an answer that nothing the model was shown contains.
package enum NumberCheck {
  private struct Figure {
    let text: String
    let value: Double
    /// Half a unit of the last digit that is written.
    let slack: Double
    let isPercent: Bool
  }

  /// Numbers that were shown, to look others up in; it grows while a conversation goes on.
  package struct Evidence: Sendable {
    private var known: [Double] = []

    package init(_ texts: [String] = []) {
      known = texts.flatMap { NumberCheck.figures(in: $0, skipsEnumerations: false) }.map { abs($0.value) }
        .sorted()
    }

    package mutating func add(_ text: String) {
      let new = NumberCheck.figures(in: text, skipsEnumerations: false).map { abs($0.value) }
      if !new.isEmpty { known = (known + new).sorted() }
    }

    /// The numbers of a text that nothing added so far contains: as they stand there, each once, in order.
    package func unsupported(in text: String) -> [String] {
      var missing: [String] = []
      for figure in NumberCheck.figures(in: text, skipsEnumerations: true) {
        let candidates: [(Double, Double)] =
          figure.isPercent ? [(1.0, figure.slack), (0.01, figure.slack / 100)] : [(1, figure.slack)]
        let isKnown = candidates.contains { scale, slack in
          NumberCheck.holds(known, abs(figure.value) * scale, within: slack)
        }
        if !isKnown, !missing.contains(figure.text) { missing.append(figure.text) }
      }
      return missing
    }
  }

  /// The numbers as they stand in the answer, each once, in order.
  package static func unsupported(in answer: String, evidence: [String]) -> [String] {
    Evidence(evidence).unsupported(in: answer)
  }

  /// Rows of values that an answer cites as `[notes:12]`.
  package static func rowCitations(in answer: String) -> [(name: String, row: Int)] {
    var found: [(name: String, row: Int)] = []
    var rest = Substring(answer)
    while let open = rest.firstIndex(of: "[") {
      rest = rest[rest.index(after: open)...]
      let inside = rest.prefix { $0 != "]" && $0 != "[" }
      for word in inside.split(whereSeparator: { $0 == "," || $0 == " " }) {
        let parts = word.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, parts[0].first?.isLetter == true, let row = Int(parts[1]) else { continue }
        if !found.contains(where: { $0.name == parts[0] && $0.row == row }) {
          found.append((String(parts[0]), row))
        }
      }
    }
    return found
  }

  /// Results that an answer cites as `[r12]`.
  package static func citations(in answer: String) -> [Int] {
    var found: [Int] = []
    var rest = Substring(answer)
    while let open = rest.firstIndex(of: "[") {
      rest = rest[rest.index(after: open)...]
      let inside = rest.prefix { $0 != "]" && $0 != "[" }
      for word in inside.split(whereSeparator: { $0 == "," || $0 == " " }) where word.first == "r" {
        if let number = Int(word.dropFirst()), !found.contains(number) { found.append(number) }
      }
    }
    return found
  }

  private static func holds(_ sorted: [Double], _ value: Double, within slack: Double) -> Bool {
    let reach = slack * 1.001 + abs(value) * 1e-9
    var low = 0
    var high = sorted.count
    while low < high {
      let middle = (low + high) / 2
      if sorted[middle] < value - reach { low = middle + 1 } else { high = middle }
    }
    return low < sorted.count && sorted[low] <= value + reach
  }

  /// Numbers that stand alone: not parts of names such as `Accelerometer1` or `r12`.
  private static func figures(in text: String, skipsEnumerations: Bool) -> [Figure] {
    let bytes = Array(text.utf8)
    var figures: [Figure] = []
    var position = 0
    var lineStart = 0
    while position < bytes.count {
      let byte = bytes[position]
      if byte == 10 { lineStart = position + 1 }
      guard isDigit(byte) else {
        position += 1
        continue
      }
      // The T of a date and time is no part of a name.
      let isTime = position > 1 && bytes[position - 1] == UInt8(ascii: "T") && isDigit(bytes[position - 2])
      let isPart = position > 0 && isWord(bytes[position - 1]) && !isTime
      var end = position
      var decimals = 0
      while end < bytes.count, isDigit(bytes[end]) { end += 1 }
      if end + 1 < bytes.count, bytes[end] == UInt8(ascii: "."), isDigit(bytes[end + 1]) {
        end += 1
        while end < bytes.count, isDigit(bytes[end]) {
          end += 1
          decimals += 1
        }
      }
      var exponent = end
      if exponent < bytes.count, bytes[exponent] | 0x20 == UInt8(ascii: "e") {
        exponent += 1
        if exponent < bytes.count, bytes[exponent] == 45 || bytes[exponent] == 43 { exponent += 1 }
        if exponent < bytes.count, isDigit(bytes[exponent]) {
          while exponent < bytes.count, isDigit(bytes[exponent]) { exponent += 1 }
          end = exponent
        }
      }
      defer { position = end }
      let word = String(decoding: bytes[position..<end], as: UTF8.self)
      if isPart || (end < bytes.count && isLetter(bytes[end]) && !followsUnit(bytes, end)) { continue }
      let isFirst = bytes[lineStart..<position].allSatisfy { $0 == 32 || $0 == 9 }
      let isListMark =
        end < bytes.count && (bytes[end] == UInt8(ascii: ".") || bytes[end] == UInt8(ascii: ")"))
      if skipsEnumerations, isFirst, isListMark, decimals == 0 { continue }
      guard let value = Double(word), value.isFinite else { continue }
      var after = end
      while after < bytes.count, bytes[after] == 32 { after += 1 }
      let isPercent = after < bytes.count && bytes[after] == UInt8(ascii: "%")
      var slack = 0.5
      for _ in 0..<min(decimals, 300) { slack /= 10 }
      if word.contains("e") || word.contains("E") { slack = value * 0.05 }
      figures.append(
        Figure(
          text: isPercent ? word + " %" : word, value: value, slack: decimals == 0 ? 0.5 : slack,
          isPercent: isPercent))
    }
    return figures
  }

  private static func isDigit(_ byte: UInt8) -> Bool { (48...57).contains(byte) }
  private static func isLetter(_ byte: UInt8) -> Bool { (65...90).contains(byte & 0xdf) || byte == 95 }
  private static func isWord(_ byte: UInt8) -> Bool { isLetter(byte) || byte >= 0x80 && byte < 0xc0 }

  /// A unit glued to the number, as in `10s` or `3mm`: at most three letters.
  private static func followsUnit(_ bytes: [UInt8], _ start: Int) -> Bool {
    var end = start
    while end < bytes.count, isLetter(bytes[end]) || isDigit(bytes[end]) { end += 1 }
    return end - start <= 3
  }
}
