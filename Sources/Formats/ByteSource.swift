/// A file-like run of bytes that can be read at any position, from several threads at once.
package protocol ByteSource: Sendable {
  var count: Int { get }
  /// At most `count` bytes from `offset` on; fewer only at the end.
  func read(at offset: Int, count: Int) throws(FormatError) -> [UInt8]
}

/// Bytes in memory.
package struct MemorySource: ByteSource {
  package let bytes: [UInt8]
  package init(_ bytes: [UInt8]) { self.bytes = bytes }
  package var count: Int { bytes.count }
  package func read(at offset: Int, count: Int) throws(FormatError) -> [UInt8] {
    Array(bytes[min(offset, bytes.count)..<min(offset + count, bytes.count)])
  }
}

/// Why bytes could not be read as what they should be.
package enum FormatError: Error, Sendable, Equatable {
  /// The operating system's words.
  case unreadable(String)
  /// What is wrong, and the byte at which it was seen.
  case malformed(String, offset: Int)
  /// As above, with a 1-based line for text formats.
  case malformedLine(String, line: Int)
  case unsupported(String)
  case cancelled
}
