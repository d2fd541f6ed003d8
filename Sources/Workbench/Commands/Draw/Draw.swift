import Chronology
import Formats
import Language
import Notation
import Numerics
import Values

struct Draw: WorldCommand {
  static let input = Parameter<Reference>.value(
    "value", [.images, .video, .cloud, .audio, .map, .graph], help: "What to look at.")
  static let rows = Parameter<ClosedRange<Int>?>.optional(
    "rows", .range(.integer(0...Int.max)), help: "First and last row, from 0 on; the first ones if absent."
  ) { argument -> ClosedRange<Int>? in
    guard case .range(.integer(let first), .integer(let last)) = argument, first <= last else { return nil }
    return first...last
  }
  static let most = Parameter<Int>.integer("most", in: 1...400, default: 12, help: "Pictures at most.")
  static let columns = Parameter<Int>.integer("columns", in: 1...50, default: 4, help: "Pictures in a line.")
  static let mask = Parameter<Bool>.flag("mask", help: "Outlines what the masks mark.")
  static let over = Parameter<Reference?>.optional(
    "over", .value([.map]), help: "A map of scores, from `localize`, to lay over the pictures."
  ) { if case .reference(let reference) = $0 { reference } else { nil } }
  static let along = Parameter<String>.choice(
    "along", of: [Choice("x", "from the side"), Choice("y", "from the front"), Choice("z", "from above")],
    default: "z", help: "Clouds: the direction of sight.")
  static let target = Parameter<String?>.optional(
    "to", .output, help: "Also writes the drawing: a `.png`, `.svg` or `.html` file."
  ) { if case .path(let path) = $0 { path } else { nil } }

  let spec = CommandSpec(
    "draw", nil, "Shows pictures, depth, films, clouds, sound, maps and graphs as they look.",
    discussion: """
      Several pictures become a sheet, a film a strip of frames at equal steps. Depth and maps are drawn in false \
      colours, from dark to light, of one scale for all pictures; what was not measured is grey. Clouds are seen along an axis, coloured by \
      their depth along it, the nearest point in front. Sound is drawn as its waveform over its spectrogram (mel bands, 80 decibels \
      below the loudest). Of a graph the nodes with the most densely linked neighbourhoods are drawn (by core number, then degree; five \
      times --most), laid out by forces; their size tells the degree in the whole graph. Terminals that show pictures (kitty, iTerm2, sixel) \
      get them in full; others half a character a pixel, and without colour shades. `--to` also writes names, axes and the \
      scale of colours; a file that differs is replaced only with --overwrite.
      """,
    parameters: [
      input.base, rows.base, most.base, columns.base, mask.base, over.base, along.base, target.base,
      OutputFile.overwrite.base,
    ], output: .figure, reach: .read,
    examples: [
      Example("tiles = generate tiles --count 16 --seed 7"),
      Example("draw tiles --rows 8..11 --mask"),
      Example("heat = localize patchcore tiles"),
      Example("draw tiles --over heat --to tiles.html"),
      Example("generate pump-station --part mic --minutes 5 --seed 7 | draw"),
    ])

  func shape(of call: CheckedCall, in scope: any Scope, world: World) throws(Diagnostic) -> ValueShape {
    if let path = call[Self.target], FigureWriter.Format(path: path) == nil {
      throw Diagnostic(
        "E0306", "`\(path)` is no PNG, SVG or HTML file", at: call.ranges[Self.target.base.name],
        label: "another kind of file", remedy: "let the name end in `.png`, `.svg` or `.html`")
    }
    return ValueShape(kind: .figure)
  }

  func run(_ call: Invocation, work: Work, world: World) throws(Failure) -> Value {
    let figure = Figure(title: call[Self.input].name, body: try body(call, work))
    try call.write(figure, to: call[Self.target], at: Self.target.base, world: world)
    return .figure(figure)
  }

  private func body(_ call: Invocation, _ work: Work) throws(Failure) -> Figure.Body {
    switch call[Self.input].value {
    case .images(let images): try sheet(images, chosen(call, images.count, spread: false), call, work)
    case .video(let video): try sheet(video, chosen(call, video.count, spread: true), call, work)
    case .map(let map): heat(map, try chosen(call, map.index.count, spread: false), call)
    case .cloud(let cloud): view(of: cloud, call)
    case .audio(let audio): try sound(audio, call, work)
    case .graph(let graph): try densest(of: graph, call, work)
    default: throw call.unexpectedKind(Self.input.base)
    }
  }

  private func chosen(_ call: Invocation, _ count: Int, spread: Bool) throws(Failure) -> [Int] {
    guard count > 0 else {
      throw call.blame(
        Self.input.base, "R0404", "there is nothing to draw", label: "empty", remedy: "Load pictures.")
    }
    let most = call[Self.most]
    if let rows = call[Self.rows] {
      guard rows.lowerBound < count else {
        throw call.blame(
          Self.rows.base, "R0507", "`\(call[Self.input].name)` has only \(count) rows",
          label: "behind the end",
          remedy: "The last one is \(count - 1).")
      }
      return Array((rows.lowerBound...min(rows.upperBound, count - 1)).prefix(most))
    }
    if count <= most { return Array(0..<count) }
    call.note("\(most) of \(count) are drawn; choose others with `--rows`, more with `--most`")
    return spread ? (0..<most).map { $0 * count / most } : Array(0..<most)
  }
}
