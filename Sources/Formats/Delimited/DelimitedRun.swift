import Numerics
import Synchronization
import Values

/// One reading of some files: plans, passes over the bytes, columns.
struct DelimitedRun {
  private struct File: Sendable {
    let text: TextBytes
    let plan: ChunkPlan
  }

  private struct Chunk: Sendable {
    let file: Int
    let place: ChunkPlan.Chunk
  }

  /// What a chunk gave, with offsets turned into lines.
  private struct Outcome: Sendable {
    var chunk: CellChunk
    var misfitLines: [Int]
    var shortLine = 0
    var longLine = 0
  }

  /// With more levels, of which most occur once, a category is a text.
  private static let mostLevels = 4096

  private let options: DelimitedOptions
  private let outlines: [DelimitedOutline]
  private let columns: [DelimitedColumn]
  private var kinds: [CellKind]
  private var files: [File] = []
  private var chunks: [Chunk] = []
  private var rows = 0
  private var notes: [DelimitedNote] = []
  private var finished: [Column?]

  init(options: DelimitedOptions, outlines: [DelimitedOutline], columns: [DelimitedColumn]) {
    self.options = options
    self.outlines = outlines
    self.columns = columns
    kinds = columns.map(\.kind)
    finished = [Column?](repeating: nil, count: columns.count)
  }

  mutating func plan(_ sources: [any ByteSource], work: Work, chunkSize: Int) throws(TableFailure) {
    for (number, source) in sources.enumerated() {
      do throws(FormatError) {
        let text = try TextBytes(source) { !work.isCancelled() }
        let plan = try ChunkPlan(
          text, outline: outlines[number], firstRow: rows, work: work, size: chunkSize)
        chunks += plan.chunks.map { Chunk(file: number, place: $0) }
        rows += plan.rows
        if text.encoding != .utf8 { notes.append(.encoding(text.encoding, file: number)) }
        if !plan.isUTF8 { notes.append(.encoding(.windows1252, file: number)) }
        files.append(File(text: text, plan: plan))
      } catch {
        throw TableFailure(number, error)
      }
    }
    if let first = outlines.first, first.headerLines > 1 { notes.append(.headers(lines: first.headerLines)) }
    if let first = outlines.first, first.isSpaced { notes.append(.spaced) }
    if let first = outlines.first, first.remarkLines > 0 { notes.append(.remarks(lines: first.remarkLines)) }
    if let first = outlines.first, !first.renamed.isEmpty { notes.append(.renamed(first.renamed)) }
    for column in columns where column.isAmbiguous { notes.append(.ambiguousDates(column: column.name)) }
  }

  mutating func read(work: Work) throws(TableFailure) -> DelimitedTable {
    var open = Array(columns.indices)
    var pass = 0
    while !open.isEmpty {
      open = try readPass(open, pass: pass, work: work)
      pass += 1
    }
    var kept: [Column] = []
    for (column, outline) in zip(finished, columns) {
      guard let column else { continue }
      if column.nullCount == rows, outlines[0].renamed.contains(outline.name),
        outline.name.hasPrefix("column")
      {
        notes.append(.emptyColumn(outline.name))
      } else {
        kept.append(column)
      }
    }
    return DelimitedTable(columns: kept, rows: files.map(\.plan.rows), notes: notes)
  }

  /// Reads some columns, and gives back those that must be read again as something else.
  private mutating func readPass(_ open: [Int], pass: Int, work: Work) throws(TableFailure) -> [Int] {
    let stores = columns.indices.map { index in
      CellStore(open.contains(index) ? kinds[index] : .skipped, count: rows)
    }
    var outcomes = try parse(into: stores, work: work)
    if pass == 0 { noteRagged(outcomes) }
    var again: [Int] = []
    for index in open {
      if let other = retyped(index, outcomes, pass: pass) {
        kinds[index] = other
        again.append(index)
      }
    }
    let done = open.filter { !again.contains($0) }
    for index in done {
      noteGrouped(index, outcomes)
      noteMisfits(index, outcomes)
    }
    // Texts are taken out one column at a time, so that they are never there twice as a whole.
    for index in done where kinds[index] == .text {
      let parts = outcomes.indices.map { chunk in
        var texts = CellTexts()
        swap(&texts, &outcomes[chunk].chunk.texts[index])
        return texts
      }
      finished[index] = texts(index, parts)
    }
    let settled = outcomes
    let others = done.filter { kinds[$0] != .text }
    do throws(Cancelled) {
      let built = try work.map(others.count, stage: "making columns") { [self] position in
        column(others[position], stores[others[position]], settled)
      }
      for (index, column) in zip(others, built) { finished[index] = column }
    } catch {
      throw TableFailure(0, .cancelled)
    }
    return again
  }

