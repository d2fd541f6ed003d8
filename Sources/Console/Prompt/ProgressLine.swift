import Notation
package import Numerics
import Synchronization
package import Workbench

/// One line at the bottom that tells how far a long computation is; nothing is shown before half a second.
package final class ProgressLine: Sendable {
  private struct State {
    var last: Duration = .zero
    var isShown = false
  }

  private let screen: any Screen
  private let start = ContinuousClock.now
  private let state = Mutex(State())

  private static let patience = Duration.milliseconds(500)
  private static let pace = Duration.milliseconds(100)

  package init(screen: any Screen) { self.screen = screen }

  /// The same work, reporting here.
  package func watching(_ work: Work) -> Work {
    guard screen.isTerminal else { return work }
    return Work(threads: work.threads, isCancelled: work.isCancelled) { fraction, stage in
      self.report(fraction, stage)
    }
  }

  private func report(_ fraction: Double, _ stage: String) {
    let elapsed = ContinuousClock.now - start
    guard elapsed >= Self.patience else { return }
    state.withLock { state in
      guard !state.isShown || elapsed - state.last >= Self.pace else { return }
      state.last = elapsed
      state.isShown = true
      let line = Self.text(fraction, stage, elapsed: elapsed)
      screen.write("\r\u{1b}[2K" + DisplayWidth.cut(line, to: screen.width - 1))
    }
  }

  /// `  knn  43 %  2.1 s, about 3 s left`.
  static func text(_ fraction: Double, _ stage: String, elapsed: Duration) -> String {
    let seconds = elapsed / .seconds(1)
    var text =
      "  " + (stage.isEmpty ? "" : stage + "  ") + "\(Int((min(max(fraction, 0), 1) * 100).rounded(.down))) %"
    text += "  \(NumberFormat.fixed(seconds, decimals: 1)) s"
    // The first few percent say little about the rest.
    if fraction > 0.03, fraction < 1 {
      let left = seconds / fraction * (1 - fraction)
      text += ", about \(NumberFormat.fixed(left, decimals: left < 10 ? 1 : 0)) s left"
    }
    return text + "  (Ctrl-C stops)"
  }

  /// Wipes the line, if it was shown.
  package func finish() {
    state.withLock { state in
      if state.isShown { screen.write("\r\u{1b}[2K") }
      state.isShown = false
    }
  }
}
