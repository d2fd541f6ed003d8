import Numerics

/// ECOD of each row of a set, by counting.
package func naiveEmpiricalTails(_ rows: [[Double]]) -> [Double] {
  let count = Double(rows.count)
  let terms = (rows.first ?? []).indices.map { column -> [Double] in
    let values = rows.map { $0[column] }
    let mean = values.reduce(0, +) / count
    let third = values.map { ($0 - mean) * ($0 - mean) * ($0 - mean) }.reduce(0, +)
    return values.map { value in
      let left = -logarithm(Double(values.filter { $0 <= value }.count) / count)
      let right = -logarithm(Double(values.filter { $0 >= value }.count) / count)
      return max(left, right, third < 0 ? left : third > 0 ? right : left + right)
    }
  }
  return rows.indices.map { row in terms.map { $0[row] }.reduce(0, +) }
}

/// HBOS of each row of a set with equally wide bins.
package func naiveHistogramScores(_ rows: [[Double]], bins: Int) -> [Double] {
  var sums = [Double](repeating: 0, count: rows.count)
  for column in (rows.first ?? []).indices {
    let values = rows.map { $0[column] }
    guard let low = values.min(), let high = values.max(), low < high else { continue }
    let width = (high - low) / Double(bins)
    func density(_ bin: Int) -> Double {
      let inside = values.filter { min(Int(($0 - low) / width), bins - 1) == bin }
      return Double(inside.count) / (Double(values.count) * width)
    }
    for (row, value) in values.enumerated() {
      // Upper edges belong to the bin below when scoring.
      var bin = 0
      while bin < bins - 1, (value - low) / width > Double(bin + 1) { bin += 1 }
      sums[row] -= logarithm(density(bin) + 0.1) / logarithm(2)
    }
  }
  return sums
}

/// T² and Q of each row of a standardised set from a covariance and its components, one sum at a time.
package func naiveComponentStatistics(
  _ rows: [[Double]], components: [[Double]], variances: [Double], retained: Int
) -> [(t2: Double, q: Double)] {
  rows.map { row in
    var t2 = 0.0
    var rest = row
    for component in 0..<retained {
      let score = zip(row, components[component]).map { $0 * $1 }.reduce(0, +)
      t2 += score * score / variances[component]
      for j in rest.indices { rest[j] -= score * components[component][j] }
    }
    return (t2, rest.map { $0 * $0 }.reduce(0, +))
  }
}
