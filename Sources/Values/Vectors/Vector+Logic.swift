/// How two cells are compared.
package enum Comparison: Sendable {
  case equal, notEqual, less, lessOrEqual, greater, greaterOrEqual

  @inline(__always)
  private func lane<Cell: Comparable>(
    _ a: Lane<Cell>, _ b: Lane<Cell>, _ isMissing: (Cell) -> Bool
  ) -> Lane<Truth> {
    switch self {
    case .equal: a.zip(b, .no) { isMissing($0) || isMissing($1) ? .missing : Truth($0 == $1) }
    case .notEqual: a.zip(b, .no) { isMissing($0) || isMissing($1) ? .missing : Truth($0 != $1) }
    case .less: a.zip(b, .no) { isMissing($0) || isMissing($1) ? .missing : Truth($0 < $1) }
    case .lessOrEqual: a.zip(b, .no) { isMissing($0) || isMissing($1) ? .missing : Truth($0 <= $1) }
    case .greater: a.zip(b, .no) { isMissing($0) || isMissing($1) ? .missing : Truth($0 > $1) }
    case .greaterOrEqual: a.zip(b, .no) { isMissing($0) || isMissing($1) ? .missing : Truth($0 >= $1) }
    }
  }

  fileprivate func numbers(_ a: Lane<Double>, _ b: Lane<Double>) -> Lane<Truth> { lane(a, b) { $0.isNaN } }

  fileprivate func integers(_ a: Lane<Int64>, _ b: Lane<Int64>) -> Lane<Truth> {
    lane(a, b) { $0 == Vector.missing }
  }

  fileprivate func truths(_ a: Lane<Truth>, _ b: Lane<Truth>) -> Lane<Truth>? {
    switch self {
    case .equal: a.zip(b, .no) { $0 == .missing || $1 == .missing ? .missing : Truth($0 == $1) }
    case .notEqual: a.zip(b, .no) { $0 == .missing || $1 == .missing ? .missing : Truth($0 != $1) }
    default: nil
    }
  }
}

extension Vector {
  /// True or false row by row, missing where a side is; nil where the checker would have refused.
  package static func compare(_ comparison: Comparison, _ left: Vector, _ right: Vector) -> Vector? {
    switch (left, right) {
    case (.numbers(let a), .numbers(let b)): .truths(comparison.numbers(a, b))
    case (.times(let a), .times(let b)), (.spans(let a), .spans(let b)):
      .truths(comparison.integers(a, b))
    case (.truths(let a), .truths(let b)): comparison.truths(a, b).map { .truths($0) }
    default: nil
    }
  }

  package static func and(_ left: Vector, _ right: Vector) -> Vector? {
    guard case .truths(let a) = left, case .truths(let b) = right else { return nil }
    return .truths(a.zip(b, .no) { Truth.and($0, $1) })
  }

  package static func or(_ left: Vector, _ right: Vector) -> Vector? {
    guard case .truths(let a) = left, case .truths(let b) = right else { return nil }
    return .truths(a.zip(b, .no) { Truth.or($0, $1) })
  }

  /// The opposite of a condition.
  package var not: Vector? {
    guard case .truths(let lane) = self else { return nil }
    return .truths(lane.map(.no) { $0.negated })
  }

  /// Whether each cell is missing.
  package var isMissing: Vector {
    switch self {
    case .numbers(let lane): .truths(lane.map(.no) { Truth($0.isNaN) })
    case .times(let lane), .spans(let lane): .truths(lane.map(.no) { Truth($0 == Vector.missing) })
    case .truths(let lane): .truths(lane.map(.no) { Truth($0 == .missing) })
    case .texts(let texts): .truths(texts.isMissing)
    }
  }

  /// Each cell, or the other one where it is missing.
  package func coalesced(_ other: Vector) -> Vector? {
    switch (self, other) {
    case (.numbers(let a), .numbers(let b)): .numbers(a.zip(b, 0) { $0.isNaN ? $1 : $0 })
    case (.times(let a), .times(let b)): .times(a.zip(b, 0) { $0 == Vector.missing ? $1 : $0 })
    case (.spans(let a), .spans(let b)): .spans(a.zip(b, 0) { $0 == Vector.missing ? $1 : $0 })
    case (.truths(let a), .truths(let b)): .truths(a.zip(b, .no) { $0 == .missing ? $1 : $0 })
    default: nil
    }
  }

  /// This cell where the condition holds, the other where it does not, missing where nobody knows.
  package func chosen(by condition: Vector, else other: Vector) -> Vector? {
    guard case .truths(let condition) = condition else { return nil }
    switch (self, other) {
    case (.numbers(let a), .numbers(let b)): return .numbers(a.chosen(by: condition, else: b, blank: .nan))
    case (.times(let a), .times(let b)):
      return .times(a.chosen(by: condition, else: b, blank: Vector.missing))
    case (.spans(let a), .spans(let b)):
      return .spans(a.chosen(by: condition, else: b, blank: Vector.missing))
    case (.truths(let a), .truths(let b)):
      return .truths(a.chosen(by: condition, else: b, blank: .missing))
    default: return nil
    }
  }
}

extension Vector {
  /// The rows where the condition holds; the vector starts at the first of them.
  package func rowsThatHold(of rows: Range<Int>) -> [Int] {
    guard case .truths(let lane) = self else { return [] }
    switch lane {
    case .all(let truth): return truth == .yes ? Array(rows) : []
    case .each(let truths):
      var found = [Int](repeating: 0, count: rows.count)
      var count = 0
      for i in truths.indices {
        found[count] = rows.lowerBound + i
        count += truths[i] == .yes ? 1 : 0
        if count == found.count { break }
      }
      return Array(found.prefix(count))
    }
  }
}