  private func parse(into stores: [CellStore], work: Work) throws(TableFailure) -> [Outcome] {
    let parsers = outlines.map { outline in
      CellParser(
        dialect: outline.dialect, nulls: options.nullWords,
        columns: outline.columns.map { column in
          columns.firstIndex { $0.name == column.name }.map { stores[$0] } ?? CellStore(.skipped, count: rows)
        })
    }
    let order = outlines.map { outline in
      columns.map { column in outline.columns.firstIndex { $0.name == column.name } ?? 0 }
    }
    let found = Mutex<[Outcome?]>([Outcome?](repeating: nil, count: chunks.count))
    let failures = Failures()
    let (chunks, files) = (chunks, files)
    do throws(Cancelled) {
      try work.forEachChunk(of: chunks.count, size: 1, stage: "reading") { number, _ in
        let chunk = chunks[number]
        do throws(FormatError) {
          let outcome = try Self.outcome(
            chunk.place, files[chunk.file].text, parsers[chunk.file], order: order[chunk.file])
          found.withLock { $0[number] = outcome }
        } catch {
          failures.add(error, at: number)
        }
      }
    } catch {
      throw TableFailure(0, .cancelled)
    }
    if let (chunk, error) = failures.earliest { throw TableFailure(chunks[chunk].file, error) }
    return found.withLock { $0.compactMap(\.self) }
  }

  private static func outcome(
    _ place: ChunkPlan.Chunk, _ text: TextBytes, _ parser: CellParser, order: [Int]
  ) throws(FormatError) -> Outcome {
    let count = place.bytes.count
    var bytes = try text.source.read(at: place.bytes.lowerBound, count: count + CellParser.padding)
    if bytes.count < count + CellParser.padding {
      bytes.append(contentsOf: [UInt8](repeating: 0, count: count + CellParser.padding - bytes.count))
    }
    let chunk = parser.parse(bytes, count: count, firstRow: place.firstRow, rows: place.rows)
    guard chunk.rows == place.rows else { throw .unreadable("it changed while it was read") }
    func line(_ offset: Int) -> Int {
      place.lines + 1 + bytes[..<offset].count { $0 == parser.dialect.newline }
    }
    return Outcome(
      chunk: chunk.reordered(order),
      misfitLines: order.map { column in
        chunk.misfits[column].count > 0 ? line(chunk.misfits[column].offset) : 0
      },
      shortLine: chunk.short.first.first.map { line($0.offset) } ?? 0,
      longLine: chunk.long.first.first.map { line($0.offset) } ?? 0)
  }

  private mutating func noteRagged(_ outcomes: [Outcome]) {
    let short = outcomes.reduce(0) { $0 + $1.chunk.short.count }
    if short > 0, let first = outcomes.firstIndex(where: { $0.chunk.short.count > 0 }) {
      notes.append(
        .shortRecords(
          count: short, file: chunks[first].file, line: outcomes[first].shortLine,
          cells: outcomes[first].chunk.short.first[0].cells))
    }
    let long = outcomes.reduce(0) { $0 + $1.chunk.long.count }
    if long > 0, let first = outcomes.firstIndex(where: { $0.chunk.long.count > 0 }) {
      notes.append(
        .longRecords(
          count: long, file: chunks[first].file, line: outcomes[first].longLine,
          cells: outcomes[first].chunk.long.first[0].cells))
    }
  }

  /// What the column should be instead; nil if it is what it was taken for.
  private mutating func retyped(_ index: Int, _ outcomes: [Outcome], pass: Int) -> CellKind? {
    if kinds[index] == .category {
      return outcomes.contains { $0.chunk.dictionaries[index].isFull } ? .text : nil
    }
    let misfits = outcomes.reduce(0) { $0 + $1.chunk.misfits[index].count }
    guard misfits > 0, let first = outcomes.firstIndex(where: { $0.chunk.misfits[index].count > 0 }) else {
      return nil
    }
    let text = outcomes[first].chunk.misfits[index].text
    let missing = outcomes.reduce(0) { $0 + $1.chunk.missing[index] }
    let present = rows - missing + misfits
    if Double(misfits) <= (1 - ColumnGuess.share) * Double(present) { return nil }
    // What the cells that did not fit look like, one a chunk.
    let samples = outcomes.compactMap { outcome in
      outcome.chunk.misfits[index].count > 0
        ? SampleRecords.Cell(text: outcome.chunk.misfits[index].text) : nil
    }
    let guess = ColumnGuess(dialect: outlines[0].dialect, options: options)
      .column(columns[index].name, samples)
    let wasEmpty = present == misfits
    if columns[index].isKnown || !wasEmpty {
      notes.append(
        .retyped(
          column: columns[index].name, from: kinds[index].name,
          text: String(decoding: text, as: UTF8.self), file: chunks[first].file,
          line: outcomes[first].misfitLines[index]))
    }
    if pass == 0, wasEmpty, guess.kind != kinds[index], guess.kind != .number { return guess.kind }
    return .category
  }

