import Chronology
import Detection
import Language
import Numerics
import Values

struct Onsets: PureCommand {
  static let input = Parameter<Reference>.value(
    "value", [.series, .table, .bundle, .embedding], help: "Whose columns to watch; labels are left out.")
  static let between = Parameter<MomentRange?>.moments(
    "between", help: "Look only there; the rows before show what is usual.")

  let spec = CommandSpec(
    "onsets", nil, "Tells when each column left its usual range, and which was first.",
    discussion: """
      Usual are the fit rows of a split; without a split, the rows before `--between`; without either, the first third. \
      Columns stand in the order in which they left: `onset` is when the departure began, `noticed` when there was no \
      doubt any more; `usual` and `after` are medians, `shift` is their distance in robust standard deviations. Columns \
      that stayed within their range come last, without a time.

      A two-sided cumulative sum (Page, Biometrika 1954) on robust deviations, with its limit at twice the highest sum \
      of the usual rows: a column that wanders while all is well must wander twice as far to count.
      """,
    parameters: [Self.input.base, Self.between.base], output: .table,
    examples: [
      Example("pump = generate pump-station --seed 1"), Example("onsets pump"),
      Example("onsets pump --between 08:10..08:20"),
    ])

  func run(_ call: Invocation, work: Work) throws(Failure) -> Value {
    let input = call[Self.input]
    guard let rows = try call.features(of: input.value, work: work), !rows.features.isEmpty else {
      throw call.noFeatures(Self.input.base)
    }
    let index = rows.index
    let look = try UsualRows(call, index, value: Self.input, between: Self.between)
    let found: [Onset?]
    do throws(Cancelled) {
      found = try work.map(rows.features.count, stage: "onsets") { column in
        Onset.first(in: rows.matrix.column(column), usual: look.usual, stretch: look.watched)
      }
    } catch {
      throw .cancelled
    }
    let order = found.indices.sorted { a, b in
      let (x, y) = (found[a], found[b])
      guard let x, let y else { return (x == nil ? 1 : 0, a) < (y == nil ? 1 : 0, b) }
      return (x.row, x.noticed, a) < (y.row, y.noticed, b)
    }
    tell(order.map { (rows.features[$0], found[$0]) }, index, call)
    return .table(table(order.map { (rows.features[$0], found[$0]) }, index))
  }

  private func tell(_ lines: [(name: String, onset: Onset?)], _ index: Index, _ call: Invocation) {
    guard let first = lines.first, let onset = first.onset else {
      call.note("no column left its usual range")
      return
    }
    let count = lines.count { $0.onset != nil }
    call.note(
      "first: `\(first.name)`, \(onset.isUpward ? "up" : "down") from \(index.place(of: onset.row)); "
        + "\(count) of \(counted(lines.count, "column")) left \(count == 1 ? "its" : "their") range")
  }

  private func table(_ lines: [(name: String, onset: Onset?)], _ index: Index) -> Frame {
    func numbers(_ name: String, _ value: (Onset) -> Double) -> Column {
      Column(numbers: lines.map { $0.onset.map(value) ?? .nan }, name: name)
    }
    func moments(_ name: String, _ row: (Onset) -> Int) -> Column {
      guard let time = index.time else { return numbers(name) { Double(row($0)) } }
      let nanoseconds = lines.map { line in line.onset.map { time[row($0)].nanoseconds } ?? 0 }
      return Column(name, .time(nanoseconds), nulls: Mask(lines.map { $0.onset == nil }))
    }
    let directions = lines.map { $0.onset.map { $0.isUpward ? 0 : 1 } ?? -1 as Int32 }
    return Frame(
      index: .rows(lines.count),
      columns: [
        Column("column", .text(TextColumn(lines.map(\.name)))), moments("onset", \.row),
        Column(
          "way", .category(codes: directions, levels: ["up", "down"]),
          nulls: Mask(directions.map { $0 < 0 })),
        numbers("usual", \.usual), numbers("after", \.after), numbers("shift", \.shift),
        moments("noticed", \.noticed),
      ])
  }
}
