import Chronology
import Language

/// Small numbers that look random and come again with the same seed.
struct Dice: RandomNumberGenerator {
  private var state: UInt64

  init(_ seed: UInt64) { state = seed }

  /// SplitMix64.
  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }

  mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &self) < percent }

  mutating func pick(_ words: [String]) -> String {
    words.randomElement(using: &self) ?? ""
  }
}

/// Writes random lines that the toy vocabulary accepts.
struct LineMaker {
  var dice: Dice

  init(_ seed: UInt64) { dice = Dice(seed) }

  mutating func line() -> String {
    switch Int.random(in: 0..<20, using: &dice) {
    case 0: return "param level = " + literal()
    case 1: return "?" + dice.pick(["", "analyst"]) + " what of " + text()
    case 2: return "/save " + text()
    case 3: return "def find(x, n) = x | detect knn | show --rows " + range()
    case 4:
      return dice.pick(["pump", "pump@2", "_", "r12.value", "pump.Temp*", "pump.{state,anomaly}", "5min"])
    default: return (dice.chance(40) ? dice.pick(["a", "b = ", "größe", "x_1 "]).named : "") + pipeline()
    }
  }

  private mutating func pipeline() -> String {
    let spec = Toy.specs.randomElement(using: &dice) ?? Toy.specs[0]
    return call(spec) + (dice.chance(20) ? "  # by hand" : "")
  }

  /// A call with its first value in front of a pipe or not.
  private mutating func call(_ spec: CommandSpec) -> String {
    var front = ""
    var positional: [String] = []
    var options: [String] = []
    for parameter in spec.parameters {
      if parameter.placement == .option {
        guard parameter.isRequired || dice.chance(40) else { continue }
        if parameter.kind == .flag {
          options.append(dice.pick(["--", "--no-"]) + parameter.name)
        } else {
          options.append("--\(parameter.name)" + dice.pick([" ", "="]) + argument(parameter.kind))
        }
      } else if parameter.name == "value", front.isEmpty, dice.chance(30) {
        front = argument(parameter.kind) + dice.pick([" | ", "|"])
      } else if parameter.name == "name" {
        positional.append(
          dice.pick(["ratio", "\"a b\"", "x"]) + dice.pick(["=", " = "]) + "Temperature / 2")
      } else if parameter.name == "formula" {
        continue
      } else {
        positional.append(argument(parameter.kind))
      }
    }
    // An option that stands in front ends where its one value does.
    let inFront = !options.isEmpty && spec.method != nil && dice.chance(30)
    let words = inFront ? options + positional : positional + options
    return front + ([spec.name] + words).joined(separator: dice.pick([" ", "  ", "\t"]))
  }

  private mutating func argument(_ kind: ParameterKind) -> String {
    switch kind {
    case .integer(let range): String(Int.random(in: range.clamped(to: 0...90), using: &dice))
    case .real(_, let unit): dice.pick(["2", "1e3", "44.1" + (unit.map { "k" + $0 } ?? "")])
    case .fraction: dice.pick(["1%", "0.25", "12.5%"])
    case .span(let range):
      dice.pick(["10s", "250ms", "1.5s"] + (range.upperBound.seconds > 60 ? ["1h30min"] : []))
    case .moment: dice.pick(["2026-03-01T08:00", "08:00", "23:59:07.25"])
    case .instant: dice.pick(["2026-03-01T08:00", "2026-03-01", "2026-03-01T08:00:07.25Z"])
    case .text: text()
    case .flag: "yes"
    case .choice(let choices): dice.pick(choices.map(\.name))
    case .input(let many): dice.pick(many ? ["data/pump.csv", "\"data/valve1/*.csv\""] : ["data/pump.wav"])
    case .output: dice.pick(["out.csv", "\"my out.csv\"", "größe/x.csv"])
    case .value(let kinds): value(kinds)
    case .column(let types): column(types)
    case .expression, .condition: expression(3)
    case .call(let specs): call(specs)
    case .range(.instant): "2026-03-01..2026-03-02"
    case .range(.moment): "22:00..02:00"
    case .range: range()
    case .list(let inner): argument(inner) + (dice.chance(40) && !inner.isValue ? "," + argument(inner) : "")
    }
  }

