package import Chronology
import Glibc
import Workbench

/// Waits in slices of 30 ms, so that Ctrl-C is followed at once.
package struct LivePause: Pause {
  package init() {}

  package func wait(_ span: TimeSpan, isCancelled: () -> Bool, tick: (Double) -> Void) -> Bool {
    var left = span.seconds
    while left > 0 {
      if isCancelled() { return false }
      tick(left)
      let slice = min(left, 0.03)
      usleep(UInt32(slice * 1e6))
      left -= slice
    }
    return !isCancelled()
  }
}
