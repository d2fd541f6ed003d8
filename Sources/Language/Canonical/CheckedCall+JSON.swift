package import Notation

extension CheckedPipeline {
  /// The arguments of the tool call that means the same; nil unless the line is one call.
  package var toolArguments: JSON? {
    guard calls.count == 1 else { return nil }
    return calls[0].toolArguments(as: name)
  }
}

extension CheckedCall {
  /// `{"as": "alarms", "method": "iforest", "value": "joint", "trees": 200}`.
  package func toolArguments(as name: String?) -> JSON {
    var members: [(key: String, value: JSON)] = []
    if let name { members.append(("as", .string(name))) }
    if let method = spec.method { members.append(("method", .string(method))) }
    for parameter in spec.parameters {
      if let argument = arguments[parameter.name] {
        members.append((parameter.name, argument.json(as: parameter.kind)))
      }
    }
    return .object(members)
  }
}

extension Argument {
  /// Numbers, texts, flags and lists as such, everything else as it is written in a line.
  package func json(as kind: ParameterKind?) -> JSON {
    switch self {
    case .integer(let number) where abs(number) < 1 << 53: .number(Double(number))
    case .real(let number): .number(number)
    case .flag(let on): .bool(on)
    case .text(let text), .choice(let text), .path(let text), .column(let text): .string(text)
    case .list(let items): .array(items.map { $0.json(as: kind?.inner) })
    default: .string(canonical(as: kind))
    }
  }
}
