import Detection
import Language
import Numerics
import Values

extension Invocation {
  /// The facts of a detector that cannot work, as people read them.
  func failure(_ error: DetectionError, method: String, rows: ScorableRows) -> Failure {
    let input = ScoreModel.input.base
    func blame(_ code: String, _ summary: String, label: String = "", remedy: String) -> Failure {
      self.blame(input, code, summary, label: label, remedy: remedy)
    }
    switch error {
    case .tooFewRows(let needed, let got):
      return blame(
        "D0101", "`\(method)` needs \(needed) rows to learn from and got \(got)", label: "\(got) rows",
        remedy: "Load more rows, give more of them to `split --fit`, or choose smaller options.")
    case .noFeatures: return noFeatures(input)
    case .wrongFeatures(let expected, let got):
      return blame(
        "D0102", "the model knows \(expected) features and got \(got)",
        remedy: "Score a value with the features that the model was fitted on.")
    case .missing(let row, let feature):
      return blame(
        "D0103", "`\(method)` needs complete rows, and \(rows.place(of: row)) has no `\(feature)`",
        label: "missing cells",
        remedy: rows.isEmpty(feature)
          ? "`\(feature)` is empty in every row: leave it out with `select`."
          : "`fill median` fills them; iforest, ecod, hbos, knn, zscore and mad take rows as they are.")
    case .tooLarge(let row, let feature):
      return blame(
        "D0104", "`\(feature)` at \(rows.place(of: row)) is infinite or beyond 1e150",
        remedy: "Leave such rows out with `where`.")
    case .notOneChannel(let count):
      return blame(
        "D0105", "`\(method)` takes one channel and got \(count)", label: "\(count) channels",
        remedy: "Pick one, as in `NAME.\(rows.features.first ?? "column") | detect \(method)`.")
    case .parameter(let name, let reason):
      return .diagnostic(
        Diagnostic(
          "D0106", "`--\(name)` \(reason)", at: call.ranges[name] ?? call.ranges[input.name],
          remedy: "Change `--\(name)`."))
    case .unknownFeature(let name):
      return blame(
        "D0107", "the model was fitted on `\(name)`, which this value does not have",
        remedy: "Score a value with the features that the model was fitted on.")
    case .unknownSegment(let name):
      return blame(
        "D0108", "the model has no part for segment `\(name)`",
        remedy: "Fit with `--per all`, or score the segments that it was fitted on.")
    case .noFitRows(let segment):
      return blame(
        "D0109", "there is no row to learn from" + (segment.isEmpty ? "" : " in segment `\(segment)`"),
        label: "no fit rows", remedy: "Divide the rows again with `split`, or leave out `--per segment`.")
    case .cancelled: return .cancelled
    }
  }
}

extension ScorableRows {
  /// How a row is called: `row 3` where it has no name of its own.
  fileprivate func place(of row: Int) -> String {
    if case .row = index.address { "row \(row)" } else { index.label(of: row) }
  }

  fileprivate func isEmpty(_ feature: String) -> Bool {
    guard let column = features.firstIndex(of: feature) else { return false }
    return (0..<matrix.rows).allSatisfy { matrix[$0, column].isNaN }
  }
}
