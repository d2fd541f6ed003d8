import Chronology
package import Values

/// Packets gathered into flows: what two ends say to each other under one protocol, in both directions.
///
/// A flow ends when it is silent for longer than the limit; later packets between the same ends begin a new one. Forward is
/// the direction of the first packet.
///
/// - Complexity: O(packets), memory O(flows).
/// - Source: the features follow CICFlowMeter (Lashkari et al., ICISSP 2017) where they have the same meaning.
/// - Differs: FIN and RST do not end a flow; fragments behind the first carry no ports and are flows of their own.
package struct FlowTable {
  package enum Transport: Int { case icmp = 1, tcp = 6, udp = 17, icmp6 = 58, sctp = 132 }

  private struct Key: Hashable {
    var one: [UInt8]
    var other: [UInt8]
    var onePort: UInt16
    var otherPort: UInt16
    var protocolNumber: UInt8
    /// The ends and the protocol are texts of a table.
    var name = ""
  }

  private struct Flow {
    var key: Key
    var first: Int64
    var last: Int64
    var packets = [0.0, 0.0]
    var bytes = [0.0, 0.0]
    var payload = [0.0, 0.0]
    var length = Moments()
    var gap = Moments()
    /// FIN, SYN, RST, PSH, ACK, URG.
    var flags = [Double](repeating: 0, count: 6)
  }

  /// Count, mean and spread as they grow (Welford, Technometrics 1962).
  private struct Moments {
    var count = 0.0
    var mean = 0.0
    var squares = 0.0
    var most = 0.0

    mutating func add(_ value: Double) {
      count += 1
      let step = value - mean
      mean += step / count
      squares += step * (value - mean)
      most = max(most, value)
    }
    var spread: Double { count > 1 ? (squares / (count - 1)).squareRoot() : 0 }
  }

  private var flows: [Flow] = []
  private var open: [Key: Int] = [:]
  private let idle: Int64
  package private(set) var packets = 0
  /// Packets that are not of the internet protocol, or damaged.
  package private(set) var others = 0

  private static let mostFlows = 5_000_000

  /// - Parameter idleSeconds: silence that ends a flow.
  package init(idleSeconds: Double) { idle = Int64(idleSeconds * 1e9) }

  package var count: Int { flows.count }

  package mutating func add(_ packet: PacketFile.Packet) throws(FormatError) {
    packets += 1
    guard let seen = PacketHead(packet) else {
      others += 1
      return
    }
    try add(
      Key(
        one: seen.source, other: seen.target, onePort: seen.sourcePort, otherPort: seen.targetPort,
        protocolNumber: seen.protocolNumber),
      at: packet.nanoseconds, length: packet.length, payload: seen.payload, flags: seen.flags)
  }

  /// A packet as a row of a table tells it.
  package mutating func add(
    from source: String, to target: String, ports: (Int, Int), over name: String, at nanoseconds: Int64,
    length: Int
  ) throws(FormatError) {
    packets += 1
    let ports = (UInt16(clamping: ports.0), UInt16(clamping: ports.1))
    try add(
      Key(
        one: Array(source.utf8), other: Array(target.utf8), onePort: ports.0, otherPort: ports.1,
        protocolNumber: 0,
        name: name.isEmpty ? "unknown" : name), at: nanoseconds, length: length, payload: length, flags: 0)
  }

  private mutating func add(
    _ key: Key, at moment: Int64, length: Int, payload: Int, flags: UInt8
  ) throws(FormatError) {
    let back = Key(
      one: key.other, other: key.one, onePort: key.otherPort, otherPort: key.onePort,
      protocolNumber: key.protocolNumber, name: key.name)
    var found: (place: Int, direction: Int)?
    if let place = open[key] { found = (place, 0) } else if let place = open[back] { found = (place, 1) }
    if let (place, _) = found {
      let (silence, overflow) = moment.subtractingReportingOverflow(flows[place].last)
      if overflow || silence > idle {
        open[flows[place].key] = nil
        found = nil
      }
    }
    let place: Int
    if let found {
      place = found.place
      flows[place].gap.add(max(0, Double(moment &- flows[place].last) * 1e-9))
    } else {
      guard flows.count < Self.mostFlows else { throw .unsupported("it holds more than 5,000,000 flows") }
      place = flows.count
      flows.append(Flow(key: key, first: moment, last: moment))
      open[key] = place
    }
    let direction = found?.direction ?? 0
    flows[place].last = max(flows[place].last, moment)
    flows[place].packets[direction] += 1
    flows[place].bytes[direction] += Double(length)
    flows[place].payload[direction] += Double(payload)
    flows[place].length.add(Double(length))
    for bit in 0..<6 where flags >> UInt8(bit) & 1 == 1 { flows[place].flags[bit] += 1 }
  }

  /// A row a flow, by the time of its first packet.
  package func frame() -> Frame {
    let rows = flows.indices.sorted {
      flows[$0].first != flows[$1].first ? flows[$0].first < flows[$1].first : $0 < $1
    }
    let chosen = rows.map { flows[$0] }
    func numbers(_ name: String, _ unit: String? = nil, _ value: (Flow) -> Double) -> Column {
      Column(numbers: chosen.map(value), name: name, unit: unit)
    }
    func seconds(_ flow: Flow) -> Double { Double(flow.last &- flow.first) * 1e-9 }
    var columns = [
      Column("source", .text(TextColumn(chosen.map { Self.address($0.key, $0.key.one) })), role: .identifier),
      Column(
        "target", .text(TextColumn(chosen.map { Self.address($0.key, $0.key.other) })), role: .identifier),
      numbers("source_port") { Double($0.key.onePort) }, numbers("target_port") { Double($0.key.otherPort) },
      Column("protocol", .categories(chosen.map { Self.name($0.key) })),
      numbers("duration", "s", seconds), numbers("packets") { $0.packets[0] },
      numbers("packets_back") { $0.packets[1] }, numbers("bytes") { $0.bytes[0] },
      numbers("bytes_back") { $0.bytes[1] }, numbers("payload") { $0.payload[0] },
      numbers("payload_back") { $0.payload[1] }, numbers("length_mean") { $0.length.mean },
      numbers("length_sd") { $0.length.spread }, numbers("length_max") { $0.length.most },
      numbers("gap_mean", "s") { $0.gap.mean }, numbers("gap_sd", "s") { $0.gap.spread },
      numbers("gap_max", "s") { $0.gap.most },
      numbers("packet_rate", "1/s") {
        seconds($0) > 0 ? ($0.packets[0] + $0.packets[1]) / seconds($0) : .nan
      },
    ]
    for (bit, name) in ["fin", "syn", "rst", "psh", "ack", "urg"].enumerated() {
      columns.append(numbers(name) { $0.flags[bit] })
    }
    return Frame(index: Index(.time(.listed(chosen.map(\.first)))), columns: columns)
  }

  private static func name(_ key: Key) -> String {
    if !key.name.isEmpty { return key.name }
    return switch Transport(rawValue: Int(key.protocolNumber)) {
    case .icmp: "icmp"
    case .tcp: "tcp"
    case .udp: "udp"
    case .icmp6: "icmp6"
    case .sctp: "sctp"
    case nil: "protocol \(key.protocolNumber)"
    }
  }

  private static func address(_ key: Key, _ bytes: [UInt8]) -> String {
    if !key.name.isEmpty { return String(decoding: bytes, as: UTF8.self) }
    if bytes.count == 4 { return bytes.map(String.init).joined(separator: ".") }
    return stride(from: 0, to: bytes.count - 1, by: 2).map { place in
      String(Int(bytes[place]) << 8 | Int(bytes[place + 1]), radix: 16)
    }.joined(separator: ":")
  }
}

