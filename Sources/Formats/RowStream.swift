package import Numerics
package import Values

/// Rows of a file in parts that are read when they are needed, so that files may be larger than memory.
package struct RowStream: Sendable {
  /// Rows that follow one another, from row `first` on.
  package struct Part: Sendable {
    package let first: Int
    package let columns: [Column]
    /// Cells of each column that are not what the rest of it is, and so are missing.
    package let misfits: [Int]
  }

  package struct Field: Sendable, Equatable {
    package let name: String
    package let type: ColumnType
  }

  package let fields: [Field]
  package let rowCount: Int
  private let parts: Int
  private let part: @Sendable (Int) throws(FormatError) -> Part

  init(
    fields: [Field], rowCount: Int, parts: Int, part: @escaping @Sendable (Int) throws(FormatError) -> Part
  ) {
    self.fields = fields
    self.rowCount = rowCount
    self.parts = parts
    self.part = part
  }

  /// So many parts are in memory at once, for each thread.
  private static let partsAThread = 4

  /// Works on all parts, some at a time and in parallel, and takes the results in the order of the rows.
  package func reduce<Result: Sendable>(
    work: Work, _ map: @Sendable (Part) -> Result, _ take: (Result) -> Void
  ) throws(FormatError) {
    let atOnce = work.threads * Self.partsAThread
    let quiet = Work(threads: work.threads, isCancelled: work.isCancelled)
    for start in stride(from: 0, to: parts, by: atOnce) {
      work.report(Double(start) / Double(parts), "reading")
      let results: [Swift.Result<Result, FormatError>]
      do throws(Cancelled) {
        results = try quiet.map(min(atOnce, parts - start)) { number in
          do throws(FormatError) { return .success(map(try part(start + number))) } catch {
            return .failure(error)
          }
        }
      } catch {
        throw .cancelled
      }
      for result in results { take(try result.get()) }
    }
  }
}

extension RowStream {
  /// The rows of a text file, with the types that its beginning shows.
  ///
  /// - Complexity: reads the file twice: once to find the rows, once for the cells.
  package init(
    delimited file: any ByteSource, options: DelimitedOptions, work: Work, partSize: Int = ChunkPlan.size
  ) throws(FormatError) {
    let outline = try DelimitedOutline(sniffing: file, options: options)
    let text = try TextBytes(file) { !work.isCancelled() }
    let plan = try ChunkPlan(text, outline: outline, firstRow: 0, work: work, size: partSize)
    let nulls = options.nullWords
    let parser = PartParser(text: text, plan: plan, dialect: outline.dialect, nulls: nulls)
    let kinds = try Self.kinds(outline, parser, options)
    let fields = zip(outline.columns, kinds).map { Field(name: $0.name, type: $1.type) }
    self.init(fields: fields, rowCount: plan.rows, parts: plan.chunks.count) { number throws(FormatError) in
      let place = plan.chunks[number]
      let stores = kinds.map { CellStore($0, count: place.rows) }
      let chunk = try parser.parse(place, into: stores)
      return Part(
        first: place.firstRow,
        columns: fields.indices.map {
          Self.column(fields[$0].name, stores[$0], chunk, $0, isUTF8: plan.isUTF8)
        }, misfits: chunk.misfits.map(\.count))
    }
  }

  /// So many parts are asked what a column holds that is empty at the beginning of the file.
  private static let partsToLookAt = 64

  private static func kinds(
    _ outline: DelimitedOutline, _ parser: PartParser, _ options: DelimitedOptions
  ) throws(FormatError) -> [CellKind] {
    var kinds = outline.columns.map(\.kind)
    let unknown = outline.columns.indices.filter { !outline.columns[$0].isKnown }
    if unknown.isEmpty { return kinds }
    var cells = [Int: [SampleRecords.Cell]]()
    let chunks = parser.plan.chunks
    for number in stride(from: 0, to: chunks.count, by: max(1, chunks.count / partsToLookAt)) {
      let stores = kinds.indices.map {
        CellStore(unknown.contains($0) ? .category : .skipped, count: chunks[number].rows)
      }
      let chunk = try parser.parse(chunks[number], into: stores)
      for place in unknown {
        cells[place, default: []] += chunk.dictionaries[place].levels.map { SampleRecords.Cell(text: $0) }
      }
    }
    let guess = ColumnGuess(dialect: outline.dialect, options: options)
    for place in unknown { kinds[place] = guess.column(outline.columns[place].name, cells[place] ?? []).kind }
    return kinds
  }

