import Language
import Numerics
import Values

/// The parameter that takes rules.
private func ruleSet(_ call: Invocation, _ parameter: Parameter<Reference>) throws(Failure) -> RuleSet {
  guard case .model(let model) = call[parameter].value, let rules = model as? RuleSet else {
    throw call.unexpectedKind(parameter.base)
  }
  return rules
}

struct WriteRules: PureCommand {
  static let texts = Parameter<[String]>.required(
    "rules", .list(.text), help: "Rules with commas between: \"abnormal when Flow < 10\",\"normal when …\"."
  ) { argument in
    guard case .list(let items) = argument else { return [] }
    return items.compactMap { if case .text(let text) = $0 { text } else { nil } }
  }
  static let subject = Parameter<Reference?>.optional(
    "for", .value([.table, .series]), help: "A value whose columns the rules must fit."
  ) { if case .reference(let reference) = $0 { reference } else { nil } }

  let spec = CommandSpec(
    "rules", "write", "Makes rules of conditions in the language of `where`.",
    discussion: """
      A rule is `abnormal when CONDITION` or `normal when CONDITION`. Conditions look at columns and their past (`help \
      expressions`), so that a rule ends for every input, can be read, compared and replayed. A rule that would cost more \
      than 100,000 operations a row is refused. `detect rules` runs them.
      """,
    parameters: [texts.base, subject.base], output: .rules,
    examples: [
      Example("pump = generate pump-station --minutes 5 --seed 7"),
      Example("guard = rules write \"abnormal when Pressure > 1.1\",\"normal when Flow < 1\" --for pump"),
      Example("steady = rules write \"abnormal when run(abs(diff(Current)) < 0.001) >= 10\""),
    ])

  func run(_ call: Invocation, work: Work) throws(Failure) -> Value {
    let subject = call[Self.subject]
    do throws(Diagnostic) {
      return .model(
        try RuleSet(
          reading: call[Self.texts], over: subject?.value.cellFrame?.columns.map(\.shape),
          of: subject?.name ?? "the value"))
    } catch {
      var diagnostic = error
      diagnostic.range = call.call.ranges[Self.texts.base.name]
      throw .diagnostic(diagnostic)
    }
  }
}

struct LoadRules: WorldCommand {
  static let path = Parameter<String>.input("path", help: "A text file with one rule a line.")

  let spec = CommandSpec(
    "rules", "load", "Reads rules from a text file, one a line.",
    discussion: "Empty lines and lines that begin with `#` are left out. `rules show` tells what was read.",
    parameters: [path.base], output: .rules, reach: .read,
    examples: [
      Example("guard = rules write \"abnormal when Pressure > 1.1\""),
      Example("rules show guard | select rule | export --to rules.csv --overwrite"),
      Example("same = rules load rules.csv"),
      Example("rules load rules.csv | rules show"),
    ])

  func run(_ call: Invocation, work: Work, world: World) throws(Failure) -> Value {
    do throws(Diagnostic) {
      // A table of rules that was exported has a head and quotes; both are taken off.
      let lines = try world.files.text(call[Self.path], limit: 1 << 20).split(separator: "\n").map { line in
        String(line.drop(while: \.isWhitespace)).replacing("\"\"", with: "\u{0}").filter { $0 != "\r" }
      }
      let texts = lines.map { line -> String in
        let bare = line.hasPrefix("\"") && line.hasSuffix("\"") ? String(line.dropFirst().dropLast()) : line
        return bare.replacing("\u{0}", with: "\"")
      }
      let rules = texts.filter { !$0.isEmpty && !$0.hasPrefix("#") && $0 != "rule" }
      return .model(try RuleSet(reading: rules, over: nil, of: "the value"))
    } catch {
      var diagnostic = error
      diagnostic.range = call.call.ranges[Self.path.base.name]
      throw .diagnostic(diagnostic)
    }
  }
}

struct ShowRules: PureCommand {
  static let input = Parameter<Reference>.value("rules", [.rules], help: "The rules.")
  static let subject = Parameter<Reference?>.optional(
    "on", .value([.table, .series]), help: "A value on which to run them."
  ) { if case .reference(let reference) = $0 { reference } else { nil } }

