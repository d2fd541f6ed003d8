package import Chronology

/// What a parameter takes. Parser, checker, completion, help and JSON Schema all follow from it.
package indirect enum ParameterKind: Sendable, Equatable {
  case integer(ClosedRange<Int>)
  /// A number; `percent` also reads `1%` as 0.01; `unit` names a frequency or size suffix such as `Hz`.
  case real(ClosedRange<Double>, unit: String?)
  case fraction(ClosedRange<Double>)
  case span(ClosedRange<TimeSpan>)
  case instant
  /// A time, whose date may be left out.
  case moment
  case text
  /// `--name` alone means yes, `--no-name` no.
  case flag
  case choice([Choice])
  /// A file to read (globs allowed if `many`).
  case input(many: Bool)
  /// A file to write.
  case output
  /// A value of one of these kinds. On positional parameters a pipe fills the first of them.
  case value([ValueKind])
  /// A column of the first value argument that has one of these types; empty means any.
  case column([String])
  case expression
  /// An expression that is true or false.
  case condition
  /// A call literal out of these declarations.
  case call([CallSpec])
  case range(ParameterKind)
  /// One or more, separated by commas; positional value lists are separated by spaces instead.
  case list(ParameterKind)

  /// Whether all words up to the end belong to it.
  package var isExpression: Bool { self == .expression || self == .condition }
}

/// A named choice with its one-line meaning.
package struct Choice: Sendable, Equatable {
  package let name: String
  package let help: String
  package init(_ name: String, _ help: String) {
    self.name = name
    self.help = help
  }
}

/// The declaration of a call literal: `hold(5s)`, `mfcc(13)`. Parameters bind by position, then by name.
package struct CallSpec: Sendable, Equatable {
  package let name: String
  package let summary: String
  /// What comes out, in which units, and what it costs; empty where that is plain.
  package let gives: String
  package let parameters: [AnyParameter]

  package init(_ name: String, _ summary: String, gives: String = "", parameters: [AnyParameter] = []) {
    self.name = name
    self.summary = summary
    self.gives = gives
    self.parameters = parameters
  }
}

/// How a parameter is given.
package enum Placement: Sendable, Equatable {
  /// In order, without a name.
  case positional
  /// `--name value`.
  case option
}

/// A parameter without its Swift type: what tables of parameters hold.
package struct AnyParameter: Sendable, Equatable {
  package let name: String
  package let help: String
  package let kind: ParameterKind
  package let placement: Placement
  package let isRequired: Bool
  /// Used when nothing is given; nil for required ones and for those that may stay absent.
  package let fallback: Argument?
  /// The command draws random numbers from it: filled from the session's seed and always shown in canonical text.
  package let isSeed: Bool

  package init(
    _ name: String, _ kind: ParameterKind, placement: Placement = .option, required: Bool = false,
    default fallback: Argument? = nil, isSeed: Bool = false, help: String
  ) {
    self.name = name
    self.kind = kind
    self.placement = placement
    self.isRequired = required
    self.fallback = fallback
    self.isSeed = isSeed
    self.help = help
  }
}

/// A parameter as a typed key: `call[Self.trees]` is an `Int`.
package struct Parameter<Element>: Sendable {
  package let base: AnyParameter
  /// Turns a checked argument (or its absence) into the Swift value.
  package let decode: @Sendable (Argument?) -> Element

  package init(_ base: AnyParameter, decode: @escaping @Sendable (Argument?) -> Element) {
    self.base = base
    self.decode = decode
  }
}

extension Parameter where Element == Int {
  package static func integer(
    _ name: String, in range: ClosedRange<Int>, default value: Int, help: String,
    placement: Placement = .option
  ) -> Parameter<Int> {
    Parameter(
      AnyParameter(name, .integer(range), placement: placement, default: .integer(value), help: help)
    ) { if case .integer(let number) = $0 { number } else { value } }
  }

