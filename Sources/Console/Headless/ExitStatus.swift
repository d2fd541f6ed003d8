package import Workbench

/// How the program ends.
package enum ExitStatus: Int32, Sendable {
  case ok = 0
  case failed = 1
  /// Wrong usage, or the check found an error; nothing ran.
  case checkFailed = 2
  case drifted = 3
  /// Approval was needed or denied.
  case denied = 4
  /// No model or network.
  case unavailable = 5
  case timedOut = 124
  case interrupted = 130
  case terminated = 143

  package init(_ status: LineStatus) {
    self =
      switch status {
      case .ok, .quit: .ok
      case .failed: .failed
      case .checkFailed: .checkFailed
      case .cancelled: .interrupted
      }
  }

  package init(_ end: AssistantEnd) {
    self =
      switch end {
      case .answered: .ok
      case .failed: .failed
      case .interrupted: .interrupted
      case .unavailable: .unavailable
      case .denied: .denied
      }
  }
}
