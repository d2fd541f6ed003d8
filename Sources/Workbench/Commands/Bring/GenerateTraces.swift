import Language
import Numerics
import Scenarios
import Values

struct GenerateTraces: PureCommand {
  static let count = Parameter<Int>.integer(
    "count", in: 2...100_000, default: 400, help: "How many requests.")
  static let part = Parameter<String>.choice(
    "part", of: [Choice("spans", "the traces"), Choice("log", "two lines of log for each span")],
    default: "spans", help: "Which modality; parts with the same seed and count belong together.")
  static let seed = Parameter<Int>.seed

  let spec = CommandSpec(
    "generate", "traces", "Makes up traces of a shop of six services with three faults.",
    discussion: """
      About one request a second, an order or a search, goes through gateway, orders, stock, payment, search and \
      catalogue. From 60 to 70 percent of the requests payment is slow, from 75 to 82 percent stock fails, from 88 to 95 percent search \
      asks the catalogue no more. The value is what `load spans` makes, with the labels `fault` and `fault_kind` of each \
      span that is at fault. Each span writes two lines of log, when it comes in and when it goes out.
      """,
    parameters: [part.base, count.base, seed.base], output: .events,
    examples: [
      Example("calls = generate traces --seed 7"),
      Example("few = generate traces --count 40 --seed 8"),
      Example("services rates calls --every 10s"),
      Example("services graph calls"),
      Example("lines = generate traces --part log --seed 7"),
    ])

  func shape(of call: CheckedCall, in scope: any Scope, world: World) throws(Diagnostic) -> ValueShape {
    ValueShape(kind: call[Self.part] == "log" ? .log : .events)
  }

  func run(_ call: Invocation, work: Work) throws(Failure) -> Value {
    let shop = ServiceTraces(seed: UInt64(call[Self.seed]), count: call[Self.count])
    return call[Self.part] == "log" ? .log(shop.log()) : .events(shop.events())
  }
}
