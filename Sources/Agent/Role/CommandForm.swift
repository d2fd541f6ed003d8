import Language
import Notation

/// One command as it can be called in a workspace: as objects of arguments, and as the rest of a line.
struct CommandForm {
  let spec: CommandSpec
  /// All that are offered, in order.
  let parameters: [AnyParameter]
  let checker: Checker
  let patterns: ArgumentPatterns

  /// A value or file on which the other arguments depend.
  private struct Subject {
    var parameter = ""
    /// nil where no argument depends on it.
    var name: String?
    var shape: ValueShape?
  }

  private static let mostItems = 8

  // MARK: - Objects

  /// One for each subject; `name` is what names of results look like.
  func objects(name: String) -> [JSON] {
    subjects.compactMap { subject in
      var properties: [(key: String, value: JSON)] = []
      if let method = spec.method { properties.append(("method", ["const": .string(method)])) }
      var required = properties.map(\.key)
      for parameter in parameters {
        guard let schema = schema(parameter, subject) else {
          if parameter.isGiven { return nil }
          continue
        }
        properties.append((parameter.name, schema))
        if parameter.isGiven { required.append(parameter.name) }
      }
      if spec.reach != .read, ![.report, .figure, .answer].contains(spec.output) {
        properties.append(("as", Self.text("^\(name)$")))
      }
      return Self.object(properties, required: required)
    }
  }

  private func schema(_ parameter: AnyParameter, _ subject: Subject) -> JSON? {
    if parameter.name == subject.parameter, let name = subject.name {
      let choice: JSON = ["type": "string", "enum": [.string(name)]]
      return parameter.isList ? Self.array(of: choice, most: 1) : choice
    }
    return schema(parameter.kind, subject.shape)
  }

  private func schema(_ kind: ParameterKind, _ subject: ValueShape?) -> JSON? {
    guard let kind = kind.bounded(by: subject) else { return nil }
    switch kind {
    case .flag: return ["type": "boolean"]
    case .list(let inner): return schema(inner, subject).map { Self.array(of: $0) }
    case .integer(let range):
      let (low, high) = (
        max(range.lowerBound, -NumberPattern.largest), min(range.upperBound, NumberPattern.largest)
      )
      return ["type": "integer", "minimum": .number(Double(low)), "maximum": .number(Double(high))]
    default: break
    }
    if let words = patterns.words(kind, subject, .text) {
      return words.isEmpty ? nil : ["type": "string", "enum": .array(words.map(JSON.string))]
    }
    return patterns.pattern(kind, subject, .text).map { Self.text("^\($0)$") }
  }

  private static func array(of item: JSON, most: Int = mostItems) -> JSON {
    ["type": "array", "items": item, "minItems": 1, "maxItems": .number(Double(most))]
  }

  static func text(_ pattern: String) -> JSON { ["type": "string", "pattern": .string(pattern)] }

  static func object(_ properties: [(key: String, value: JSON)], required: [String]) -> JSON {
    [
      "type": "object", "properties": .object(properties), "required": .array(required.map(JSON.string)),
      "additionalProperties": false,
    ]
  }

  // MARK: - Lines

  /// What follows the name of the command; nil if nothing can.
  var rest: String? {
    NumberPattern.any(
      subjects.compactMap { subject in
        var text = ""
        for (place, parameter) in parameters.enumerated() {
          guard let words = words(parameter, subject) else {
            if parameter.isGiven { return nil }
            continue
          }
          let isAssigned = place > 0 && parameter.kind.isExpression && parameters[place - 1].kind == .text
          let word = (isAssigned ? " = " : " ") + words
          text += parameter.isGiven ? word : "(\(word))?"
        }
        return text
      })
  }

  private func words(_ parameter: AnyParameter, _ subject: Subject) -> String? {
    let option = parameter.placement == .option ? "--\(parameter.name)" : ""
    if parameter.kind == .flag { return option }
    let known = parameter.name == subject.parameter ? subject.name : nil
    let word = known.flatMap { ArgumentPatterns.word($0, .line).map(ArgumentPatterns.escaped) }
    if let word, spec.readsFile || !parameter.isList { return word }
    guard
      let pattern = patterns.pattern(
        parameter.isList ? parameter.kind.single : parameter.kind, subject.shape, .line)
    else { return nil }
    if parameter.isList { return "\(word ?? pattern)( \(pattern)){0,\(Self.mostItems - 1)}" }
    return option.isEmpty ? pattern : "\(option) \(pattern)"
  }

