import Numerics
import Synchronization
import TestKit
import Testing
import Values
import Workbench

/// Presses Ctrl-C in the third epoch of any learning.
private final class Impatience: Sendable {
  private let state = Mutex((epochs: 0, isRaised: false))

  var work: Work {
    Work(isCancelled: { self.state.withLock { $0.isRaised } }) { _, stage in
      guard stage.hasPrefix("training, loss ") else { return }
      self.state.withLock {
        $0.epochs += 1
        if $0.epochs == 3 { $0.isRaised = true }
      }
    }
  }

  func take() -> Bool {
    state.withLock { state in
      defer { state.isRaised = false }
      return state.isRaised
    }
  }
}

@Suite struct `Ctrl-C while something is learned` {
  private static let lines = [
    "z = fuse gate pump.Flow pump.Pressure --hidden 4 --seed 1 --trust equal",
    "z = map masked pump.Flow pump.Pressure --hidden 4 --seed 1",
    "z = fuse mil pump.Flow pump.Pressure --labels pump.fault --hidden 4 --seed 1",
  ]

  @Test(arguments: lines) func `keeps the best so far, and the line that learns it again`(_ line: String)
    throws
  {
    let session = Session(world: .memory())
    session.type("pump = generate pump-station --minutes 20 --seed 7 | split --fit-share 60%")
    let impatience = Impatience()
    session.takesStop = { impatience.take() }
    var results: [LineResult] = []
    let status = session.run(line, work: impatience.work) { event in
      if case .result(let result) = event { results.append(result) }
    }
    #expect(status == .ok)
    let result = try #require(results.last)
    #expect(result.canonical.contains("--epochs 3"))
    #expect(result.remarks.contains { $0.hasPrefix("stopped: the best of 3 epochs is kept") })
    let again = try #require(session.type(result.canonical).results.last)
    #expect(again.digest == result.digest)
  }

  @Test func `ends everything where nobody can keep what was learned`() {
    let session = Session(world: .memory())
    session.type("pump = generate pump-station --minutes 10 --seed 7 | split --fit 120")
    let impatience = Impatience()
    // A script is not the prompt.
    session.takesStop = { impatience.take() }
    let status = session.run(
      Self.lines[0], origin: .script(file: "night.sonde", line: 1), work: impatience.work
    ) { _ in }
    #expect(status == .cancelled)
  }
}
