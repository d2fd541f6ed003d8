import Fusion
import Language
import Numerics
import Values

/// `scale robust`, `scale standard`, `scale minmax`.
struct Scale: PureCommand {
  static let input = Parameter<Reference>.value(
    "value", [.table, .series, .embedding, .bundle], help: "What to scale; label columns stay as they are.")

  static let robust = Scale(method: .robust)
  static let standard = Scale(method: .standard)
  static let minmax = Scale(method: .minmax)

  let method: Scaling.Method

  var spec: CommandSpec {
    CommandSpec(
      "scale", method.rawValue, summary,
      discussion: """
        \(formula) Location and scale are learned from the fit rows if the value was split, else from all rows, and \
        applied to all. Only features are touched; missing cells stay missing; a feature that does not vary in the fit \
        rows is only shifted.
        """,
      parameters: [Self.input.base], output: nil,
      examples: [
        Example("pump = generate pump-station --minutes 5 --seed 7 | split --fit 120"),
        Example("scaled = pump | scale \(method.rawValue)"),
        Example("hot = pump.Temperature | scale \(method.rawValue)"),
      ])
  }

  private var summary: String {
    switch method {
    case .robust: "Shifts features by their median and divides by their robust spread."
    case .standard: "Shifts features by their mean and divides by their standard deviation."
    case .minmax: "Maps the smallest fitted value of each feature to 0 and the largest to 1."
    }
  }

  private var formula: String {
    switch method {
    case .robust:
      """
      (x - median) / (1.4826 MAD), as in Rousseeuw and Hubert, Robust statistics for outlier detection, WIREs 2011. \
      Where more than half of the values are equal, the interquartile range over 1.349 stands in for the spread, and \
      then the standard deviation.
      """
    case .standard: "(x - mean) / standard deviation, with the divisor n."
    case .minmax: "(x - min) / (max - min). Rows outside the fitted range leave 0...1; they are not cut off."
    }
  }

  func run(_ call: Invocation, work: Work) throws(Failure) -> Value {
    let input = call[Self.input]
    guard let index = input.value.index else { throw call.noRows(Self.input.base) }
    let rows = index.rows(in: .fit)
    var scaled: [[[Double]]] = []
    var constant: [String] = []
    for part in input.value.featureParts {
      do throws(FusionError) {
        let scaling = try Scaling.fit(method, to: part.columns, rows: rows, name: input.name, work: work)
        scaled.append(scaling.apply(to: part.columns))
        constant += scaling.constant.map { part.names[$0] }
      } catch {
        throw call.failure(error, at: Self.input.base)
      }
    }
    if scaled.allSatisfy(\.isEmpty) { throw call.noFeatures(Self.input.base) }
    if !constant.isEmpty {
      call.note("does not vary in the fit rows, only shifted: \(constant.bounded(6))")
    }
    return input.value.replacingFeatures(scaled)
  }
}

extension [String] {
  /// The first few, and how many more there are.
  func bounded(_ limit: Int) -> String {
    let shown = prefix(limit).joined(separator: ", ")
    return count > limit ? "\(shown) and \(count - limit) more" : shown
  }
}
