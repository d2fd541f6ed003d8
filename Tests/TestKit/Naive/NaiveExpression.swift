import Chronology
package import Language
import Numerics
package import Values

/// A cell as the naive evaluator sees it; nil stands for a missing one.
package enum NaiveCell: Equatable {
  case number(Double)
  case text(String)
  case bool(Bool)
  case time(Int64)
  case span(Int64)

  fileprivate var number: Double? { if case .number(let number) = self { number } else { nil } }
  fileprivate var text: String? { if case .text(let text) = self { text } else { nil } }
  fileprivate var bool: Bool? { if case .bool(let bool) = self { bool } else { nil } }
  fileprivate var nanoseconds: Int64? {
    switch self {
    case .time(let time), .span(let time): time
    default: nil
    }
  }
}

/// Evaluates expressions cell by cell, straight from what the table of functions says.
package struct NaiveExpression {
  private let frame: Frame
  /// Ends of the stretch of each row: no border of a segment, no gap.
  private var stretch: [Range<Int>]
  private var step: Int64 = 0

  package init(_ frame: Frame) {
    self.frame = frame
    stretch = frame.index.runs.flatMap { run in run.rows.map { _ in run.rows } }
    guard let axis = frame.index.time else { return }
    var steps: [Int64] = []
    for row in 1..<max(1, frame.rowCount) where stretch[row].contains(row - 1) {
      steps.append((axis[row] - axis[row - 1]).nanoseconds)
    }
    let sorted = steps.sorted()
    if sorted.isEmpty { return }
    let middle = sorted.count / 2
    let median =
      sorted.count % 2 == 1
      ? Double(sorted[middle]) : Double(sorted[middle - 1]) / 2 + Double(sorted[middle]) / 2
    step = Int64(median)
    let usual = steps.count { abs(Double($0) - median) <= median / 5 }
    guard median > 0, sorted[0] >= 0, Double(usual) >= 0.75 * Double(steps.count) else { return }
    // Cut the stretches where a step is more than five times the usual one.
    var start = 0
    for row in 0..<frame.rowCount {
      let isCut =
        row > 0 && stretch[row].contains(row - 1)
        && (axis[row] - axis[row - 1]).nanoseconds > 5 * step
      if row == stretch[row].lowerBound || isCut { start = row }
      stretch[row] = start..<stretch[row].upperBound
    }
    for row in stride(from: frame.rowCount - 2, through: 0, by: -1) {
      let end = stretch[row + 1].lowerBound == stretch[row].lowerBound ? stretch[row + 1].upperBound : row + 1
      stretch[row] = stretch[row].lowerBound..<end
    }
  }

  package func cells(_ root: ExpressionNode) -> [NaiveCell?] { (0..<frame.rowCount).map { cell(root, $0) } }

  private func cell(_ node: ExpressionNode, _ row: Int) -> NaiveCell? {
    switch node {
    case .number(let number): return .number(number)
    case .text(let text): return .text(text)
    case .bool(let bool): return .bool(bool)
    case .span(let span): return .span(span.nanoseconds)
    case .instant(let instant): return .time(instant.nanoseconds)
    case .column(let name): return column(name, row)
    case .negate(let inner):
      switch cell(inner, row) {
      case .number(let number): return .number(-number)
      case .span(let span): return .span(-span)
      default: return nil
      }
    case .not(let inner): return cell(inner, row)?.bool.map { .bool(!$0) }
    case .binary(let mark, let left, let right): return binary(mark, cell(left, row), cell(right, row))
    case .member(let item, let list):
      let equal = list.map { binary(.equal, cell(item, row), cell($0, row))?.bool }
      if equal.contains(true) { return .bool(true) }
      return equal.contains(nil) ? nil : .bool(false)
    case .call(let name, let arguments): return call(name, arguments, row)
    }
  }

  private func column(_ name: String, _ row: Int) -> NaiveCell? {
    guard let column = frame.column(name), !column.isNull(row) else { return nil }
    switch column.cells {
    case .number(let numbers): return numbers[row].isNaN ? nil : .number(numbers[row])
    case .category(let codes, let levels): return .text(levels[Int(codes[row])])
    case .text(let texts): return .text(texts[row])
    case .time(let times): return .time(times[row])
    case .bool(let bits): return .bool(bits[row])
    }
  }

  private func finite(_ number: Double) -> NaiveCell? { number.isFinite ? .number(number) : nil }

  private func binary(_ mark: BinaryOperator, _ left: NaiveCell?, _ right: NaiveCell?) -> NaiveCell? {
    if mark == .and {
      if left?.bool == false || right?.bool == false { return .bool(false) }
      return left == nil || right == nil ? nil : .bool(true)
    }
    if mark == .or {
      if left?.bool == true || right?.bool == true { return .bool(true) }
      return left == nil || right == nil ? nil : .bool(false)
    }
    guard let left, let right else { return nil }
    switch (mark, left, right) {
    case (.equal, _, _): return .bool(left == right)
    case (.notEqual, _, _): return .bool(left != right)
    case (.less, _, _): return .bool(order(left, right) < 0)
    case (.lessOrEqual, _, _): return .bool(order(left, right) <= 0)
    case (.greater, _, _): return .bool(order(left, right) > 0)
    case (.greaterOrEqual, _, _): return .bool(order(left, right) >= 0)
    case (.add, .number(let a), .number(let b)): return finite(a + b)
    case (.subtract, .number(let a), .number(let b)): return finite(a - b)
    case (.multiply, .number(let a), .number(let b)): return finite(a * b)
    case (.divide, .number(let a), .number(let b)): return finite(a / b)
    case (.remainder, .number(let a), .number(let b)):
      let rest = a.truncatingRemainder(dividingBy: b)
      return finite(rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest)
    case (.power, .number(let a), .number(let b)): return finite(power(a, b))
    case (.add, .time(let a), .span(let b)), (.add, .span(let a), .time(let b)): return .time(a + b)
    case (.subtract, .time(let a), .span(let b)): return .time(a - b)
    case (.subtract, .time(let a), .time(let b)), (.subtract, .span(let a), .span(let b)): return .span(a - b)
    case (.add, .span(let a), .span(let b)): return .span(a + b)
    case (.multiply, .span(let a), .number(let b)), (.multiply, .number(let b), .span(let a)):
      return span(Double(a) * b)
    case (.divide, .span(let a), .number(let b)): return span(Double(a) / b)
    case (.divide, .span(let a), .span(let b)): return finite(Double(a) / Double(b))
    case (.remainder, .span(let a), .span(let b)):
      return b == 0 ? nil : .span(a - b * Int64((Double(a) / Double(b)).rounded(.down)))
    default: return nil
    }
  }

  private func span(_ length: Double) -> NaiveCell? {
    abs(length) < 9.2e18 ? .span(Int64(length.rounded())) : nil
  }

  private func order(_ left: NaiveCell, _ right: NaiveCell) -> Int {
    if let a = left.number, let b = right.number { return a < b ? -1 : a > b ? 1 : 0 }
    if let a = left.nanoseconds, let b = right.nanoseconds { return a < b ? -1 : a > b ? 1 : 0 }
    return 0
  }

  private func call(_ name: String, _ arguments: [ExpressionNode], _ row: Int) -> NaiveCell? {
    if let result = overRows(name, arguments, row) { return result }
    let cells = arguments.map { cell($0, row) }
    let numbers = cells.map { $0?.number }
    switch name {
    case "isnull": return .bool(cells[0] == nil)
    case "coalesce": return cells.compactMap(\.self).first
    case "if": return cells[0]?.bool.flatMap { $0 ? cells[1] : cells[2] }
    case "min": return cells.compactMap(\.self).min { order($0, $1) < 0 }
    case "max": return cells.compactMap(\.self).max { order($0, $1) < 0 }
    case "between":
      return binary(
        .and, binary(.greaterOrEqual, cells[0], cells[1]), binary(.lessOrEqual, cells[0], cells[2]))
    case "time": return frame.index.time.map { .time($0[row].nanoseconds) }
    case "minute", "hour", "day", "weekday", "month":
      let moment = arguments.isEmpty ? frame.index.time?[row].nanoseconds : cells[0]?.nanoseconds
      return moment.map { .number(Double(part(name, of: Instant(nanoseconds: $0)))) }
    default: break
    }
    guard cells.allSatisfy({ $0 != nil }) else { return nil }
    switch name {
    case "abs":
      if case .span(let span) = cells[0] { return .span(abs(span)) }
      return numbers[0].map { .number(abs($0)) }
    case "sqrt": return numbers[0].flatMap { finite($0.squareRoot()) }
    case "exp": return numbers[0].flatMap { finite(exponential($0)) }
    case "log": return numbers[0].flatMap { finite(logarithm($0)) }
    case "log10": return numbers[0].flatMap { finite(logarithm10($0)) }
    case "sin": return numbers[0].flatMap { finite(sine($0)) }
    case "cos": return numbers[0].flatMap { finite(cosine($0)) }
    case "tan": return numbers[0].flatMap { finite(tangent($0)) }
    case "atan": return numbers[0].map { .number(arcTangent($0)) }
    case "tanh": return numbers[0].map { .number(hyperbolicTangent($0)) }
    case "pi": return .number(Double.pi)
    case "floor": return numbers[0].map { .number($0.rounded(.down)) }
    case "ceil": return numbers[0].map { .number($0.rounded(.up)) }
    case "sign": return numbers[0].map { .number($0 > 0 ? 1 : $0 < 0 ? -1 : 0) }
    case "round":
      let digits = numbers.count > 1 ? numbers[1] ?? 0 : 0
      return numbers[0].map { x in
        let scale = power(10, abs(digits.rounded()))
        return .number(
          digits < 0
            ? (x / scale).rounded(.toNearestOrEven) * scale : (x * scale).rounded(.toNearestOrEven) / scale)
      }
    case "clip":
      guard let x = cells[0], let low = cells[1], let high = cells[2] else { return nil }
      let raised = order(x, low) < 0 ? low : x
      return order(raised, high) > 0 ? high : raised
    case "contains": return cells[0]?.text.flatMap { text in cells[1]?.text.map { .bool(holds(text, $0)) } }
    case "starts": return cells[0]?.text.flatMap { text in cells[1]?.text.map { .bool(text.hasPrefix($0)) } }
    case "matches":
      return cells[0]?.text.flatMap { text in cells[1]?.text.map { .bool(Glob.matches(text, $0)) } }
    case "len": return cells[0]?.text.map { .number(Double($0.count)) }
    case "lower": return cells[0]?.text.map { .text($0.lowercased()) }
    default: return nil
    }
  }

  private func holds(_ text: String, _ part: String) -> Bool {
    let (a, b) = (Array(text.utf8), Array(part.utf8))
    return b.isEmpty || a.indices.contains { a[$0...].starts(with: b) }
  }

  private func part(_ name: String, of moment: Instant) -> Int {
    let days = Int((Double(moment.nanoseconds) / 86_400e9).rounded(.down))
    let text = moment.description
    func digits(_ start: Int, _ count: Int) -> Int { Int(text.dropFirst(start).prefix(count)) ?? -1 }
    switch name {
    case "minute": return digits(14, 2)
    case "hour": return digits(11, 2)
    case "day": return digits(8, 2)
    case "month": return digits(5, 2)
    default: return ((days + 3) % 7 + 7) % 7 + 1
    }
  }
}

