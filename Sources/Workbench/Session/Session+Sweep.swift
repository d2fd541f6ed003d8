import Language
import Numerics
import Values

/// The numbers of the trials of a sweep, a row each.
struct SweepTable {
  let sweep: CheckedSweep
  private var rows: [[String: Double]] = []
  private var names: [String] = []

  init(_ sweep: CheckedSweep) { self.sweep = sweep }

  mutating func add(_ value: Value) {
    var row: [String: Double] = [:]
    func add(_ name: String, _ number: Double) {
      if !names.contains(name) { names.append(name) }
      row[name] = number
    }
    switch value {
    case .report(let report): for metric in report.metrics { add(metric.name, metric.value) }
    case .scalar(.number(let number)): add("value", number)
    default: break
    }
    rows.append(row)
  }

  var frame: Frame {
    let numbers = sweep.values.compactMap(Double.init)
    let values =
      numbers.count == sweep.values.count
      ? Column(numbers: numbers, name: sweep.parameter)
      : Column(sweep.parameter, .text(TextColumn(sweep.values)))
    let metrics = names.filter { $0 != sweep.parameter }.map { name in
      Column(numbers: rows.map { $0[name] ?? .nan }, name: name)
    }
    return Frame(index: .rows(rows.count), columns: [values] + metrics)
  }
}
