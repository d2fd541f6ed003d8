import Encoding
import Language
import Numerics
import Values

struct Window: PureCommand {
  static let input = Parameter<Reference>.value(
    "value", [.series, .table], help: "What to cut; labels are left out.")
  static let width = Parameter<Int>.integer(
    "width", in: 1...100_000, default: 10, help: "Rows in a window.")
  static let hop = Parameter<Int>.integer(
    "hop", in: 1...100_000, default: 1, help: "Rows from one window to the next.")

  let spec = CommandSpec(
    "window", nil, "Cuts overlapping windows of rows; each becomes one vector of raw values.",
    discussion: """
      A window stands at its last row and holds `width` rows of every feature, oldest first: `Flow.lag2`, `Flow.lag1`, \
      `Flow.lag0`. Rows are counted, not seconds; resample first if the distances differ. Windows never cross segments.
      """,
    parameters: [Self.input.base, Self.width.base, Self.hop.base], output: .embedding,
    examples: [
      Example("pump = generate pump-station --minutes 5 --seed 7"),
      Example("recent = pump.Flow | window --width 3"),
      Example("blocks = pump | window --width 20 --hop 20"),
    ])

  func run(_ call: Invocation, work: Work) throws(Failure) -> Value {
    guard case .series(let frame) = call[Self.input].value.asSeries else {
      throw call.noRows(Self.input.base)
    }
    do throws(EncodingError) {
      return .embedding(try Slices(width: call[Self.width], hop: call[Self.hop]).encode(frame))
    } catch {
      throw call.failure(error, at: Self.input.base)
    }
  }
}

extension Value {
  /// Tables and series hold the same thing.
  var asSeries: Value { if case .table(let frame) = self { .series(frame) } else { self } }
}