  let spec = CommandSpec(
    "rules", "show", "Lists rules with their cost and, on a value, with how often each holds.",
    discussion: """
      `cost` counts operations a row: one for each part, 4 for a function, and an eighth of the window for medians and \
      quantiles. With --on, `rows` is how many rows the rule holds for.
      """,
    parameters: [input.base, subject.base], output: .table, reach: .read,
    examples: [
      Example("pump = generate pump-station --minutes 5 --seed 7"),
      Example("guard = rules write \"abnormal when Pressure > 1.1\",\"normal when Flow < 1\""),
      Example("rules show guard"), Example("guard | rules show --on pump"),
    ])

  func run(_ call: Invocation, work: Work) throws(Failure) -> Value {
    let set = try ruleSet(call, Self.input)
    var columns = [Column("rule", .text(TextColumn(set.rules.map(\.text))))]
    var costs: [Double] = []
    for rule in set.rules {
      let condition = try? Expression(
        reading: WordSyntax(rule.condition, at: 0), columns: nil, of: "the value", wants: .bool)
      costs.append(Double(condition?.root.cost ?? 0))
    }
    columns.append(Column(numbers: costs, name: "cost"))
    if let subject = call[Self.subject], let frame = subject.value.cellFrame {
      do throws(RuleFailure) {
        let fired = try set.fired(over: frame, of: subject.name, work: work)
        columns.append(Column(numbers: fired.map { Double($0.count) }, name: "rows"))
      } catch {
        throw call.failure(error, of: subject.name, at: Self.input.base)
      }
    }
    return .table(Frame(index: .rows(set.rules.count), columns: columns))
  }
}

struct DiffRules: PureCommand {
  static let old = Parameter<Reference>.value("rules", [.rules], help: "The rules before.")
  static let new = Parameter<Reference>.value("other", [.rules], help: "The rules after.")

  let spec = CommandSpec(
    "rules", "diff", "Says which rules were added and which went away.",
    discussion: "Rules are compared by their canonical text, so that spaces and brackets do not matter.",
    parameters: [old.base, new.base], output: .table, reach: .read,
    examples: [
      Example("one = rules write \"abnormal when Pressure > 1.1\",\"normal when Flow < 1\""),
      Example("two = rules write \"abnormal when (Pressure>1.1)\",\"abnormal when Flow > 40\""),
      Example("rules diff one two"), Example("one | rules diff two"),
    ])

  func run(_ call: Invocation, work: Work) throws(Failure) -> Value {
    let (old, new) = (try ruleSet(call, Self.old).rules, try ruleSet(call, Self.new).rules)
    let gone = old.filter { !new.contains($0) }.map { ("-", $0.text) }
    let kept = old.filter(new.contains).map { ("=", $0.text) }
    let added = new.filter { !old.contains($0) }.map { ("+", $0.text) }
    let rows = gone + kept + added
    return .table(
      Frame(
        index: .rows(rows.count),
        columns: [
          Column("change", .categories(rows.map(\.0))), Column("rule", .text(TextColumn(rows.map(\.1)))),
        ]))
  }
}

struct DetectRules: PureCommand {
  static let input = Parameter<Reference>.value("value", [.table, .series], help: "The rows to judge.")
  static let rules = Parameter<Reference>.required(
    "by", .value([.rules]), placement: .option, help: "The rules."
  ) { if case .reference(let reference) = $0 { reference } else { Reference(root: .last) } }
  static let base = Parameter<Reference?>.optional(
    "base", .value([.scores, .alarms]), help: "What another detector says of the same rows."
  ) { if case .reference(let reference) = $0 { reference } else { nil } }

