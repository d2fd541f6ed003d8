import Detection
import Language
import Numerics
import Values

/// `recode onehot` and `recode frequency`: categories as numbers, for methods that look at numbers only.
struct Recode: PureCommand {
  enum Method: String, CaseIterable {
    case onehot, frequency
  }

  static let all = Method.allCases.map(Recode.init)

  static let input = Parameter<Reference>.value(
    "value", [.table, .series], help: "Whose category columns become numbers; label columns stay as they are."
  )
  static let columns = Parameter<[String]?>.columns(
    "columns", .option, "Category columns to recode; all of them if absent.")
  static let most = Parameter<Int>.integer(
    "most", in: 1...1000, default: 20, help: "Most levels of a column that get one of their own.")

  let method: Method

  var spec: CommandSpec {
    CommandSpec(
      "recode", method.rawValue,
      method == .onehot
        ? "Turns category columns into one column of 0 and 1 a level."
        : "Turns category columns into how frequent their levels are.",
      discussion: """
        \(more) Levels are learned from the fit rows if the value was split, else from all rows. A missing cell stays \
        missing. iforest, hbos, ecod and knn take categories as they are; other methods look at numbers only.
        """,
      parameters: [Self.input.base, Self.columns.base] + (method == .onehot ? [Self.most.base] : []),
      output: nil,
      examples: [
        Example("pump = generate pump-station --minutes 5 --seed 7"),
        Example("coded = pump | recode \(method.rawValue)"),
        Example("again = recode \(method.rawValue) coded\(method == .onehot ? " --most 5" : "")"),
      ])
  }

  private var more: String {
    switch method {
    case .onehot:
      """
      Each of the most frequent levels becomes a column `NAME=LEVEL`; what is left over, and levels that the fit rows do \
      not have, share `NAME=other`.
      """
    case .frequency:
      """
      Each cell becomes the share of the fit rows that have its level (frequency encoding); a level that they do not have \
      becomes 0.
      """
    }
  }

  func shape(of call: CheckedCall, in scope: any Scope, world: World) throws(Diagnostic) -> ValueShape {
    var shape = Self.subjectShape(of: call, Self.input.base, in: scope)
    // Levels are known when it runs.
    shape.columns = nil
    return shape
  }

  func run(_ call: Invocation, work: Work) throws(Failure) -> Value {
    guard let frame = call[Self.input].value.cellFrame else { throw call.noRows(Self.input.base) }
    let asked = call[Self.columns]
    let fit = frame.index.rows(in: .fit)
    var columns: [Column] = []
    var made = 0
    for column in frame.columns {
      let isAsked = asked?.contains(column.name) ?? true
      guard column.role == .feature, isAsked, case .category(let codes, let names) = column.cells else {
        columns.append(column)
        continue
      }
      made += 1
      let source = CategoryColumn(name: column.name, codes: codes, levels: names)
      columns += recoded(
        source, CategoryLevels(source, rows: fit), fit: fit, most: method == .onehot ? call[Self.most] : 0)
    }
    call.note(made == 0 ? "there is no category column to recode" : "\(counted(made, "column")) recoded")
    let result = frame.with(columns: columns)
    if case .series = call[Self.input].value { return .series(result) }
    return .table(result)
  }

  private func recoded(
    _ column: CategoryColumn, _ levels: CategoryLevels, fit: [Int], most: Int
  ) -> [Column] {
    let places = levels.places(of: column)
    switch method {
    case .frequency:
      var counts = [Double](repeating: 0, count: levels.names.count + 1)
      var total = 0.0
      for row in fit where !places[row].isNaN {
        counts[Int(places[row])] += 1
        total += 1
      }
      return [
        Column(
          numbers: places.map { $0.isNaN ? .nan : counts[Int($0)] / max(1, total) }, name: column.name)
      ]
    case .onehot:
      let own = min(most, levels.names.count)
      let named = (0..<own).map { place in
        Column(
          numbers: places.map { $0.isNaN ? .nan : Int($0) == place ? 1 : 0 },
          name: "\(column.name)=\(levels.names[place])")
      }
      let rest = places.map { $0.isNaN ? Double.nan : Int($0) >= own ? 1 : 0 }
      return named + (rest.contains(1) ? [Column(numbers: rest, name: "\(column.name)=other")] : [])
    }
  }
}
