import Numerics
import Synchronization

/// Where the records of a file lie, in stretches that threads can read by themselves.
struct ChunkPlan: Sendable {
  struct Chunk: Sendable {
    let bytes: Range<Int>
    /// The row of the first record, counted over all files.
    var firstRow: Int
    let rows: Int
    /// Lines of the file before this chunk.
    let lines: Int
  }

  private(set) var chunks: [Chunk] = []
  private(set) var rows = 0
  private(set) var isUTF8 = true

  /// Small enough for the caches, large enough that its ends do not matter.
  static let size = 1 << 20

  /// Counts the records of all chunks in parallel, then settles which chunks begin inside quotes.
  init(
    _ text: TextBytes, outline: DelimitedOutline, firstRow: Int, work: Work, size: Int = ChunkPlan.size
  ) throws(FormatError) {
    let body = outline.body
    let length = max(0, text.source.count - body)
    let slots = (length + size - 1) / size
    let found = Mutex<[Part?]>([Part?](repeating: nil, count: slots))
    let failures = Failures()
    do throws(Cancelled) {
      try work.forEachChunk(of: length, size: size, stage: "finding rows") { chunk, range in
        let nominal = range.lowerBound + body..<range.upperBound + body
        do throws(FormatError) {
          let part = try Part(text.source, nominal, from: body, outline.dialect)
          found.withLock { $0[chunk] = part }
        } catch {
          failures.add(error, at: chunk)
        }
      }
    } catch {
      throw .cancelled
    }
    if let (_, error) = failures.earliest { throw error }
    let head = try text.source.read(at: 0, count: body)
    try join(
      found.withLock { $0.compactMap(\.self) }, text, outline.dialect, firstRow: firstRow,
      lines: head.count { $0 == outline.dialect.newline })
  }

  /// A stretch between two newlines. All places count from the beginning of the text.
  private struct Part: Sendable {
    let start: Int
    let end: Int
    let records: Int
    let newlines: Int
    let firstRecord: Int?
    let openQuote: Int?
    let isUTF8: Bool

    /// The stretch begins behind the first newline at or before the nominal one's start, and ends likewise; nil if a
    /// record goes on through all of it.
    init?(
      _ source: any ByteSource, _ nominal: Range<Int>, from body: Int, _ dialect: CellDialect
    ) throws(FormatError) {
      // One byte more before, to see whether a newline is there, and some more behind, for the last line.
      let origin = max(body, nominal.lowerBound - 1)
      var read = try source.read(at: origin, count: nominal.upperBound - origin + 4096)
      var first = 0
      if nominal.lowerBound > body {
        let last = min(read.count, nominal.upperBound - origin - 1)
        guard let newline = read[..<last].firstIndex(of: dialect.newline) else { return nil }
        first = newline + 1
      }
      var seen = min(read.count, nominal.upperBound - origin - 1)
      var end = read[seen...].firstIndex(of: dialect.newline)
      var step = 65_536
      while end == nil, origin + read.count < source.count {
        seen = read.count
        read += try source.read(at: origin + read.count, count: step)
        end = read[seen...].firstIndex(of: dialect.newline)
        step = min(step * 2, 1 << 24)
      }
      self.init(
        read, first..<(end.map { $0 + 1 } ?? read.count), origin: origin, dialect, insideQuotes: false)
    }

    /// The same stretch if it begins inside quotes.
    init(insideQuotes part: Part, _ source: any ByteSource, _ dialect: CellDialect) throws(FormatError) {
      let bytes = try source.read(at: part.start, count: part.end - part.start)
      self.init(bytes, 0..<bytes.count, origin: part.start, dialect, insideQuotes: true)
    }

    private init(
      _ bytes: [UInt8], _ range: Range<Int>, origin: Int, _ dialect: CellDialect, insideQuotes: Bool
    ) {
      let scan = RecordScan(bytes, in: range, dialect: dialect, insideQuotes: insideQuotes)
      start = origin + range.lowerBound
      end = origin + range.upperBound
      records = scan.records
      newlines = scan.newlines
      firstRecord = scan.firstRecord.map { origin + $0 }
      openQuote = scan.openQuote.map { origin + $0 }
      isUTF8 = scan.isASCII || TextEncoding.isUTF8(bytes[range])
    }
  }

  private mutating func join(
    _ parts: [Part], _ text: TextBytes, _ dialect: CellDialect, firstRow: Int, lines: Int
  ) throws(FormatError) {
    var lines = lines
    /// Where the quote stands that the current part begins inside of.
    var open: Int?
    /// The records that wait for the place where the next ones begin.
    var pending: (start: Int, rows: Int, lines: Int)?
    var row = firstRow
    for part in parts {
      isUTF8 = isUTF8 && part.isUTF8
      let settled = open == nil ? part : try Part(insideQuotes: part, text.source, dialect)
      if let begin = settled.firstRecord {
        if let held = pending { finish(held, end: begin, &row) }
        // The lines before the first record belong to what went before.
        let before = try text.source.read(at: part.start, count: begin - part.start)
        pending = (begin, settled.records, lines + before.count { $0 == dialect.newline })
      }
      open = settled.openQuote.map { quote in settled.firstRecord == nil ? open ?? quote : quote }
      lines += part.newlines
    }
    if let held = pending { finish(held, end: text.source.count, &row) }
    rows = row - firstRow
    if let open {
      let before = try text.source.read(at: 0, count: open)
      throw .malformedLine(
        "a quote is opened and never closed", line: 1 + before.count { $0 == dialect.newline })
    }
  }

  private mutating func finish(_ held: (start: Int, rows: Int, lines: Int), end: Int, _ row: inout Int) {
    if held.rows > 0 {
      chunks.append(Chunk(bytes: held.start..<end, firstRow: row, rows: held.rows, lines: held.lines))
    }
    row += held.rows
  }
}

/// The first error of parallel chunks, by chunk.
final class Failures: Sendable {
  private let found = Mutex<(chunk: Int, error: FormatError)?>(nil)

  func add(_ error: FormatError, at chunk: Int) {
    found.withLock { if chunk < $0?.chunk ?? .max { $0 = (chunk, error) } }
  }

  var earliest: (chunk: Int, error: FormatError)? { found.withLock { $0 } }
}