  let spec = CommandSpec(
    "detect", "rules", "Scores rows by rules, alone or on top of another detector.",
    discussion: """
      Alone a row scores the number of `abnormal` rules that hold, and 0 where a `normal` rule holds. On top of --base the \
      two are merged as ARGOS does (Microsoft, 2025, algorithm 1): where an abnormal rule holds the row takes the \
      maximum (of the base's highest score and its own), where a normal rule holds the minimum; elsewhere the base \
      stands. `explain` tells which rules held. Label columns are never seen.
      """,
    parameters: [input.base, rules.base, base.base], output: .scores,
    examples: [
      Example("pump = generate pump-station --seed 7"),
      Example("guard = rules write \"abnormal when Pressure > 1.3\",\"normal when Flow < 1\""),
      Example("risk = detect rules pump --by guard"),
      Example("base = detect mad pump"),
      Example("both = detect rules pump --by guard --base base"),
    ])

  func run(_ call: Invocation, work: Work) throws(Failure) -> Value {
    let input = call[Self.input]
    guard let frame = input.value.cellFrame else { throw call.noRows(Self.input.base) }
    let set = try ruleSet(call, Self.rules)
    let visible = frame.with(columns: frame.columns.filter { $0.role != .label })
    let fired: [[Int]]
    do throws(RuleFailure) {
      fired = try set.fired(over: visible, of: input.name, work: work)
    } catch {
      throw call.failure(error, of: input.name, at: Self.rules.base)
    }
    let base = try baseValues(call, frame)
    let values = RuleMerging(rules: set.rules, fired: fired, rows: frame.rowCount).scores(over: base)
    var matrix = Matrix(rows: frame.rowCount, columns: set.rules.count)
    for (column, rows) in fired.enumerated() { for row in rows { matrix[row, column] = 1 } }
    let names = set.rules.map(\.text)
    return .scores(
      Scores(
        index: frame.index, values: values, method: "rules",
        contributions: names.isEmpty
          ? nil
          : Contributions(
            matrix: matrix, features: names, blocks: [Block(name: "rules", columns: 0..<names.count)],
            meaning: "whether the rule holds")))
  }

  private func baseValues(_ call: Invocation, _ frame: Frame) throws(Failure) -> [Double]? {
    guard let base = call[Self.base] else { return nil }
    let (values, index): ([Double], Index)
    switch base.value {
    case .scores(let scores): (values, index) = (scores.values, scores.index)
    case .alarms(let alarms):
      (values, index) = (
        (0..<alarms.scores.values.count).map { alarms.flags[$0] ? 1 : 0 }, alarms.scores.index
      )
    default: throw call.unexpectedKind(Self.base.base)
    }
    guard index.address == frame.index.address else {
      throw call.blame(
        Self.base.base, "R0704", "`\(base.name)` does not score the rows of `\(call[Self.input].name)`",
        label: "other rows", remedy: "Give what a detector says of the same value.")
    }
    return values
  }
}

/// Merges what rules say with what a base detector says.
struct RuleMerging {
  let rules: [Rule]
  let fired: [[Int]]
  let rows: Int

  func counts(_ verdict: Rule.Verdict) -> [Double] {
    var counts = [Double](repeating: 0, count: rows)
    for (rule, rows) in zip(rules, fired) where rule.verdict == verdict {
      for row in rows { counts[row] += 1 }
    }
    return counts
  }

  func scores(over base: [Double]?) -> [Double] {
    let (abnormal, normal) = (counts(.abnormal), counts(.normal))
    guard let base else { return zip(abnormal, normal).map { $1 > 0 ? 0 : $0 } }
    let (lowest, highest) = (base.min() ?? 0, base.max() ?? 0)
    // Alarms are 0 and 1 even where none or all are raised.
    let isDecision = base.allSatisfy { $0 == 0 || $0 == 1 }
    let (floor, ceiling) = isDecision ? (0, 1) : (lowest, highest)
    return base.indices.map { row in
      normal[row] > 0
        ? min(base[row], floor) : abnormal[row] > 0 ? max(base[row], ceiling) : base[row]
    }
  }

  /// Decisions: the base's, raised by abnormal rules, taken back by normal ones.
  func flags(over base: [Bool]?) -> [Bool] {
    let (abnormal, normal) = (counts(.abnormal), counts(.normal))
    return abnormal.indices.map { normal[$0] == 0 && (abnormal[$0] > 0 || base?[$0] ?? false) }
  }
}
