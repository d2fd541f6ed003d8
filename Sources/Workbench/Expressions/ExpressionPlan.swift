import Chronology
package import Language
package import Numerics
package import Values

/// Why an expression cannot be computed over these rows, although its types are right.
package enum ExpressionFailure: Error, Sendable, Equatable {
  /// The function needs the times of the rows, and there are none.
  case noTimes(function: String)
  /// A window of time needs rows in the order of time.
  case notAscending(function: String)
  /// What the checker should have found.
  case mismatch(function: String)
  case cancelled
}

extension Expression {
  /// One cell for each row of the frame.
  ///
  /// What looks at other rows is computed first, column by column; the rest runs block by block over all of the
  /// expression at once, so that what is in between stays in the cache. The types have been checked.
  package func evaluate(over frame: Frame, work: Work) throws(ExpressionFailure) -> Vector {
    var plan = ExpressionPlan(frame: frame, work: work)
    return try plan.whole(try plan.part(root))
  }

  /// The rows for which the condition holds, ascending.
  package func rows(over frame: Frame, work: Work) throws(ExpressionFailure) -> [Int] {
    var plan = ExpressionPlan(frame: frame, work: work)
    return try plan.rows(where: try plan.part(root))
  }
}

/// Turns an expression into functions of blocks of rows.
struct ExpressionPlan {
  /// A part of the expression that can be asked for any stretch of rows.
  struct Part: Sendable {
    let block: @Sendable (Range<Int>) -> Vector
    /// All rows, where that is there already; always for texts.
    let whole: Vector?

    init(_ block: @escaping @Sendable (Range<Int>) -> Vector) {
      self.block = block
      whole = nil
    }

    init(_ whole: Vector) {
      self.whole = whole
      if case .texts = whole {
        // Texts are asked as a whole; a block of them only tells the type.
        block = { _ in .texts(.all(nil)) }
      } else {
        block = { whole.slice($0) }
      }
    }

    /// No rows, of the right type.
    var probe: Vector { block(0..<0) }
  }

  /// A few dozen kilobytes a column: what the first cache levels hold.
  static let blockSize = 4096

  let frame: Frame
  let work: Work
  var rowCount: Int { frame.rowCount }
  lazy var sampling = Sampling(frame.index)
  lazy var stretches = frame.index.stretches(sampling)

  init(frame: Frame, work: Work) {
    self.frame = frame
    self.work = work
  }

  mutating func part(_ node: ExpressionNode) throws(ExpressionFailure) -> Part {
    switch node {
    case .number(let number): return Part(.numbers(.all(number)))
    case .text(let text): return Part(.texts(.all(text)))
    case .bool(let bool): return Part(.truths(.all(Truth(bool))))
    case .span(let span): return Part(.spans(.all(span.nanoseconds)))
    case .instant(let instant): return Part(.times(.all(instant.nanoseconds)))
    case .column(let name):
      guard let column = frame.column(name) else { throw .mismatch(function: name) }
      return Part(column.vector)
    case .negate(let inner): return try rowwise("-", [try part(inner)]) { $0[0].negated }
    case .not(let inner): return try rowwise("not", [try part(inner)]) { $0[0].not }
    case .binary(let mark, let left, let right):
      return try binary(mark, try part(left), try part(right))
    case .member(let item, let list): return try member(item, list)
    case .call(let name, let arguments): return try call(name, arguments)
    }
  }

  /// Applies a function block by block, after a trial without rows has shown that the types fit.
  func rowwise(
    _ name: String, _ parts: [Part], _ body: @escaping @Sendable ([Vector]) -> Vector?
  ) throws(ExpressionFailure) -> Part {
    guard body(parts.map(\.probe)) != nil else { throw .mismatch(function: name) }
    return Part { rows in body(parts.map { $0.block(rows) }) ?? .numbers(.all(.nan)) }
  }

  private mutating func member(
    _ item: ExpressionNode, _ list: [ExpressionNode]
  ) throws(ExpressionFailure) -> Part {
    let item = try part(item)
    var equals: [Part] = []
    for node in list { equals.append(try binary(.equal, item, try part(node))) }
    return try rowwise("in", equals) { vectors in
      vectors.dropFirst().reduce(vectors.first) { found, next in found.flatMap { Vector.or($0, next) } }
    }
  }