/// What the headers of one packet of the internet protocol say.
struct PacketHead {
  private(set) var source: [UInt8] = []
  private(set) var target: [UInt8] = []
  private(set) var sourcePort: UInt16 = 0
  private(set) var targetPort: UInt16 = 0
  private(set) var protocolNumber: UInt8 = 0
  private(set) var flags: UInt8 = 0
  /// Bytes behind the headers, by the lengths that these tell.
  private(set) var payload = 0

  private let bytes: ArraySlice<UInt8>

  /// nil for other protocols and for packets that are cut within their headers.
  init?(_ packet: PacketFile.Packet) {
    bytes = packet.bytes
    guard let start = network(packet.link), let first = byte(start) else { return nil }
    switch first >> 4 {
    case 4: guard version4(start) else { return nil }
    case 6: guard version6(start) else { return nil }
    default: return nil
    }
  }

  private func byte(_ place: Int) -> UInt8? {
    let at = bytes.startIndex + place
    return place >= 0 && at < bytes.endIndex ? bytes[at] : nil
  }

  private func half(_ place: Int) -> Int? {
    guard let high = byte(place), let low = byte(place + 1) else { return nil }
    return Int(high) << 8 | Int(low)
  }

  private func part(_ place: Int, _ count: Int) -> [UInt8]? {
    let at = bytes.startIndex + place
    return at + count <= bytes.endIndex ? Array(bytes[at..<at + count]) : nil
  }

