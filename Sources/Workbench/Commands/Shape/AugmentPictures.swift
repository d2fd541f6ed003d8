import Language
import Numerics
import Scenarios
import Values

/// `augment cutpaste`, `augment perlin`: damage put into pictures.
struct AugmentPictures: PureCommand {
  static let all = PictureAugmentation.Kind.allCases.map(AugmentPictures.init)

  static let input = Parameter<Reference>.value(
    "images", [.images], help: "Whose pictures to change; labels are left out.")
  static let share = Parameter<Double>.fraction(
    "share", in: 0...1, default: 0.5, help: "Share of the test pictures to change.")
  static let seed = Parameter<Int>.seed

  let kind: PictureAugmentation.Kind

  private var summary: String {
    switch kind {
    case .cutPaste: "Pastes a patch of each changed picture to another place of it."
    case .perlin: "Blends a cloud of noise into each changed picture."
    }
  }

  private var source: String {
    switch kind {
    case .cutPaste:
      """
      The patch covers 2 to 15 % of the picture, three times as long as wide at most, and its brightness changes by up to \
      10 % (CutPaste, Li et al., CVPR 2021).
      """
    case .perlin:
      """
      The cloud is where Perlin's noise is high, and holds another noise over the picture's own range, 30 to 100 % opaque \
      (DRAEM, Zavrtanik et al., ICCV 2021; Perlin, SIGGRAPH 2002).
      """
    }
  }

  var spec: CommandSpec {
    CommandSpec(
      "augment", kind.rawValue, summary,
      discussion: """
        \(source) Only test pictures are changed, if the value was split. The label column `\(Augment.label)` takes the place \
        of all others, and masks mark the changed pixels: what was put in is never mixed up with what happened. Depth \
        that was not measured stays so.
        """,
      parameters: [Self.input.base, Self.share.base, Self.seed.base], output: .images,
      examples: [
        Example("tiles = generate tiles --count 40 --seed 7 | where class == \"good\""),
        Example("changed = augment \(kind.rawValue) tiles"),
        Example("encode changed --use hog(4),colour | detect knn | evaluate --against changed"),
        Example("few = augment \(kind.rawValue) tiles --share 20% --seed 3"),
      ])
  }

  func run(_ call: Invocation, work: Work) throws(Failure) -> Value {
    guard case .images(let images) = call[Self.input].value else {
      throw call.unexpectedKind(Self.input.base)
    }
    let seed = UInt64(call[Self.seed])
    let rows = images.index.rows(in: .test)
    var random = SeededGenerator(seed: seed)
    let count = min(rows.count, max(1, Int((call[Self.share] * Double(rows.count)).rounded())))
    var isChanged = [Bool](repeating: false, count: images.count)
    for place in random.sample(count, of: rows.count) { isChanged[rows[place]] = true }
    let digests = images.digests.enumerated().map { row, digest -> UInt64 in
      guard isChanged[row] else { return digest }
      var builder = FingerprintBuilder()
      builder.add("\(kind.rawValue) \(digest) \(seed) \(row)")
      return builder.finish().high
    }
    let columns = images.frame.columns.filter { $0.role != .label && $0.name != Augment.label }
    let left = images.frame.labels.map(\.name).filter { $0 != Augment.label }
    call.note("changed: \(counted(count, "picture")) of \(rows.count)")
    if !left.isEmpty { call.note("labels left out: \(left.bounded(6))") }
    return .images(
      Images(
        frame: images.frame.with(
          columns: columns + [Column(Augment.label, .bool(isChanged), role: .label)]),
        shapes: images.shapes, digests: digests, hasMask: Mask(isChanged), content: images.content,
        pictures: AugmentedPictures(
          images, PictureAugmentation(kind), isChanged: isChanged, seed: seed)))
  }
}