  private mutating func binary(
    _ mark: BinaryOperator, _ left: Part, _ right: Part
  ) throws(ExpressionFailure) -> Part {
    switch mark {
    case .and: return try rowwise("and", [left, right]) { Vector.and($0[0], $0[1]) }
    case .or: return try rowwise("or", [left, right]) { Vector.or($0[0], $0[1]) }
    default: break
    }
    if let arithmetic = mark.arithmetic {
      return try rowwise(mark.rawValue, [left, right]) { Vector.combine(arithmetic, $0[0], $0[1]) }
    }
    guard let comparison = mark.comparison else { throw .mismatch(function: mark.rawValue) }
    if case .texts(let a) = left.whole, case .texts(let b) = right.whole {
      let equal = textTest(a, .equals, b)
      if comparison == .equal { return equal }
      guard comparison == .notEqual else { throw .mismatch(function: mark.rawValue) }
      return try rowwise(mark.rawValue, [equal]) { $0[0].not }
    }
    return try rowwise(mark.rawValue, [left, right]) { Vector.compare(comparison, $0[0], $0[1]) }
  }
}

extension ExpressionPlan {
  /// All rows of a part.
  func whole(_ part: Part) throws(ExpressionFailure) -> Vector {
    if let whole = part.whole { return whole }
    do throws(Cancelled) {
      switch part.probe {
      case .numbers: return .numbers(.each(try numbers(part)))
      case .times:
        return .times(.each(try cells(part) { if case .times(let lane) = $0 { lane } else { nil } }))
      case .spans:
        return .spans(.each(try cells(part) { if case .spans(let lane) = $0 { lane } else { nil } }))
      case .truths: return .truths(.each(try truths(part)))
      case .texts: return .texts(.all(nil))
      }
    } catch {
      throw .cancelled
    }
  }

  private func numbers(_ part: Part) throws(Cancelled) -> [Double] {
    try work.fill(rowCount, size: Self.blockSize, stage: "compute") { rows, target in
      guard case .numbers(let lane) = part.block(rows) else { return }
      switch lane {
      case .all(let number): for i in 0..<rows.count { target[i] = number }
      case .each(let numbers): Sequences.copy(numbers, to: &target)
      }
    }
  }

  private func truths(_ part: Part) throws(Cancelled) -> [Truth] {
    try cells(part) { if case .truths(let lane) = $0 { lane } else { nil } }
  }

  /// Collects the blocks, which fixed rows make the same at any number of threads.
  private func cells<Cell>(
    _ part: Part, _ lane: @escaping @Sendable (Vector) -> Lane<Cell>?
  ) throws(Cancelled) -> [Cell] {
    let size = Self.blockSize
    let count = rowCount
    let blocks = try work.map((count + size - 1) / size, stage: "compute") { block in
      let rows = block * size..<min(count, (block + 1) * size)
      return lane(part.block(rows))?.cells(rows.count) ?? []
    }
    var cells: [Cell] = []
    cells.reserveCapacity(count)
    for block in blocks { cells += block }
    return cells
  }

  /// The rows where a condition holds, ascending.
  func rows(where part: Part) throws(ExpressionFailure) -> [Int] {
    let size = Self.blockSize
    let count = rowCount
    do throws(Cancelled) {
      let blocks = try work.map((count + size - 1) / size, stage: "compute") { block in
        let rows = block * size..<min(count, (block + 1) * size)
        return part.block(rows).rowsThatHold(of: rows)
      }
      var found: [Int] = []
      found.reserveCapacity(blocks.reduce(0) { $0 + $1.count })
      for block in blocks { found += block }
      return found
    } catch {
      throw .cancelled
    }
  }
}

extension Vector {
  /// Its type as the checker names it.
  package var type: ExpressionType {
    switch self {
    case .numbers: .number
    case .times: .time
    case .spans: .span
    case .truths: .bool
    case .texts: .text
    }
  }
}

extension BinaryOperator {
  fileprivate var arithmetic: Arithmetic? {
    switch self {
    case .add: .add
    case .subtract: .subtract
    case .multiply: .multiply
    case .divide: .divide
    case .remainder: .remainder
    case .power: .power
    default: nil
    }
  }

  fileprivate var comparison: Comparison? {
    switch self {
    case .equal: .equal
    case .notEqual: .notEqual
    case .less: .less
    case .lessOrEqual: .lessOrEqual
    case .greater: .greater
    case .greaterOrEqual: .greaterOrEqual
    default: nil
    }
  }
}
