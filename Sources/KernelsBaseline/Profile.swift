/// Walks `count` neighbouring diagonals of the correlation matrix of two series' windows.
///
/// Diagonal `d` pairs window `i` of the rows with window `i + d` of the columns. The covariance moves along it by
/// cov(i) = cov(i−1) + df(i) dg(i+d) + df(i+d) dg(i), and the correlation is cov times both inverse norms.
///
/// - `covariances`: of the first pair of each diagonal; overwritten.
/// - `rowBest`, `columnBest`: the largest correlation so far of each window; may be the same memory.
public func walkDiagonals(
  first: Int, count: Int, rowCount: Int, columnCount: Int, covariances: UnsafeMutablePointer<Double>,
  rowDF: UnsafePointer<Double>, rowDG: UnsafePointer<Double>, rowInverse: UnsafePointer<Double>,
  columnDF: UnsafePointer<Double>, columnDG: UnsafePointer<Double>, columnInverse: UnsafePointer<Double>,
  rowBest: UnsafeMutablePointer<Double>, columnBest: UnsafeMutablePointer<Double>
) {
  let width = DoubleLanes.scalarCount
  // As long as every diagonal of the group still lies inside the matrix, whole vectors; then one by one.
  let whole = count % width == 0 ? max(0, min(rowCount, columnCount - first - count + 1)) : 0
  for i in 0..<whole {
    let df = DoubleLanes(repeating: rowDF[i])
    let dg = DoubleLanes(repeating: rowDG[i])
    let inverse = DoubleLanes(repeating: rowInverse[i])
    var best = DoubleLanes(repeating: -2)
    var d = 0
    while d < count {
      let j = i + first + d
      let cov =
        load(covariances + d) + df * load(columnDG + j) + load(columnDF + j) * dg
      store(cov, covariances + d)
      let correlation = cov * inverse * load(columnInverse + j)
      best = larger(best, correlation)
      store(larger(load(columnBest + j), correlation), columnBest + j)
      d += width
    }
    var top = best[0]
    for lane in 1..<width where best[lane] > top { top = best[lane] }
    if top > rowBest[i] { rowBest[i] = top }
  }
  for i in whole..<max(whole, rowCount) {
    let valid = min(count, columnCount - first - i)
    if valid <= 0 { break }
    for d in 0..<valid {
      let j = i + first + d
      let cov = covariances[d] + rowDF[i] * columnDG[j] + columnDF[j] * rowDG[i]
      covariances[d] = cov
      let correlation = cov * rowInverse[i] * columnInverse[j]
      if correlation > rowBest[i] { rowBest[i] = correlation }
      if correlation > columnBest[j] { columnBest[j] = correlation }
    }
  }
}

/// Walks `count` neighbouring diagonals of the distances among the windows of several channels.
///
/// The distance of two windows is the mean over the `dimensions` channels in which they are nearest. Of a window that
/// never varies, `inverse` is 0 and `flat` 1/2: it correlates with 1 with its like and with 1/2 with others.
///
/// - `rows`: the pairs of each diagonal that are walked; a row before them was the last of the call before.
/// - `df`, `dg`, `inverse`, `flat`: `windows` values a channel, one channel after the other.
/// - `covariances`: `count` a channel, of the last pairs that were walked; overwritten.
/// - `squares`: room for a vector a channel.
/// - `best`: the smallest distance so far of each window.
public func walkDiagonals(
  first: Int, count: Int, rows: Range<Int>, windows: Int, channels: Int, dimensions: Int, twice: Double,
  df: UnsafePointer<Double>, dg: UnsafePointer<Double>, inverse: UnsafePointer<Double>,
  flat: UnsafePointer<Double>, covariances: UnsafeMutablePointer<Double>,
  squares: UnsafeMutablePointer<Double>, best: UnsafeMutablePointer<Double>
) {
  let width = DoubleLanes.scalarCount
  let (ones, scale) = (DoubleLanes(repeating: 1), DoubleLanes(repeating: twice))
  let share = DoubleLanes(repeating: Double(dimensions))
  for i in rows {
    // Vectors as long as they lie inside the matrix, then one by one.
    let inside = min(count, windows - first - i)
    var nearest = DoubleLanes(repeating: .infinity)
    var d = 0
    while d + width <= inside {
      let j = i + first + d
      for channel in 0..<channels {
        let (row, column) = (channel * windows + i, channel * windows + j)
        let place = covariances + channel * count + d
        let cov = load(place) + df[row] * load(dg + column) + load(df + column) * dg[row]
        store(cov, place)
        let correlation = cov * inverse[row] * load(inverse + column) + (load(flat + column) + flat[row])
        store(scale * (ones - larger(-ones, smaller(correlation, ones))), squares + channel * width)
      }
      var sum = DoubleLanes.zero
      for rank in 0..<dimensions {
        // The smallest of what is left comes to the front.
        if dimensions < channels {
          for channel in stride(from: channels - 1, to: rank, by: -1) {
            let (upper, lower) = (squares + (channel - 1) * width, squares + channel * width)
            let (a, b) = (load(upper), load(lower))
            store(smaller(a, b), upper)
            store(larger(b, a), lower)
          }
        }
        sum += load(squares + rank * width).squareRoot()
      }
      let distance = sum / share
      nearest = smaller(nearest, distance)
      store(smaller(load(best + j), distance), best + j)
      d += width
    }
    for lane in 0..<width where nearest[lane] < best[i] { best[i] = nearest[lane] }
    while d < inside {
      let j = i + first + d
      for channel in 0..<channels {
        let (row, column) = (channel * windows + i, channel * windows + j)
        let place = covariances + channel * count + d
        place.pointee = place.pointee + df[row] * dg[column] + df[column] * dg[row]
        let correlation = place.pointee * inverse[row] * inverse[column] + (flat[column] + flat[row])
        squares[channel] = twice * (1 - max(-1, min(correlation, 1)))
      }
      var sum = 0.0
      for rank in 0..<dimensions {
        if dimensions < channels {
          for channel in stride(from: channels - 1, to: rank, by: -1)
          where squares[channel] < squares[channel - 1] {
            (squares[channel - 1], squares[channel]) = (squares[channel], squares[channel - 1])
          }
        }
        sum += squares[rank].squareRoot()
      }
      let distance = sum / Double(dimensions)
      if distance < best[i] { best[i] = distance }
      if distance < best[j] { best[j] = distance }
      d += 1
    }
  }
}

@inline(__always) private func load(_ pointer: UnsafePointer<Double>) -> DoubleLanes {
  UnsafeRawPointer(pointer).loadUnaligned(as: DoubleLanes.self)
}
@inline(__always) private func load(_ pointer: UnsafeMutablePointer<Double>) -> DoubleLanes {
  UnsafeRawPointer(pointer).loadUnaligned(as: DoubleLanes.self)
}
@inline(__always) private func store(_ value: DoubleLanes, _ pointer: UnsafeMutablePointer<Double>) {
  UnsafeMutableRawPointer(pointer).storeBytes(of: value, as: DoubleLanes.self)
}
@inline(__always) private func larger(_ a: DoubleLanes, _ b: DoubleLanes) -> DoubleLanes {
  a.replacing(with: b, where: b .> a)
}
@inline(__always) private func smaller(_ a: DoubleLanes, _ b: DoubleLanes) -> DoubleLanes {
  a.replacing(with: b, where: b .< a)
}
