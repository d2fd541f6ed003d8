/// The bits of a message of the Automatic Identification System, as its sentences carry them.
///
/// - Source: ITU-R M.1371-5, annex 8, tables 47 to 77; sentences as in IEC 61162-1 (NMEA 0183).
struct ShipMessage {
  private let bits: [UInt8]

  /// Six bits a character; nil for characters that carry none.
  init?(_ payload: [UInt8], fill: Int) {
    var bits: [UInt8] = []
    bits.reserveCapacity(payload.count * 6)
    for character in payload {
      guard (48...119).contains(character), !(88...95).contains(character) else { return nil }
      let value = character - 48 > 40 ? character - 56 : character - 48
      for bit in stride(from: 5, through: 0, by: -1) { bits.append(value >> UInt8(bit) & 1) }
    }
    self.bits = Array(bits.dropLast(min(max(0, fill), bits.count)))
  }

  var count: Int { bits.count }

  func unsigned(_ start: Int, _ length: Int) -> Int {
    guard start + length <= bits.count else { return 0 }
    return bits[start..<start + length].reduce(0) { $0 << 1 | Int($1) }
  }

  func signed(_ start: Int, _ length: Int) -> Int {
    let value = unsigned(start, length)
    return value >> (length - 1) == 1 ? value - 1 << length : value
  }

  /// Text of six-bit characters, without what fills it up.
  func text(_ start: Int, _ length: Int) -> String {
    var bytes: [UInt8] = []
    for place in stride(from: start, to: start + length - 5, by: 6) {
      let value = UInt8(unsigned(place, 6))
      if value == 0 { break }
      bytes.append(value < 32 ? value + 64 : value)
    }
    let text = String(decoding: bytes, as: UTF8.self)
    return String(text.reversed().drop { $0 == " " }.reversed())
  }

  var kind: Int { unsigned(0, 6) }
  var station: Int { unsigned(8, 30) }

  /// Where a ship was and how it moved; nil for messages that tell no position.
  var report: TrackRecords.Report? {
    var report = TrackRecords.Report(ship: String(station))
    func place(_ longitude: (Int, Int), _ latitude: (Int, Int), _ scale: Double) {
      report.longitude = Double(signed(longitude.0, longitude.1)) / scale
      report.latitude = Double(signed(latitude.0, latitude.1)) / scale
    }
    func motion(_ speed: Int, _ course: Int, _ heading: Int) {
      let (knots, tenths, degrees) = (unsigned(speed, 10), unsigned(course, 12), unsigned(heading, 9))
      report.speed = knots < 1023 ? Double(knots) / 10 : .nan
      report.course = tenths < 3600 ? Double(tenths) / 10 : .nan
      report.heading = degrees < 360 ? Double(degrees) : .nan
    }
    switch kind {
    case 1...3 where count >= 143:
      place((61, 28), (89, 27), 600_000)
      motion(50, 116, 128)
      report.status = Double(unsigned(38, 4))
    case 18 where count >= 133, 19 where count >= 133:
      place((57, 28), (85, 27), 600_000)
      motion(46, 112, 124)
    case 27 where count >= 94:
      place((44, 18), (62, 17), 600)
      report.status = Double(unsigned(40, 4))
      let (knots, degrees) = (unsigned(79, 6), unsigned(85, 9))
      report.speed = knots < 63 ? Double(knots) : .nan
      report.course = degrees < 360 ? Double(degrees) : .nan
    default: return nil
    }
    return report
  }

  /// Name and type of a ship; nil for messages that tell neither.
  var about: (name: String?, kind: Int?)? {
    switch kind {
    case 5 where count >= 240: (text(112, 120), unsigned(232, 8))
    case 24 where count >= 160 && unsigned(38, 2) == 0: (text(40, 120), nil)
    case 24 where count >= 48 && unsigned(38, 2) == 1: (nil, unsigned(40, 8))
    default: nil
    }
  }
}