/// Functions that look at other rows.
extension NaiveExpression {
  private static let names: Set<String> = [
    "diff", "lag", "lead", "cumsum", "rolling", "ewm", "zscore", "rank", "run", "count", "within",
  ]

  /// nil if the function looks at its own row alone; else the cell, which may be missing.
  private func overRows(_ name: String, _ arguments: [ExpressionNode], _ row: Int) -> NaiveCell?? {
    guard Self.names.contains(name) else { return .none }
    return .some(neighbours(name, arguments, row))
  }

  private func neighbours(_ name: String, _ arguments: [ExpressionNode], _ row: Int) -> NaiveCell? {
    let subject = arguments[name == "rolling" ? 1 : 0]
    let rest = Array(arguments.dropFirst(name == "rolling" ? 2 : 1))
    var rows = 1
    if case .number(let number) = rest.first { rows = Int(number) }
    let before = stretch[row].lowerBound...row
    switch name {
    case "lag": return stretch[row].contains(row - rows) ? cell(subject, row - rows) : nil
    case "lead": return stretch[row].contains(row + rows) ? cell(subject, row + rows) : nil
    case "diff":
      return stretch[row].contains(row - rows)
        ? binary(.subtract, cell(subject, row), cell(subject, row - rows)) : nil
    case "cumsum":
      return cell(subject, row) == nil
        ? nil : finite(before.compactMap { cell(subject, $0)?.number }.reduce(0, +))
    case "run":
      guard cell(subject, row) != nil else { return nil }
      return .number(Double(before.reversed().prefix { cell(subject, $0)?.bool == true }.count))
    case "count":
      let window = rest.first.map { self.window($0, row).rows } ?? Array(before)
      return .number(Double(window.count { cell(subject, $0)?.bool == true }))
    case "within":
      let held = window(rest[0], row).rows.map { cell(subject, $0)?.bool }
      return held.contains(true) ? .bool(true) : held.contains(nil) ? nil : .bool(false)
    case "ewm": return smoothed(subject, rest[0], row)
    case "rank":
      let learned = frame.index.rows(in: .fit).compactMap { cell(subject, $0)?.number }
      return cell(subject, row)?.number.map { x in
        .number(Double(learned.count { $0 <= x }) / Double(max(1, learned.count)))
      }
    case "zscore" where rest.isEmpty:
      let learned = frame.index.rows(in: .fit).compactMap { cell(subject, $0)?.number }
      let mean = learned.reduce(0, +) / Double(learned.count)
      let squares = learned.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
      return cell(subject, row)?.number.flatMap {
        finite(($0 - mean) / (squares / Double(learned.count)).squareRoot())
      }
    case "zscore":
      guard let x = cell(subject, row)?.number, let values = values(subject, rest[0], row, least: 2) else {
        return nil
      }
      let spread = deviation(values)
      return spread > 1e-12 ? .number((x - values.reduce(0, +) / Double(values.count)) / spread) : nil
    default: return rolling(arguments[0], subject, rest, row)
    }
  }

