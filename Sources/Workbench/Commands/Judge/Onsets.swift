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
    let stretch = try stretch(call, index)
    let usual = usualRows(index, stretch, call)
    guard !usual.isEmpty else {
      throw call.blame(
        Self.between.base, "D0509", "no row shows what is usual", label: "nothing before it",
        remedy: "Begin the stretch later, or divide the rows with `split --fit-share 30%` first.")
    }
    let look = call[Self.between] == nil ? (usual.max() ?? -1) + 1..<index.count : stretch
    let found: [Onset?]
    do throws(Cancelled) {
      found = try work.map(rows.features.count, stage: "onsets") { column in
        Onset.first(in: rows.matrix.column(column), usual: usual, stretch: look)
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

  private func stretch(_ call: Invocation, _ index: Index) throws(Failure) -> Range<Int> {
    guard let asked = call[Self.between] else { return 0..<index.count }
    guard let time = index.time else {
      throw call.blame(
        Self.between.base, "R0508", "`\(call[Self.input].name)` has no times", label: "no times",
        remedy: "Load it with `--time COLUMN`.")
    }
    let span = asked.instants(from: index.start)
    let inside = (0..<time.count).filter { span?.contains(time[$0]) == true }
    guard let first = inside.first, let last = inside.last else {
      throw call.blame(
        Self.between.base, "D0403", "nothing lies in that stretch",
        remedy: "See with `describe` what the values cover.")
    }
    return first..<last + 1
  }

  private func usualRows(_ index: Index, _ stretch: Range<Int>, _ call: Invocation) -> [Int] {
    if let splits = index.splits {
      call.note("usual: the fit rows")
      return splits.indices.filter { splits[$0] == .fit }
    }
    if call[Self.between] != nil {
      call.note("usual: the \(counted(stretch.lowerBound, "row")) before")
      return Array(0..<stretch.lowerBound)
    }
    let count = max(min(index.count, 1), index.count / 3)
    call.note("usual: the first \(counted(count, "row")); `split` or `--between` say otherwise")
    return Array(0..<count)
  }

  private func tell(_ lines: [(name: String, onset: Onset?)], _ index: Index, _ call: Invocation) {
    guard let first = lines.first, let onset = first.onset else {
      call.note("no column left its usual range")
      return
    }
    let count = lines.count { $0.onset != nil }
    call.note(
      "first: `\(first.name)`, \(onset.isUpward ? "up" : "down") from \(place(onset.row, index)); "
        + "\(count) of \(counted(lines.count, "column")) left \(count == 1 ? "its" : "their") range")
  }

  private func place(_ row: Int, _ index: Index) -> String {
    index.time.map { $0[row].short.description } ?? index.label(of: row)
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
