import Numerics

extension DelimitedOutline {
  /// Looks at the beginning of a file: delimiter, quotes, decimal mark, header, names and types.
  package init(sniffing file: any ByteSource, options: DelimitedOptions) throws(FormatError) {
    do throws(FormatError) {
      try self.init(sniffing: file, options: options, bytes: Self.sampleSize)
    } catch .malformedLine {
      // Records of thousands of columns need more to be seen.
      try self.init(sniffing: file, options: options, bytes: Self.largeSampleSize)
    }
  }

  private init(sniffing file: any ByteSource, options: DelimitedOptions, bytes size: Int) throws(FormatError)
  {
    let text = try TextBytes(file, limit: size * 2)
    let bytes = try text.source.read(at: text.start, count: size)
    let isWhole = bytes.count < size
    if bytes.contains(0) { throw .unsupported("it holds zero bytes, so it is not text") }
    var dialect = CellDialect()
    if !bytes.contains(10), bytes.contains(13) { dialect.newline = 13 }
    let preamble = options.skippedLines > 0 ? Preamble() : Preamble(of: bytes, newline: dialect.newline)
    let skipped = try Self.skipLines(options.skippedLines + preamble.lines, bytes, dialect.newline)
    let sample = bytes[skipped...]
    dialect.delimiter = options.delimiter ?? preamble.delimiter ?? Self.delimiter(sample, dialect, isWhole)
    let split = SampleRecords(sample, dialect: dialect, isWhole: isWhole)
    guard let first = split.records.first else {
      throw split.ends.isEmpty && !sample.allSatisfy({ $0 == 10 || $0 == 13 || $0 == 32 })
        ? .malformedLine("the first record is longer than 4 MB or a quote stays open", line: 1)
        : .malformed("there is nothing in it", offset: 0)
    }
    dialect.decimal = options.decimal ?? Self.decimal(split, delimiter: dialect.delimiter)
    dialect.quotesMatter = split.quotesMatter(dialect, nulls: options.nullWords)
    let guess = ColumnGuess(dialect: dialect, options: options)
    let width = split.width.cells
    // A header without a name for the row names that stand first.
    let lacksOne = first.count + 1 == width && split.records.count > 1
    let hasHeader =
      options.hasHeader ?? preamble.marksHeader
      || guess.isHeader(first, before: Array(split.records.dropFirst()))
    var names = hasHeader ? first.map { $0.trimmed } : []
    if preamble.marksHeader, hasHeader { names[0] = names[0].drop { $0 == 35 || $0 == 32 } }
    if hasHeader, lacksOne { names.insert([], at: 0) }
    while names.count < (hasHeader ? names.count : width) { names.append([]) }
    let more = hasHeader && !lacksOne ? guess.moreHeaders(split.records) : 0
    for record in split.records.dropFirst().prefix(more) {
      // A line with nothing but a first cell names the rows.
      let namesRows = record.dropFirst().allSatisfy(\.trimmed.isEmpty)
      for (place, cell) in record.enumerated() where place < names.count && !cell.trimmed.isEmpty {
        names[place] =
          place == 0 && namesRows || names[place].isEmpty
          ? cell.trimmed : (names[place] + [46] + cell.trimmed)[...]
      }
    }
    let named = Self.names(names)
    let data = hasHeader ? Array(split.records.dropFirst(1 + more)) : split.records
    columns = named.names.enumerated().map { index, name in
      guess.column(name, data.compactMap { $0.count > index ? $0[index] : nil })
    }
    renamed = hasHeader ? named.changed : []
    self.dialect = dialect
    self.hasHeader = hasHeader
    remarkLines = preamble.lines
    encoding = text.encoding
    headerLines = hasHeader ? 1 + more : 0
    body = text.start + (hasHeader ? split.ends[more] : skipped)
  }

  private static func skipLines(_ count: Int, _ bytes: [UInt8], _ newline: UInt8) throws(FormatError) -> Int {
    var at = 0
    for _ in 0..<count {
      guard let end = bytes[at...].firstIndex(of: newline) else {
        throw .malformedLine("there are fewer lines than are to be skipped", line: 1)
      }
      at = end + 1
    }
    return at
  }

  /// The rarer the delimiter is in prose and numbers, the earlier it is tried.
  private static func delimiter(_ sample: ArraySlice<UInt8>, _ dialect: CellDialect, _ isWhole: Bool) -> UInt8
  {
    var best: (delimiter: UInt8, share: Double) = (44, 0)
    for candidate in [9, 59, 124, 44, 32] as [UInt8] {
      var dialect = dialect
      dialect.delimiter = candidate
      let split = SampleRecords(sample, dialect: dialect, isWhole: isWhole)
      let width = split.width
      guard width.cells >= 2 else { continue }
      // The header agrees with the rest, but for the name of the row names.
      let header = split.records.first?.count ?? 0
      let share = header == width.cells || header + 1 == width.cells ? width.share : width.share / 2
      if share > 0.95 { return candidate }
      if share > best.share { best = (candidate, share) }
    }
    return best.delimiter
  }

  /// A comma if more numbers are written with it; numbers that can be read in one way only decide, if there are any.
  private static func decimal(_ split: SampleRecords, delimiter: UInt8) -> UInt8 {
    if delimiter == 44 { return 46 }
    let (point, comma) = (NumberScanner(decimal: 46), NumberScanner(decimal: 44))
    var (sure, likely) = (0, 0)
    for cell in split.records.joined() {
      let text = cell.trimmed
      guard text.contains(44) || text.contains(46) else { continue }
      let withComma = comma.number(text) != nil
      let withPoint = point.number(text) != nil
      likely += (withComma ? 1 : 0) - (withPoint ? 1 : 0)
      sure += withComma || comma.grouped(text) != nil ? 1 : 0
      sure -= withPoint || point.grouped(text) != nil ? 1 : 0
    }
    return (sure != 0 ? sure : likely) > 0 ? 44 : 46
  }

  /// Names for all columns: trimmed, unique, never empty.
  private static func names(_ raw: [ArraySlice<UInt8>]) -> (names: [String], changed: [String]) {
    var names: [String] = []
    var seen: Set<String> = []
    var changed: [String] = []
    for (index, bytes) in raw.enumerated() {
      let isText = TextEncoding.isUTF8(bytes)
      let decoded = isText ? Array(bytes) : TextEncoding.utf8(fromWindows1252: bytes)
      var name = String(decoding: decoded, as: UTF8.self).split(whereSeparator: \.isNewline)
        .joined(separator: " ")
      if name.isEmpty { name = "column\(index + 1)" }
      let wished = name
      var number = 2
      while seen.contains(name) {
        name = "\(wished)_\(number)"
        number += 1
      }
      if name != wished || bytes.isEmpty { changed.append(name) }
      seen.insert(name)
      names.append(name)
    }
    return (names, changed)
  }
}
