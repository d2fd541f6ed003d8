import Chronology
import Detection
import Evaluation
import Language
import Numerics
import Values

/// Labels of some fit rows, for methods that learn from them.
enum KnownRows {
  static let labels = Parameter<Reference?>.optional(
    "labels", .value(GroundTruth.kinds),
    help:
      "What is known of fit rows: a label column, empty where nothing is. Other rows' labels are never looked at."
  ) { if case .reference(let reference) = $0 { reference } else { nil } }

  static let parameters = [labels.base]

  /// One a row of the index; nil outside of the fit rows. Empty if the call gives none.
  static func known(_ call: Invocation, of index: Index) throws(Failure) -> [Bool?] {
    guard let named = call[labels] else {
      call.note("no `--labels`: learns from the rows alone")
      return []
    }
    guard index.splits != nil else {
      throw call.blame(
        labels.base, "D0212", "labels may not be learned from the rows that metrics judge",
        label: "no rows set apart", remedy: "Divide the data first, as in `split --fit 120`.")
    }
    if call[WindowOptions.window] != nil || call[WindowOptions.cycle] || call[WindowOptions.retrain] != nil {
      throw Failure.diagnostic(
        Diagnostic(
          "D0106", "`--labels` says what rows are, not windows or rows to come",
          at: call.call.ranges[labels.base.name],
          remedy: "Leave out `--labels`, or the options of windows and retraining."))
    }
    let truth = try GroundTruth(named, of: call, parameter: labels.base)
    let blank = Scores(
      index: index, values: [Double](repeating: 0, count: index.count), method: "",
      presence: Mask(count: index.count, repeating: true))
    let aligned = try truth.aligned(to: blank, tolerance: nil, of: call, parameter: labels.base)
    let isFit = Set(index.rows(in: .fit))
    let found = aligned.labels.indices.map { isFit.contains($0) ? aligned.labels[$0] : nil }
    let (anomalous, normal) = (found.count { $0 == true }, found.count { $0 == false })
    call.note("\(anomalous) fit rows are known to be anomalous and \(normal) to be normal")
    return found
  }
}
