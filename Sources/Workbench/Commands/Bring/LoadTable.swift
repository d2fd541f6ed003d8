import Formats
import Language
import Numerics
import Values

struct LoadTable: WorldCommand {
  static let paths = Parameter<[String]>.inputs(
    "path", help: "Text files or globs such as \"data/*.csv\"; each file becomes a segment.")
  static let time = Parameter<String?>.name(
    "time", help: "The column that tells when a row was; it becomes the index, and the result a series.")
  static let labels = Parameter<[String]>.names(
    "labels", help: "Columns of ground truth; no detector, encoder or threshold sees them.")
  static let id = Parameter<String?>.name("id", help: "The column that names the rows.")
  static let key = Parameter<String?>.name(
    "key", help: "Of a long table, the column that names what a row measures; with --time and --value.")
  static let value = Parameter<String?>.name(
    "value", help: "Of a long table, the column of what was measured.")
  static let delimiter = Parameter<String?>.choice(
    "delimiter",
    of: [
      Choice("comma", ","), Choice("semicolon", ";"), Choice("tab", "the tabulator"), Choice("bar", "|"),
      Choice("blank", "one blank"),
    ], help: "What stands between cells; found out if absent.")
  static let decimal = Parameter<String?>.choice(
    "decimal", of: [Choice("point", "1.5"), Choice("comma", "1,5")],
    help: "How fractions are written; found out if absent.")
  static let header = Parameter<Bool?>.optional(
    "header", .flag, help: "Whether the first line names the columns; found out if absent."
  ) { if case .flag(let on) = $0 { on } else { nil } }
  static let skip = Parameter<Int>.integer(
    "skip", in: 0...10_000, default: 0, help: "Lines before the header that are left out.")
  static let sheet = Parameter<String?>.name(
    "sheet", help: "The sheet of an Excel workbook; the first that is shown if absent.")
  static let dates = Parameter<String?>.choice(
    "dates",
    of: [
      Choice("ymd", "2026-03-01"), Choice("dmy", "01/03/2026 is in March"),
      Choice("mdy", "03/01/2026 is in March"), Choice("named", "Mar 1 2026"),
    ], help: "The order of dates; found out if absent, as far as it can be.")
  static let zone = Parameter<String?>.name(
    "zone", help: "The zone of times without one, such as +02:00; UTC if absent.")
  static let nulls = Parameter<[String]>.names(
    "nulls", help: "Words for a missing cell besides the empty one, NA, N/A, NaN and null.")
  static let text = Parameter<[String]>.names(
    "text", help: "Columns that stay text whatever they look like.")
  static let category = Parameter<[String]>.names(
    "category", help: "Columns that become categories whatever they look like.")

  let spec = CommandSpec(
    "load", "table", "Reads columns from CSV and similar text files, also packed, and Excel workbooks.",
    discussion: """
      Delimiter, quotes, decimal mark, header, types and character set are found out from the first 64 KB; options \
      overrule. Cells are numbers, times, true or false, categories or text. Digits of numbers may stand in groups of three with \
      a mark between them (1,234.5 or 1'234), which is told. A column of which more than 95 percent \
      fits its type keeps it: other cells are missing, and are counted under the result with their first line. Records \
      with too few cells lack the rest; records with too many lose all, since nobody knows which cell is which. Empty \
      lines are no rows. Files packed with gzip or zstd, or alone in a zip archive, are unpacked. Of workbooks (.xlsx) the first sheet is read, or the \
      one that --sheet names, with the values that formulas had when it was saved.

      Times are ISO 8601 or dates with strokes or points, with or without a zone; numbers in the time column count \
      seconds, milliseconds, microseconds or nanoseconds from 1970, by their size. Rows without a time are left out \
      and counted. With --key and --value each name of a long table becomes a column over the times of all, missing where \
      it was not measured. Columns are ordinary features unless --labels or --id says otherwise. Quotes follow RFC 4180.
      """,
    parameters: [
      paths.base, time.base, labels.base, id.base, key.base, value.base, delimiter.base, decimal.base,
      header.base, skip.base, sheet.base,
      dates.base, zone.base, nulls.base, text.base, category.base,
    ], output: .table, reach: .read,
    examples: [
      Example("generate pump-station --minutes 5 --seed 7 | export --to station.csv --overwrite"),
      Example("pump = load table station.csv --time time --labels fault,cause"),
      Example("raw = load table station.csv --text cause"),
    ])

  func shape(of call: CheckedCall, in scope: any Scope, world: World) throws(Diagnostic) -> ValueShape {
    let kind: ValueKind = call[Self.time] == nil ? .table : .series
    let paths = call[Self.paths]
    if call[Self.key] != nil { return ValueShape(kind: .series) }
    // Files that an earlier line of a script will write cannot be looked at yet.
    if paths.contains(where: { world.files.files(matching: $0).isEmpty }) { return ValueShape(kind: kind) }
    do throws(Failure) {
      let loading = try TableLoading(call, world: world, most: 1)
      return ValueShape(kind: kind, columns: loading.columnShapes)
    } catch {
      throw error.diagnostic
    }
  }

  func run(_ call: Invocation, work: Work, world: World) throws(Failure) -> Value {
    let loading = try TableLoading(call.call, world: world)
    let (frame, notes) = try loading.read(work: work)
    for note in notes { call.note(note) }
    if call[Self.key] != nil || call[Self.value] != nil {
      guard let names = call[Self.key], let values = call[Self.value], call[Self.time] != nil else {
        throw call.blame(
          call[Self.key] == nil ? Self.value.base : Self.key.base, "E0524",
          "a long table needs three columns: time, name and value", label: "not alone",
          remedy: "Give `--time`, `--key` and `--value`.")
      }
      return .series(try LongTable(names: names, values: values).wide(frame, call))
    }
    return call[Self.time] == nil ? .table(frame) : .series(frame)
  }
}
