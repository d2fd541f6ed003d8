import Dispatch
import Synchronization

/// Work was stopped at the user's wish; nothing that had been finished is lost.
package struct Cancelled: Error, Equatable {
  package init() {}
}

/// What a long computation may use and must watch: threads, the wish to stop, where to say how far it is.
///
/// Every loop that can exceed 50 ms takes one. Results never depend on `threads`.
package struct Work: Sendable {
  package let threads: Int
  package let isCancelled: @Sendable () -> Bool
  /// Takes the finished fraction (0...1) and the name of the stage; cheap, may be called often.
  package let report: @Sendable (Double, String) -> Void

  package init(
    threads: Int = 1, isCancelled: @escaping @Sendable () -> Bool = { false },
    report: @escaping @Sendable (Double, String) -> Void = { _, _ in }
  ) {
    self.threads = max(1, threads)
    self.isCancelled = isCancelled
    self.report = report
  }

  /// The same work, which reports how far it is with a part of something larger.
  package func part(_ range: Range<Int>, of count: Int) -> Work {
    let (start, share) = (Double(range.lowerBound) / Double(count), Double(range.count) / Double(count))
    let report = report
    return Work(threads: threads, isCancelled: isCancelled) { report(start + share * $0, $1) }
  }

  package func check() throws(Cancelled) {
    if isCancelled() { throw Cancelled() }
  }

  /// Runs `body` over fixed chunks of `0..<count`, in parallel and in no order.
  ///
  /// The chunks depend on `count` and `size` alone, so a reduction that keeps one partial result a chunk and adds
  /// them in order gives the same bits at any thread count. Each chunk should take well under 50 ms.
  package func forEachChunk(
    of count: Int, size: Int, stage: String = "",
    _ body: @Sendable (_ chunk: Int, _ range: Range<Int>) -> Void
  ) throws(Cancelled) {
    precondition(size > 0, "a chunk holds at least one element")
    let chunks = (count + size - 1) / size
    if chunks == 0 { return }
    let next = Atomic<Int>(0)
    let finished = Atomic<Int>(0)
    @Sendable func step() -> Bool {
      let chunk = next.wrappingAdd(1, ordering: .relaxed).oldValue
      if chunk >= chunks || isCancelled() { return false }
      body(chunk, chunk * size..<min(count, (chunk + 1) * size))
      let done = finished.wrappingAdd(1, ordering: .relaxed).newValue
      report(Double(done) / Double(chunks), stage)
      return true
    }
    let workers = min(threads, chunks)
    if workers == 1 {
      while step() {}
    } else {
      DispatchQueue.concurrentPerform(iterations: workers) { _ in while step() {} }
    }
    // Whoever wished to stop may have changed their mind; what was left out is missing all the same.
    if finished.load(ordering: .relaxed) < chunks { throw Cancelled() }
    try check()
  }

  /// Maps `0..<count` in parallel and keeps the order; each element should take well under 50 ms.
  package func map<Element: Sendable>(
    _ count: Int, stage: String = "", _ body: @Sendable (Int) -> Element
  ) throws(Cancelled) -> [Element] {
    let slots = Mutex<[Element?]>([Element?](repeating: nil, count: count))
    try forEachChunk(of: count, size: 1, stage: stage) { index, _ in
      let element = body(index)
      slots.withLock { $0[index] = element }
    }
    return slots.withLock { $0.compactMap(\.self) }
  }
}
