import KernelsBaseline
import KernelsV3
import Synchronization

extension WindowProfile {
  /// For each window of several channels, the distance to its nearest one, where a distance is the mean over the
  /// `dimensions` channels in which the two windows are most alike.
  ///
  /// - Complexity: O(*n² d k*) for *k* of *d* channels, O(*n² d*) for all of them; memory O(*n d*).
  /// - Source: Yeh, Kavantzas and Keogh, *Matrix profile VI: meaningful multidimensional motif discovery*, ICDM 2017,
  ///   definition 7 and algorithm 1 (mSTAMP); the diagonals are walked as those of one channel are.
  package static func selfJoin(
    _ channels: [WindowProfile], dimensions: Int, exclusion: Int, kernels: Kernels = .best, work: Work
  ) throws(Cancelled) -> [Double] {
    guard let count = channels.first?.count else { return [] }
    precondition((1...channels.count).contains(dimensions), "more dimensions than channels")
    let stack = Stack(channels)
    let spare = Mutex<[[Double]]>([])
    try work.forEachChunk(of: max(0, count - exclusion), size: Stack.group, stage: "matrix profile") {
      _, range in
      var best = spare.withLock { $0.popLast() } ?? [Double](repeating: .infinity, count: count)
      stack.walk(
        channels, first: exclusion + range.lowerBound, count: range.count, dimensions: dimensions,
        kernels: kernels, best: &best, isCancelled: work.isCancelled)
      spare.withLock { $0.append(best) }
    }
    var best = [Double](repeating: .infinity, count: count)
    for part in spare.withLock({ $0 }) {
      for i in 0..<count { best[i] = min(best[i], part[i]) }
    }
    return best.map { $0.isFinite ? $0 : 0 }
  }

  /// What moves the covariances of all channels, one channel after the other.
  private struct Stack: Sendable {
    /// Diagonals that are walked together.
    static let group = 64
    /// Pairs of one channel between two looks at whether to stop: some milliseconds.
    private static let stretch = 1 << 20

    let df: [Double]
    let dg: [Double]
    let inverseNorms: [Double]
    /// 1/2 for a window that never varies.
    let flat: [Double]

    init(_ channels: [WindowProfile]) {
      df = channels.flatMap(\.df)
      dg = channels.flatMap(\.dg)
      inverseNorms = channels.flatMap(\.inverseNorms)
      flat = channels.flatMap { $0.isFlat.map { $0 ? 0.5 : 0 } }
    }

    func walk(
      _ channels: [WindowProfile], first: Int, count diagonals: Int, dimensions: Int, kernels: Kernels,
      best: inout [Double], isCancelled: () -> Bool
    ) {
      let (window, windows) = (channels[0].window, channels[0].count)
      var covariances = channels.flatMap { channel in
        (first..<first + diagonals).map { j in
          var sum = 0.0
          for t in 0..<window {
            sum += (channel.values[t] - channel.means[0]) * (channel.values[j + t] - channel.means[j])
          }
          return sum
        }
      }
      var squares = [Double](repeating: 0, count: 8 * channels.count)
      let step = max(1, Self.stretch / (diagonals * channels.count * dimensions))
      for start in stride(from: 0, to: windows - first, by: step) where !isCancelled() {
        let rows = start..<min(start + step, windows - first)
        // SAFETY: the four arrays hold `windows` values a channel, `covariances` `diagonals` a channel, `squares` the
        // longest vector a channel, `best` a value a window: the kernel stays inside them.
        unsafe df.withUnsafeBufferPointer { df in
          unsafe dg.withUnsafeBufferPointer { dg in
            unsafe inverseNorms.withUnsafeBufferPointer { inverse in
              unsafe flat.withUnsafeBufferPointer { flat in
                unsafe covariances.withUnsafeMutableBufferPointer { covariances in
                  unsafe squares.withUnsafeMutableBufferPointer { squares in
                    unsafe best.withUnsafeMutableBufferPointer { best in
                      guard let df = df.baseAddress, let dg = dg.baseAddress,
                        let inverse = inverse.baseAddress, let flat = flat.baseAddress,
                        let covariances = covariances.baseAddress, let squares = squares.baseAddress,
                        let best = best.baseAddress
                      else { return }
                      switch kernels {
                      case .v3, .v4:
                        unsafe KernelsV3.walkDiagonals(
                          first: first, count: diagonals, rows: rows, windows: windows,
                          channels: channels.count, dimensions: dimensions, twice: 2 * Double(window),
                          df: df, dg: dg, inverse: inverse, flat: flat, covariances: covariances,
                          squares: squares, best: best)
                      case .baseline:
                        unsafe KernelsBaseline.walkDiagonals(
                          first: first, count: diagonals, rows: rows, windows: windows,
                          channels: channels.count, dimensions: dimensions, twice: 2 * Double(window),
                          df: df, dg: dg, inverse: inverse, flat: flat, covariances: covariances,
                          squares: squares, best: best)
                      }
                    }
                  }
                }
              }
            }
          }
        }
      }
    }
  }
}
