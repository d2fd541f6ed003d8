import Language
import Notation
import Numerics
import Values

struct NormalExamples: PureCommand {
  static let input = Parameter<Reference>.value(
    "value", [.table, .series, .log, .text], help: "The rows to choose from.")
  static let rows = Parameter<Int>.integer("rows", in: 1...100, default: 4, help: "So many examples.")
  static let truth = Parameter<Reference?>.optional(
    "against", .value(GroundTruth.kinds), help: "A label column: rows that it calls anomalous are left out."
  ) { if case .reference(let reference) = $0 { reference } else { nil } }
  /// Of more rows, so many at equal steps are compared.
  private static let mostCompared = 1000

  let spec = CommandSpec(
    "knowledge", "examples", "Chooses a few rows that stand for the normal ones, as texts.",
    discussion: """
      Examples for a prompt (few-shot). Of the fit rows (all rows if the value was not split) those are chosen, one \
      after the other, that lower the sum of the distances of all rows to their nearest example the most (the first part of \
      PAM, Kaufman and Rousseeuw 1990); the distance is Gower's (1971): differences of numbers in units of their range, \
      categories by whether they differ, texts by their words (1 minus Jaccard's index), averaged over what both rows have. \
      Of more than 1,000 rows, 1,000 at equal steps are compared. Labels of other columns are never written. The examples are a \
      value: named, kept in the script, and used in prompts as `{name}`.
      """,
    parameters: [input.base, rows.base, truth.base], output: .text, reach: .compute,
    examples: [
      Example("pump = generate pump-station --minutes 5 --seed 7"),
      Example("usual = knowledge examples pump --rows 3 --against pump.fault"),
      Example("events = generate pump-station --part log --minutes 5 --seed 7"),
      Example("events | knowledge examples"),
    ])

  func run(_ call: Invocation, work: Work) throws(Failure) -> Value {
    let input = call[Self.input]
    let frame: Frame
    if case .text(let documents) = input.value {
      frame = documents.frame
    } else if let cells = input.value.cellFrame {
      frame = cells
    } else {
      throw call.noRows(Self.input.base)
    }
    var candidates = frame.index.rows(in: .fit)
    if let truth = call.values[Self.truth.base.name]?.first {
      let labels = try GroundTruth(truth, of: call, parameter: Self.truth.base).labels
      guard labels.count == frame.rowCount else {
        throw call.blame(
          Self.truth.base, "R0704", "`\(truth.name)` does not label the rows of `\(input.name)`",
          label: "other rows", remedy: "Give a label column of the same value.")
      }
      candidates = candidates.filter { labels[$0] != true }
    }
    let columns = frame.columns.filter { $0.role == .feature }
    if candidates.isEmpty || columns.isEmpty { throw call.noRows(Self.input.base) }
    if candidates.count > Self.mostCompared {
      let all = candidates
      candidates = (0..<Self.mostCompared).map { all[$0 * all.count / Self.mostCompared] }
      call.note("\(Self.mostCompared) of \(all.count) rows were compared, at equal steps")
    }
    guard let distances = Self.distances(candidates, columns, work) else { throw .cancelled }
    let chosen = Self.medoids(of: distances, count: candidates.count, wanted: call[Self.rows]).map {
      candidates[$0]
    }
    let texts = chosen.map { Self.text(of: columns, row: $0) }
    return .text(
      Documents(
        frame: Frame(
          index: .rows(chosen.count),
          columns: [
            Column("example", .text(TextColumn(texts))),
            Column("cite", .text(TextColumn(chosen.map { "\(input.name):\($0)" })), role: .identifier),
          ]), column: "example"))
  }

  /// `Flow 30.5 l/min, Pressure 0.87 bar`.
  static func text(of columns: [Column], row: Int) -> String {
    columns.compactMap { column -> String? in
      if column.isNull(row) { return nil }
      if case .number(let numbers) = column.cells {
        return "\(column.name) \(numbers[row].shortText())\(column.unit.map { " \($0)" } ?? "")"
      }
      guard let text = column.plainText(row) else { return nil }
      return columns.count == 1 ? text : "\(column.name) \(text)"
    }.joined(separator: ", ")
  }

  /// Gower's distances of all pairs, row by row; nil if it was stopped.
  private static func distances(_ rows: [Int], _ columns: [Column], _ work: Work) -> [Float]? {
    let count = rows.count
    var sums = [Float](repeating: 0, count: count * count)
    var shared = sums
    for column in columns {
      if work.isCancelled() { return nil }
      let isNull = rows.map { column.isNull($0) }
      let difference = Self.difference(rows, column)
      for first in 0..<count where !isNull[first] {
        if first % 64 == 0, work.isCancelled() { return nil }
        for second in 0..<first where !isNull[second] {
          sums[first * count + second] += difference(first, second)
          shared[first * count + second] += 1
        }
      }
    }
    for first in 0..<count {
      for second in 0..<first {
        let place = first * count + second
        let distance = shared[place] > 0 ? sums[place] / shared[place] : 1
        sums[place] = distance
        sums[second * count + first] = distance
      }
    }
    return sums
  }

  /// How two of the rows differ in a column, from 0 to 1.
  private static func difference(_ rows: [Int], _ column: Column) -> (Int, Int) -> Float {
    func numbers(_ values: [Double]) -> (Int, Int) -> Float {
      let known = values.filter(\.isFinite)
      let range = (known.max() ?? 0) - (known.min() ?? 0)
      if range <= 0 { return { _, _ in 0 } }
      return { Float(min(1, abs(values[$0] - values[$1]) / range)) }
    }
    switch column.cells {
    case .number(let cells): return numbers(rows.map { cells[$0] })
    case .time(let cells): return numbers(rows.map { Double(cells[$0]) })
    case .bool(let cells): return { cells[rows[$0]] == cells[rows[$1]] ? 0 : 1 }
    case .category(let codes, _): return { codes[rows[$0]] == codes[rows[$1]] ? 0 : 1 }
    case .text(let texts):
      let words = rows.map { Set(Statements.words(texts[$0])) }
      return { first, second in
        let common = words[first].intersection(words[second]).count
        let all = words[first].count + words[second].count - common
        return all == 0 ? 0 : 1 - Float(common) / Float(all)
      }
    }
  }

  /// Sums that differ by less, for each distance in them, differ by rounding.
  private static let rounding: Float = 1e-6

  /// The places that lower the sum of distances to the nearest of them the most, one after the other; of equals the first.
  static func medoids(of distances: [Float], count: Int, wanted: Int) -> [Int] {
    var nearest = [Float](repeating: .infinity, count: count)
    var chosen: [Int] = []
    while chosen.count < min(wanted, count) {
      var best = -1
      var bestSum = Float.infinity
      for place in 0..<count where !chosen.contains(place) {
        var sum: Float = 0
        for other in 0..<count { sum += min(nearest[other], distances[place * count + other]) }
        if best < 0 || sum < bestSum - rounding * Float(count) { (best, bestSum) = (place, sum) }
      }
      chosen.append(best)
      for other in 0..<count { nearest[other] = min(nearest[other], distances[best * count + other]) }
    }
    return chosen
  }
}
