package import Numerics
import Synchronization
import Values

/// Reads comma-separated and similar text: quickly, in two passes, with a note of everything that did not fit.
///
/// The first pass counts records, so that the second can put every cell where it belongs: memory stays at the columns
/// themselves and a chunk a thread. A column whose first rows misled is read again as what it is.
///
/// - Complexity: O(bytes), spread over the threads.
/// - Source: the grammar of RFC 4180, with any delimiter and with quotes that count at the start of a cell only.
package struct DelimitedReader: Sendable {
  package let options: DelimitedOptions
  package let outlines: [DelimitedOutline]
  /// The columns of all files, in the order of the first.
  package let columns: [DelimitedColumn]
  private let sources: [any ByteSource]
  private let chunkSize: Int

  /// Looks at the beginning of each file.
  package init(
    _ files: [any ByteSource], options: DelimitedOptions = DelimitedOptions(), chunkSize: Int = ChunkPlan.size
  ) throws(TableFailure) {
    self.options = options
    self.chunkSize = chunkSize
    var sources = files
    var outlines: [DelimitedOutline] = []
    for (number, file) in files.enumerated() {
      do throws(FormatError) {
        let outline = try DelimitedOutline(sniffing: file, options: options)
        if let (spaced, source) = try SpacedText.outline(file, options: options, instead: outline) {
          outlines.append(spaced)
          sources[number] = source
        } else {
          outlines.append(outline)
        }
      } catch {
        throw TableFailure(number, error)
      }
    }
    self.sources = sources
    self.outlines = outlines
    columns = try Self.merged(outlines)
    for name in options.texts + options.categories + (options.time.map { [$0] } ?? [])
    where !columns.contains(where: { $0.name == name }) {
      throw TableFailure(0, .unknownColumn(name, known: columns.map(\.name)))
    }
  }

  private static func merged(_ outlines: [DelimitedOutline]) throws(TableFailure) -> [DelimitedColumn] {
    guard var columns = outlines.first?.columns else { return [] }
    let names = columns.map(\.name)
    for (number, outline) in outlines.enumerated().dropFirst() {
      let found = outline.columns.map(\.name)
      if found == names {
        for index in columns.indices { columns[index] = columns[index].merged(outline.columns[index]) }
        continue
      }
      guard Set(found) == Set(names) else {
        throw TableFailure(
          number,
          .differentColumns(
            missing: names.filter { !found.contains($0) }, added: found.filter { !names.contains($0) }))
      }
      for column in outline.columns {
        if let index = names.firstIndex(of: column.name) { columns[index] = columns[index].merged(column) }
      }
    }
    return columns
  }

  /// Reads all rows.
  package func read(work: Work) throws(TableFailure) -> DelimitedTable {
    var run = DelimitedRun(options: options, outlines: outlines, columns: columns)
    try run.plan(sources, work: work, chunkSize: chunkSize)
    return try run.read(work: work)
  }
}

extension DelimitedColumn {
  /// What holds for both of two files.
  fileprivate func merged(_ other: DelimitedColumn) -> DelimitedColumn {
    let kind: CellKind =
      if !isKnown { other.kind } else if !other.isKnown || kind == other.kind {
        self.kind
      } else if kind == .text
        || other.kind == .text
      {
        .text
      } else {
        .category
      }
    return DelimitedColumn(
      name: name, kind: kind, isKnown: isKnown || other.isKnown, isAmbiguous: isAmbiguous || other.isAmbiguous
    )
  }
}
