import Foundation
import Notation

/// Which calls answer a question of the Berkeley Function Calling Leaderboard, compared as its own checker does for one call.
struct CallTruth {
  /// The values that each argument may have, by function; an empty text among them means that it may be left out.
  let functions: [(name: String, arguments: [(key: String, value: JSON)])]

  /// - Parameter answer: one entry of `ground_truth`.
  init(_ answer: JSON) {
    functions = (answer.members ?? []).map { (name: $0.key, arguments: $0.value.members ?? []) }
  }

  func accepts(name: String, arguments: JSON) -> Bool {
    guard let truth = functions.first(where: { CallQuestion.plain($0.name) == name }),
      let given = arguments.members
    else { return false }
    let known = Set(truth.arguments.map(\.key))
    guard given.allSatisfy({ known.contains($0.key) }) else { return false }
    return truth.arguments.allSatisfy { key, allowed in
      let choices = allowed.array ?? []
      guard let value = arguments[key] else { return choices.contains("") }
      return choices.contains { Self.matches(value, $0) }
    }
  }

  private static func matches(_ value: JSON, _ allowed: JSON) -> Bool {
    switch (value, allowed) {
    case (.string(let a), .string(let b)): standard(a) == standard(b)
    case (.array(let a), .array(let b)): a.count == b.count && zip(a, b).allSatisfy(matches)
    case (.object(let members), .object(let choices)):
      members.allSatisfy { member in
        let allowed = choices.last { $0.key == member.key }?.value.array ?? []
        return allowed.contains { matches(member.value, $0) }
      }
        && choices.allSatisfy { choice in
          members.contains { $0.key == choice.key } || choice.value.array?.contains("") == true
        }
    default: value == allowed
    }
  }

  /// Texts count as equal without case, spaces and marks.
  private static func standard(_ text: String) -> String {
    String(text.lowercased().filter { !" ,./-_*^".contains($0) }).replacing("'", with: "\"")
  }
}

/// One question with the functions that may be called.
struct CallQuestion {
  let id: String
  let text: String
  /// In the notation of chat completions.
  let tools: [JSON]
  /// The right call; nil where no function fits.
  let truth: CallTruth?

  static func all(data: String, category: String, count: Int) throws -> [CallQuestion] {
    let folder = data + "/bfcl/"
    let answers =
      category == "irrelevance" ? [] : try lines(folder + "possible_answer/BFCL_v4_\(category).json")
    let truths = Dictionary(
      uniqueKeysWithValues: answers.map {
        ($0["id"]?.string ?? "", CallTruth($0["ground_truth"]?[0] ?? .null))
      })
    return try lines(folder + "BFCL_v4_\(category).json").prefix(count).map { entry in
      let id = entry["id"]?.string ?? ""
      return CallQuestion(
        id: id, text: entry["question"]?[0]?[0]?["content"]?.string ?? "",
        tools: (entry["function"]?.array ?? []).map(tool), truth: truths[id])
    }
  }

  private static func lines(_ path: String) throws -> [JSON] {
    try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").map {
      try JSON(parsing: String($0))
    }
  }

  /// The protocol allows no dots in names.
  static func plain(_ name: String) -> String { name.replacing(".", with: "_") }

  private static func tool(_ function: JSON) -> JSON {
    [
      "type": "function",
      "function": [
        "name": .string(plain(function["name"]?.string ?? "")),
        "description": function["description"] ?? "", "parameters": schema(function["parameters"] ?? .null),
      ],
    ]
  }

  /// The board names types as Python does.
  private static func schema(_ value: JSON) -> JSON {
    let types: [String: JSON] = ["dict": "object", "float": "number", "tuple": "array"]
    switch value {
    case .object(let members):
      return .object(
        members.compactMap { key, value in
          guard key == "type", let type = value.string else { return (key, schema(value)) }
          return type == "any" ? nil : (key, types[type] ?? value)
        })
    case .array(let items): return .array(items.map(schema))
    default: return value
    }
  }
}
