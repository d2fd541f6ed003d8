extension Work {
  /// Makes an array of `count * stride` numbers, each chunk of `size` elements filled by one call, in parallel.
  ///
  /// Each chunk begins as zeros. The chunks depend on `count` and `size` alone, so the result does not depend on the number of threads.
  package func fill(
    _ count: Int, stride: Int = 1, size: Int, stage: String = "",
    _ body: @Sendable (_ range: Range<Int>, _ target: inout MutableSpan<Double>) -> Void
  ) throws(Cancelled) -> [Double] {
    var failure: Cancelled?
    let filled = unsafe [Double](unsafeUninitializedCapacity: count * stride) { buffer, filled in
      filled = count * stride
      guard let base = buffer.baseAddress else { return }
      nonisolated(unsafe) let start = unsafe base
      do throws(Cancelled) {
        try forEachChunk(of: count, size: size, stage: stage) { _, range in
          // SAFETY: chunks are disjoint ranges of the buffer, which outlives the loop.
          let part = unsafe UnsafeMutableBufferPointer(
            start: start + range.lowerBound * stride, count: range.count * stride)
          unsafe part.initialize(repeating: 0)
          var target = unsafe MutableSpan(_unsafeElements: part)
          body(range, &target)
        }
      } catch {
        failure = error
      }
    }
    if let failure { throw failure }
    return filled
  }
}
