import Dispatch
import Glibc
import Synchronization

extension Work {
  /// Looks at the wish to stop this often, in milliseconds.
  private static let step = 2
  /// So long a computation may take to stop by itself, in nanoseconds.
  private static let patience: UInt64 = 12_000_000

  /// Runs a computation on a thread of its own, and leaves it behind where it does not stop soon after the wish.
  ///
  /// What was left behind ends at its next look at its work, or with a result that nobody takes; so it may change
  /// nothing but what it returns.
  package func leaving<Result: Sendable>(_ body: @escaping @Sendable (Work) -> Result) throws(Cancelled)
    -> Result
  {
    let run = Run<Result>()
    let work = Work(
      threads: threads,
      isCancelled: { [isCancelled] in run.isLeft.load(ordering: .relaxed) || isCancelled() },
      report: { [report] in if !run.isLeft.load(ordering: .relaxed) { report($0, $1) } })
    let isStarted = LargeThread.start {
      let result = body(work)
      run.result.withLock { $0 = result }
      run.end.signal()
    }
    if !isStarted { return body(self) }
    var wished: UInt64?
    while run.end.wait(timeout: .now() + .milliseconds(Self.step)) == .timedOut {
      let now = DispatchTime.now().uptimeNanoseconds
      wished = isCancelled() ? wished ?? now : nil
      if let wished, now - wished >= Self.patience {
        run.isLeft.store(true, ordering: .relaxed)
        throw Cancelled()
      }
    }
    guard let result = run.result.withLock({ $0 }) else { throw Cancelled() }
    return result
  }

  private final class Run<Result: Sendable>: Sendable {
    let isLeft = Atomic(false)
    let end = DispatchSemaphore(value: 0)
    let result = Mutex<Result?>(nil)
  }
}

/// Threads with room for deep recursion, as the first one has it.
private enum LargeThread {
  private static let stackSize = 16 << 20

  private final class Body: Sendable {
    let run: @Sendable () -> Void

    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
  }

  /// Whether the system granted one.
  static func start(_ run: @escaping @Sendable () -> Void) -> Bool {
    var attributes = pthread_attr_t()
    unsafe pthread_attr_init(&attributes)
    defer { unsafe pthread_attr_destroy(&attributes) }
    unsafe pthread_attr_setstacksize(&attributes, stackSize)
    unsafe pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
    // SAFETY: the thread takes over what is retained here; where none starts, it is released below.
    let body = unsafe Unmanaged.passRetained(Body(run))
    var thread = pthread_t()
    let code = unsafe pthread_create(
      &thread, &attributes,
      { pointer in
        guard let pointer = unsafe pointer else { return nil }
        unsafe Unmanaged<Body>.fromOpaque(pointer).takeRetainedValue().run()
        return nil
      }, body.toOpaque())
    if code != 0 { unsafe body.release() }
    return code == 0
  }
}