  private static func column(
    _ name: String, _ store: CellStore, _ chunk: CellChunk, _ place: Int, isUTF8: Bool
  ) -> Column {
    func text(_ bytes: [UInt8]) -> [UInt8] { isUTF8 ? bytes : TextEncoding.utf8(fromWindows1252: bytes) }
    switch store.kind {
    case .number: return Column(numbers: store.numbers, name: name)
    case .time:
      let nulls = Mask(store.times.map { $0 == CellStore.missingTime })
      return Column(name, .time(store.times.map { $0 == CellStore.missingTime ? 0 : $0 }), nulls: nulls)
    case .bool:
      return Column(name, .bool(store.bits.map { $0 == 1 }), nulls: Mask(store.bits.map { $0 == 2 }))
    case .category, .skipped:
      let levels = chunk.dictionaries[place].levels.map { String(decoding: text($0), as: UTF8.self) }
      return Column(
        name, .category(codes: store.codes, levels: levels), nulls: Mask(store.codes.map { $0 < 0 }))
    case .text:
      let cells = chunk.texts[place]
      var (texts, start) = (TextColumn(), 0)
      for end in cells.ends {
        texts.append(text(Array(cells.bytes[start..<end])))
        start = end
      }
      var nulls = Mask(count: texts.count)
      for row in cells.missing { nulls[row] = true }
      return Column(name, .text(texts), nulls: nulls)
    }
  }
}

extension RowStream {
  /// The samples of a plain WAV file, a column a channel; nil if it is coded in a way that is left to a decoder.
  package static func wave(_ source: any ByteSource) throws(FormatError) -> (rows: RowStream, rate: Double)? {
    guard let sound = try WaveFile.Samples(source) else { return nil }
    let size = 1 << 16
    let fields = (0..<sound.channels).map {
      Field(name: sound.channels == 1 ? "sound" : "channel\($0 + 1)", type: .number)
    }
    let stream = RowStream(
      fields: fields, rowCount: sound.frames, parts: (sound.frames + size - 1) / size
    ) { number throws(FormatError) in
      let first = number * size
      let channels = try sound.read(first..<min(sound.frames, first + size))
      return Part(
        first: first,
        columns: zip(fields, channels).map { Column(numbers: $1.map(Double.init), name: $0.name) },
        misfits: fields.map { _ in 0 })
    }
    return (stream, sound.rate)
  }
}

extension CellKind {
  var type: ColumnType {
    switch self {
    case .number: .number
    case .bool: .bool
    case .category, .skipped: .category
    case .text: .text
    case .time: .time
    }
  }
}

/// Parses the records of one chunk of a file.
private struct PartParser: Sendable {
  let text: TextBytes
  let plan: ChunkPlan
  let dialect: CellDialect
  let nulls: NullWords

  func parse(_ place: ChunkPlan.Chunk, into stores: [CellStore]) throws(FormatError) -> CellChunk {
    let count = place.bytes.count
    var bytes = try text.source.read(at: place.bytes.lowerBound, count: count + CellParser.padding)
    if bytes.count < count + CellParser.padding {
      bytes += [UInt8](repeating: 0, count: count + CellParser.padding - bytes.count)
    }
    let chunk = CellParser(dialect: dialect, nulls: nulls, columns: stores)
      .parse(bytes, count: count, firstRow: 0, rows: place.rows)
    guard chunk.rows == place.rows else { throw .unreadable("it changed while it was read") }
    return chunk
  }
}
