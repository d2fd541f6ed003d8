import Chronology
import Formats
import Language
import Notation
import Numerics
import Values

/// `describe file`: what `describe` says, of files that need not fit memory.
struct DescribeFile: WorldCommand {
  let spec = CommandSpec(
    "describe", "file", "Summarises a table or a sound that need not fit memory.",
    discussion: """
      Reads CSV and similar text, or plain WAV, part by part and keeps counts only. All numbers are those of all rows but \
      the quartiles, which are those of every k-th row, and `distinct`, which is left out for numbers of more than \
      \(RunningSummary.sampleSize) rows and for more different texts than that; a remark tells both. Columns are read as the \
      first 64 KB show them; cells that differ later are missing, and counted.
      """,
    parameters: [FileRows.path.base, FileRows.time.base], output: .table, reach: .read,
    examples: [
      Example("generate pump-station --minutes 5 --seed 7 | export --to station.csv --overwrite"),
      Example("describe file station.csv"),
      Example("describe file station.csv --time time"),
    ])

  func run(_ call: Invocation, work: Work, world: World) throws(Failure) -> Value {
    let rows = try FileRows(call, world: world, work: work)
    let fields = rows.stream.fields
    let total = rows.stream.rowCount
    let blank = fields.map { _ in RunningSummary(total: total, cells: DescribedColumn.cells) }
    var (summaries, misfits) = (blank, fields.map { _ in 0 })
    try rows.reduce(call, work) { part in
      var summaries = blank
      for place in fields.indices { summaries[place].take(part.columns[place], first: part.first) }
      return (summaries, part.misfits)
    } take: { more, missed in
      for place in fields.indices {
        summaries[place].append(more[place])
        misfits[place] += missed[place]
      }
    }
    let lines = fields.indices.map { place -> DescribedColumn in
      let (field, summary) = (fields[place], summaries[place])
      var line = DescribedColumn(
        name: field.name, type: rows.rate == nil ? field.type.rawValue : "sound",
        summary: summary.summary(of: field.type))
      switch field.type {
      case .number, .bool:
        line.sparkline =
          rows.hasOrder
          ? Sparkline.course(
            of: summary.course, cells: min(total, summary.course.count), range: summary.range)
          : Sparkline.histogram(of: summary.sample, cells: DescribedColumn.cells)
      case .category: line.sparkline = Sparkline.bars(Array(summary.counts.prefix(DescribedColumn.cells)))
      default: break
      }
      return line
    }
    for fact in rows.facts(lines) { call.note(fact) }
    for (place, count) in misfits.enumerated() where count > 0 {
      call.note(
        "\(counted(count, "cell")) of `\(fields[place].name)` are no \(fields[place].type.rawValue) and missing"
      )
    }
    if summaries.contains(where: \.isSampled) {
      call.note("quartiles are those of every \(max(1, total / RunningSummary.sampleSize)). row")
    }
    for fact in lines.compactMap(\.timeFact) { call.note(fact) }
    return .table(Describe.table(lines))
  }
}
