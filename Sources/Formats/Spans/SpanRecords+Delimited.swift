package import Numerics
import Values

extension SpanRecords {
  /// Reads CSV or similar text with a span a line, its columns known by their names.
  package mutating func read(delimited source: any ByteSource, work: Work) throws(FormatError) {
    var options = DelimitedOptions()
    options.hasHeader = true
    let table: DelimitedTable
    let fields: SpanFields
    do throws(TableFailure) {
      let outline = try DelimitedReader([source], options: options)
      let names = outline.columns.map(\.name)
      fields = SpanFields(names)
      guard fields.lack == nil else {
        throw TableFailure(0, .unsupported("no column names \(fields.lack ?? "")"))
      }
      // Numbers of 64 bits do not fit a double.
      options.texts = names
      table = try DelimitedReader([source], options: options).read(work: work)
    } catch {
      guard case .format(let problem) = error.problem else { throw .unsupported("its columns differ") }
      throw problem
    }
    var cells = [String](repeating: "", count: table.columns.count)
    for row in 0..<table.rowCount {
      if row % 4096 == 0, work.isCancelled() { throw .cancelled }
      for place in cells.indices {
        cells[place] = table.columns[place].isNull(row) ? "" : table.columns[place].plainCell(row)
      }
      if let span = fields.span(cells) {
        add(checked: span)
      } else {
        refuse("row \(row + 1) has no time that can be read")
      }
    }
  }

  /// Whether the names of columns are those of spans.
  package static func isTelling(_ names: [String]) -> Bool { SpanFields(names).isTelling }
}
