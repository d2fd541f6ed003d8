import Chronology
package import Notation

extension CommandTable {
  /// The JSON Schema of a verb's tool call, fit for strict mode: every property is required, optional ones
  /// may be null, nothing else is allowed.
  ///
  /// - Parameter names: the values that exist; named in the schema as long as they are few.
  package func schema(of verb: String, names: [String] = []) -> JSON {
    let specs = methods(of: verb)
    var properties: [(key: String, value: JSON)] = [
      ("as", ["type": ["string", "null"], "description": "Name for the result."])
    ]
    let methods = specs.compactMap(\.method)
    if !methods.isEmpty {
      let lines = specs.map { "\($0.method ?? ""): \($0.summary)" }
      properties.append(
        (
          "method",
          [
            "type": "string", "enum": .array(methods.map { .string($0) }),
            "description": .string(lines.joined(separator: " ")),
          ]
        ))
    }
    var seen: Set<String> = []
    for parameter in specs.flatMap(\.parameters) where seen.insert(parameter.name).inserted {
      properties.append((parameter.name, property(parameter.name, specs, names)))
    }
    return [
      "type": "object", "properties": .object(properties),
      "required": .array(properties.map { .string($0.key) }), "additionalProperties": false,
    ]
  }

  private func property(_ name: String, _ specs: [CommandSpec], _ names: [String]) -> JSON {
    let having = specs.filter { spec in spec.parameters.contains { $0.name == name } }
    let parameters = having.flatMap { $0.parameters.filter { $0.name == name } }
    let isOptional = having.count < specs.count || parameters.contains { !$0.isRequired }
    var kinds: [ParameterKind] = []
    for parameter in parameters where !kinds.contains(parameter.kind) { kinds.append(parameter.kind) }
    var members = kinds.count == 1 ? Self.schema(kinds[0]) : []
    if kinds.count > 1 {
      let schemas = kinds.map { JSON.object(Self.schema($0)) }
      members = [("anyOf", .array(schemas + (isOptional ? [["type": "null"]] : [])))]
    } else if isOptional {
      members = Self.nullable(members)
    }
    var help = parameters[0].help
    if having.count < specs.count {
      help += " Only for \(having.compactMap(\.method).joined(separator: ", "))."
    }
    if kinds.count == 1, let form = kinds[0].form { help += " Written as \(form)." }
    if kinds.contains(where: \.takesValue), !names.isEmpty, names.count <= 30 {
      help += " One of \(names.joined(separator: ", ")), or NAME.COLUMN."
    }
    if let fallback = parameters[0].fallback, !parameters[0].isSeed {
      help += " Default \(fallback.canonical(as: kinds[0]))."
    }
    return .object(members + [("description", .string(help))])
  }

  private static func nullable(_ members: [(key: String, value: JSON)]) -> [(key: String, value: JSON)] {
    members.map { member in
      switch (member.key, member.value) {
      case ("type", let type): ("type", .array([type, "null"]))
      case ("enum", .array(let items)): ("enum", .array(items + [.null]))
      default: member
      }
    }
  }

  private static func schema(_ kind: ParameterKind) -> [(key: String, value: JSON)] {
    switch kind {
    case .integer(let range):
      [("type", "integer")] + limits(Double(range.lowerBound), Double(range.upperBound))
    case .real(let range, _), .fraction(let range):
      [("type", "number")] + limits(range.lowerBound, range.upperBound)
    case .flag: [("type", "boolean")]
    case .choice(let choices): [("type", "string"), ("enum", .array(choices.map { .string($0.name) }))]
    case .list(let inner): [("type", "array"), ("items", .object(schema(inner)))]
    default: [("type", "string")]
    }
  }

  private static func limits(_ low: Double, _ high: Double) -> [(key: String, value: JSON)] {
    let largest = 9e15
    return (low > -largest ? [("minimum", .number(low))] : [])
      + (high < largest ? [("maximum", .number(high))] : [])
  }
}

extension ParameterKind {
  /// How it is written as a text, where its JSON type does not say.
  fileprivate var form: String? {
    switch self {
    case .span: "10s, 250ms, 5min, 2h or 1d"
    case .instant: "2026-03-01T08:00"
    case .moment: "2026-03-01T08:00 or 08:00"
    case .range(let inner): inner.form.map { "a..b, each end like \($0)" } ?? "a..b"
    case .call(let specs): specs.map(\.usage).joined(separator: ", ")
    case .list(let inner): inner.form
    default: nil
    }
  }
}
