/// w · z, the sum in lanes that are added at the end.
public func dotProduct(_ a: UnsafePointer<Double>, _ b: UnsafePointer<Double>, count: Int) -> Double {
  let width = DoubleLanes.scalarCount
  var (even, odd) = (DoubleLanes.zero, DoubleLanes.zero)
  var i = 0
  while i + 2 * width <= count {
    even += lanes(a, i) * lanes(b, i)
    odd += lanes(a, i + width) * lanes(b, i + width)
    i += 2 * width
  }
  var sum = (even + odd).sum()
  while i < count {
    sum += a[i] * b[i]
    i += 1
  }
  return sum
}

/// w = shrink · w + growth · z; adds w to `total` if there is one.
public func descend(
  _ weights: UnsafeMutablePointer<Double>, _ values: UnsafePointer<Double>, count: Int, shrink: Double,
  growth: Double, total: UnsafeMutablePointer<Double>?
) {
  let width = DoubleLanes.scalarCount
  let (less, more) = (DoubleLanes(repeating: shrink), DoubleLanes(repeating: growth))
  var i = 0
  while i + width <= count {
    let weight = less * lanes(weights, i) + more * lanes(values, i)
    UnsafeMutableRawPointer(weights + i).storeBytes(of: weight, as: DoubleLanes.self)
    if let total {
      UnsafeMutableRawPointer(total + i).storeBytes(of: lanes(total, i) + weight, as: DoubleLanes.self)
    }
    i += width
  }
  while i < count {
    weights[i] = shrink * weights[i] + growth * values[i]
    if let total { total[i] += weights[i] }
    i += 1
  }
}

@inline(__always) private func lanes(_ values: UnsafePointer<Double>, _ place: Int) -> DoubleLanes {
  UnsafeRawPointer(values + place).loadUnaligned(as: DoubleLanes.self)
}