  /// Where the network header begins, by the kind of link.
  private func network(_ link: Int) -> Int? {
    switch link {
    case 0, 108: return 4
    case 12, 14, 101, 228, 229: return 0
    case 113: return half(14).flatMap { [0x0800, 0x86DD].contains($0) ? 16 : nil }
    case 276: return half(0).flatMap { [0x0800, 0x86DD].contains($0) ? 20 : nil }
    case 1:
      var place = 12
      // Tags of virtual networks.
      while let kind = half(place), [0x8100, 0x88A8, 0x9100].contains(kind), place < 28 { place += 4 }
      return half(place).flatMap { [0x0800, 0x86DD].contains($0) ? place + 2 : nil }
    default: return nil
    }
  }

  private mutating func version4(_ start: Int) -> Bool {
    guard let first = byte(start), let whole = half(start + 2), let fragment = half(start + 6),
      let kind = byte(start + 9), let from = part(start + 12, 4), let to = part(start + 16, 4)
    else { return false }
    let length = Int(first & 15) * 4
    guard length >= 20 else { return false }
    (source, target, protocolNumber) = (from, to, kind)
    transport(start + length, left: max(0, whole - length), isFirst: fragment & 0x1FFF == 0)
    return true
  }

  private mutating func version6(_ start: Int) -> Bool {
    guard let whole = half(start + 4), var kind = byte(start + 6), let from = part(start + 8, 16),
      let to = part(start + 24, 16)
    else { return false }
    (source, target) = (from, to)
    var (place, left, isFirst) = (start + 40, whole, true)
    // Headers that stand between: options, routing, fragment.
    for _ in 0..<8 where [0, 43, 44, 60].contains(kind) {
      guard let next = byte(place), let size = byte(place + 1) else { break }
      if kind == 44, let offset = half(place + 2) { isFirst = offset >> 3 == 0 }
      let length = kind == 44 ? 8 : (Int(size) + 1) * 8
      kind = next
      place += length
      left = max(0, left - length)
    }
    protocolNumber = kind
    transport(place, left: left, isFirst: isFirst)
    return true
  }

  private mutating func transport(_ place: Int, left: Int, isFirst: Bool) {
    payload = left
    guard isFirst, [6, 17, 132].contains(protocolNumber), let from = half(place), let to = half(place + 2)
    else { return }
    (sourcePort, targetPort) = (UInt16(from), UInt16(to))
    switch protocolNumber {
    case 6:
      if let length = byte(place + 12) { payload = max(0, left - Int(length >> 4) * 4) }
      flags = byte(place + 13) ?? 0
    case 17: payload = max(0, left - 8)
    default: payload = max(0, left - 12)
    }
  }
}