  private mutating func noteGrouped(_ index: Int, _ outcomes: [Outcome]) {
    let cells = outcomes.map(\.chunk.grouped[index])
    guard let first = cells.first(where: { $0.count > 0 }),
      let number = NumberScanner(decimal: outlines[0].dialect.decimal).grouped(first.text)
    else { return }
    notes.append(
      .grouped(
        column: columns[index].name, count: cells.reduce(0) { $0 + $1.count },
        text: String(decoding: first.text, as: UTF8.self), number: number))
  }

  private mutating func noteMisfits(_ index: Int, _ outcomes: [Outcome]) {
    let count = outcomes.reduce(0) { $0 + $1.chunk.misfits[index].count }
    guard count > 0, let first = outcomes.firstIndex(where: { $0.chunk.misfits[index].count > 0 }) else {
      return
    }
    notes.append(
      .misfits(
        column: columns[index].name, type: kinds[index].name, count: count, file: chunks[first].file,
        line: outcomes[first].misfitLines[index],
        text: String(decoding: outcomes[first].chunk.misfits[index].text, as: UTF8.self)))
  }

  private func column(_ index: Int, _ store: CellStore, _ outcomes: [Outcome]) -> Column {
    let name = columns[index].name
    switch kinds[index] {
    case .number:
      let numbers = store.numbers
      return Column(name, .number(numbers), nulls: mask(numbers.count) { numbers[$0].isNaN })
    case .time:
      let times = store.times
      let nulls = mask(times.count) { times[$0] == CellStore.missingTime }
      return Column(
        name, .time(nulls == nil ? times : times.map { $0 == CellStore.missingTime ? 0 : $0 }), nulls: nulls)
    case .bool:
      let bits = store.bits
      return Column(name, .bool(bits.map { $0 == 1 }), nulls: mask(bits.count) { bits[$0] == 2 })
    case .category, .text, .skipped:
      let levels = unify(index, store, outcomes)
      let codes = store.codes
      let nulls = mask(codes.count) { codes[$0] < 0 }
      let isText = levels.count > Self.mostLevels && levels.count * 2 > rows - (nulls?.setCount ?? 0)
      return isText
        ? Column(name, .text(Self.texts(codes, levels)), nulls: nulls)
        : Column(name, .category(codes: codes, levels: levels), nulls: nulls)
    }
  }

  private static func texts(_ codes: [Int32], _ levels: [String]) -> TextColumn {
    let bytes = levels.map { Array($0.utf8) }
    var texts = TextColumn()
    for code in codes { texts.append(code < 0 ? [] : bytes[Int(code)]) }
    return texts
  }

  private func mask(_ count: Int, _ isMissing: (Int) -> Bool) -> Mask? {
    var mask: Mask?
    for row in 0..<count where isMissing(row) {
      if mask == nil { mask = Mask(count: count) }
      mask?[row] = true
    }
    return mask
  }

  /// Brings the codes of all chunks to one list of levels, in the order in which they first appear.
  private func unify(_ index: Int, _ store: CellStore, _ outcomes: [Outcome]) -> [String] {
    var levels: [String] = []
    var known: [[UInt8]: Int32] = [:]
    for (outcome, chunk) in zip(outcomes, chunks) {
      let table = outcome.chunk.dictionaries[index].levels.map { bytes in
        if let code = known[bytes] { return code }
        let code = Int32(levels.count)
        known[bytes] = code
        levels.append(String(decoding: decoded(bytes, chunk.file), as: UTF8.self))
        return code
      }
      let first = chunk.place.firstRow
      store.translate(first..<first + chunk.place.rows, by: table)
    }
    return levels
  }

  private func decoded(_ bytes: [UInt8], _ file: Int) -> [UInt8] {
    files[file].plan.isUTF8 ? bytes : TextEncoding.utf8(fromWindows1252: bytes)
  }

  private func texts(_ index: Int, _ parts: [CellTexts]) -> Column {
    var offsets = [0]
    offsets.reserveCapacity(rows + 1)
    var bytes: [UInt8] = []
    bytes.reserveCapacity(parts.reduce(0) { $0 + $1.bytes.count })
    var nulls: Mask?
    for (part, chunk) in zip(parts, chunks) {
      if files[chunk.file].plan.isUTF8 {
        let base = bytes.count
        bytes += part.bytes
        for end in part.ends { offsets.append(base + end) }
      } else {
        var start = 0
        for end in part.ends {
          bytes += decoded(Array(part.bytes[start..<end]), chunk.file)
          offsets.append(bytes.count)
          start = end
        }
      }
      for row in part.missing {
        if nulls == nil { nulls = Mask(count: rows) }
        nulls?[row] = true
      }
    }
    return Column(columns[index].name, .text(TextColumn(offsets: offsets, bytes: bytes)), nulls: nulls)
  }
}

extension CellKind {
  /// As people call it.
  package var name: String {
    switch self {
    case .number: "number"
    case .bool: "bool"
    case .category: "category"
    case .text: "text"
    case .time: "time"
    case .skipped: "nothing"
    }
  }
}