  // MARK: - Subjects

  /// One for each value or file that the command can take, if the other arguments depend on it.
  private var subjects: [Subject] {
    if let first = parameters.first, spec.readsFile {
      let files = patterns.words(first.kind.single, nil, .text) ?? []
      return files.compactMap { name in
        holding(name).map { Subject(parameter: first.name, name: name, shape: $0) }
      }
    }
    let values = parameters.filter(\.kind.takesValue)
    guard let first = values.first(where: { $0.placement == .positional }) ?? values.first else {
      return [Subject()]
    }
    if parameters.contains(where: \.kind.namesColumn) {
      return patterns.names.compactMap { name in
        guard let shape = patterns.shape(of: name), first.kind.takes(shape.kind) else { return nil }
        return Subject(parameter: first.name, name: name, shape: shape)
      }
    }
    guard parameters.contains(where: \.kind.numbersRows) else { return [Subject()] }
    return (patterns.words(first.kind.single, nil, .text) ?? []).map { name in
      let root = String(name.prefix { $0 != "." })
      return Subject(parameter: first.name, name: name, shape: patterns.shape(of: root))
    }
  }

  /// What a file holds, as far as a look tells; nil if the command cannot read it.
  private func holding(_ file: String) -> ValueShape? {
    func read(_ command: String) throws(Diagnostic) -> ValueShape? {
      guard case .pipeline(let pipeline) = try checker.check("\(command) \(Word.written(file))") else {
        return nil
      }
      return pipeline.shape
    }
    do throws(Diagnostic) { _ = try read(spec.name) } catch {
      // It may need more arguments.
      if error.code != "E0301" { return nil }
    }
    return (try? read("load")) ?? ValueShape(kind: .table)
  }
}

// MARK: - What declarations tell

extension AnyParameter {
  /// Whether a call has it in any case; what stands in its place by order does.
  var isGiven: Bool { isRequired || placement == .positional }
}

extension CommandSpec {
  /// Whether its first argument is a file to read.
  var readsFile: Bool {
    guard let first = parameters.first, case .input = first.kind.single else { return false }
    return first.placement == .positional
  }

  /// Whether it needs a text that nothing else tells.
  var takesWords: Bool {
    zip(parameters, parameters.dropFirst().map(Optional.some) + [nil]).contains { parameter, next in
      parameter.isRequired && parameter.kind.single == .text && next?.kind.isExpression != true
    }
  }

  /// The endings of files that its examples show.
  var endings: [String] {
    guard parameters.contains(where: { $0.kind == .output }) else { return [] }
    let words = examples.flatMap { $0.line.split(separator: " ") }
    let endings = words.compactMap { word in word.lastIndex(of: ".").map { String(word[$0...]) } }
    return Set(endings).sorted().filter { ending in
      (2...13).contains(ending.count) && ending.contains(where: \.isLetter)
        && ending.dropFirst().allSatisfy { $0.isLowercase || $0.isNumber }
    }
  }
}

extension ParameterKind {
  /// The kind of one item.
  var single: ParameterKind { if case .list(let item) = self { item } else { self } }

  /// What tells the form of something: a text, a number, or one of a few words.
  var isForm: Bool {
    switch single {
    case .text, .choice, .integer, .real, .range: true
    default: false
    }
  }

  /// Whether it is the number of a row, or two of them.
  var numbersRows: Bool {
    switch self {
    case .integer(0...Int.max): true
    case .range(let ends): ends.numbersRows
    default: false
    }
  }

  /// The same for the rows of a value; nil if it has none.
  func bounded(by subject: ValueShape?) -> ParameterKind? {
    guard numbersRows, let subject else { return self }
    if [.report, .answer, .figure, .model, .rules, .scalar].contains(subject.kind) { return nil }
    guard let count = subject.rowCount, count > 0 else { return self }
    if case .range = self { return .range(.integer(0...count - 1)) }
    return .integer(0...count - 1)
  }
}
