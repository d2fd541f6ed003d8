package import Chronology
package import Numerics
package import Values

/// Brings irregular rows onto equal steps.
///
/// A step takes the values with times in [*t*, *t* + step). Numbers are summarised by the aggregate, label columns
/// by their maximum (one alarm in a step alarms the step), other columns keep the last value. Steps without a value
/// stay missing unless `fill` says otherwise; labels are never filled.
///
/// - Input: columns over time, sorted or not, with runs that are never crossed.
/// - Output: one row a step between the first and the last row of each run.
/// - Complexity: O(*n* log *n* + *steps*) a column.
package struct Resampling: Sendable, Equatable {
  package var every: TimeSpan
  package var aggregate: Aggregate
  package var fill: Fill

  package init(every: TimeSpan, aggregate: Aggregate = .mean, fill: Fill = .none) {
    self.every = every
    self.aggregate = aggregate
    self.fill = fill
  }

  package func resample(_ frame: Frame, name: String, work: Work) throws(FusionError) -> Frame {
    guard frame.index.time != nil else { throw .noAddress(name: name) }
    let ranges = try Self.ranges(of: frame.index, name: name)
    let grid = try Grid(step: every, ranges: ranges)
    let brought = try bring(frame, onto: grid, work: work)
    var index = grid.index
    index.splits = Self.splits(of: frame.index, on: grid)
    return brought.frame.with(index: index)
  }

  /// The stretch of time of every run that has rows.
  static func ranges(
    of index: Index, name: String
  ) throws(FusionError) -> [(name: String, range: ClosedRange<Instant>)] {
    guard let axis = index.time else { throw .noAddress(name: name) }
    let ranges = index.runs.compactMap { run in
      TimedRows(run.rows, of: axis).range.map { (name: run.name, range: $0) }
    }
    if ranges.isEmpty { throw .noRows(name: name) }
    return ranges
  }

  struct Brought {
    let frame: Frame
    /// Rows into which at least one feature value fell or was filled.
    let presence: Mask
    /// Seconds to the measurement that a row shows; infinite where nothing is shown.
    let staleness: [Float]
  }

  func bring(_ frame: Frame, onto grid: Grid, work: Work) throws(FusionError) -> Brought {
    let bins = grid.runs.map { run -> (source: [Int], bins: [Range<Int>]) in
      guard let timed = TimedRows(run: run.name, of: frame.index) else { return ([], []) }
      return (timed.rows, timed.bins(start: run.start, step: grid.step.nanoseconds, count: run.count))
    }
    let pieces = try orCancelled {
      () throws(Cancelled) in
      try work.map(frame.columns.count, stage: "resample") { place in
        self.bring(frame.columns[place], bins: bins, grid: grid)
      }
    }
    var distance = [Int](repeating: .max, count: grid.count)
    for (column, piece) in zip(frame.columns, pieces) where column.role == .feature {
      for (row, steps) in piece.distances.enumerated() { distance[row] = min(distance[row], steps) }
    }
    let seconds = Float(grid.step.seconds)
    return Brought(
      frame: Frame(index: grid.index, columns: pieces.map(\.column)),
      presence: Mask(distance.map { $0 != .max }),
      staleness: distance.map { $0 == .max ? .infinity : Float($0) * seconds })
  }

  private struct Piece: Sendable {
    let column: Column
    /// Steps to the measurement; `.max` where there is no value.
    let distances: [Int]
  }

  private func bring(
    _ column: Column, bins: [(source: [Int], bins: [Range<Int>])], grid: Grid
  ) -> Piece {
    let isLabel = column.role == .label
    let fill = isLabel ? Fill.none : fill
    let step = grid.step.nanoseconds
    var distances: [Int] = []
    distances.reserveCapacity(grid.count)
    // Truth values can be counted, but their mean would be another kind of column.
    let isCounted = column.type == .bool && (aggregate == .sum || aggregate == .count)
    if let numbers = column.numbers, column.type == .number || isCounted || isLabel {
      let aggregate = isLabel ? Aggregate.max : aggregate
      var values: [Double] = []
      values.reserveCapacity(grid.count)
      for run in bins {
        var isPresent = [Bool](repeating: false, count: run.bins.count)
        let start = values.count
        for (row, bin) in run.bins.enumerated() {
          let summary = aggregate.of(numbers, rows: run.source, in: bin)
          values.append(summary.value)
          isPresent[row] = summary.count > 0
        }
        if fill == .none || isPresent.allSatisfy({ $0 }) {
          for isThere in isPresent { distances.append(isThere ? 0 : .max) }
          continue
        }
        for (row, source) in fill.sources(isPresent: isPresent, step: step).enumerated() {
          distances.append(source.distance(from: row) ?? .max)
          switch source {
          case .nothing: break
          // Only steps without a value change, and only from those with one.
          case .row(let other): values[start + row] = values[start + other]
          case .between(let a, let b, let share):
            values[start + row] = values[start + a] + share * (values[start + b] - values[start + a])
          }
        }
      }
      let unit = aggregate == .count ? nil : column.unit
      return Piece(
        column: Column(numbers: values, name: column.name, unit: unit, role: column.role),
        distances: distances)
    }
    var picked: [Int?] = []
    picked.reserveCapacity(grid.count)
    for run in bins {
      let last = run.bins.map { bin in bin.last { !column.isNull(run.source[$0]) }.map { run.source[$0] } }
      for (row, source) in fill.sources(isPresent: last.map { $0 != nil }, step: step).enumerated() {
        distances.append(source.distance(from: row) ?? .max)
        switch source {
        case .nothing: picked.append(nil)
        case .row(let other), .between(let other, _, _): picked.append(last[other])
        }
      }
    }
    return Piece(column: column.gathering(picked), distances: distances)
  }

  /// The split of the last row in or before a step.
  static func splits(of index: Index, on grid: Grid) -> [Split]? {
    guard let splits = index.splits, index.count > 0 else { return nil }
    return grid.runs.flatMap { run -> [Split] in
      guard let timed = TimedRows(run: run.name, of: index), !timed.rows.isEmpty else {
        return [Split](repeating: .test, count: run.count)
      }
      let ends = (1...run.count).map { run.start + Int64($0) * grid.step.nanoseconds - 1 }
      return timed.lastPositions(at: ends).map { splits[timed.rows[$0 ?? 0]] }
    }
  }
}

/// Runs a computation that can be cancelled, as part of one that can fail in more ways.
func orCancelled<Result>(_ body: () throws(Cancelled) -> Result) throws(FusionError) -> Result {
  do { return try body() } catch { throw .cancelled }
}

extension Column {
  /// The cells of the given rows; a null where there is no row.
  func gathering(_ rows: [Int?]) -> Column {
    var nulls = Mask(count: rows.count)
    for (target, row) in rows.enumerated() where row.map(isNull) ?? true { nulls[target] = true }
    let gathered: Cells =
      switch cells {
      case .number(let numbers): .number(rows.map { $0.map { numbers[$0] } ?? .nan })
      case .category(let codes, let levels):
        .category(codes: rows.map { $0.map { codes[$0] } ?? -1 }, levels: levels)
      case .text(let texts): .text(TextColumn(rows.map { $0.map { texts[$0] } ?? "" }))
      case .time(let times): .time(rows.map { $0.map { times[$0] } ?? 0 })
      case .bool(let bits): .bool(rows.map { $0.map { bits[$0] } ?? false })
      }
    return Column(name, gathered, nulls: nulls, unit: unit, role: role)
  }
}
