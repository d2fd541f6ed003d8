import Synchronization

extension WindowProfile {
  /// For each window of several channels, the distance to its nearest one, where a distance is the mean over the
  /// `dimensions` channels in which the two windows are most alike.
  ///
  /// - Complexity: O(*n² d*) for *d* channels, memory O(*n d*) a thread.
  /// - Source: Yeh, Kavantzas and Keogh, *Matrix profile VI: meaningful multidimensional motif discovery*, ICDM 2017,
  ///   definition 7 and algorithm 1 (mSTAMP).
  package static func selfJoin(
    _ channels: [WindowProfile], dimensions: Int, exclusion: Int, work: Work
  ) throws(Cancelled) -> [Double] {
    guard let first = channels.first else { return [] }
    precondition((1...channels.count).contains(dimensions), "more dimensions than channels")
    let count = first.count
    let diagonals = max(0, count - exclusion)
    let group = max(1, min(64, 2_000_000 / (count * channels.count + 1)))
    let spare = Mutex<[[Double]]>([])
    try work.forEachChunk(of: diagonals, size: group, stage: "matrix profile") { _, range in
      var best = spare.withLock { $0.popLast() } ?? [Double](repeating: .infinity, count: count)
      for diagonal in range {
        if work.isCancelled() { break }
        walk(channels, diagonal: exclusion + diagonal, dimensions: dimensions, best: &best)
      }
      spare.withLock { $0.append(best) }
    }
    var best = [Double](repeating: .infinity, count: count)
    for part in spare.withLock({ $0 }) {
      for i in 0..<count { best[i] = min(best[i], part[i]) }
    }
    return best.map { $0.isFinite ? $0 : 0 }
  }

  private static func walk(
    _ channels: [WindowProfile], diagonal: Int, dimensions: Int, best: inout [Double]
  ) {
    let (window, count) = (channels[0].window, channels[0].count)
    var covariances = channels.map { channel in
      var sum = 0.0
      for t in 0..<window {
        sum +=
          (channel.values[t] - channel.means[0]) * (channel.values[diagonal + t] - channel.means[diagonal])
      }
      return sum
    }
    var squares = [Double](repeating: 0, count: channels.count)
    for i in 0..<count - diagonal {
      let j = i + diagonal
      for (place, channel) in channels.enumerated() {
        if i > 0 { covariances[place] += channel.df[i] * channel.dg[j] + channel.df[j] * channel.dg[i] }
        squares[place] = channel.squaredDistance(i, j, covariance: covariances[place])
      }
      if dimensions < squares.count { squares.sort() }
      var sum = 0.0
      for place in 0..<dimensions { sum += squares[place].squareRoot() }
      let distance = sum / Double(dimensions)
      if distance < best[i] { best[i] = distance }
      if distance < best[j] { best[j] = distance }
    }
  }

  private func squaredDistance(_ i: Int, _ j: Int, covariance: Double) -> Double {
    let correlation: Double =
      switch (isFlat[i], isFlat[j]) {
      case (true, true): 1
      case (true, false), (false, true): 0.5
      case (false, false): max(-1, min(covariance * inverseNorms[i] * inverseNorms[j], 1))
      }
    return 2 * Double(window) * (1 - correlation)
  }
}