  private func smoothed(_ subject: ExpressionNode, _ weight: ExpressionNode, _ row: Int) -> NaiveCell? {
    guard cell(subject, row) != nil else { return nil }
    var mean: Double?
    var last: Int64 = 0
    for other in stretch[row].lowerBound...row {
      guard let x = cell(subject, other)?.number else { continue }
      let time = frame.index.time?[other].nanoseconds ?? 0
      var alpha = 1.0
      switch weight {
      case .number(let number): alpha = number <= 1 ? number : 1 - power(0.5, 1 / number)
      case .span(let life): alpha = 1 - power(0.5, Double(time - last) / Double(life.nanoseconds))
      default: return nil
      }
      mean = mean.map { $0 + alpha * (x - $0) } ?? x
      last = time
    }
    return mean.map { .number($0) }
  }

  private func window(_ node: ExpressionNode, _ row: Int) -> (rows: [Int], isFull: Bool) {
    let all = stretch[row].lowerBound...row
    if case .number(let count) = node { return (Array(all.suffix(Int(count))), all.count >= Int(count)) }
    guard case .span(let width) = node, let axis = frame.index.time else { return ([], false) }
    let extent = frame.index.extent?.nanoseconds ?? step
    let age = (axis[row] - axis[stretch[row].lowerBound]).nanoseconds + extent + extent / 2
    return (all.filter { axis[row] - axis[$0] < width }, age >= width.nanoseconds)
  }

