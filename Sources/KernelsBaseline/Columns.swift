/// Sums, counts, least and largest values of each column over some rows, missing values left out.
///
/// Each column is one sum in the order of the rows, so every build of this kernel gives the same bits.
///
/// - `result`: sums, counts, least and largest values, `columns` of each.
public func sumColumns(
  _ rows: UnsafePointer<Double>, rowCount: Int, columns: Int, into result: UnsafeMutablePointer<Double>
) {
  let width = DoubleLanes.scalarCount
  let raw = UnsafeMutableRawPointer(result)
  var column = 0
  while column + width <= columns {
    var (sum, count) = (DoubleLanes.zero, DoubleLanes.zero)
    var low = DoubleLanes(repeating: .infinity)
    var high = DoubleLanes(repeating: -.infinity)
    var cell = UnsafeRawPointer(rows + column)
    for _ in 0..<rowCount {
      let value = cell.loadUnaligned(as: DoubleLanes.self)
      let isThere = value .== value
      sum += DoubleLanes.zero.replacing(with: value, where: isThere)
      count += DoubleLanes.zero.replacing(with: 1, where: isThere)
      low = low.replacing(with: value, where: value .< low)
      high = high.replacing(with: value, where: value .> high)
      cell += 8 * columns
    }
    for (part, lanes) in [sum, count, low, high].enumerated() {
      raw.storeBytes(of: lanes, toByteOffset: 8 * (part * columns + column), as: DoubleLanes.self)
    }
    column += width
  }
  while column < columns {
    var (sum, count, low, high) = (0.0, 0.0, Double.infinity, -Double.infinity)
    var cell = rows + column
    for _ in 0..<rowCount {
      let value = cell.pointee
      let isThere = value == value
      sum += isThere ? value : 0
      count += isThere ? 1 : 0
      low = value < low ? value : low
      high = value > high ? value : high
      cell += columns
    }
    result[column] = sum
    result[columns + column] = count
    result[2 * columns + column] = low
    result[3 * columns + column] = high
    column += 1
  }
}

/// Σ z² and Σ z³ of each column over some rows, where z = (value − mean) × factor; missing values add nothing.
///
/// - `result`: `columns` sums of squares, then as many of cubes.
public func sumColumnPowers(
  _ rows: UnsafePointer<Double>, rowCount: Int, columns: Int, means: UnsafePointer<Double>,
  factors: UnsafePointer<Double>, into result: UnsafeMutablePointer<Double>
) {
  let width = DoubleLanes.scalarCount
  let raw = UnsafeMutableRawPointer(result)
  var column = 0
  while column + width <= columns {
    let mean = UnsafeRawPointer(means + column).loadUnaligned(as: DoubleLanes.self)
    let factor = UnsafeRawPointer(factors + column).loadUnaligned(as: DoubleLanes.self)
    var (squares, cubes) = (DoubleLanes.zero, DoubleLanes.zero)
    var cell = UnsafeRawPointer(rows + column)
    for _ in 0..<rowCount {
      let value = cell.loadUnaligned(as: DoubleLanes.self)
      let z = DoubleLanes.zero.replacing(with: (value - mean) * factor, where: value .== value)
      let squared = z * z
      squares += squared
      cubes += squared * z
      cell += 8 * columns
    }
    raw.storeBytes(of: squares, toByteOffset: 8 * column, as: DoubleLanes.self)
    raw.storeBytes(of: cubes, toByteOffset: 8 * (columns + column), as: DoubleLanes.self)
    column += width
  }
  while column < columns {
    var (squares, cubes) = (0.0, 0.0)
    var cell = rows + column
    for _ in 0..<rowCount {
      let value = cell.pointee
      let z = value == value ? (value - means[column]) * factors[column] : 0
      let squared = z * z
      squares += squared
      cubes += squared * z
      cell += columns
    }
    result[column] = squares
    result[columns + column] = cubes
    column += 1
  }
}

/// Puts (value − center) / scale, pulled in to `limit`, at `result`, rows `stride` apart.
public func standardiseRows(
  _ rows: UnsafePointer<Double>, rowCount: Int, columns: Int, centers: UnsafePointer<Double>,
  scales: UnsafePointer<Double>, limit: Double, into result: UnsafeMutablePointer<Double>, stride: Int
) {
  let width = DoubleLanes.scalarCount
  let (upper, lower) = (DoubleLanes(repeating: limit), DoubleLanes(repeating: -limit))
  for row in 0..<rowCount {
    let source = UnsafeRawPointer(rows + row * columns)
    let target = UnsafeMutableRawPointer(result + row * stride)
    var column = 0
    while column + width <= columns {
      let value = source.loadUnaligned(fromByteOffset: 8 * column, as: DoubleLanes.self)
      let center = UnsafeRawPointer(centers + column).loadUnaligned(as: DoubleLanes.self)
      let scale = UnsafeRawPointer(scales + column).loadUnaligned(as: DoubleLanes.self)
      let z = (value - center) / scale
      let bounded = z.replacing(with: upper, where: .!(z .<= upper))
      target.storeBytes(
        of: bounded.replacing(with: lower, where: bounded .< lower), toByteOffset: 8 * column,
        as: DoubleLanes.self)
      column += width
    }
    while column < columns {
      let z = (rows[row * columns + column] - centers[column]) / scales[column]
      result[row * stride + column] = max(-limit, min(limit, z))
      column += 1
    }
  }
}

/// The largest of (|value − center| − reach) / scale in each row, pulled in to 0...`limit`; missing values count as 0.
public func largestDeviations(
  _ rows: UnsafePointer<Double>, rowCount: Int, columns: Int, centers: UnsafePointer<Double>,
  reaches: UnsafePointer<Double>, scales: UnsafePointer<Double>, limit: Double,
  into result: UnsafeMutablePointer<Double>
) {
  let width = DoubleLanes.scalarCount
  for row in 0..<rowCount {
    let source = UnsafeRawPointer(rows + row * columns)
    var lanes = DoubleLanes.zero
    var column = 0
    while column + width <= columns {
      let value = source.loadUnaligned(fromByteOffset: 8 * column, as: DoubleLanes.self)
      let center = UnsafeRawPointer(centers + column).loadUnaligned(as: DoubleLanes.self)
      let reach = UnsafeRawPointer(reaches + column).loadUnaligned(as: DoubleLanes.self)
      let scale = UnsafeRawPointer(scales + column).loadUnaligned(as: DoubleLanes.self)
      let above = value - center
      let size = above.replacing(with: -above, where: above .< 0)
      let deviation = (size - reach) / scale
      // No comparison holds for a missing value.
      lanes = lanes.replacing(with: deviation, where: deviation .> lanes)
      column += width
    }
    var largest = lanes.max()
    while column < columns {
      let deviation = (abs(rows[row * columns + column] - centers[column]) - reaches[column]) / scales[column]
      if deviation > largest { largest = deviation }
      column += 1
    }
    result[row] = min(largest, limit)
  }
}
