/// Texts end to end in one buffer; a million short texts cost two allocations.
package struct TextColumn: Sendable, Equatable {
  /// `offsets[i]..<offsets[i + 1]` are the bytes of text `i`.
  package private(set) var offsets: [Int]
  package private(set) var bytes: [UInt8]

  package init() {
    offsets = [0]
    bytes = []
  }

  package init(_ texts: some Sequence<String>) {
    self.init()
    for text in texts { append(text.utf8) }
  }

  /// Takes over ready-made buffers; invalid UTF-8 is replaced when a text is read.
  package init(offsets: [Int], bytes: [UInt8]) {
    precondition(offsets.first == 0 && offsets.last == bytes.count, "the offsets do not cover the bytes")
    self.offsets = offsets
    self.bytes = bytes
  }

  package var count: Int { offsets.count - 1 }
  package subscript(row: Int) -> String {
    String(decoding: bytes[offsets[row]..<offsets[row + 1]], as: UTF8.self)
  }

  package mutating func append(_ utf8: some Sequence<UInt8>) {
    bytes.append(contentsOf: utf8)
    offsets.append(bytes.count)
  }

  package func selecting(_ rows: [Int]) -> TextColumn {
    var picked = TextColumn()
    for row in rows { picked.append(bytes[offsets[row]..<offsets[row + 1]]) }
    return picked
  }
}
