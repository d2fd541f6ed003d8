package import Chronology
import Numerics

/// How the rows of a value follow each other in time.
package struct Sampling: Sendable, Equatable {
  /// The usual distance of neighbouring rows: the median within segments.
  package let step: TimeSpan
  /// Whether most steps are about as long as the usual one; only then can a longer one be called a gap.
  package let isSteady: Bool
  /// Rows in front of which a gap lies, ascending.
  package let gaps: [Int]
  package let longestGap: TimeSpan?
  /// The longest step of all, which need not be a gap; nil if all are equal.
  package let longestStep: TimeSpan?
  /// Whether the times of every segment ascend.
  package let isAscending: Bool
  /// 95 % of the steps differ from the usual one by no more than this; gaps count like other steps.
  package let jitter: TimeSpan

  /// A step this many times the usual one is a gap.
  package static let gapFactor: Int64 = 5
  /// Steady rows have this share of steps within a fifth of the usual one.
  private static let steadyShare = 0.75

  /// nil for rows without times, or without two rows in a segment.
  package init?(_ index: Index) {
    guard let axis = index.time else { return nil }
    if case .regular(_, let step, let count) = axis {
      guard count > 1 else { return nil }
      (self.step, isSteady, gaps, longestGap, longestStep) = (step, true, [], nil, nil)
      isAscending = step.nanoseconds >= 0
      jitter = .zero
      return
    }
    guard case .listed(let times) = axis else { return nil }
    if let step = Self.onlyStep(times, index.runs) {
      (self.step, isSteady, gaps) = (TimeSpan(nanoseconds: step), step > 0, [])
      (longestGap, longestStep) = (nil, nil)
      isAscending = step >= 0
      jitter = .zero
      return
    }
    var steps: [Double] = []
    steps.reserveCapacity(times.count)
    for run in index.runs where run.rows.count > 1 {
      for row in run.rows.lowerBound + 1..<run.rows.upperBound {
        steps.append(Double(times[row] &- times[row - 1]))
      }
    }
    guard let median = Selection.median(of: steps) else { return nil }
    step = TimeSpan(nanoseconds: Int64(median))
    isAscending = steps.allSatisfy { $0 >= 0 }
    longestStep = steps.max().map { TimeSpan(nanoseconds: Int64(min($0, 9e18))) }
    let distances = SortedSample(steps.map { abs($0 - median) })
    jitter = TimeSpan(nanoseconds: Int64(min(distances.quantile(0.95) ?? 0, 9e18)))
    let usual = steps.count { abs($0 - median) <= median / 5 }
    isSteady = isAscending && median > 0 && Double(usual) >= Self.steadyShare * Double(steps.count)
    var gaps: [Int] = []
    var longest: Int64?
    if isSteady {
      let limit = Int64(median) * Self.gapFactor
      for run in index.runs where run.rows.count > 1 {
        for row in run.rows.lowerBound + 1..<run.rows.upperBound where times[row] - times[row - 1] > limit {
          gaps.append(row)
          longest = max(longest ?? 0, times[row] - times[row - 1])
        }
      }
    }
    self.gaps = gaps
    longestGap = longest.map { TimeSpan(nanoseconds: $0) }
  }
}

extension Sampling {
  /// The step that all rows have, if there is one: as most clocks tick.
  private static func onlyStep(_ times: [Int64], _ runs: [Segment]) -> Int64? {
    var step: Int64?
    for run in runs where run.rows.count > 1 {
      let first = times[run.rows.lowerBound + 1] &- times[run.rows.lowerBound]
      guard step == nil || step == first else { return nil }
      step = first
      for row in run.rows.lowerBound + 1..<run.rows.upperBound where times[row] &- times[row - 1] != first {
        return nil
      }
    }
    return step
  }
}

extension Index {
  /// Stretches of rows without a border of segments and without a gap in time.
  package func stretches(_ sampling: Sampling?) -> [Range<Int>] {
    var gaps = (sampling?.gaps ?? [])[...]
    var stretches: [Range<Int>] = []
    for run in runs {
      var start = run.rows.lowerBound
      while let gap = gaps.first, gap < run.rows.upperBound {
        stretches.append(start..<gap)
        start = gap
        gaps.removeFirst()
      }
      stretches.append(start..<run.rows.upperBound)
    }
    return stretches
  }
}
