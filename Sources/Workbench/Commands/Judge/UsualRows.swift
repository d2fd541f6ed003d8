import Chronology
import Language
import Values

/// Which rows show what is usual, and which are looked at.
struct UsualRows {
  let usual: [Int]
  let watched: Range<Int>

  /// The fit rows of a split; without a split, the rows before `between`; without either, the first third.
  init(
    _ call: Invocation, _ index: Index, value: Parameter<Reference>, between: Parameter<MomentRange?>
  ) throws(Failure) {
    let stretch = try Self.stretch(call, index, value, between)
    if let splits = index.splits {
      call.note("usual: the fit rows")
      usual = splits.indices.filter { splits[$0] == .fit }
    } else if call[between] != nil {
      call.note("usual: the \(counted(stretch.lowerBound, "row")) before")
      usual = Array(0..<stretch.lowerBound)
    } else {
      let count = max(min(index.count, 1), index.count / 3)
      call.note("usual: the first \(counted(count, "row")); `split` or `--between` say otherwise")
      usual = Array(0..<count)
    }
    guard !usual.isEmpty else {
      throw call.blame(
        between.base, "D0509", "no row shows what is usual", label: "nothing before it",
        remedy: "Begin the stretch later, or divide the rows with `split --fit-share 30%` first.")
    }
    watched = call[between] == nil ? (usual.max() ?? -1) + 1..<index.count : stretch
  }

  static func stretch(
    _ call: Invocation, _ index: Index, _ value: Parameter<Reference>, _ between: Parameter<MomentRange?>
  ) throws(Failure) -> Range<Int> {
    guard let asked = call[between] else { return 0..<index.count }
    guard let time = index.time else {
      throw call.blame(
        between.base, "R0508", "`\(call[value].name)` has no times", label: "no times",
        remedy: "Load it with `--time COLUMN`.")
    }
    let span = asked.instants(from: index.start)
    let inside = (0..<time.count).filter { span?.contains(time[$0]) == true }
    guard let first = inside.first, let last = inside.last else {
      throw call.blame(
        between.base, "D0403", "nothing lies in that stretch",
        remedy: "See with `describe` what the values cover.")
    }
    return first..<last + 1
  }
}
