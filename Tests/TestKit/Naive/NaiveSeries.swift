import Foundation

/// The saliency of Ren and others' spectral residual, with transforms written out.
package func naiveSpectralResidual(_ series: [Double], filter: Int) -> [Double] {
  let count = series.count
  let low = series.min() ?? 0
  let scaled = series.map { ($0 - low) / ((series.max() ?? 1) - low) }
  func transform(_ re: [Double], _ im: [Double], _ sign: Double) -> [(Double, Double)] {
    (0..<count).map { k in
      var sum = (0.0, 0.0)
      for j in 0..<count {
        let angle = sign * 2 * Double.pi * Double(j * k % count) / Double(count)
        sum.0 += re[j] * cos(angle) - im[j] * sin(angle)
        sum.1 += re[j] * sin(angle) + im[j] * cos(angle)
      }
      return sum
    }
  }
  let spectrum = transform(scaled, scaled.map { _ in 0 }, -1)
  let logs = spectrum.map { log(hypot($0.0, $0.1)) }
  let half = Array(logs[1...count / 2])
  let left = (filter - 1) / 2
  func at(_ place: Int) -> Double {
    place < 0 ? scaled[0] : place >= half.count ? scaled[count - 1] : half[place]
  }
  let means = half.indices.map { k in
    (k - left..<k - left + filter).map(at).reduce(0, +) / Double(filter)
  }
  let expected = [logs[0]] + (1..<count).map { k in means[k <= count / 2 ? k - 1 : count - k - 1] }
  let angles = spectrum.map { atan2($0.1, $0.0) }
  let sizes = (0..<count).map { exp(logs[$0] - expected[$0]) }
  let back = transform(
    (0..<count).map { sizes[$0] * cos(angles[$0]) }, (0..<count).map { sizes[$0] * sin(angles[$0]) }, 1)
  return back.map { hypot($0.0, $0.1) / Double(count) }
}

/// The distance of each window to its nearest one, averaged over the `dimensions` channels that agree best.
package func naiveManyChannels(
  _ channels: [[Double]], window: Int, dimensions: Int, exclusion: Int
) -> [Double] {
  let count = channels[0].count - window + 1
  let shapes = channels.map { channel in
    (0..<count).map { normalised(Array(channel[$0..<$0 + window])) }
  }
  return (0..<count).map { i in
    (0..<count).filter { abs($0 - i) >= exclusion }.map { j in
      let distances = shapes.map { zip($0[i], $0[j]).map { ($0 - $1) * ($0 - $1) }.reduce(0, +).squareRoot() }
      return distances.sorted().prefix(dimensions).reduce(0, +) / Double(dimensions)
    }.min() ?? 0
  }
}

/// Adams and MacKay's run lengths without a limit: the chance that a run began within the last `recent` rows.
package func naiveBayesianChange(_ series: [Double], spacing: Double, recent: Int) -> [Double] {
  var chances = [1.0]
  return series.indices.map { row in
    let next = (0...row).map { length -> Double in
      let run = Array(series[row - length..<row])
      let count = Double(run.count)
      let mean = run.isEmpty ? 0 : run.reduce(0, +) / count
      let kappa = 1 + count
      let alpha = 1 + count / 2
      let beta =
        1 + run.map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / 2 + count * mean * mean / (2 * kappa)
      let center = count * mean / kappa
      let square = beta * (kappa + 1) / (alpha * kappa)
      let miss = series[row] - center
      return exp(lgamma(alpha + 0.5) - lgamma(alpha)) / (2 * Double.pi * alpha * square).squareRoot()
        * pow(1 + miss * miss / (2 * alpha * square), -alpha - 0.5)
    }
    let joint = zip(chances, next).map { $0 * $1 }
    let evidence = joint.reduce(0, +)
    chances = [1 / spacing] + joint.map { $0 * (1 - 1 / spacing) / evidence }
    return row < recent ? 0 : chances.prefix(recent + 1).reduce(0, +)
  }
}
