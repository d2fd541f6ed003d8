extension Work {
  /// Makes an array of `count * stride` numbers, each chunk of `size` elements filled by one call, in parallel.
  ///
  /// Each chunk begins as zeros. The chunks depend on `count` and `size` alone, so the result does not depend on the number of threads.
  package func fill(
    _ count: Int, stride: Int = 1, size: Int, stage: String = "",
    _ body: @Sendable (_ range: Range<Int>, _ target: inout MutableSpan<Double>) -> Void
  ) throws(Cancelled) -> [Double] {
    try filled(count, stride, size, stage, body)
  }

  /// As `fill`, in single precision.
  package func fillSingle(
    _ count: Int, stride: Int = 1, size: Int, stage: String = "",
    _ body: @Sendable (_ range: Range<Int>, _ target: inout MutableSpan<Float>) -> Void
  ) throws(Cancelled) -> [Float] {
    try filled(count, stride, size, stage, body)
  }

  /// As `fill`, with the number of a row beside each number.
  package func fillWithRows(
    _ count: Int, stride: Int = 1, size: Int, stage: String = "",
    _ body:
      @Sendable (
        _ range: Range<Int>, _ target: inout MutableSpan<Double>, _ rows: inout MutableSpan<Int32>
      ) -> Void
  ) throws(Cancelled) -> (numbers: [Double], rows: [Int32]) {
    var rows = [Int32](repeating: 0, count: count * stride)
    let outcome: Result<[Double], Cancelled> = unsafe rows.withUnsafeMutableBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return .success([]) }
      nonisolated(unsafe) let start = unsafe base
      return Result { () throws(Cancelled) in
        try fill(count, stride: stride, size: size, stage: stage) { range, target in
          // SAFETY: chunks are disjoint ranges of the buffer, which outlives the loop.
          var part = unsafe MutableSpan(
            _unsafeElements: UnsafeMutableBufferPointer(
              start: start + range.lowerBound * stride, count: range.count * stride))
          body(range, &target, &part)
        }
      }
    }
    return (try outcome.get(), rows)
  }

  private func filled<Number: Numeric & BitwiseCopyable & Sendable>(
    _ count: Int, _ stride: Int, _ size: Int, _ stage: String,
    _ body: @Sendable (_ range: Range<Int>, _ target: inout MutableSpan<Number>) -> Void
  ) throws(Cancelled) -> [Number] {
    var failure: Cancelled?
    let filled = unsafe [Number](unsafeUninitializedCapacity: count * stride) { buffer, filled in
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
