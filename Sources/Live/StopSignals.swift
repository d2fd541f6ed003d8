import Glibc
import Synchronization
import Workbench

/// Notes Ctrl-C (SIGINT) and SIGTERM instead of dying of them, so that what runs can stop in order.
package struct StopSignals: Interrupts {
  package init() {}

  /// From now on the signals are noted.
  package func install() {
    // Touched once here, so that the handler never initialises it.
    _ = lastStopSignal.load(ordering: .relaxed)
    for signal in [SIGINT, SIGTERM] {
      var action = sigaction()
      unsafe action.__sigaction_handler.sa_handler = { number in
        lastStopSignal.store(number, ordering: .relaxed)
      }
      _ = unsafe sigaction(signal, &action, nil)
    }
  }

  package var isRaised: Bool { lastStopSignal.load(ordering: .relaxed) != 0 }
  /// Whether somebody wants the program to end, not just what runs.
  package var isTermination: Bool { lastStopSignal.load(ordering: .relaxed) == SIGTERM }
  package func clear() { lastStopSignal.store(0, ordering: .relaxed) }
}

private let lastStopSignal = Atomic<Int32>(0)