  /// The seed of a random command; the session fills it in.
  package static var seed: Parameter<Int> {
    Parameter(
      AnyParameter(
        "seed", .integer(0...Int(UInt32.max)), default: .integer(0), isSeed: true,
        help: "Seed of the random numbers; taken from the session if absent.")
    ) { if case .integer(let number) = $0 { number } else { 0 } }
  }
}

extension Parameter where Element == Double {
  package static func real(
    _ name: String, in range: ClosedRange<Double>, unit: String? = nil, default value: Double, help: String,
    placement: Placement = .option
  ) -> Parameter<Double> {
    Parameter(
      AnyParameter(name, .real(range, unit: unit), placement: placement, default: .real(value), help: help)
    ) { if case .real(let number) = $0 { number } else { value } }
  }

  /// A share or a risk: `1%` or `0.01`.
  package static func fraction(
    _ name: String, in range: ClosedRange<Double>, default value: Double, help: String,
    placement: Placement = .option
  ) -> Parameter<Double> {
    Parameter(
      AnyParameter(name, .fraction(range), placement: placement, default: .real(value), help: help)
    ) { if case .real(let number) = $0 { number } else { value } }
  }
}

extension Parameter where Element == TimeSpan {
  package static func span(
    _ name: String, in range: ClosedRange<TimeSpan>, default value: TimeSpan, help: String,
    placement: Placement = .option
  ) -> Parameter<TimeSpan> {
    Parameter(AnyParameter(name, .span(range), placement: placement, default: .span(value), help: help)) {
      if case .span(let span) = $0 { span } else { value }
    }
  }
}

extension Parameter where Element == Bool {
  package static func flag(_ name: String, help: String) -> Parameter<Bool> {
    Parameter(AnyParameter(name, .flag, default: .flag(false), help: help)) {
      if case .flag(let on) = $0 { on } else { false }
    }
  }
}

extension Parameter where Element == String {
  package static func choice(
    _ name: String, of choices: [Choice], default value: String, help: String,
    placement: Placement = .option
  ) -> Parameter<String> {
    Parameter(
      AnyParameter(name, .choice(choices), placement: placement, default: .choice(value), help: help)
    ) { if case .choice(let name) = $0 { name } else { value } }
  }

  /// A file to read; required and positional.
  package static func input(_ name: String, help: String) -> Parameter<String> {
    Parameter(
      AnyParameter(name, .input(many: false), placement: .positional, required: true, help: help)
    ) { if case .path(let path) = $0 { path } else { "" } }
  }
}

extension Parameter where Element == Reference {
  /// The value that a command works on; required, positional, filled by a pipe.
  package static func value(_ name: String, _ kinds: [ValueKind], help: String) -> Parameter<Reference> {
    Parameter(AnyParameter(name, .value(kinds), placement: .positional, required: true, help: help)) {
      if case .reference(let reference) = $0 { reference } else { Reference(root: .last) }
    }
  }
}

extension Parameter where Element == [Reference] {
  /// One or more values, separated by spaces; required, positional, filled by a pipe.
  package static func values(_ name: String, _ kinds: [ValueKind], help: String) -> Parameter<[Reference]> {
    Parameter(AnyParameter(name, .list(.value(kinds)), placement: .positional, required: true, help: help)) {
      guard case .list(let items) = $0 else { return [] }
      return items.compactMap { if case .reference(let reference) = $0 { reference } else { nil } }
    }
  }
}

extension Parameter {
  /// An optional parameter of any kind, absent unless given.
  package static func optional<Wrapped>(
    _ name: String, _ kind: ParameterKind, placement: Placement = .option, help: String,
    decode: @escaping @Sendable (Argument) -> Wrapped?
  ) -> Parameter<Wrapped?> where Element == Wrapped? {
    Parameter(AnyParameter(name, kind, placement: placement, help: help)) { $0.flatMap(decode) }
  }

  /// A parameter of any kind that must be given.
  package static func required(
    _ name: String, _ kind: ParameterKind, placement: Placement = .positional, help: String,
    decode: @escaping @Sendable (Argument?) -> Element
  ) -> Parameter<Element> {
    Parameter(AnyParameter(name, kind, placement: placement, required: true, help: help), decode: decode)
  }
}
