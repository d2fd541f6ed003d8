import Console
import Formats
import Testing
import Values
import Workbench

@Suite struct `Pictures on a screen` {
  /// Left half red, right half black; the lower half of it blue.
  static let raster: Raster = {
    var raster = Raster(width: 8, height: 4, grey: 0)
    for x in 0..<4 { for y in 0..<4 { raster[x, y] = y < 2 ? (255, 0, 0) : (0, 0, 255) } }
    return raster
  }()

  static func lines(_ pictures: PictureProtocol) -> [StyledLine] {
    var view = View(width: 80)
    view.pictures = pictures
    return view.lines(
      of: .figure(Figure(title: "", body: .plates([Figure.Plate(raster)], columns: 1, colours: nil))))
  }

  @Test func `are half blocks of two colours where there is colour`() {
    let lines = Self.lines(.blocks)
    #expect(lines.count == 2 && lines.allSatisfy { $0.width == 8 })
    #expect(lines[0].pieces.first?.ink == .pixels(upper: 0xFF0000, lower: 0xFF0000))
    #expect(lines[1].pieces.first?.ink == .pixels(upper: 0x0000FF, lower: 0x0000FF))
    #expect(lines[0].text(coloured: true).hasPrefix("\u{1b}[38;2;255;0;0;48;2;255;0;0m▀▀▀▀\u{1b}[0m"))
  }

  @Test func `are shades without colour`() {
    let lines = Self.lines(.characters).map(\.plain)
    #expect(lines == ["::::", "...."])
  }

  @Test func `are whole where the terminal takes them`() {
    let kitty = Self.lines(.kitty)[0].plain
    #expect(kitty.hasPrefix("\u{1b}_Ga=T,f=100,q=2,c=8,m=0;iVBORw0KGgo") && kitty.hasSuffix("\u{1b}\\"))
    let iterm = Self.lines(.iterm)[0].plain
    #expect(iterm.hasPrefix("\u{1b}]1337;File=inline=1;") && iterm.hasSuffix("\u{07}"))
    let sixel = Self.lines(.sixel)[0].plain
    #expect(
      sixel.hasPrefix("\u{1b}P0;1;0q\"1;1;64;32#0;2;0;0;0") && sixel.contains("#180!32~")
        && sixel.hasSuffix("-\u{1b}\\"))
  }

  @Test(arguments: [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy")])
  func `are sent in the letters of RFC 4648`(_ text: String, _ letters: String) {
    #expect(Base64.text(of: Array(text.utf8)) == letters)
  }
}
