import Foundation
import Learning
import Numerics
import Testing

/// Run by hand: `SONDE_MEASURE=1 swift test --filter "Training speed"`.
@Suite struct `Training speed` {
  static let isWanted = ProcessInfo.processInfo.environment["SONDE_MEASURE"] != nil

  @Test(.enabled(if: isWanted)) func `of a crossmodal mapping, and of its products alone`() throws {
    var random = SeededGenerator(seed: 1)
    let rows = 1024
    func noise(_ columns: Int) -> FloatMatrix {
      FloatMatrix(
        rows: rows, columns: columns, values: (0..<rows * columns).map { _ in Float(random.normal()) })
    }
    let (a, b) = (noise(768), noise(1152))
    var network = SingleNetwork(widths: [768, 960, 960, 1152], using: &random)
    var adam = SingleAdam()
    let work = Work(threads: 2)
    let clock = ContinuousClock()
    func seconds(_ body: () throws -> Void) rethrows -> Double {
      try body()
      var best = Double.infinity
      for _ in 0..<3 {
        let time = try clock.measure { try body() }
        best = min(best, Double(time.components.seconds) + Double(time.components.attoseconds) * 1e-18)
      }
      return best
    }
    let weights = 768 * 960 + 960 * 960 + 960 * 1152
    let step = try seconds {
      let gradients = try network.gradients(a, target: b, work: work)
      try network.step(gradients, &adam, work: work)
    }
    let operations = Double(6 * rows * weights - 2 * rows * 768 * 960)
    let wide = noise(960)
    let factor = FloatMatrix(
      rows: 960, columns: 960, values: (0..<960 * 960).map { _ in Float(random.normal()) })
    let product = try seconds { _ = try wide.product(factor, work: work) }
    let peak = Double(2 * rows * 960 * 960) / product / 1e9
    let reached = operations / step / 1e9
    print(
      "step of \(rows) rows: \(step) s, \(reached) GFLOP/s; product alone \(peak) GFLOP/s; share \(reached / peak)"
    )
    #expect(step.isFinite)
  }
}
