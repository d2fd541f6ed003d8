import Chronology
import Detection
import Language
import Notation
import Numerics
import Testing
import Values
import Workbench

/// Explanations by what made the scores, without naming a model.
@Suite struct `Detectors asked why` {
  /// Flow is odd in the last row, Pressure is not.
  static let rows: NamedValue = {
    let flow = (0..<60).map { $0 == 59 ? 90 : Double($0 * 7 % 11) }
    let pressure = (0..<60).map { Double($0 * 3 % 5) }
    let frame = Frame(
      index: Index(.row(count: 60), splits: (0..<60).map { $0 < 50 ? .fit : .test }),
      columns: [Column(numbers: flow, name: "Flow"), Column(numbers: pressure, name: "Pressure")])
    return NamedValue(name: "pump", value: .table(frame))
  }()

  static func explain(
    _ method: String, _ arguments: [String: Argument] = [:], detecting: [String: Argument] = [:]
  ) throws -> Report {
    let risk = try run("detect \(method)", detecting, on: ["value": rows])
    let call = ["row": Argument.integer(59)].merging(arguments) { $1 }
    guard
      case .report(let report) = try run(
        "explain", call, on: ["value": NamedValue(name: "risk", value: risk), "data": rows])
    else { throw Failure.cancelled }
    return report
  }

  @Test(arguments: [
    "zscore", "mad", "iqr", "ecod", "copod", "mahalanobis", "mcd", "pca", "gmm", "kde", "ocsvm",
    "ocsvm-sgd", "svdd", "kpca", "cook", "rod", "knn", "sampling", "lof", "cof", "loci", "inne", "sos",
    "abod",
    "sod", "bagging", "kmeans", "cblof", "dbscan", "hdbscan", "som", "iforest", "eif", "sciforest", "loda",
  ]) func `blame the column that is odd`(_ method: String) throws {
    let report = try Self.explain(method)
    #expect(report.table?.index.label(of: 0) == "Flow", "\(method)")
    #expect(report.remarks.count >= 2)
    #expect(!report.remarks.joined().contains("not the detector's own reason"), "\(method)")
  }

  @Test(arguments: ["knn", "lof", "cof", "abod", "sod", "dbscan", "hdbscan", "sampling"])
  func `name the fitted rows that are nearest`(_ method: String) throws {
    let report = try Self.explain(method)
    #expect(report.remarks.contains { $0.hasPrefix("nearest fitted rows") }, "\(method)")
  }

  @Test(arguments: ["hst", "rrcf", "streamknn"]) func `put channels of streams to their median`(
    _ method: String
  ) throws {
    let flow = (0..<600).map { $0 == 599 ? 90 : Double($0 * 7 % 11) }
    let pressure = (0..<600).map { Double($0 * 3 % 5) }
    let frame = Frame(
      index: .rows(600),
      columns: [Column(numbers: flow, name: "Flow"), Column(numbers: pressure, name: "Pressure")])
    let rows = NamedValue(name: "pump", value: .table(frame))
    let risk = NamedValue(name: "risk", value: try run("detect \(method)", on: ["value": rows]))
    guard
      case .report(let report) = try run(
        "explain", ["row": .integer(599)], on: ["value": risk, "data": rows])
    else { throw Failure.cancelled }
    #expect(report.table?.index.label(of: 0) == "Flow", "\(method)")
    #expect(report.remarks.contains { $0.contains("put to its median") }, "\(method)")
  }

  @Test func `find the stretch of time that made a window odd`() throws {
    let report = try Self.explain("knn", ["by": .choice("time")], detecting: ["window": .integer(4)])
    let shares = try #require(report.table?.column("share")?.numbers)
    // The odd row is the last one, in the last of the stretches.
    #expect(shares.last == shares.max() && shares.last ?? 0 > 0.3)
    #expect(code { _ = try Self.explain("knn", ["by": .choice("time")]) } == "D0511")
  }

  @Test func `say what would clear an alarm without a model being named`() throws {
    let risk = NamedValue(name: "risk", value: try run("detect knn", on: ["value": Self.rows]))
    let alarms = NamedValue(
      name: "alarms", value: try run("threshold quantile", ["level": .real(0.95)], on: ["scores": risk]))
    guard
      case .report(let report) = try run(
        "explain", ["row": .integer(59), "how": .choice("change")], on: ["value": alarms, "data": Self.rows])
    else { throw Failure.cancelled }
    #expect(report.remarks[0].hasPrefix("not alarmed if Flow were "))
  }

  @Test func `tell the most similar window`() throws {
    let wave = (0..<400).map { sine(Double($0) / 5) + ($0 == 300 ? 3 : 0) }
    let frame = Frame(index: .rows(400), columns: [Column(numbers: wave, name: "Flow")])
    let rows = NamedValue(name: "pump", value: .series(frame))
    let risk = NamedValue(
      name: "risk", value: try run("detect matrixprofile", ["window": .integer(30)], on: ["value": rows]))
    guard
      case .report(let report) = try run(
        "explain", ["row": .integer(300)], on: ["value": risk, "data": rows])
    else { throw Failure.cancelled }
    let told = try #require(report.remarks.first { $0.hasPrefix("the window from") })
    guard case .scores(let scores) = risk.value else { throw Failure.cancelled }
    // The distance that is told is the score.
    #expect(told.contains("distance of \(scores.values[300].shortText())."))
  }
}
