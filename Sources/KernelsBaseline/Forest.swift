/// Adds up, for each row, the path lengths of the trees.
///
/// The trees are complete: `2^depth - 1` inner nodes in level order, then `2^depth` leaves. A row goes to the left child
/// if its value is below the threshold, else (and if it is missing) to the right one.
///
/// - `features`, `thresholds`: inner nodes, tree after tree. `lengths`: leaves, tree after tree.
/// - `rows`: `rowCount` rows of `columns` values. `sums`: one a row, added to in the order of the trees.
public func addPathLengths(
  features: UnsafePointer<Int32>, thresholds: UnsafePointer<Double>, lengths: UnsafePointer<Double>,
  trees: Range<Int>, depth: Int, rows: UnsafePointer<Double>, rowCount: Int, columns: Int,
  sums: UnsafeMutablePointer<Double>
) {
  let leaves = 1 << depth
  let inner = leaves - 1
  for tree in trees {
    let feature = features + tree * inner
    let threshold = thresholds + tree * inner
    let length = lengths + tree * leaves
    var row = 0
    while row + 8 <= rowCount {
      let r0 = rows + row * columns
      let r1 = r0 + columns
      let r2 = r1 + columns
      let r3 = r2 + columns
      let r4 = r3 + columns
      let r5 = r4 + columns
      let r6 = r5 + columns
      let r7 = r6 + columns
      var n0 = 0
      var n1 = 0
      var n2 = 0
      var n3 = 0
      var n4 = 0
      var n5 = 0
      var n6 = 0
      var n7 = 0
      for _ in 0..<depth {
        n0 = step(n0, feature, threshold, r0)
        n1 = step(n1, feature, threshold, r1)
        n2 = step(n2, feature, threshold, r2)
        n3 = step(n3, feature, threshold, r3)
        n4 = step(n4, feature, threshold, r4)
        n5 = step(n5, feature, threshold, r5)
        n6 = step(n6, feature, threshold, r6)
        n7 = step(n7, feature, threshold, r7)
      }
      sums[row] += length[n0 &- inner]
      sums[row + 1] += length[n1 &- inner]
      sums[row + 2] += length[n2 &- inner]
      sums[row + 3] += length[n3 &- inner]
      sums[row + 4] += length[n4 &- inner]
      sums[row + 5] += length[n5 &- inner]
      sums[row + 6] += length[n6 &- inner]
      sums[row + 7] += length[n7 &- inner]
      row += 8
    }
    while row < rowCount {
      let values = rows + row * columns
      var node = 0
      for _ in 0..<depth { node = step(node, feature, threshold, values) }
      sums[row] += length[node &- inner]
      row += 1
    }
  }
}

@inline(__always) private func step(
  _ node: Int, _ feature: UnsafePointer<Int32>, _ threshold: UnsafePointer<Double>,
  _ row: UnsafePointer<Double>
) -> Int {
  let goesLeft = row[Int(feature[node])] < threshold[node]
  return 2 &* node &+ 2 &- (goesLeft ? 1 : 0)
}