  /// The numbers of a full window that has enough of them.
  private func values(_ subject: ExpressionNode, _ node: ExpressionNode, _ row: Int, least: Int) -> [Double]?
  {
    let (rows, isFull) = window(node, row)
    let values = rows.compactMap { cell(subject, $0)?.number }
    return isFull && values.count >= least && 2 * values.count >= rows.count ? values : nil
  }

  private func deviation(_ values: [Double]) -> Double {
    let mean = values.reduce(0, +) / Double(values.count)
    return (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count - 1)).squareRoot()
  }

  private func rolling(
    _ statistic: ExpressionNode, _ subject: ExpressionNode, _ rest: [ExpressionNode], _ row: Int
  ) -> NaiveCell? {
    guard case .text(let name) = statistic,
      let values = values(subject, rest[0], row, least: name == "std" ? 2 : 1)
    else { return nil }
    switch name {
    case "mean": return .number(values.reduce(0, +) / Double(values.count))
    case "sum": return .number(values.reduce(0, +))
    case "std": return .number(deviation(values))
    case "min": return values.min().map { .number($0) }
    case "max": return values.max().map { .number($0) }
    case "median": return .number(quantile(values, 0.5))
    case "mad":
      let center = quantile(values, 0.5)
      return .number(quantile(values.map { abs($0 - center) }, 0.5))
    default:
      guard case .number(let share) = rest.last else { return nil }
      return .number(quantile(values, share))
    }
  }

  private func quantile(_ values: [Double], _ share: Double) -> Double {
    let sorted = values.sorted()
    let position = share * Double(sorted.count - 1)
    let below = Int(position)
    return below + 1 < sorted.count
      ? sorted[below] + (position - Double(below)) * (sorted[below + 1] - sorted[below]) : sorted[below]
  }
}
