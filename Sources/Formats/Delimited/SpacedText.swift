import Numerics

/// Tables whose cells stand apart by runs of spaces, as programs of science and engineering print them.
enum SpacedText {
  /// Larger files are read as they are.
  private static let mostBytes = 1 << 30
  private static let sampleSize = 65_536

  /// The outline and the text with single spaces, if that makes a better table than what was seen; else nil.
  static func outline(
    _ file: any ByteSource, options: DelimitedOptions, instead seen: DelimitedOutline
  ) throws(FormatError) -> (DelimitedOutline, any ByteSource)? {
    let isSplit = seen.dialect.delimiter == space
    guard options.delimiter == nil || options.delimiter == space, isSplit || seen.columns.count == 1 else {
      return nil
    }
    let sample = try TextBytes(file, limit: sampleSize)
    let head = try sample.source.read(at: sample.start, count: sampleSize)
    guard hasRuns(head) else { return nil }
    let text = try TextBytes(file)
    let size = text.source.count - text.start
    guard size <= mostBytes else { return nil }
    let source = MemorySource(single(try text.source.read(at: text.start, count: size)))
    guard var outline = try? DelimitedOutline(sniffing: source, options: options),
      outline.dialect.delimiter == space, outline.columns.count > 1
    else { return nil }
    // Prose has runs of spaces, too.
    let numbers = outline.columns.count { if case .number = $0.kind { true } else { false } }
    guard isSplit || numbers * 2 > outline.columns.count else { return nil }
    outline.isSpaced = true
    return (outline, source)
  }

  private static let space = UInt8(ascii: " ")

  /// Whether spaces stand next to each other or at the ends of lines; quotes may hold such.
  private static func hasRuns(_ bytes: [UInt8]) -> Bool {
    if bytes.contains(UInt8(ascii: "\"")) || bytes.contains(9) { return false }
    var last = UInt8(10)
    for byte in bytes {
      if byte == space, last == space || last == 10 { return true }
      if byte == 10 || byte == 13, last == space { return true }
      last = byte
    }
    return false
  }

  /// Each run as one space, none at the ends of lines.
  private static func single(_ bytes: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count)
    var isWaiting = false
    for byte in bytes {
      if byte == space {
        isWaiting = true
        continue
      }
      if isWaiting, byte != 10, byte != 13, let last = result.last, last != 10, last != 13 {
        result.append(space)
      }
      isWaiting = false
      result.append(byte)
    }
    return result
  }
}
