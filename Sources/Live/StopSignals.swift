import Glibc
import Synchronization
import Workbench

/// Notes Ctrl-C (SIGINT), SIGTERM and SIGHUP instead of dying of them, so that what runs can stop in order.
package struct StopSignals: Interrupts {
  package init() {}

  /// From now on the signals are noted.
  package func install() {
    // Touched once here, so that the handler never initialises it.
    _ = lastStopSignal.load(ordering: .relaxed)
    for signal in [SIGINT, SIGTERM, SIGHUP] {
      var action = sigaction()
      unsafe action.__sigaction_handler.sa_handler = { number in
        lastStopSignal.store(number, ordering: .relaxed)
      }
      _ = unsafe sigaction(signal, &action, nil)
    }
  }

  package var isRaised: Bool { lastStopSignal.load(ordering: .relaxed) != 0 }
  package var isTermination: Bool { [SIGTERM, SIGHUP].contains(lastStopSignal.load(ordering: .relaxed)) }

  /// As Ctrl-C does.
  func raise() {
    _ = lastStopSignal.compareExchange(expected: 0, desired: SIGINT, ordering: .relaxed)
  }

  package func clear() {
    _ = lastStopSignal.compareExchange(expected: SIGINT, desired: 0, ordering: .relaxed)
  }
}

private let lastStopSignal = Atomic<Int32>(0)
