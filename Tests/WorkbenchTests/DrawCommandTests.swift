import Formats
import Language
import Numerics
import TestKit
import Testing
import Values
import Workbench

@Suite struct `Drawing what things look like` {
  static func raster(_ session: Session, _ line: String) throws -> Raster {
    let events = session.type(line)
    guard case .figure(let figure)? = events.results.last?.value,
      case .plates(let plates, let columns, _) = figure.body
    else {
      throw EvaluationProblem(text: "\(line): \(events.diagnostics)")
    }
    return plates.count == 1
      ? plates[0].raster : RasterPainting.sheet(plates.map(\.raster), columns: columns, side: 192)
  }

  struct EvaluationProblem: Error { let text: String }

  @Test func `shows pictures in a grid, with masks and scores over them, also in files`() throws {
    let files = MemoryFiles([String: [UInt8]]())
    let session = Session(world: .memory(files))
    session.type("tiles = generate tiles --count 16 --seed 3", "heat = localize rx tiles")
    let plain = try Self.raster(session, "draw tiles --rows 8..15")
    #expect(plain.width == 4 * 196 - 4 && plain.height == 2 * 196 - 4)
    let marked = try Self.raster(session, "draw tiles --rows 8..15 --mask")
    let warm = try Self.raster(session, "draw tiles --rows 8..15 --over heat --to a.png")
    #expect(plain != marked && plain != warm)
    let written = try PictureFile(try #require(files["a.png"])).decode()
    #expect(written.width == 1920 && written.height > 500)
    session.type("draw tiles --to a.html", "draw tiles --to a.svg")
    #expect(files.text("a.html")?.contains("<!doctype html>") == true)
    #expect(
      files.text("a.svg")?.hasPrefix("<svg") == true && files.text("a.svg")?.contains("base64,iVBOR") == true)
  }

  @Test(arguments: ["draw tiles --rows 0..1", "plot heat"])
  func `replaces a file that differs only when it is told to`(_ line: String) throws {
    let files = MemoryFiles([String: [UInt8]]())
    let session = Session(world: .memory(files))
    session.type("tiles = generate tiles --count 4 --seed 3", "heat = encode tiles --use colour")
    let events = session.type("\(line) --to a.svg")
    #expect(events.results.last?.remarks.last == "written to a.svg", "\(events.diagnostics)")
    #expect(session.type("\(line) --to a.svg").results.last?.remarks.last == "a.svg holds it already")
    try files.write([1], to: "a.svg")
    #expect(session.type("\(line) --to a.svg").diagnostics.first?.code == "E0528")
    #expect(files["a.svg"] == [1])
    #expect(session.type("\(line) --to a.svg --overwrite").diagnostics.isEmpty)
    #expect(files.text("a.svg")?.hasPrefix("<svg") == true)
  }

  @Test(arguments: ["x", "draw x", "plot x", "describe x"])
  func `shows sound with samples that are no numbers`(_ line: String) throws {
    let samples: [Float] = (0..<4000).map { $0 == 7 ? .nan : $0 == 9 ? .infinity : Float($0 % 50) / 100 }
    let wave = try #require(WaveFile.bytes(of: Audio(sampleRate: 8000, channels: [samples])))
    let session = Session(world: .memory(MemoryFiles(["x.wav": wave])))
    let events = session.type("x = load audio x.wav", line)
    #expect(events.diagnostics.isEmpty && events.results.count == 2)
    if line == "describe x" {
      #expect(events.results[1].remarks.contains("2 samples are no number or infinite"))
    }
  }

  @Test func `shows clouds along an axis, sound, films and maps`() throws {
    let lines = (0..<100).map { "\($0 % 10) \($0 / 10) \($0 == 55 ? 9 : 0)" }
    let session = Session(world: .memory(MemoryFiles(["a.xyz": lines.joined(separator: "\n")])))
    session.type(
      "c = load cloud a.xyz", "tiles = generate tiles --count 4 --seed 1",
      "m = encode tiles --use patches(8)",
      "mic = generate pump-station --part mic --minutes 5 --seed 7")
    let above = try Self.raster(session, "draw c")
    let side = try Self.raster(session, "draw c --along y")
    #expect(above.width > 0 && side != above)
    // The only high point is the brightest.
    let pixels = (0..<above.height).flatMap { y in (0..<above.width).map { x in (x, y, Int(above[x, y].red)) }
    }
    let bright = pixels.max { $0.2 < $1.2 }
    #expect((bright?.0 ?? 0) > above.width / 6)
    #expect(try Self.raster(session, "draw mic").height == 2 * 196 - 4)
    #expect(try Self.raster(session, "draw m --columns 2").width == 2 * 196 - 4)
  }

  @Test func `names pictures, rulers and colours`() throws {
    let session = Session(world: .memory())
    session.type(
      "tiles = generate tiles --count 4 --seed 1",
      "mic = generate pump-station --part mic --minutes 5 --seed 7")
    guard case .figure(let figure)? = session.type("draw mic").results.last?.value,
      case .plates(let plates, 1, let colours) = figure.body
    else {
      Issue.record("no plates")
      return
    }
    #expect(plates.map(\.caption) == ["waveform", "spectrogram"])
    #expect(plates[1].across?.ticks.map(\.label) == ["0", "100", "200"])
    #expect(plates[1].upwards?.ticks.map(\.label).contains("1 kHz") == true)
    #expect(colours == Figure.Colours(name: "dB", low: -80, high: 0))
    guard case .figure(let sheet)? = session.type("draw tiles").results.last?.value,
      case .plates(let tiles, _, nil) = sheet.body
    else { return }
    #expect(tiles[0].caption == "train/good/000.png")
  }

  @Test func `draws the densest part of a graph, and names who is best connected`() throws {
    var lines = (0..<30).map { "a\($0) hub" }
    for i in 0..<6 { for j in 0..<i { lines.append("k\(i) k\(j)") } }
    let session = Session(
      world: .memory(
        MemoryFiles(["g.txt": (["from to"] + lines).joined(separator: "\n").replacing(" ", with: ",")])))
    let events = session.type("g = load graph g.txt", "draw g --most 2 --to g.svg")
    guard case .figure(let figure)? = events.results.last?.value, case .network(let network) = figure.body
    else {
      Issue.record("\(events.diagnostics)")
      return
    }
    #expect(network.names.count == 10 && network.names.filter { $0.hasPrefix("k") }.count == 6)
    #expect(network.names.contains("hub") && network.edges.count >= 15)
    #expect((network.x + network.y).allSatisfy { (0...1).contains($0) })
  }

  @Test(arguments: [
    ("draw tiles --rows 99..120", "R0507"), ("draw tiles --to a.gif", "E0306"),
    ("draw tiles --over tiles", "E0206"),
  ]) func `says what is wrong`(_ line: String, _ code: String) throws {
    let session = Session(world: .memory())
    session.type("tiles = generate tiles --count 4 --seed 1")
    let diagnostic = try #require(session.type(line).diagnostics.first)
    #expect(diagnostic.code == code && !diagnostic.remedy.isEmpty, "\(diagnostic.code) \(diagnostic.summary)")
  }
}
