import Notation
import Numerics

/// Draws values that fit a JSON schema, as a server that holds a model to the schema would let it write them.
struct SchemaSampler {
  var generator: SeededGenerator

  init(seed: UInt64) { generator = SeededGenerator(seed: seed) }

  mutating func value(_ schema: JSON) -> JSON {
    if let alternatives = schema["anyOf"]?.array { return value(alternatives[below(alternatives.count)]) }
    if let constant = schema["const"] { return constant }
    if let choices = schema["enum"]?.array { return choices[below(choices.count)] }
    switch schema["type"]?.string {
    case "boolean": return .bool(below(2) == 0)
    case "integer":
      let low = Int(schema["minimum"]?.number ?? 0)
      let high = Int(schema["maximum"]?.number ?? 1e6)
      // The ends, and small numbers, are where it goes wrong.
      let width = high - low < 1000 || below(2) == 0 ? high - low : 20
      return .number(Double([low, high, low + below(width + 1)][below(3)]))
    case "array":
      let count = Int(schema["minItems"]?.number ?? 0) + below(3)
      let item = schema["items"] ?? .null
      return .array((0..<count).map { _ in value(item) })
    case "object":
      let required = schema["required"]?.array ?? []
      return .object(
        (schema["properties"]?.members ?? []).compactMap { key, property in
          required.contains(.string(key)) || below(2) == 0 ? (key, value(property)) : nil
        })
    default: return .string(text(schema["pattern"]?.string ?? "^[a-z]{3}$"))
    }
  }

  mutating func text(_ pattern: String) -> String {
    let known = patterns[pattern] ?? TextPattern(pattern)
    patterns[pattern] = known
    return known.drawn(using: &generator)
  }

  private var patterns: [String: TextPattern] = [:]

  private mutating func below(_ count: Int) -> Int { Int.random(in: 0..<count, using: &generator) }
}
