import Detection
import Language
import Numerics
import TestKit
import Testing
import Values
import Workbench

@Suite struct `Asking a model why` {
  private let session = Session(world: .memory())

  init() {
    session.type(
      "pump = generate pump-station --minutes 20 --seed 7 | split --fit 300",
      "some = select pump Flow Pressure Current Voltage")
  }

  private func report(_ line: String) throws -> Report {
    let events = session.type(line)
    #expect(events.diagnostics.isEmpty, "\(line): \(events.diagnostics)")
    guard case .report(let report) = try #require(events.results.last).value else { throw NotAReport() }
    return report
  }

  private struct NotAReport: Error {}

  private func metric(_ report: Report, _ name: String) throws -> Double {
    try #require(report.metrics.first { $0.name == name }).value
  }

  private func shares(_ report: Report) throws -> [String: Double] {
    let table = try #require(report.table)
    let shares = try #require(table.column("share")?.numbers)
    return Dictionary(uniqueKeysWithValues: shares.indices.map { (table.index.label(of: $0), shares[$0]) })
  }

  /// Where a score is a sum over the features, a feature's Shapley value is its own term less the usual one, so that the
  /// order of features is that of the terms.
  @Test func `gives additive scores back their terms`() throws {
    session.type(
      "m = fit zscore some --summary mean", "risk = score m some", "own = detect zscore some --summary mean")
    let found = try shares(report("explain risk --row 700 --data some --model m"))
    let exact = try shares(report("explain own --row 700 --data some"))
    for (name, share) in exact where share > 0.5 {
      #expect(found.max { $0.value < $1.value }?.key == name)
    }
    #expect(abs(found.values.reduce(0, +) - 1) < 1e-9)
  }

  /// All orders and all usual rows, counted out.
  @Test func `comes near the Shapley values of a model that is no sum`() throws {
    var random = SeededGenerator(seed: 5)
    var rows = (0..<40).map { _ in (0..<3).map { _ in random.normal() } }
    rows.append([4, -3, 0.2])
    let matrix = Matrix(rows: 41, columns: 3, values: rows.flatMap(\.self))
    let names = ["a", "b", "c"]
    let scorable = ScorableRows(
      index: .rows(41), matrix: matrix, features: names,
      blocks: names.enumerated().map { Block(name: $1, columns: $0..<$0 + 1) })
    let model = try AnyDetector(NearestNeighbors()).fit(scorable, perSegment: false, seed: 1, work: Work())
    func value(_ made: [[Double]]) throws -> [Double] {
      let all = Matrix(rows: made.count, columns: 3, values: made.flatMap(\.self))
      return try model.scores(
        of: ScorableRows(index: .rows(made.count), matrix: all, features: names, blocks: scorable.blocks),
        work: Work()
      ).values
    }
    let orders = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]]
    var exact = [0.0, 0, 0]
    for base in rows.prefix(40) {
      for order in orders {
        var made = [base]
        for feature in order {
          var next = made[made.count - 1]
          next[feature] = rows[40][feature]
          made.append(next)
        }
        let scores = try value(made)
        for (step, feature) in order.enumerated() {
          exact[feature] += (scores[step + 1] - scores[step]) / 240
        }
      }
    }
    let shapley = ShapleySampling(
      model: model, rows: scorable, reference: Array(0..<40), players: [0..<1, 1..<2, 2..<3], orders: 2000)
    let found = Array(try shapley.contributions(at: [40], work: Work()).matrix.row(40))
    for feature in 0..<3 { #expect(abs(found[feature] - exact[feature]) < 0.06, "\(found) \(exact)") }
    let again = Array(try shapley.contributions(at: [40], work: Work(threads: 2)).matrix.row(40))
    #expect(again == found)
  }

  /// The row with the highest score of the alarms, or the lowest.
  private func peak(_ name: String, lowest: Bool = false) throws -> Int {
    guard case .alarms(let alarms)? = session.type(name).results.last?.value else { throw NotAReport() }
    let values = alarms.scores.values
    return try #require(values.indices.max { lowest ? values[$0] > values[$1] : values[$0] < values[$1] })
  }

  @Test func `asks about modalities as a whole`() throws {
    session.type(
      "a = select pump Flow Pressure", "b = select pump Current Voltage", "wide = fuse concat a b",
      "m = fit knn wide", "alarms = score m wide | threshold quantile --level 95%")
    let row = try peak("alarms")
    let found = try shares(report("explain alarms --row \(row) --data wide --model m --by modality"))
    #expect(found.count == 2 && abs(found.values.reduce(0, +) - 1) < 1e-9)
  }

  @Test(arguments: ["knn", "iforest", "ocsvm", "hdbscan"]) func `clears an alarm with the change it names`(
    _ method: String
  )
    throws
  {
    session.type(
      "m = fit \(method) some", "risk = score m some", "alarms = risk | threshold quantile --level 95%")
    guard case .alarms(let alarms)? = session.type("alarms").results.last?.value,
      case .series(let frame)? = session.type("some").results.last?.value
    else {
      Issue.record("no alarms")
      return
    }
    let peak = try #require(
      alarms.segments.map(\.peak).max { alarms.scores.values[$0] < alarms.scores.values[$1] })
    let found = try report("explain alarms --row \(peak) --data some --model m --how change")
    guard let table = found.table, let values = table.column("cleared")?.numbers else {
      #expect(found.remarks.first?.contains("odd as a whole") == true)
      return
    }
    #expect(try metric(found, "score after") <= metric(found, "threshold"))
    // The same row with these values, scored again.
    let changes = Dictionary(
      uniqueKeysWithValues: values.indices.map { (table.index.label(of: $0), values[$0]) })
    let columns = frame.columns.map { column -> Column in
      guard let value = changes[column.name], var numbers = column.numbers else { return column }
      numbers[peak] = value
      return Column(numbers: numbers, name: column.name)
    }
    guard case .model(let stored)? = session.type("m").results.last?.value,
      let model = stored as? FittedModel,
      let rows = try ScorableRows(.series(frame.with(columns: columns)))
    else {
      Issue.record("no model")
      return
    }
    let again = try model.scores(of: rows, work: Work()).values[peak]
    #expect(try abs(again - metric(found, "score after")) < 1e-9)
  }

  @Test func `says when nothing has to change`() throws {
    session.type("m = fit knn some", "alarms = score m some | threshold quantile --level 95%")
    let row = try peak("alarms", lowest: true)
    let found = try report("explain alarms --row \(row) --data some --model m --how change")
    #expect(found.remarks.first?.contains("not above") == true)
  }
}
