import Chronology

extension ParameterKind {
  /// What it takes, as a phrase: "a whole number from 1 to 100".
  package var phrase: String {
    switch self {
    case .integer(let range): "a whole number" + Self.limits(range) { String($0) }
    case .real(let range, let unit):
      "a number" + Self.limits(range) { NumberText.canonical($0) } + (unit.map { " in \($0)" } ?? "")
    case .fraction(let range): "a share such as `1%`" + Self.limits(range) { NumberText.canonical($0) }
    case .span(let range): "a length of time such as `10s`" + Self.limits(range) { $0.description }
    case .instant: "a time such as `2026-03-01T08:00`"
    case .moment: "a time such as `2026-03-01T08:00` or `08:00`"
    case .text: "a text"
    case .flag: "yes or no"
    case .choice(let choices): "one of " + choices.map { "`\($0.name)`" }.joined(separator: ", ")
    case .input(let many): many ? "files to read" : "a file to read"
    case .output: "a file to write"
    case .value(let kinds): kinds.isEmpty ? "a value" : kinds.map(\.rawValue).joined(separator: " or ")
    case .column(let types): "a column" + (types.isEmpty ? "" : " (\(types.joined(separator: " or ")))")
    case .expression, .condition: "an expression"
    case .call(let specs): "one of " + specs.map { "`\($0.usage)`" }.joined(separator: ", ")
    case .range(let kind): "a range `a..b`, each end \(kind.phrase)"
    case .list(let kind): "a list, each \(kind.phrase)"
    }
  }

  /// What it takes, without limits: "a whole number".
  package var noun: String {
    switch self {
    case .integer: "a whole number"
    case .real: "a number"
    case .fraction: "a share"
    case .span: "a length of time"
    case .instant, .moment: "a time"
    case .choice: "a choice"
    case .call: "a known call"
    case .range: "a range"
    case .list: "a list"
    case .value: "a value"
    case .column: "a column"
    default: phrase
    }
  }

  private static func limits<Bound: Comparable>(
    _ range: ClosedRange<Bound>, _ text: (Bound) -> String
  ) -> String where Bound: Limited {
    switch (range.lowerBound == Bound.smallest, range.upperBound == Bound.largest) {
    case (true, true): ""
    case (true, false): " of at most \(text(range.upperBound))"
    case (false, true): " of at least \(text(range.lowerBound))"
    case (false, false): " from \(text(range.lowerBound)) to \(text(range.upperBound))"
    }
  }
}

/// A type with ends, so that a range up to the end need not be spelled out.
private protocol Limited {
  static var smallest: Self { get }
  static var largest: Self { get }
}

extension Int: Limited {
  static var smallest: Int { .min }
  static var largest: Int { .max }
}

extension Double: Limited {
  static var smallest: Double { -.greatestFiniteMagnitude }
  static var largest: Double { .greatestFiniteMagnitude }
}

extension TimeSpan: Limited {
  static var smallest: TimeSpan { TimeSpan(nanoseconds: .min) }
  static var largest: TimeSpan { TimeSpan(nanoseconds: .max) }
}

extension CallSpec {
  /// `hold(limit)`.
  package var usage: String {
    parameters.isEmpty ? name : "\(name)(\(parameters.map(\.name).joined(separator: ", ")))"
  }
}

extension NumberText {
  /// The shortest text that reads back as the same number.
  package static func canonical(_ number: Double) -> String {
    if number == number.rounded(), abs(number) < 1e15 { return String(Int64(number)) }
    return String(number)
  }
}
