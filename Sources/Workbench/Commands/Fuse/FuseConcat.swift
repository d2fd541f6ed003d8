import Fusion
import Language
import Numerics
import Values

struct FuseConcat: PureCommand {
  static let inputs = Parameter<[Reference]>.values(
    "parts", [.bundle, .embedding, .series, .table], help: "A bundle, or values with the same rows.")
  static let scale = Parameter<String>.choice(
    "scale",
    of: [
      Choice("robust", "median and median deviation of the fit rows"),
      Choice("standard", "mean and standard deviation of the fit rows"),
      Choice("minmax", "smallest and largest value of the fit rows"),
      Choice("none", "as it is, and no block weight"),
    ], default: "robust", help: "How features are scaled before they are joined.")
  static let missing = Parameter<String>.choice(
    "missing",
    of: [
      Choice("keep", "missing cells; the detector decides"),
      Choice("median", "the median of the fit rows, which looks normal"),
    ], default: "keep", help: "What stands where a modality is absent.")

  static let trust = FuseTrust.parameter(false)

  let spec = CommandSpec(
    "fuse", "concat", "Puts the features of all modalities side by side with equal weight.",
    discussion: """
      Every feature is scaled on the fit rows; then the d features of a modality are divided by the square root of d, \
      so that the modality with the most columns does not own every distance (block scaling, Westerhuis, Kourti and \
      MacGregor, Journal of Chemometrics 1998). Each feature keeps the name of its modality, so that detectors can say \
      which one drove a score. A row in which a modality is absent holds missing cells there, or with --missing median \
      what is normal, never 0 by accident. \(FuseTrust.discussion)
      """,
    parameters: [inputs.base, scale.base, missing.base, trust.base], output: .embedding,
    examples: [
      Example("pump = generate pump-station --minutes 5 --seed 7"),
      Example("camera = generate pump-station --part camera --minutes 5 --seed 7"),
      Example("all = align pump camera --every 5s"),
      Example("joint = all | fuse concat"),
      Example("raw = all | fuse concat --scale none --missing median"),
      Example("wary = align pump camera --every 5s | split --fit 20 | fuse concat --trust measured"),
    ])

  func run(_ call: Invocation, work: Work) throws(Failure) -> Value {
    let fusion = Concatenation(
      scaling: Scaling.Method(rawValue: call[Self.scale]),
      missing: Concatenation.Missing(rawValue: call[Self.missing]) ?? .keep)
    do throws(FusionError) {
      let bundle = try trusted(FuseParts.bundle(of: call[Self.inputs]), call, work: work)
      let joint = try fusion.fuse(bundle, work: work)
      let sizes = joint.blocks.map { "\($0.name) \($0.columns.count)" }
      call.noteSilence(bundle, kept: joint.blocks.map(\.name))
      call.note("features: \(sizes.joined(separator: ", "))")
      let absent = bundle.slots.compactMap(\.presence).map { $0.count - $0.setCount }.reduce(0, +)
      if absent > 0, fusion.missing == .median {
        call.note("\(absent) absent blocks filled with the median of the fit rows")
      }
      return .embedding(joint)
    } catch {
      throw call.failure(error, at: Self.inputs.base)
    }
  }
}

extension FuseConcat {
  /// Without slots in which nothing stands out, if that is asked for.
  private func trusted(_ bundle: Bundle, _ call: Invocation, work: Work) throws(FusionError) -> Bundle {
    if call[Self.trust] == "equal" || bundle.slots.count < 2 { return bundle }
    let screened = try FuseTrust.screened(bundle, call: call, work: work)
    let modalities = try Modalities(screened, work: work)
    let doubted = modalities.trusting(try modalities.trust(work: work)).doubted
    if !doubted.isEmpty {
      call.note("left out, for nothing in it stands out beyond luck: \(doubted.bounded(6))")
    }
    return Bundle(index: bundle.index, slots: screened.slots.filter { !doubted.contains($0.name) })
  }
}

extension Invocation {
  /// The modalities that were given, each scaled; those that are absent everywhere are told and left out.
  func modalities(work: Work) throws(FusionError) -> Modalities {
    let bundle = try FuseParts.modalities(of: self[MapModalities.inputs])
    let modalities = try Modalities(
      bundle, scaling: Scaling.Method(rawValue: self[FuseConcat.scale]), work: work)
    noteSilence(bundle, kept: modalities.parts.map(\.name))
    let still = modalities.unvarying
    if !still.isEmpty {
      note("does not vary in the rows to learn from, and so says little: \(still.bounded(6))")
    }
    return modalities
  }

  func noteSilence(_ bundle: Bundle, kept: [String]) {
    let silent = bundle.slots.map(\.name).filter { !kept.contains($0) }
    if !silent.isEmpty { note(FuseParts.silence(of: silent)) }
  }
}

enum FuseParts {
  static let alone = "only one modality speaks: there is nothing to fuse it with"

  static func silence(of names: [String]) -> String {
    "left out, for no row has a number of \(names.count == 1 ? "it" : "them"): \(names.bounded(6))"
  }

  /// As `bundle`, and the blocks of a joint embedding as the modalities that they came from.
  static func modalities(of values: [NamedValue]) throws(FusionError) -> Bundle {
    if values.count == 1, case .embedding(let joint) = values.first?.value, joint.blocks.count > 1 {
      return joint.asBundle
    }
    return try bundle(of: values)
  }

  /// The one bundle itself, or a bundle of values that have the same rows.
  static func bundle(of values: [NamedValue]) throws(FusionError) -> Bundle {
    if values.count == 1, case .bundle(let bundle) = values.first?.value { return bundle }
    var slots: [Slot] = []
    var first: (name: String, index: Index)?
    func add(_ name: String, _ slot: Slot, index: Index) throws(FusionError) {
      if let first, first.index.address != index.address { throw .differentRows(first.name, name) }
      if first == nil { first = (name, index) }
      slots.append(slot)
    }
    for value in values {
      if case .bundle(let bundle) = value.value {
        for slot in bundle.slots { try add(slot.name, slot, index: bundle.index) }
      } else if let content = value.value.slotContent, let index = value.value.index {
        try add(value.name, Slot(name: value.name, content: content), index: index)
      }
    }
    guard let first else { throw .nothingToFuse }
    return Bundle(index: first.index, slots: slots)
  }
}