  private mutating func value(_ kinds: [ValueKind]) -> String {
    let scope = ToyScope()
    let names = scope.names.filter { name in
      kinds.isEmpty || scope.shapes[name].map { kinds.contains($0.kind) } ?? false
    }
    return dice.pick(names)
  }

  private mutating func column(_ types: [String]) -> String {
    types == ["time"]
      ? "datetime"
      : dice.pick(
        types.isEmpty ? ["Temp*", "\"Volume Flow RateRMS\"", "Pressure"] : ["Temperature", "Pressure"])
  }

  private mutating func call(_ specs: [CallSpec]) -> String {
    let spec = specs.randomElement(using: &dice) ?? specs[0]
    var parts: [String] = []
    for (offset, parameter) in spec.parameters.enumerated() where parameter.isRequired || dice.chance(50) {
      let isNamed = parts.count < offset || dice.chance(30) && offset == spec.parameters.count - 1
      parts.append((isNamed ? parameter.name + "=" : "") + argument(parameter.kind))
    }
    return parts.isEmpty ? spec.name : "\(spec.name)(\(parts.joined(separator: ", ")))"
  }

  private mutating func range() -> String {
    let low = Int.random(in: 0...50, using: &dice)
    return "\(low)..\(low + Int.random(in: 0...50, using: &dice))"
  }

  private mutating func literal() -> String {
    dice.pick(["5", "-3", "1%", "10s", "2026-03-01", "'a b'", "f1, ap", "true", "2.5e-3", "1,2,3"])
  }

  private mutating func text() -> String {
    dice.pick([
      "plain", "'single'", "\"two words\"", #""tab \t and \u{202e}""#, "'a {b} | c'", #""quote \" and \\""#,
      "größe", "\"# no comment\"", "\"--flag\"", "温度",
    ])
  }

  /// A condition over the columns of `pump`.
  mutating func expression(_ depth: Int) -> String {
    guard depth > 0 else {
      return dice.pick(["anomaly", "Temperature > 3", "state == \"on\"", "not anomaly", "isnull(Pressure)"])
    }
    let space = dice.pick([" ", "  "])
    switch Int.random(in: 0..<8, using: &dice) {
    case 0: return expression(depth - 1) + " and" + space + expression(depth - 1)
    case 1: return "(" + expression(depth - 1) + " or " + expression(depth - 1) + ")"
    case 2: return "not (" + expression(depth - 1) + ")"
    case 3: return number(depth) + dice.pick([">", " <= ", "!=", " == "]) + number(depth)
    case 4: return "Pressure " + dice.pick(["in", "not in"]) + " (1,2, 3.5)"
    case 5: return "within(\(expression(depth - 1)), 10s)"
    case 6: return "datetime >= \"2026-03-01T08:00\""
    default: return "between(\(number(depth - 1)), 1, 2)"
    }
  }

  private mutating func number(_ depth: Int) -> String {
    guard depth > 0 else {
      return dice.pick(["Temperature", "`Volume Flow RateRMS`", "2", "-3.5", "1e-9", "0.1"])
    }
    switch Int.random(in: 0..<6, using: &dice) {
    case 0: return number(depth - 1) + dice.pick(["+", " - ", "*", " / ", "%", "^"]) + number(depth - 1)
    case 1: return "(" + number(depth - 1) + " - " + number(depth - 1) + ")"
    case 2: return "-(" + number(depth - 1) + ")"
    case 3: return "rolling(mean, \(number(depth - 1)), 5)"
    case 4: return "if(\(expression(depth - 1)), \(number(depth - 1)), 0)"
    default: return number(0)
    }
  }
}

extension String {
  fileprivate var named: String { contains("=") ? self : self + " = " }
}

extension ParameterKind {
  fileprivate var isValue: Bool { if case .value = self { true } else { false } }
}
