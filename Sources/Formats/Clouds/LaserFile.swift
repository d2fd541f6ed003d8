import Numerics

/// The points of a LAS file (ASPRS, versions 1.0 to 1.4, point formats 0 to 10), without wave forms.
///
/// - Source: *LAS Specification 1.4 R15*, tables 3 and 7 to 17.
/// - Differs: colours of 16 bits are brought to 0...255; LAZ, its packed form, is refused.
enum LaserFile {
  static func isLaser(_ bytes: [UInt8]) -> Bool {
    bytes.starts(with: Array("LASF".utf8)) && bytes.count >= 227
  }

  /// Where the parts of a record lie.
  private struct Layout {
    let format: Int
    var isModern: Bool { format >= 6 }
    var time: Int? {
      switch format {
      case 1, 3, 4, 5: 20
      case 6...10: 22
      default: nil
      }
    }
    var colour: Int? {
      switch format {
      case 2: 20
      case 3, 5: 28
      case 7, 8, 10: 30
      default: nil
      }
    }
    var infrared: Int? { format == 8 || format == 10 ? 36 : nil }
    /// Bytes that a record has at least.
    var size: Int { [20, 28, 26, 34, 57, 63, 30, 36, 38, 59, 67][format] }
  }

  static func points(_ bytes: [UInt8], work: Work) throws(FormatError) -> [(name: String, numbers: [Double])]
  {
    func whole(_ place: Int, _ size: Int) -> Int {
      var reader = BinaryReader(bytes, at: place)
      return Int(exactly: reader.number(.unsigned(size))) ?? .max
    }
    let (start, kind, length) = (whole(96, 4), Int(bytes[104]), whole(105, 2))
    guard kind < 64 else {
      throw .unsupported("it is packed (LAZ); unpack it with `las2las` or `pdal translate`")
    }
    guard (0...10).contains(kind) else { throw .unsupported("its points are of format \(kind)") }
    let layout = Layout(format: kind)
    guard length >= layout.size else {
      throw .malformed("a record of format \(kind) has \(layout.size) bytes, and here \(length)", offset: 105)
    }
    var count = whole(107, 4)
    if bytes[25] >= 4, bytes.count >= 255 { count = max(count, whole(247, 8)) }
    guard start >= 227, start <= bytes.count, count <= (bytes.count - start) / length else {
      throw .malformed("it claims \(count) points and is shorter", offset: bytes.count)
    }
    var numbers = BinaryReader(bytes, at: 131)
    let placing = (0..<6).map { _ in numbers.number(.double) }
    guard placing.allSatisfy(\.isFinite) else { throw .malformed("its scale is no number", offset: 131) }
    var table = Columns(layout)
    for row in 0..<count {
      if row % 4096 == 0, work.isCancelled() { throw .cancelled }
      table.take(bytes, at: start + row * length, placing)
    }
    return table.columns
  }

  private struct Columns {
    private let layout: Layout
    private var cells: [[Double]]
    private let names: [String]

    init(_ layout: Layout) {
      self.layout = layout
      var names = ["x", "y", "z", "intensity", "return", "returns", "class", "scan_angle", "source"]
      if layout.time != nil { names.append("gps_time") }
      if layout.colour != nil { names += ["red", "green", "blue"] }
      if layout.infrared != nil { names.append("infrared") }
      self.names = names
      cells = names.map { _ in [] }
    }

    mutating func take(_ bytes: [UInt8], at place: Int, _ placing: [Double]) {
      func number(_ offset: Int, _ kind: NumberKind) -> Double {
        var reader = BinaryReader(bytes, at: place + offset)
        return reader.number(kind)
      }
      var row = (0..<3).map { number($0 * 4, .signed(4)) * placing[$0] + placing[3 + $0] }
      let marks = Int(bytes[place + 14])
      let isModern = layout.isModern
      row += [
        number(12, .unsigned(2)), Double(isModern ? marks & 15 : marks & 7),
        Double(isModern ? marks >> 4 : marks >> 3 & 7),
        Double(isModern ? Int(bytes[place + 16]) : Int(bytes[place + 15]) & 31),
        isModern ? number(18, .signed(2)) * 0.006 : number(16, .signed(1)),
        isModern ? number(20, .unsigned(2)) : number(18, .unsigned(2)),
      ]
      if let time = layout.time { row.append(number(time, .double)) }
      if let colour = layout.colour {
        for part in 0..<3 { row.append(number(colour + 2 * part, .unsigned(2))) }
      }
      if let infrared = layout.infrared { row.append(number(infrared, .unsigned(2))) }
      for (place, cell) in row.enumerated() { cells[place].append(cell) }
    }

    /// Columns that say the same of every point are left out, but for the coordinates.
    var columns: [(name: String, numbers: [Double])] {
      let colours = names.indices.filter { ["red", "green", "blue", "infrared"].contains(names[$0]) }
      let isWide = colours.contains { cells[$0].contains { $0 > 255 } }
      return names.indices.compactMap { place in
        var numbers = cells[place]
        if place >= 3, numbers.allSatisfy({ $0 == 0 }) { return nil }
        if isWide, colours.contains(place) { numbers = numbers.map { ($0 / 257).rounded() } }
        return (names[place], numbers)
      }
    }
  }
}
