import Values

/// What the names and cells of columns that were read suggest, and nobody has said.
enum ColumnHints {
  /// A column of times that could be the index.
  static func time(_ columns: [Column]) -> String? {
    let column = columns.first { $0.type == .time } ?? columns.first(where: countsFrom1970)
    return column.map { "`\($0.name)` holds times; `--time \($0.name)` would make it the index" }
  }

  /// Whole numbers under the name of a time, as large as seconds (or thousandths and so on) since 1970 are today.
  private static func countsFrom1970(_ column: Column) -> Bool {
    let names: Set = [
      "time", "timestamp", "unix_timestamp", "unix_time", "unixtime", "epoch", "datetime", "ts",
    ]
    guard names.contains(column.name.lowercased()), column.nulls == nil,
      case .number(let numbers) = column.cells,
      let lowest = numbers.min(), let highest = numbers.max()
    else { return false }
    // 1990 to 2060.
    let isNow = [1, 1e3, 1e6, 1e9].contains { lowest > 631_152_000 * $0 && highest < 2_840_140_800 * $0 }
    return isNow && numbers.allSatisfy { $0 == $0.rounded() }
  }

  /// Beyond 2 to the 53rd doubles skip whole numbers, so that names made of digits fall together.
  static func rounded(_ columns: [Column]) -> String? {
    let column = columns.first { column in
      guard case .number(let numbers) = column.cells else { return false }
      var isLarge = false
      for number in numbers where !number.isNaN {
        guard number == number.rounded(), number.magnitude < 1e21 else { return false }
        if number.magnitude >= 0x1p53 { isLarge = true }
      }
      return isLarge
    }
    return column.map { "whole numbers of `\($0.name)` beyond 2 to the 53rd are rounded" }
  }

  private static let truths: Set = [
    "label", "labels", "anomaly", "anomalous", "anomalies", "outlier", "outliers", "truth", "ground_truth",
    "groundtruth", "target", "class", "attack", "fault", "faulty", "fraud", "failure", "failed", "defect",
    "defective", "abnormal", "malicious", "intrusion", "diagnosis", "y", "attack_type", "attack_cat",
    "attack cat",
  ]

  /// A column that is called like a truth and has few values, but would be taken for a measurement.
  static func truth(_ columns: [Column]) -> String? {
    guard !columns.contains(where: { $0.role == .label }) else { return nil }
    let column = columns.first { column in
      var name = column.name.lowercased()
      if name.hasPrefix("is_") { name.removeFirst(3) }
      return truths.contains(name) && column.role == .feature && hasFewValues(column)
    }
    return column.map {
      "`\($0.name)` looks like the truth and counts as a measurement; `--labels \($0.name)` keeps it apart"
    }
  }

  private static func hasFewValues(_ column: Column) -> Bool {
    switch column.cells {
    case .bool: true
    case .category(_, let levels): levels.count <= 30
    case .number(let numbers): Set(numbers.lazy.filter { !$0.isNaN }.prefix(100_000)).count <= 12
    case .text, .time: false
    }
  }

  private static let cases: Set = [
    "case", "case_id", "caseid", "case id", "case:concept:name", "trace_id", "order_id", "ticket_id",
  ]
  private static let activities: Set = [
    "activity", "concept:name", "event", "action", "task", "activity_name",
  ]
  private static let sources: Set = [
    "src", "source", "from", "source_id", "src_ip", "fromnode", "node1", "u",
  ]
  private static let targets: Set = [
    "dst", "target", "to", "target_id", "dst_ip", "tonode", "node2", "v", "dest",
  ]

  /// What the columns may be besides a table, with the command that reads it so.
  static func kind(_ columns: [Column]) -> String? {
    func named(_ names: Set<String>) -> Column? { columns.first { names.contains($0.name.lowercased()) } }
    if let owner = named(cases), let step = named(activities), columns.contains(where: { $0.type == .time }) {
      return "`\(owner.name)` and `\(step.name)` look like an event log: `load events` reads it as one"
    }
    if let from = named(sources), let to = named(targets), columns.count <= 6, from.type == to.type,
      from.type == .category || from.type == .text
    {
      return "`\(from.name)` and `\(to.name)` look like edges: `load graph` reads them as a graph"
    }
    return nil
  }
}
