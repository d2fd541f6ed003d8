import Language
import Numerics
import Values

extension ExpressionPlan {
  /// A call of one of `ExpressionFunction.all`.
  mutating func call(_ name: String, _ arguments: [ExpressionNode]) throws(ExpressionFailure) -> Part {
    if let function = NumberFunction(rawValue: name), arguments.count == 1 {
      return try rowwise(name, [try part(arguments[0])]) { $0[0].applying(function) }
    }
    if let calendar = CalendarPart(rawValue: name) {
      let moment = arguments.isEmpty ? try ownTimes(name) : try part(arguments[0])
      return try rowwise(name, [moment]) { $0[0].part(calendar) }
    }
    if Self.overRows.contains(name) { return try overRows(name, arguments) }
    var parts: [Part] = []
    for argument in arguments { parts.append(try part(argument)) }
    return try compute(name, parts)
  }

  private mutating func compute(_ name: String, _ parts: [Part]) throws(ExpressionFailure) -> Part {
    let texts = parts.compactMap { part -> Texts? in
      if case .texts(let texts) = part.whole { texts } else { nil }
    }
    switch (name, parts.count) {
    case ("time", 0): return try ownTimes(name)
    case ("pi", 0): return Part(.numbers(.all(.pi)))
    case ("round", 1): return try rowwise(name, parts) { $0[0].rounded(digits: .number(0)) }
    case ("round", 2): return try rowwise(name, parts) { $0[0].rounded(digits: $0[1]) }
    case ("min", 1...), ("max", 1...):
      let isLargest = name == "max"
      return try rowwise(name, parts) { vectors in
        vectors.dropFirst().reduce(vectors[0].extreme(vectors[0], isLargest: isLargest)) { best, next in
          best.flatMap { $0.extreme(next, isLargest: isLargest) }
        }
      }
    case ("clip", 3): return try rowwise(name, parts) { $0[0].clipped(low: $0[1], high: $0[2]) }
    case ("between", 3):
      return try rowwise(name, parts) { vectors in
        guard let low = Vector.compare(.greaterOrEqual, vectors[0], vectors[1]),
          let high = Vector.compare(.lessOrEqual, vectors[0], vectors[2])
        else { return nil }
        return Vector.and(low, high)
      }
    case ("isnull", 1):
      if let first = texts.first {
        return Part(.truths(.each(first.isMissing.cells(rowCount))))
      }
      return try rowwise(name, parts) { $0[0].isMissing }
    case ("coalesce", 1...):
      if texts.count == parts.count { return coalesced(texts) }
      return try rowwise(name, parts) { vectors in
        vectors.dropFirst().reduce(vectors.first) { found, next in found.flatMap { $0.coalesced(next) } }
      }
    case ("if", 3):
      if texts.count == 2 { return try chosen(parts[0], texts[0], texts[1]) }
      return try rowwise(name, parts) { $0[1].chosen(by: $0[0], else: $0[2]) }
    case ("contains", 2) where texts.count == 2: return textTest(texts[0], .contains, texts[1])
    case ("starts", 2) where texts.count == 2: return textTest(texts[0], .starts, texts[1])
    case ("matches", 2) where texts.count == 2: return textTest(texts[0], .fits, texts[1])
    case ("len", 1) where texts.count == 1:
      let lengths = TextLengths(texts[0])
      return Part { .numbers(.each(lengths.numbers($0))) }
    case ("lower", 1) where texts.count == 1: return Part(.texts(texts[0].lowered))
    default: throw .mismatch(function: name)
    }
  }

  /// The moments of the rows.
  func ownTimes(_ function: String) throws(ExpressionFailure) -> Part {
    guard let axis = frame.index.time else { throw .noTimes(function: function) }
    return Part(axis.vector)
  }

  func textTest(_ a: Texts, _ question: TextTest.Question, _ b: Texts) -> Part {
    switch (a, b) {
    case (_, .all(let text?)):
      let test = TextTest(a, question, text)
      return Part { .truths(.each(test.truths($0))) }
    case (.all(let text?), _) where question == .equals:
      let test = TextTest(b, question, text)
      return Part { .truths(.each(test.truths($0))) }
    case (_, .all(nil)): return Part(.truths(.all(.missing)))
    default:
      let test = TextPairTest(a, question, b)
      return Part { .truths(.each(test.truths($0))) }
    }
  }

  private func coalesced(_ texts: [Texts]) -> Part {
    let choice = (0..<rowCount).map { row in texts.firstIndex { !$0.isMissing(row) } ?? -1 }
    return Part(.texts(Texts.choosing(choice, of: texts)))
  }

  private func chosen(_ condition: Part, _ then: Texts, _ other: Texts) throws(ExpressionFailure) -> Part {
    guard case .truths(let lane) = try whole(condition) else { throw .mismatch(function: "if") }
    let choice = lane.cells(rowCount).map { $0 == .yes ? 0 : $0 == .no ? 1 : -1 }
    return Part(.texts(Texts.choosing(choice, of: [then, other])))
  }
}
