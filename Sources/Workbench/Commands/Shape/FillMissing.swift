import Language
import Numerics
import Values

/// `fill median`, `fill hold` and so on.
struct FillMissing: PureCommand {
  enum Method: String, CaseIterable {
    case median, mean, mode, hold, value
  }

  static let all = Method.allCases.map(FillMissing.init)

  static let input = Parameter<Reference>.value(
    "value", [.table, .series], help: "Whose missing cells to fill; label columns stay as they are.")
  static let columns = Parameter<[String]?>.columns(
    "columns", .option, "Columns to fill; all that the method can fill if absent.")
  static let mark = Parameter<Bool>.flag(
    "mark", help: "Adds a column of 0 and 1 for each filled one that tells where a cell was missing.")
  static let number = Parameter<Double>.required(
    "with", .real(-1e150...1e150, unit: nil), placement: .option, help: "The number to put in."
  ) { argument in
    switch argument {
    case .real(let number): number
    case .integer(let number): Double(number)
    default: 0
    }
  }

  let method: Method

  var spec: CommandSpec {
    CommandSpec(
      "fill", method.rawValue, summary,
      discussion: """
        \(more) Learned from the fit rows if the value was split, else from all rows. Detectors that need complete rows \
        leave out rows with a missing cell, and tell how many; iforest, hbos, ecod, knn, zscore and mad take rows as they \
        are. That a cell is missing may itself be telling: `--mark` keeps it.
        """,
      parameters: [Self.input.base] + (method == .value ? [Self.number.base] : [])
        + [Self.columns.base, Self.mark.base],
      output: nil,
      examples: [
        Example("pump = generate pump-station --minutes 5 --seed 7 | augment dropout --share 10%"),
        Example("whole = pump | fill \(method.rawValue)\(method == .value ? " --with 0" : "")"),
        Example(
          "flow = fill \(method.rawValue) pump\(method == .value ? " --with -1" : "") --columns Temperature --mark"
        ),
      ])
  }

  private var summary: String {
    switch method {
    case .median: "Fills missing numbers with the median of their column."
    case .mean: "Fills missing numbers with the mean of their column."
    case .mode: "Fills missing cells with the most frequent one of their column."
    case .hold: "Fills missing cells with the last one before them."
    case .value: "Fills missing numbers with a given one."
    }
  }

  private var more: String {
    switch method {
    case .median, .mean, .value: "Category columns stay as they are; `fill mode` fills them."
    case .mode:
      "Numbers, truth values and categories are filled; of equally frequent cells the smallest, or the first level, is taken."
    case .hold:
      "Numbers, truth values and categories are filled, segments are never crossed, and cells before the first one stay missing."
    }
  }

  func shape(of call: CheckedCall, in scope: any Scope, world: World) throws(Diagnostic) -> ValueShape {
    var shape = Self.subjectShape(of: call, Self.input.base, in: scope)
    // What is missing, and so what `--mark` adds, is known when it runs.
    if case .flag = call.arguments[Self.mark.base.name] { shape.columns = nil }
    return shape
  }

  func run(_ call: Invocation, work: Work) throws(Failure) -> Value {
    guard let frame = call[Self.input].value.cellFrame else { throw call.noRows(Self.input.base) }
    let asked = call[Self.columns]
    let fit = frame.index.rows(in: .fit)
    var columns: [Column] = []
    var marks: [Column] = []
    var count = 0
    var left: [String] = []
    for column in frame.columns {
      let isAsked = asked?.contains(column.name) ?? true
      guard column.role == .feature, isAsked, column.nullCount > 0 else {
        columns.append(column)
        continue
      }
      guard let filled = fill(column, of: frame, fit: fit, call) else {
        left.append(column.name)
        columns.append(column)
        continue
      }
      count += column.nullCount - filled.nullCount
      columns.append(filled)
      if call[Self.mark] {
        marks.append(
          Column(
            numbers: (0..<column.count).map { column.isNull($0) ? 1 : 0 }, name: "\(column.name) missing"))
      }
    }
    call.note("\(counted(count, "cell")) filled")
    if !left.isEmpty { call.note("`fill \(method.rawValue)` leaves as they are: \(left.bounded(6))") }
    let result = frame.with(columns: columns + marks)
    if case .series = call[Self.input].value { return .series(result) }
    return .table(result)
  }

  /// nil if the method has nothing to say about the column.
  private func fill(_ column: Column, of frame: Frame, fit: [Int], _ call: Invocation) -> Column? {
    let known = fit.filter { !column.isNull($0) }
    switch (method, column.cells) {
    case (.hold, .number), (.hold, .bool), (.hold, .category):
      return column.takingCells(from: held(column, in: frame.index.runs.map(\.rows)))
    case (.median, .number(let numbers)):
      return Selection.median(of: known.map { numbers[$0] }).map { column.filled(with: $0) }
    case (.mean, .number(let numbers)):
      return known.isEmpty ? nil : column.filled(with: Statistics.mean(known.map { numbers[$0] }))
    case (.value, .number): return column.filled(with: call[Self.number])
    case (.mode, .number), (.mode, .bool), (.mode, .category):
      guard let row = mostFrequent(column, among: known) else { return nil }
      return column.takingCells(from: (0..<column.count).map { column.isNull($0) ? row : $0 })
    default: return nil
    }
  }

  /// The row of the last cell that is there, itself if there is none.
  private func held(_ column: Column, in runs: [Range<Int>]) -> [Int] {
    var source = Array(0..<column.count)
    for run in runs {
      var last: Int?
      for row in run {
        if column.isNull(row) { source[row] = last ?? row } else { last = row }
      }
    }
    return source
  }

  /// A row that has the most frequent cell.
  private func mostFrequent(_ column: Column, among rows: [Int]) -> Int? {
    var found: [Double: (count: Int, row: Int)] = [:]
    for row in rows {
      let key: Double
      switch column.cells {
      case .number(let numbers): key = numbers[row]
      case .bool(let bits): key = bits[row] ? 1 : 0
      case .category(let codes, _): key = Double(codes[row])
      default: return nil
      }
      found[key, default: (0, row)].count += 1
    }
    return found.min { ($1.value.count, $0.key) < ($0.value.count, $1.key) }?.value.row
  }
}

extension Column {
  fileprivate func filled(with number: Double) -> Column {
    guard let numbers else { return self }
    return Column(
      name, .number(numbers.enumerated().map { isNull($0.offset) ? number : $0.element }), unit: unit,
      role: role)
  }

  /// The cell of another row in each row.
  fileprivate func takingCells(from rows: [Int]) -> Column { selecting(rows) }
}
