package import Numerics

/// What a row takes from the rows before or behind it in its stretch.
extension Vector {
  /// The cell so many rows before (or, if negative, behind), missing where the stretch has none.
  package func shifted(by rows: Int, in stretches: [Range<Int>]) -> Vector {
    let count = stretches.last?.upperBound ?? 0
    switch self {
    case .numbers(let lane): return .numbers(.each(Self.shift(lane.cells(count), .nan, rows, stretches)))
    case .times(let lane):
      return .times(.each(Self.shift(lane.cells(count), Vector.missing, rows, stretches)))
    case .spans(let lane):
      return .spans(.each(Self.shift(lane.cells(count), Vector.missing, rows, stretches)))
    case .truths(let lane): return .truths(.each(Self.shift(lane.cells(count), .missing, rows, stretches)))
    case .texts(let texts):
      return .texts(texts.selecting(Self.shift(Array(0..<count), -1, rows, stretches)))
    }
  }

  private static func shift<Cell>(
    _ cells: [Cell], _ blank: Cell, _ rows: Int, _ stretches: [Range<Int>]
  ) -> [Cell] {
    var shifted = [Cell](repeating: blank, count: cells.count)
    for stretch in stretches {
      let reach = min(abs(rows), stretch.count)
      let targets =
        rows > 0
        ? stretch.lowerBound + reach..<stretch.upperBound
        : stretch.lowerBound..<stretch.upperBound - reach
      for row in targets { shifted[row] = cells[row - rows] }
    }
    return shifted
  }
}

/// Numbers that follow each other, with NaN for a missing one.
package enum Sequences {
  package static func copy(_ numbers: [Double], to target: inout MutableSpan<Double>) {
    let source = numbers.span
    for i in 0..<target.count { target[i] = source[i] }
  }

  /// Sums from the first row of the stretch on; missing numbers are passed over.
  package static func sums(_ x: [Double], in stretches: [Range<Int>]) -> [Double] {
    var sums = [Double](repeating: .nan, count: x.count)
    for stretch in stretches {
      var sum = 0.0
      for row in stretch where !x[row].isNaN {
        sum += x[row]
        sums[row] = sum - sum == 0 ? sum : .nan
      }
    }
    return sums
  }

  /// Recursive means: y = y + alpha (x - y), from the first number of the stretch on. Missing ones are passed over.
  package static func smoothed(_ x: [Double], alpha: Double, in stretches: [Range<Int>]) -> [Double] {
    var means = [Double](repeating: .nan, count: x.count)
    for stretch in stretches {
      var mean = Double.nan
      for row in stretch where !x[row].isNaN {
        mean = mean.isNaN ? x[row] : mean + alpha * (x[row] - mean)
        means[row] = mean
      }
    }
    return means
  }

  /// The same, with a weight that halves with every `halfLife` nanoseconds between two numbers.
  package static func smoothed(
    _ x: [Double], times: [Int64], halfLife: Int64, in stretches: [Range<Int>]
  ) -> [Double] {
    var means = [Double](repeating: .nan, count: x.count)
    for stretch in stretches {
      var mean = Double.nan
      var last: Int64 = 0
      // Most rows are equally far apart.
      var lastAge: Int64 = 0
      var kept = 1.0
      for row in stretch where !x[row].isNaN {
        let age = times[row] &- last
        if mean.isNaN {
          mean = x[row]
        } else {
          if age != lastAge { (lastAge, kept) = (age, power(0.5, Double(age) / Double(halfLife))) }
          mean += (1 - kept) * (x[row] - mean)
        }
        last = times[row]
        means[row] = mean
      }
    }
    return means
  }

  /// How many rows in a row the condition has held; missing where the condition is.
  package static func runs(_ truths: [Truth], in stretches: [Range<Int>]) -> [Double] {
    var runs = [Double](repeating: 0, count: truths.count)
    for stretch in stretches {
      var run = 0.0
      for row in stretch {
        run = truths[row] == .yes ? run + 1 : 0
        runs[row] = truths[row] == .missing ? .nan : run
      }
    }
    return runs
  }

  /// How often each condition held (and was missing) from the first row of the stretch to each row.
  private static func tallies(_ truths: [Truth], _ wanted: Truth, _ stretches: [Range<Int>]) -> [Int32] {
    var tallies = [Int32](repeating: 0, count: truths.count)
    for stretch in stretches {
      var count: Int32 = 0
      for row in stretch {
        if truths[row] == wanted { count += 1 }
        tallies[row] = count
      }
    }
    return tallies
  }

  /// How often the condition held so far in the stretch; a missing condition does not hold.
  package static func counts(_ truths: [Truth], in stretches: [Range<Int>]) -> [Double] {
    tallies(truths, .yes, stretches).map(Double.init)
  }

  /// How often the condition held in the window; a missing condition does not hold.
  package static func counts(
    _ truths: [Truth], _ windows: WindowStarts, in stretches: [Range<Int>]
  ) -> [Double] {
    held(truths, .yes, windows, stretches).map(Double.init)
  }

  /// Whether the condition held in the window; missing if it did not and was missing somewhere.
  package static func held(
    _ truths: [Truth], _ windows: WindowStarts, in stretches: [Range<Int>]
  ) -> [Truth] {
    let yes = held(truths, .yes, windows, stretches)
    let missing = held(truths, .missing, windows, stretches)
    return truths.indices.map { yes[$0] > 0 ? .yes : missing[$0] > 0 ? .missing : .no }
  }

  private static func held(
    _ truths: [Truth], _ wanted: Truth, _ windows: WindowStarts, _ stretches: [Range<Int>]
  ) -> [Int32] {
    let tallies = tallies(truths, wanted, stretches)
    var counts = tallies
    for stretch in stretches {
      for row in stretch where windows.starts[row] > stretch.lowerBound {
        counts[row] = tallies[row] - tallies[windows.starts[row] - 1]
      }
    }
    return counts
  }
}
