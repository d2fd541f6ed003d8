import Chronology
import Language
import Notation
import TestKit
import Testing
import Values
import Workbench

/// What must hold for every command, so that help, completion, the reference and the agent's tools can rely on it.
@Suite struct `The registry` {
  static let specs = builtins.map(\.spec)

  @Test func `names every command once`() {
    let names = Self.specs.map(\.name)
    #expect(Set(names).count == names.count)
    for spec in Self.specs {
      for word in [spec.verb, spec.method ?? "x"] {
        #expect(
          word.utf8.allSatisfy { (97...122).contains($0) || (48...57).contains($0) || $0 == 45 }, "\(word)")
      }
    }
  }

  @Test(arguments: specs.map(\.name)) func `says in a sentence what a command does`(name: String) throws {
    let spec = try #require(Self.specs.first { $0.name == name })
    #expect(spec.summary.hasSuffix(".") && spec.summary.count <= 80, "\(spec.summary)")
    #expect(spec.summary.first?.isUppercase == true && !spec.summary.contains("\n"), "\(spec.summary)")
    let verb = spec.summary.split(separator: " ").first ?? ""
    #expect(verb.hasSuffix("s"), "`\(verb)` is not a verb in the third person")
    #expect(!spec.discussion.isEmpty && spec.discussion.hasSuffix("."), "\(name) is not discussed")
  }

  @Test(arguments: specs.map(\.name)) func `declares parameters that can be used`(name: String) throws {
    let spec = try #require(Self.specs.first { $0.name == name })
    #expect(Set(spec.parameters.map(\.name)).count == spec.parameters.count)
    var isOptional = false
    for parameter in spec.parameters {
      let title = "\(name) \(parameter.title)"
      #expect(parameter.help.hasSuffix(".") && parameter.help.first?.isUppercase == true, "\(title)")
      #expect(
        parameter.name.utf8.allSatisfy { (97...122).contains($0) || (48...57).contains($0) || $0 == 45 },
        "\(title)")
      if let fallback = parameter.fallback {
        #expect(Self.fits(fallback, parameter.kind), "\(title): the default is out of range")
        #expect(!parameter.isRequired, "\(title): what is required needs no default")
      }
      if parameter.placement == .positional {
        #expect(!isOptional || !parameter.isRequired, "\(title): stands behind an optional one")
        isOptional = isOptional || !parameter.isRequired
      }
      if case .choice(let choices) = parameter.kind {
        #expect(choices.allSatisfy { !$0.help.isEmpty }, "\(title): a choice is not explained")
      }
    }
    let options = spec.parameters.drop { $0.placement == .positional }
    #expect(options.allSatisfy { $0.placement == .option }, "\(name): positional parameters come first")
    #expect(spec.parameters.count { $0.isSeed } <= 1)
  }

  /// Whether an argument is one that the kind takes.
  private static func fits(_ argument: Argument, _ kind: ParameterKind) -> Bool {
    switch (argument, kind) {
    case (.integer(let number), .integer(let range)): range.contains(number)
    case (.real(let number), .real(let range, _)), (.real(let number), .fraction(let range)):
      range.contains(number)
    case (.span(let span), .span(let range)): range.contains(span)
    case (.choice(let name), .choice(let choices)): choices.contains { $0.name == name }
    case (.call(let call), .call(let specs)): specs.contains { $0.name == call.name }
    case (.list(let items), .list(let inner)): items.allSatisfy { fits($0, inner) }
    case (.flag, .flag), (.text, .text), (.instant, .instant), (.instant, .moment), (.path, .output): true
    default: false
    }
  }

  /// Made-up stations keep one seed, so that parts generated one after another belong together.
  @Test func `takes every seed from the session, but for made-up data`() {
    for spec in Self.specs where spec.verb != "generate" {
      let seeds = spec.parameters.filter { $0.name == "seed" || $0.isSeed }
      #expect(seeds.allSatisfy { $0.name == "seed" && $0.isSeed && $0.placement == .option }, "\(spec.name)")
    }
  }

  @Test(arguments: specs.map(\.name)) func `shows a command at work twice`(name: String) throws {
    let spec = try #require(Self.specs.first { $0.name == name })
    let own = spec.examples.filter { example in
      example.line.components(at: "|").contains { stage in
        let words = stage.split(separator: " ").map(String.init)
        let start = words.count > 2 && words[1] == "=" ? 2 : 0
        let used = words.dropFirst(start).prefix(spec.method == nil ? 1 : 2)
        return Array(used) == [spec.verb] + (spec.method.map { [$0] } ?? [])
      }
    }
    #expect(own.count >= 2, "\(name) has \(own.count) examples")
  }

  /// Scripts hold full names, and so do examples: checking and printing them changes nothing but the form.
  @Test(arguments: specs.map(\.name)) func `makes canonical lines that mean the same`(name: String) throws {
    let spec = try #require(Self.specs.first { $0.name == name })
    let session = Session(world: .memory())
    for example in spec.examples {
      let checker = session.checker()
      guard let checked = try? checker.check(example.line) else { continue }
      let canonical = checked.canonical
      #expect(try checker.check(canonical).canonical == canonical, "\(canonical)")
    }
  }

  /// A parameter named `--x` may not be mistaken for the negation of a flag.
  @Test func `has no option that negates another`() {
    for spec in Self.specs {
      let flags = spec.parameters.filter { $0.kind == .flag }.map { "no-" + $0.name }
      #expect(Set(flags).isDisjoint(with: spec.parameters.map(\.name)), "\(spec.name)")
    }
  }
}

extension String {
  /// Parts between bars; good enough for examples, which hold no bar in quotes.
  fileprivate func components(at separator: Character) -> [Substring] { split(separator: separator) }
}
