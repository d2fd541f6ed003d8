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
