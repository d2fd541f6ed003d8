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
    guard case .figure(let figure)? = events.results.last?.value, case .picture(let raster) = figure.body
    else {
      throw EvaluationProblem(text: "\(line): \(events.diagnostics)")
    }
    return raster
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
    #expect(written.width == warm.width && written.height == warm.height)
    session.type("draw tiles --to a.html", "draw tiles --to a.svg")
    #expect(files.text("a.html")?.contains("<!doctype html>") == true)
    #expect(
      files.text("a.svg")?.hasPrefix("<svg") == true && files.text("a.svg")?.contains("base64,iVBOR") == true)
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
    #expect(above.width == above.height && side != above)
    // The only high point is the brightest.
    let pixels = (0..<above.height).flatMap { y in (0..<above.width).map { x in (x, y, Int(above[x, y].red)) }
    }
    let bright = pixels.max { $0.2 < $1.2 }
    #expect((bright?.0 ?? 0) > above.width / 6)
    #expect(try Self.raster(session, "draw mic").height == 256)
    #expect(try Self.raster(session, "draw m --columns 2").width == 2 * 196 - 4)
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
