/// What an expression gives for a row.
package enum ExpressionType: String, Sendable, CaseIterable {
  case number, text, bool, time, span
  /// Not known before the data are.
  case any

  /// The type of a column by the name of its type; categories count as texts.
  package init(column type: String?) {
    self =
      switch type {
      case "number": .number
      case "category", "text": .text
      case "bool": .bool
      case "time": .time
      case "span": .span
      default: .any
      }
  }

  package var phrase: String {
    switch self {
    case .number: "a number"
    case .text: "a text"
    case .bool: "true or false"
    case .time: "a time"
    case .span: "a length of time"
    case .any: "anything"
    }
  }

  func fits(_ wanted: ExpressionType) -> Bool { self == wanted || self == .any || wanted == .any }
}
