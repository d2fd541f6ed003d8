import Encoding
import Fusion
import Language
import Values

extension Invocation {
  func noRows(_ parameter: AnyParameter) -> Failure {
    blame(
      parameter, "R0404", "this value has no rows", label: "no rows",
      remedy: "Give a table, a series, an embedding, scores or a bundle.")
  }

  /// The column of a value that a parameter names.
  func column(
    _ name: String, of input: Parameter<Reference>, named parameter: AnyParameter
  ) throws(Failure) -> Column {
    guard let frame = self[input].value.cellFrame else { throw noRows(input.base) }
    if let column = frame.column(name) { return column }
    let names = frame.columns.map(\.name)
    throw blame(
      parameter, "E0203", "no column `\(name)` in `\(self[input].name)`", label: "not a column of it",
      remedy: Suggestion.remedy(for: name, among: names, else: "it has \(Suggestion.some(names))"))
  }

  func noFeatures(_ parameter: AnyParameter) -> Failure {
    blame(
      parameter, "R0405", "there is no number column to work on", label: "no number column",
      remedy: "Choose columns of numbers that are not labels; `describe` lists them.")
  }

  /// What keeps values from being joined, as people read it.
  func failure(_ error: FusionError, at parameter: AnyParameter) -> Failure {
    switch error {
    case .noAddress(let name):
      blame(
        parameter, "R0301", "`\(name)` has neither times nor sample identifiers",
        label: "rows known by number only",
        remedy: "Load it with `--time COLUMN`, so that its rows have an address.")
    case .noStart(let name):
      blame(
        parameter, "R0302", "nobody knows when the recording `\(name)` began", label: "no start",
        remedy: "Load it with `--start 2026-03-01T08:00`.")
    case .mixedAddresses(let sample, let time):
      blame(
        parameter, "R0303", "`\(sample)` is addressed by sample and `\(time)` is not",
        remedy: "Join values of one sort: all by time, or all by sample.")
    case .noOverlap(let early, let earlyRange, let late, let lateRange):
      blame(
        parameter, "R0304",
        "`\(early)` ends at \(earlyRange.upperBound), before `\(late)` begins at \(lateRange.lowerBound)",
        label: "no common time",
        remedy: "Check the time zones and the `--start` of recordings; load again with the right ones.")
    case .tooManyRows(let count, let limit):
      blame(
        parameter, "R0305", "that step makes more than \(count - 1) rows; the limit is \(limit)",
        remedy: "Choose a longer `--every`.")
    case .noRows(let name):
      blame(
        parameter, "R0306", "`\(name)` is empty", remedy: "Give a value with at least one row.")
    case .differentRows(let first, let second):
      blame(
        parameter, "R0307", "`\(first)` and `\(second)` do not have the same rows", label: "different rows",
        remedy: "Bring them together first: `align \(first) \(second) --every 1s`.")
    case .notFusable(let name, let kind):
      blame(
        parameter, "R0308", "`\(name)` is \(kind), which cannot be put into one vector",
        remedy: kind == "scores"
          ? "Fuse scores with `fuse mean`, `fuse max` or `fuse rank`."
          : "Encode it first: `encode BUNDLE --use \(kind == "log" ? "counts(60s)" : "logmel")`.")
    case .nothingToFuse:
      blame(
        parameter, "R0309", "there is nothing to fuse", remedy: "Give at least one modality with features.")
    case .noFitRows(let name):
      blame(
        parameter, "R0310", "`\(name)` has no fit row to learn from", label: "no fit rows",
        remedy: "Divide it again with `split --fit ROWS`.")
    case .onlyOneModality:
      blame(
        parameter, "R0311", "there is only one modality, so nothing can disagree", label: "one modality",
        remedy: "Give two or more values, a bundle, or what `fuse concat` made.")
    case .tooFewPairs(let first, let second, let needed, let got):
      blame(
        parameter, "R0312",
        "`\(first)` and `\(second)` are both present in \(got) rows to learn from; \(needed) are needed",
        label: "too few pairs",
        remedy: "Align them with `--fill hold(5s)`, or give more rows to `split --fit`.")
    case .tooWide(let columns, let limit):
      blame(
        parameter, "R0313", "the result would have \(columns) columns; the limit is \(limit)",
        remedy: "Reduce the modalities first, as with `fuse sketch`, or choose fewer features.")
    case .wrongCount(let needed, let got):
      blame(
        parameter, "R0314", "this operator joins \(needed) modalities and got \(got)",
        remedy: "Pick \(needed) of them, as in `fuse OPERATOR a b`.")
    case .unevenHeads(let width, let heads):
      blame(
        parameter, "R0315", "\(heads) heads cannot share a width of \(width) evenly",
        remedy: "Choose a `--hidden` that is a multiple of `--heads`.")
    case .differentGrids(let first, let second):
      blame(
        parameter, "R0321", "the grids of `\(first)` and `\(second)` differ",
        label: "not place upon place",
        remedy: "Encode both with the same number of places, or add `--grid nearest`.")
    case .oneSortOfBags(let anomalous, let normal):
      blame(
        parameter, "R0317",
        "of the stretches to learn from \(anomalous) are anomalous and \(normal) normal; both are needed",
        label: "one sort of stretches",
        remedy: "Give more rows to `split`, or choose another `--bag`.")
    case .cancelled: .cancelled
    }
  }

  /// What keeps a modality from being encoded, as people read it.
  func failure(_ error: EncodingError, at parameter: AnyParameter) -> Failure {
    switch error {
    case .noTime:
      blame(
        parameter, "R0201", "windows need times, and these rows have none", label: "no times",
        remedy: "Load the value with `--time COLUMN`.")
    case .noRows:
      blame(
        parameter, "R0202", "there is nothing to encode: no row, or none as long as a window",
        remedy: "See with `describe` what there is, or choose a shorter window.")
    case .noFeatures: noFeatures(parameter)
    case .picture(.unreadable(let name, let reason)):
      blame(
        parameter, "R0210", "`\(name)` cannot be decoded: \(reason)", label: "damaged",
        remedy: "Leave it out and load the others again.")
    case .picture(.changed(let name)):
      blame(
        parameter, "R0211", "`\(name)` is no longer the file that was loaded", label: "changed since",
        remedy: "Load the pictures again.")
    case .picture(.cancelled): .cancelled
    case .noStart:
      blame(
        parameter, "R0203", "nobody knows when the recording began", label: "no start",
        remedy: "Load it with `--start 2026-03-01T08:00`.")
    case .windowTooShort(let needed):
      blame(
        parameter, "R0204", "the window is too short for these rows", label: "too short",
        remedy: "Use a window of at least \(needed.roundedUp).")
    case .frameTooLong(let samples, let window):
      blame(
        parameter, "R0205", "no frame of \(samples) samples fits into a window of \(window)",
        remedy: "Choose a shorter `frame`, or give the encoder a longer `window`.")
    case .cancelled: .cancelled
    }
  }
}
