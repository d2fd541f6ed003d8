import Dispatch
import Numerics
import Synchronization
import Testing

@Suite struct `Work that is left behind` {
  @Test func `gives its result if it ends`() throws {
    #expect(try Work().leaving { _ in 7 } == 7)
    let deep: @Sendable (Work) -> Int = { _ in
      func depth(_ count: Int) -> Int { count == 0 ? 0 : 1 + depth(count - 1) }
      return depth(20_000)
    }
    #expect(try Work().leaving(deep) == 20_000)
  }

  @Test func `is not waited for if it does not mind the wish to stop`() throws {
    let wish = Atomic(false)
    let end = DispatchSemaphore(value: 0)
    let work = Work(isCancelled: { wish.load(ordering: .relaxed) })
    // It goes on until the test lets it go, and then finds that it was left, whatever became of the wish.
    let wasLeft = Mutex<Bool?>(nil)
    let isDone = DispatchSemaphore(value: 0)
    wish.store(true, ordering: .relaxed)
    #expect(throws: Cancelled.self) {
      try work.leaving { work in
        end.wait()
        wasLeft.withLock { $0 = work.isCancelled() }
        isDone.signal()
      }
    }
    wish.store(false, ordering: .relaxed)
    end.signal()
    isDone.wait()
    #expect(wasLeft.withLock { $0 } == true)
  }

  @Test func `is waited for if it stops by itself`() throws {
    let work = Work(isCancelled: { true })
    #expect(try work.leaving { $0.isCancelled() ? "stopped" : "missed" } == "stopped")
  }
}
