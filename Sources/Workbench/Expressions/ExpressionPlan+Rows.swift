import Chronology
import Language
import Numerics
import Values

/// Functions that look at other rows. They never cross a border of segments or a gap in time.
extension ExpressionPlan {
  static let overRows: Set<String> = [
    "diff", "lag", "lead", "cumsum", "rolling", "ewm", "zscore", "rank", "run", "count", "within",
  ]

  mutating func overRows(
    _ name: String, _ arguments: [ExpressionNode]
  ) throws(ExpressionFailure) -> Part {
    // The statistic of `rolling` stands before the column.
    let subject = name == "rolling" ? 1 : 0
    guard arguments.indices.contains(subject) else { throw .mismatch(function: name) }
    let given = try whole(try part(arguments[subject]))
    let rest = Array(arguments.dropFirst(subject + 1))
    switch given {
    case .numbers(let lane): return try overNumbers(name, lane, arguments, rest)
    case .truths(let lane) where ["run", "count", "within"].contains(name):
      return Part(try overTruths(name, lane.cells(rowCount), rest))
    default: return try neighbours(name, given, rest)
    }
  }

  private mutating func neighbours(
    _ name: String, _ given: Vector, _ rest: [ExpressionNode]
  ) throws(ExpressionFailure) -> Part {
    var rows = 1
    if case .number(let number) = rest.first { rows = Int(number) }
    switch name {
    case "lag": return Part(given.shifted(by: rows, in: stretches))
    case "lead": return Part(given.shifted(by: -rows, in: stretches))
    case "diff":
      let before = Part(given.shifted(by: rows, in: stretches))
      return try rowwise(name, [Part(given), before]) { Vector.combine(.subtract, $0[0], $0[1]) }
    default: throw .mismatch(function: name)
    }
  }

  private mutating func overNumbers(
    _ name: String, _ lane: Lane<Double>, _ arguments: [ExpressionNode], _ rest: [ExpressionNode]
  ) throws(ExpressionFailure) -> Part {
    let x = lane.cells(rowCount)
    switch (name, rest.first) {
    case ("cumsum", _): return Part(.numbers(.each(Sequences.sums(x, in: stretches))))
    case ("rolling", let window?):
      guard let statistic = RollingStatistic(arguments[0], share: rest.dropFirst().first) else {
        throw .mismatch(function: name)
      }
      let windows = try windows(name, window)
      return try numbers { work throws(Cancelled) in try statistic.values(of: x, windows, work: work) }
    case ("ewm", let weight?): return try smoothed(x, weight)
    case ("zscore", let window?):
      let windows = try windows(name, window)
      return try numbers { work throws(Cancelled) in
        try RollingStatistic.deviations(of: x, windows, work: work)
      }
    case ("zscore", nil):
      let moments = Moments(reference(x))
      let spread = moments.standardDeviation(degreesLost: 0)
      return try rowwise(name, [Part(.numbers(.each(x)))]) { vectors in
        Vector.combine(.subtract, vectors[0], .number(moments.mean)).flatMap {
          Vector.combine(.divide, $0, .number(spread))
        }
      }
    case ("rank", nil):
      let sorted = SortedColumn(sorting: reference(x).filter { !$0.isNaN })
      let total = Double(max(1, sorted.count))
      return try numbers { work throws(Cancelled) in
        try work.fill(x.count, size: Self.blockSize, stage: "rank") { rows, target in
          for row in rows {
            target[row - rows.lowerBound] =
              x[row].isNaN ? .nan : Double(sorted.countAtMost(x[row])) / total
          }
        }
      }
    default: return try neighbours(name, .numbers(.each(x)), rest)
    }
  }

  /// What means and ranks of whole columns are learned from: the fit rows, or all if nothing was split.
  private func reference(_ x: [Double]) -> [Double] {
    frame.index.splits == nil ? x : frame.index.rows(in: .fit).map { x[$0] }
  }

  private func numbers(
    _ body: (Work) throws(Cancelled) -> [Double]
  ) throws(ExpressionFailure) -> Part {
    do throws(Cancelled) { return Part(.numbers(.each(try body(work)))) } catch { throw .cancelled }
  }

  private mutating func smoothed(_ x: [Double], _ weight: ExpressionNode) throws(ExpressionFailure) -> Part {
    switch weight {
    case .span(let halfLife):
      let times = try ascendingTimes("ewm")
      return Part(
        .numbers(
          .each(Sequences.smoothed(x, times: times, halfLife: halfLife.nanoseconds, in: stretches))))
    case .number(let number):
      // Above 1 the number is a half-life in rows.
      let alpha = number <= 1 ? number : 1 - power(0.5, 1 / number)
      return Part(.numbers(.each(Sequences.smoothed(x, alpha: alpha, in: stretches))))
    default: throw .mismatch(function: "ewm")
    }
  }

  private mutating func overTruths(
    _ name: String, _ truths: [Truth], _ rest: [ExpressionNode]
  ) throws(ExpressionFailure) -> Vector {
    switch (name, rest.first) {
    case ("run", nil): return .numbers(.each(Sequences.runs(truths, in: stretches)))
    case ("count", nil): return .numbers(.each(Sequences.counts(truths, in: stretches)))
    case ("count", let window?):
      return .numbers(.each(Sequences.counts(truths, try windows(name, window), in: stretches)))
    case ("within", let window?):
      return .truths(.each(Sequences.held(truths, try windows(name, window), in: stretches)))
    default: throw .mismatch(function: name)
    }
  }

  /// Windows that end in each row, counted in rows or in time.
  private mutating func windows(
    _ function: String, _ node: ExpressionNode
  ) throws(ExpressionFailure) -> WindowStarts {
    switch node {
    case .number(let rows): return WindowStarts(rows: Int(rows), in: stretches)
    case .span(let width):
      let times = try ascendingTimes(function)
      let step = frame.index.extent ?? sampling?.step ?? .zero
      return WindowStarts(
        width: width.nanoseconds, times: times, step: step.nanoseconds, in: stretches)
    default: throw .mismatch(function: function)
    }
  }

  private mutating func ascendingTimes(_ function: String) throws(ExpressionFailure) -> [Int64] {
    guard case .times(let lane) = try ownTimes(function).whole else { throw .noTimes(function: function) }
    guard sampling?.isAscending ?? true else { throw .notAscending(function: function) }
    return lane.cells(rowCount)
  }
}

extension RollingStatistic {
  /// The statistic of a `rolling` call.
  fileprivate init?(_ node: ExpressionNode, share: ExpressionNode?) {
    guard case .text(let name) = node else { return nil }
    switch (name, share) {
    case ("mean", nil): self = .mean
    case ("std", nil): self = .std
    case ("sum", nil): self = .sum
    case ("min", nil): self = .min
    case ("max", nil): self = .max
    case ("median", nil): self = .median
    case ("mad", nil): self = .mad
    case ("quantile", .number(let share)): self = .quantile(share)
    default: return nil
    }
  }
}
