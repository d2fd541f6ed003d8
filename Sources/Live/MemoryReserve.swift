import CMemory

/// Memory that was freed and is kept for what comes next.
package enum MemoryReserve {
  /// Freed memory that stays with the process at most.
  private static let kept: Int32 = 1 << 28
  /// Larger pieces than this still go back at once.
  private static let largest: Int32 = 1 << 25

  /// Keeps some freed memory: asking the system for it anew, page by page, costs a third of the time of fast detectors.
  ///
  /// To be called once, before any thread is started.
  package static func keep() {
    sonde_keep_freed_memory(kept, largest)
  }
}
