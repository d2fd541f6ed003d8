import Fusion
import Language
import Numerics
import Values

extension Value {
  /// With the features of modalities missing in the given rows, by name; the only one of a value has any name.
  func without(_ rows: (String) -> Mask?) -> Value {
    let names: [String?] = if case .bundle(let bundle) = self { bundle.slots.map(\.name) } else { [nil] }
    let parts = zip(featureParts, names).map { part, name -> [[Double]] in
      guard let gone = rows(name ?? ""), !gone.isEmpty else { return part.columns }
      return part.columns.map { column in column.indices.map { gone[$0] ? .nan : column[$0] } }
    }
    guard case .bundle(let bundle) = replacingFeatures(parts) else { return replacingFeatures(parts) }
    return .bundle(
      Bundle(
        index: bundle.index,
        slots: bundle.slots.map { slot in
          guard let gone = rows(slot.name), !gone.isEmpty else { return slot }
          let presence = Mask((0..<gone.count).map { !gone[$0] && slot.presence?[$0] ?? true })
          return Slot(name: slot.name, content: slot.content, presence: presence, staleness: slot.staleness)
        }))
  }
}

/// How far modalities are trusted before their features are joined.
enum FuseTrust {
  static func parameter(_ isMeasured: Bool) -> Parameter<String> {
    .choice(
      "trust",
      of: [
        Choice("measured", "one in which nothing stands out beyond luck counts as missing"),
        Choice("equal", "all alike, as published"),
      ], default: isMeasured ? "measured" : "equal",
      help: "How far each modality is believed; no label is looked at.")
  }

  static let discussion = """
    With --trust measured, a modality counts as missing if its rows to judge are no farther from their nearest fit row \
    than luck would have it (higher criticism, Donoho and Jin, Annals of Statistics 2004), or if nearly all of them are: \
    noise then spoils nothing. If one is left, its features come through as they are. Before that, rows of a modality that look like white \
    noise count as missing there; see `screen`.
    """

  static func noisy(_ name: String, _ count: Int, of rows: Int) -> String {
    "\(name): \(count) of \(rows) rows look like noise and count as missing"
  }

  /// The same with rows of noise absent.
  static func screened(_ bundle: Bundle, call: Invocation, work: Work) throws(FusionError) -> Bundle {
    let noises = try Modalities(bundle, work: work).noises(work: work)
    for slot in bundle.slots {
      guard let noise = noises[slot.name], !noise.isEmpty else { continue }
      call.note(noisy(slot.name, noise.setCount, of: noise.count))
    }
    guard case .bundle(let screened) = Value.bundle(bundle).without({ noises[$0] }) else { return bundle }
    return screened
  }

  static func modalities(
    measuring: Bool, call: Invocation, work: Work
  ) throws(FusionError) -> Modalities {
    let plain = try call.modalities(work: work)
    if !measuring || plain.parts.count < 2 { return plain }
    let modalities = try plain.screened(work: work) { name, count, rows in
      call.note(noisy(name, count, of: rows))
    }
    let (trusted, doubted) = modalities.trusting(try modalities.trust(work: work))
    if !doubted.isEmpty {
      call.note("counts as missing, for nothing in it stands out beyond luck: \(doubted.bounded(6))")
    }
    return trusted
  }
}
