/// One cell a row, or one cell that all rows share.
package enum Lane<Cell: Sendable & Equatable>: Sendable, Equatable {
  case each([Cell])
  case all(Cell)

  package func slice(_ rows: Range<Int>) -> Lane {
    switch self {
    case .each(let cells): rows == cells.indices ? self : .each(Array(cells[rows]))
    case .all: self
    }
  }

  /// The cells of so many rows.
  package func cells(_ count: Int) -> [Cell] {
    switch self {
    case .each(let cells): cells
    case .all(let cell): [Cell](repeating: cell, count: count)
    }
  }

  /// Applies a function to each cell; the loop is compiled for each function.
  @inline(__always)
  func map<Result>(_ blank: Result, _ body: (Cell) -> Result) -> Lane<Result> {
    switch self {
    case .all(let cell): return .all(body(cell))
    case .each(let cells):
      var results = [Result](repeating: blank, count: cells.count)
      let source = cells.span
      var target = results.mutableSpan
      for i in 0..<target.count { target[i] = body(source[i]) }
      return .each(results)
    }
  }

  /// Applies a function to the cells of two lanes, row by row.
  @inline(__always)
  func zip<Other, Result>(
    _ other: Lane<Other>, _ blank: Result, _ body: (Cell, Other) -> Result
  ) -> Lane<Result> {
    switch (self, other) {
    case (.all(let a), .all(let b)): return .all(body(a, b))
    case (.each, .all(let b)): return map(blank) { body($0, b) }
    case (.all(let a), .each): return other.map(blank) { body(a, $0) }
    case (.each(let lefts), .each(let rights)):
      precondition(lefts.count == rights.count, "the lanes differ in length")
      var results = [Result](repeating: blank, count: lefts.count)
      let left = lefts.span
      let right = rights.span
      var target = results.mutableSpan
      for i in 0..<target.count { target[i] = body(left[i], right[i]) }
      return .each(results)
    }
  }

  /// Takes each cell from the one or the other lane; blank where the condition is missing.
  func chosen(by condition: Lane<Truth>, else other: Lane, blank: Cell) -> Lane {
    guard case .each(let truths) = condition else {
      guard case .all(let truth) = condition else { return self }
      return truth == .yes ? self : truth == .no ? other : .all(blank)
    }
    let first = cells(truths.count)
    let second = other.cells(truths.count)
    var results = [Cell](repeating: blank, count: truths.count)
    for i in truths.indices {
      if truths[i] == .yes { results[i] = first[i] } else if truths[i] == .no { results[i] = second[i] }
    }
    return .each(results)
  }
}

/// True, false or missing, in the order of Kleene's logic: `and` is the smaller, `or` the larger of two.
///
/// Source: Kleene, *Introduction to Metamathematics*, 1952, section 64 (the strong tables).
package struct Truth: Sendable, Equatable, Hashable {
  package let rank: UInt8

  package static let no = Truth(rank: 0)
  package static let missing = Truth(rank: 1)
  package static let yes = Truth(rank: 2)

  @inline(__always)
  package init(_ bool: Bool) { rank = bool ? 2 : 0 }
  @inline(__always)
  init(rank: UInt8) { self.rank = rank }

  @inline(__always)
  static func and(_ a: Truth, _ b: Truth) -> Truth { Truth(rank: min(a.rank, b.rank)) }
  @inline(__always)
  static func or(_ a: Truth, _ b: Truth) -> Truth { Truth(rank: max(a.rank, b.rank)) }
  @inline(__always)
  var negated: Truth { Truth(rank: 2 - rank) }
}
