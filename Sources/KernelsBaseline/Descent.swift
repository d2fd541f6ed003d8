/// w · z, the sum in lanes that are added at the end.
public func dotProduct(_ a: UnsafePointer<Double>, _ b: UnsafePointer<Float>, count: Int) -> Double {
  let width = DoubleLanes.scalarCount
  var (first, second, third, fourth) = (
    DoubleLanes.zero, DoubleLanes.zero, DoubleLanes.zero, DoubleLanes.zero
  )
  var i = 0
  while i + 4 * width <= count {
    first = joined(first, lanes(a, i), widened(b, i))
    second = joined(second, lanes(a, i + width), widened(b, i + width))
    third = joined(third, lanes(a, i + 2 * width), widened(b, i + 2 * width))
    fourth = joined(fourth, lanes(a, i + 3 * width), widened(b, i + 3 * width))
    i += 4 * width
  }
  var sum = ((first + second) + (third + fourth)).sum()
  while i < count {
    sum += a[i] * Double(b[i])
    i += 1
  }
  return sum
}

/// w = shrink · w + growth · z; adds w to `total` if there is one.
public func descend(
  _ weights: UnsafeMutablePointer<Double>, _ values: UnsafePointer<Float>, count: Int, shrink: Double,
  growth: Double, total: UnsafeMutablePointer<Double>?
) {
  let width = DoubleLanes.scalarCount
  let (less, more) = (DoubleLanes(repeating: shrink), DoubleLanes(repeating: growth))
  var i = 0
  while i + width <= count {
    let weight = joined(less * lanes(weights, i), more, widened(values, i))
    UnsafeMutableRawPointer(weights + i).storeBytes(of: weight, as: DoubleLanes.self)
    if let total {
      UnsafeMutableRawPointer(total + i).storeBytes(of: lanes(total, i) + weight, as: DoubleLanes.self)
    }
    i += width
  }
  while i < count {
    weights[i] = shrink * weights[i] + growth * Double(values[i])
    if let total { total[i] += weights[i] }
    i += 1
  }
}

@inline(__always) private func lanes(_ values: UnsafePointer<Double>, _ place: Int) -> DoubleLanes {
  UnsafeRawPointer(values + place).loadUnaligned(as: DoubleLanes.self)
}

@inline(__always) private func widened(_ values: UnsafePointer<Float>, _ place: Int) -> DoubleLanes {
  DoubleLanes(UnsafeRawPointer(values + place).loadUnaligned(as: HalfLanes.self))
}

#if FUSED
  @inline(__always) private func joined(
    _ sum: DoubleLanes, _ a: DoubleLanes, _ b: DoubleLanes
  ) -> DoubleLanes {
    sum.addingProduct(a, b)
  }
#else
  @inline(__always) private func joined(
    _ sum: DoubleLanes, _ a: DoubleLanes, _ b: DoubleLanes
  ) -> DoubleLanes {
    sum + a * b
  }
#endif
