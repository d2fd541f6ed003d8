import Formats
import Testing
import Values

@Suite struct `Figures as files` {
  static let lanes = Figure(
    title: "pump & <risk>",
    body: .lanes(
      [
        Figure.Lane(
          name: "Pressure", unit: "bar", x: [0, 60e9, 120e9, 180e9], y: [1, .nan, 2, 1.5],
          marks: [60e9...120e9]),
        Figure.Lane(name: "risk", x: [0, 60e9, 120e9], y: [0.1, 0.9, 0.2], level: 0.5, truth: [0...60e9]),
      ], axis: .time))
  static let histogram = Figure(
    title: "", body: .histogram(counts: [1, 4, 2], edges: [0, 0.5, 1, 1.5], name: "x"))
  static let scatter = Figure(
    title: "",
    body: .scatter(
      x: [1, 2, .nan], y: [3, 3, 4], marks: Mask([true, false, false]), xName: "a", yName: "b"))
  static let heat = Figure(
    title: "",
    body: .heat(
      values: [-1, 0, 1, .nan], rows: 2, columns: 2, rowNames: ["a", "b"], axis: .row, span: 0...1))
  private static let far: [Double] = [-1e308, 1e308, .greatestFiniteMagnitude, -.greatestFiniteMagnitude]
  static let farLanes = Figure(
    title: "far", body: .lanes([Figure.Lane(name: "a", x: [0, 1, 2, 3], y: far)], axis: .row))
  static let farDots = Figure(
    title: "far", body: .scatter(x: far, y: far.reversed(), marks: nil, xName: "a", yName: "b"))
  static let empty = Figure(title: "nothing", body: .lanes([], axis: .row))

  @Test(arguments: [
    ("lanes", lanes), ("histogram", histogram), ("scatter", scatter), ("heat", heat), ("empty", empty),
    ("far apart", farLanes), ("far apart dots", farDots),
  ]) func `are well-formed SVG and PNG, and the same every time`(_ name: String, _ figure: Figure) throws {
    let svg = try FigureWriter.write(figure, as: .svg)
    #expect(try FigureWriter.write(figure, as: .svg) == svg, "\(name)")
    let text = String(decoding: svg, as: UTF8.self)
    #expect(text.hasPrefix("<svg ") && text.hasSuffix("</svg>\n"))
    #expect(!text.contains("nan") && !text.contains("inf"))
    let picture = try Picture(try FigureWriter.write(figure, as: .png))
    #expect(text.contains(#"width="\#(picture.width / 2)""#))
  }

  @Test func `names are escaped, alarms and thresholds drawn, gaps left open`() throws {
    let text = String(decoding: try FigureWriter.write(Self.lanes, as: .svg), as: UTF8.self)
    #expect(text.contains("pump &amp; &lt;risk&gt;"))
    #expect(text.contains("Pressure  (bar)"))
    #expect(text.contains(">alarm</text>") && text.contains(">threshold</text>"))
    #expect(text.contains("stroke-dasharray"))
    #expect(text.contains(">time since the start</text>"))
    // The first point stands alone before the gap, so it is a dot.
    #expect(text.contains("h0"))
  }

  @Test func `a picture holds the colours of the drawing on white`() throws {
    let picture = try Picture(try FigureWriter.write(Self.lanes, as: .png))
    #expect(picture.pixel(0, 0) == [255, 255, 255])
    let colors = Set(
      stride(from: 0, to: picture.bytes.count, by: 3).map { Array(picture.bytes[$0..<$0 + 3]) })
    #expect(colors.contains([0xD1, 0x24, 0x2F]), "alarm")
    #expect(colors.contains([0x00, 0x72, 0xB2]), "first lane")
  }

  @Test(arguments: [("a.svg", "svg"), ("b/c.PNG", "png"), ("x.jpg", ""), ("svg", "")])
  func `the ending decides the format`(_ path: String, _ format: String) {
    #expect((FigureWriter.Format(path: path)?.rawValue ?? "") == format)
  }
}

/// Reads back what the encoder writes.
private struct Picture {
  let width: Int
  let height: Int
  private(set) var bytes: [UInt8]

  init(_ file: [UInt8]) throws {
    func number(_ at: Int) -> Int { file[at..<at + 4].reduce(0) { $0 << 8 | Int($1) } }
    try #require(Array(file[1..<4]) == Array("PNG".utf8))
    width = number(16)
    height = number(20)
    let length = number(33)
    try #require(Array(file[37..<41]) == Array("IDAT".utf8))
    // Between the two bytes that open a zlib stream and the four of its check sum.
    let packed = MemorySource(Array(file[41..<41 + length]))
    let rows = try Inflate.unpack(packed, in: 2..<length - 4, .bare)
    try #require(rows.count == height * (width * 3 + 1))
    bytes = []
    bytes.reserveCapacity(height * width * 3)
    for row in 0..<height {
      let start = row * (width * 3 + 1)
      try #require(rows[start] == 2)
      for offset in 1...width * 3 {
        bytes.append(rows[start + offset] &+ (row == 0 ? 0 : bytes[bytes.count - width * 3]))
      }
    }
  }

  func pixel(_ x: Int, _ y: Int) -> [UInt8] { Array(bytes[(y * width + x) * 3..<(y * width + x) * 3 + 3]) }
}
