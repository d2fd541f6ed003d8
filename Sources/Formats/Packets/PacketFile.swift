/// Walks over the packets of a capture file: pcap (micro- and nanoseconds, either byte order) and pcapng.
///
/// A window of the file is in memory at a time, and of each packet only its first bytes.
///
/// - Source: the PCAP and PCAPNG internet drafts of the IETF (draft-ietf-opsawg-pcap, -pcapng).
package struct PacketFile {
  /// One packet: when, how long it was on the wire, and its first bytes.
  package struct Packet {
    package let nanoseconds: Int64
    package let length: Int
    package let bytes: ArraySlice<UInt8>
    package let link: Int
  }

  private struct Interface {
    var link: Int
    /// Stamps a second.
    var unit: Double = 1e6
  }

  private let source: any ByteSource
  private var window: [UInt8] = []
  private var windowStart = 0
  private var at = 0
  private var isBigEndian = false
  private var isBlocks = false
  private var unit: Int64 = 1000
  private var interfaces: [Interface] = []
  /// Packets of interfaces or blocks that are not known, which are passed over.
  package private(set) var skipped = 0
  /// Where the file ends within a packet; nil if it does not.
  package private(set) var cutAt: Int?

  private static let windowSize = 4 << 20
  /// No link carries more; a larger claim is damage.
  private static let mostBytes = 1 << 20

  package static func isPackets(_ head: [UInt8]) -> Bool {
    let marks: [[UInt8]] = [
      [0xA1, 0xB2, 0xC3, 0xD4], [0xD4, 0xC3, 0xB2, 0xA1], [0xA1, 0xB2, 0x3C, 0x4D], [0x4D, 0x3C, 0xB2, 0xA1],
    ]
    if marks.contains(where: head.starts(with:)) { return true }
    return head.starts(with: [0x0A, 0x0D, 0x0D, 0x0A]) && head.count >= 12
      && (head[8..<12].elementsEqual([0x1A, 0x2B, 0x3C, 0x4D])
        || head[8..<12].elementsEqual([0x4D, 0x3C, 0x2B, 0x1A]))
  }

  package init(_ source: any ByteSource) throws(FormatError) {
    self.source = source
    let head = try source.read(at: 0, count: 24)
    guard Self.isPackets(head) else { throw .malformed("it begins like no capture of packets", offset: 0) }
    if head[0] == 0x0A {
      isBlocks = true
      return
    }
    guard head.count == 24 else { throw .malformed("its header is cut off", offset: head.count) }
    isBigEndian = head[0] == 0xA1
    let mark = isBigEndian ? Array(head[..<4]) : head[..<4].reversed()
    unit = mark[2] == 0x3C ? 1 : 1000
    // The upper bits tell of check sums.
    interfaces = [Interface(link: word(head, 20) & 0xFFFF)]
    at = 24
  }

  /// The next packet; nil at the end.
  package mutating func next() throws(FormatError) -> Packet? {
    isBlocks ? try nextBlock() : try nextRecord()
  }

  private mutating func nextRecord() throws(FormatError) -> Packet? {
    guard let head = try peek(16) else { return nil }
    let (seconds, fraction, stored, length) = (
      word(head, 0), word(head, 4), word(head, 8), word(head, 12)
    )
    guard stored <= Self.mostBytes else {
      throw .malformed("a packet claims \(stored) bytes", offset: at + 8)
    }
    let place = at + 16
    guard let bytes = try read(place, stored) else {
      cutAt = at
      return nil
    }
    at = place + stored
    return Packet(
      nanoseconds: Int64(seconds) * 1_000_000_000 + Int64(fraction) * unit, length: max(length, stored),
      bytes: bytes, link: interfaces[0].link)
  }

  private mutating func nextBlock() throws(FormatError) -> Packet? {
    while let head = try peek(12) {
      if head.starts(with: [0x0A, 0x0D, 0x0D, 0x0A]) {
        isBigEndian = head[8] == 0x1A
        interfaces = []
      }
      let (kind, size) = (word(head, 0), word(head, 4))
      guard size >= 12, size % 4 == 0, size <= 16 * Self.mostBytes else {
        throw .malformed("a block claims \(size) bytes", offset: at + 4)
      }
      guard let block = try read(at, size).map(Array.init) else {
        cutAt = at
        return nil
      }
      at += size
      switch kind {
      case 1 where size >= 20: interfaces.append(Self.interface(block, isBigEndian))
      case 6 where size >= 32:
        let (number, stored) = (word(block, 8), word(block, 20))
        guard interfaces.indices.contains(number), stored <= size - 32 else {
          skipped += 1
          continue
        }
        let stamp = Double(word(block, 12)) * 4_294_967_296 + Double(word(block, 16))
        let seconds = (stamp / interfaces[number].unit).rounded(.down)
        guard seconds < 9e9 else {
          skipped += 1
          continue
        }
        let rest = (stamp - seconds * interfaces[number].unit) / interfaces[number].unit
        return Packet(
          nanoseconds: Int64(seconds) * 1_000_000_000 + Int64(rest * 1e9),
          length: max(stored, word(block, 24)),
          bytes: block[28..<28 + stored], link: interfaces[number].link)
      case 2, 3: skipped += 1
      default: break
      }
    }
    return nil
  }

  /// The link and the resolution of stamps (option 9) of an interface.
  private static func interface(_ block: [UInt8], _ isBigEndian: Bool) -> Interface {
    func half(_ place: Int) -> Int {
      Int(block[isBigEndian ? place : place + 1]) << 8 | Int(block[isBigEndian ? place + 1 : place])
    }
    var interface = Interface(link: half(8))
    var place = 16
    while place + 4 <= block.count - 4 {
      let (code, length) = (half(place), half(place + 2))
      if code == 0 || place + 4 + length > block.count - 4 { break }
      if code == 9, length == 1 {
        let exponent = Int(block[place + 4] & 0x7F)
        let base = block[place + 4] & 0x80 == 0 ? 10.0 : 2
        var unit = 1.0
        for _ in 0..<min(exponent, 64) { unit *= base }
        interface.unit = unit
      }
      place += 4 + (length + 3) / 4 * 4
    }
    return interface
  }

  /// The share of the file that was read.
  package var progress: Double { source.count > 0 ? Double(at) / Double(source.count) : 1 }

  private func word(_ bytes: [UInt8], _ place: Int) -> Int {
    (0..<4).reduce(0) { $0 << 8 | Int(bytes[isBigEndian ? place + $1 : place + 3 - $1]) }
  }

  private mutating func peek(_ count: Int) throws(FormatError) -> [UInt8]? {
    if at < source.count, at + count > source.count { cutAt = at }
    return try read(at, count).map(Array.init)
  }

  /// nil if the file ends before.
  private mutating func read(_ place: Int, _ count: Int) throws(FormatError) -> ArraySlice<UInt8>? {
    guard place + count <= source.count else { return nil }
    if place < windowStart || place + count > windowStart + window.count {
      window = try source.read(at: place, count: max(count, Self.windowSize))
      windowStart = place
      guard count <= window.count else { return nil }
    }
    let from = place - windowStart
    return window[from..<from + count]
  }
}
