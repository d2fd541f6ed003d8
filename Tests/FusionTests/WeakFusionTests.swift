import Fusion
import Learning
import Numerics
import Synchronization
import TestKit
import Testing
import Values

/// Two modalities of 20-row stretches; in every third stretch a few rows are odd in the first modality.
private struct Nights {
  let modalities: Modalities
  let labels: [Bool]
  static let count = 1200
  static let bag = 20

  init(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let labels = (0..<Self.count).map { row in row / Self.bag % 3 == 1 && row % Self.bag / 3 == 2 }
    let index = Index(
      .row(count: Self.count),
      splits: (0..<Self.count).map { $0 < 600 ? .fit : $0 < 800 ? .calibrate : .test })
    func part(_ name: String, _ shift: Double) -> Modalities.Part {
      Modalities.Part(
        name: name, features: ["x", "y"],
        matrix: Matrix(
          rows: Self.count, columns: 2,
          values: (0..<2 * Self.count).map { random.normal() + (labels[$0 / 2] ? shift : 0) }),
        presence: Mask(count: Self.count, repeating: true))
    }
    modalities = Modalities(index: index, parts: [part("sees", 2.5), part("blind", 0)])
    self.labels = labels
  }

  func auroc(_ scores: [Double]) -> Double {
    let test = modalities.index.rows(in: .test)
    return NaiveMetrics.areaUnderROC(test.map { scores[$0] }, test.map { labels[$0] })
  }
}

@Suite struct `Labels of whole stretches` {
  private let nights = Nights(seed: 4)
  private let fusion = WeakFusion(
    .gate, hidden: 8, bag: Nights.bag, descent: Descent(epochs: 40, batchSize: 8, rate: 0.01, patience: 40))

  @Test func `teach which rows are odd, in nights that taught nothing`() throws {
    let found = try fusion.score(nights.modalities, labels: nights.labels, seed: 2, work: Work())
    #expect(nights.auroc(found.scores.values) > 0.9)
    #expect(found.bags == 30 && found.anomalousBags == 10)
    // The modality that saw it moves the score more.
    let shares = try #require(found.scores.modalityShares)
    let odd = nights.modalities.index.rows(in: .test).filter { nights.labels[$0] }
    #expect(Statistics.mean(odd.map { shares[$0, 0] }) > Statistics.mean(odd.map { shares[$0, 1] }))
    #expect(found.scores.fitted?.setCount == 800)
  }

  @Test func `of rows to test on are never looked at`() throws {
    let short = WeakFusion(.gate, hidden: 4, bag: 20, descent: Descent(epochs: 2, batchSize: 8))
    let other = nights.labels.enumerated().map { $0.offset < 800 ? $0.element : true }
    let one = try short.score(nights.modalities, labels: nights.labels, seed: 2, work: Work(threads: 1))
    let two = try short.score(nights.modalities, labels: other, seed: 2, work: Work(threads: 2))
    #expect(one.scores == two.scores)
  }

  @Test func `of one sort teach nothing`() {
    #expect(throws: FusionError.oneSortOfBags(anomalous: 0, normal: 30)) {
      try fusion.score(
        nights.modalities, labels: nights.labels.map { _ in false }, seed: 1, work: Work())
    }
  }
}

@Suite struct `Learning that somebody ends early` {
  @Test func `keeps what as many epochs from the same seed learn`() throws {
    let views = PairedViews(rows: 120, mismatched: 20, widths: [4, 5])
    // Somebody presses Ctrl-C in the fourth epoch, however long one takes.
    let epochs = EpochCounter()
    var ended = Descent(epochs: 100, batchSize: 32, rate: 0.01, patience: 100)
    ended.settling = Descent.Settling { finished in
      epochs.settle(finished)
      return true
    }
    let work = Work(isCancelled: { epochs.wantsStop }) { fraction, stage in
      if stage.hasPrefix("training") { epochs.note(Int((fraction * 100).rounded())) }
    }
    let (early, outcome) = try LearnedFusion(.gate, hidden: 6, descent: ended).fuseWithOutcome(
      views.modalities, seed: 5, work: work)
    #expect(epochs.settled == 4 && outcome.losses.count == 4)
    let (same, _) = try LearnedFusion(
      .gate, hidden: 6, descent: Descent(epochs: 4, batchSize: 32, rate: 0.01, patience: 100)
    ).fuseWithOutcome(views.modalities, seed: 5, work: Work())
    #expect(early == same)
    // Without anybody to take the wish, everything stops.
    #expect(throws: FusionError.cancelled) {
      try LearnedFusion(.gate, descent: Descent(epochs: 3)).fuseWithOutcome(
        views.modalities, seed: 5, work: Work(isCancelled: { true }))
    }
  }
}

/// Wants to stop once four epochs are done, until the wish is taken.
private final class EpochCounter: Sendable {
  private let state = Mutex((done: 0, settled: 0))
  var wantsStop: Bool { state.withLock { $0.done >= 4 && $0.settled == 0 } }
  var settled: Int { state.withLock { $0.settled } }
  func note(_ epoch: Int) { state.withLock { $0.done = epoch } }
  func settle(_ finished: Int) { state.withLock { $0.settled = finished } }
}
