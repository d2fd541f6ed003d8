package import Values

/// One thing that a session remembers and a script holds, in order.
package enum ScriptRecord: Sendable, Equatable {
  /// A canonical statement that succeeded, with the digests of what it made.
  case statement(Statement)
  /// `#?` a question to the agent.
  case question(role: String?, text: String)
  /// `#"` the agent's answer, or a note.
  case answer(String)
  /// A plain comment line, without its `#`.
  case comment(String)
  case blank

  package struct Statement: Sendable, Equatable {
    /// One line, or several where a script continues it.
    package var text: String
    /// The result's number in the session that made it.
    package var number: Int
    /// Who wrote it, behind `#@`: nil for the analyst, else the turn.
    package var turn: Int?
    package var digest: RecordedDigest?
    package var assertions: [Assertion]
    /// 1-based line in the file it was read from.
    package var line: Int

    package init(
      text: String, number: Int = 0, turn: Int? = nil, digest: RecordedDigest? = nil,
      assertions: [Assertion] = [], line: Int = 0
    ) {
      self.text = text
      self.number = number
      self.turn = turn
      self.digest = digest
      self.assertions = assertions
      self.line = line
    }
  }
}

/// `#> table 1200 x 9  digest 1f…  summary 10800 3.5 …`: what a statement gave when it was recorded.
package struct RecordedDigest: Sendable, Equatable {
  package let description: String
  package let digits: String
  package let summary: [Double]

  package init(description: String, digits: String, summary: [Double]) {
    self.description = description
    self.digits = digits
    self.summary = summary
  }

  package init(of value: Value) {
    let fingerprint = value.fingerprint
    self.init(
      description: value.shortDescription, digits: fingerprint.digits, summary: fingerprint.summary)
  }

  package var text: String {
    let numbers = summary.map { String($0) }.joined(separator: " ")
    return "\(description)  digest \(digits)" + (numbers.isEmpty ? "" : "  summary \(numbers)")
  }

  package init?(_ text: String) {
    let words = text.split(separator: " ")
    guard let mark = words.firstIndex(of: "digest"), mark + 1 < words.count else { return nil }
    description = words[..<mark].joined(separator: " ")
    digits = String(words[mark + 1])
    let rest = words[(mark + 2)...]
    summary = rest.first == "summary" ? rest.dropFirst().compactMap { Double($0) } : []
  }
}

/// `#= f1 0.913 ± 0.005`: a number that a report must hold on replay.
package struct Assertion: Sendable, Equatable {
  package let metric: String
  package let value: Double
  /// Absolute.
  package let tolerance: Double

  package init(metric: String, value: Double, tolerance: Double) {
    self.metric = metric
    self.value = value
    self.tolerance = tolerance
  }

  /// Reads `f1 0.913 ± 0.005`, `f1 0.913 +- 1%` or `f1 0.913` (tolerance 1e-9 relative).
  package init?(_ text: String) {
    let words = text.split(separator: " ").map(String.init)
    guard words.count == 2 || words.count == 4, let value = Double(words[1]) else { return nil }
    metric = words[0]
    self.value = value
    guard words.count == 4 else {
      tolerance = abs(value) * 1e-9
      return
    }
    guard words[2] == "±" || words[2] == "+-" else { return nil }
    if words[3].hasSuffix("%") {
      guard let percent = Double(words[3].dropLast()), percent >= 0 else { return nil }
      tolerance = abs(value) * percent / 100
    } else {
      guard let absolute = Double(words[3]), absolute >= 0 else { return nil }
      tolerance = absolute
    }
  }

  package var text: String { "\(metric) \(value) ± \(tolerance)" }
}
