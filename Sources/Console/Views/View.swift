import Chronology
import Language
import Notation
package import Values
package import Workbench

/// Shows values as text for a width. Truncation happens here and nowhere else, and always says how to see the rest.
package struct View: Sendable, Equatable {
  package var width: Int
  /// What to type to mean the value: `pump` or `r7`.
  package var name: String
  /// Shows every row, because a stretch was asked for.
  package var showsAllRows: Bool
  /// How pictures reach the screen.
  package var pictures = PictureProtocol.characters

  /// A console that is not a terminal is this wide.
  package static let plainWidth = 80
  /// Values with more rows show their first and last ones.
  static let mostRows = 20

  package init(width: Int = View.plainWidth, name: String = "_", showsAllRows: Bool = false) {
    self.width = max(20, width)
    self.name = name
    self.showsAllRows = showsAllRows
  }

  package func lines(of value: Value) -> [StyledLine] {
    if case .figure(let figure) = value {
      return FigureDrawing(figure, width: width, pictures: pictures).lines
    }
    return unlimitedLines(of: value).map { $0.cut(to: width) }
  }

  private func unlimitedLines(of value: Value) -> [StyledLine] {
    switch value {
    case .scalar(let scalar): [StyledLine(Self.text(of: scalar))]
    case .table(let frame), .series(let frame): frameLines(frame)
    case .audio(let audio): audioLines(audio)
    case .log(let log): logLines(log)
    case .bundle(let bundle): bundleLines(bundle)
    case .embedding(let embedding): embeddingLines(embedding)
    case .images(let images), .video(let images): imagesLines(images)
    case .cloud(let cloud): cloudLines(cloud)
    case .text(let documents): documentLines(documents)
    case .events(let events): eventLines(events)
    case .graph(let graph): graphLines(graph)
    case .tokens(let tokens): tokenLines(tokens)
    case .map(let map): mapLines(map)
    case .scores(let scores): scoresLines(scores)
    case .alarms(let alarms): alarmsLines(alarms)
    case .model(let model): modelLines(model)
    case .figure(let figure): FigureDrawing(figure, width: width, pictures: pictures).lines
    case .report(let report): reportLines(report)
    case .answer(let answer): Self.wrapped(answer.text, width: width).map { StyledLine($0) }
    }
  }

  /// The lines without colour, each ended by a line break.
  package func plainText(of value: Value) -> String {
    lines(of: value).map { $0.plain + "\n" }.joined()
  }

  /// The rows to show, and in front of which of them others are missing.
  func rowsToShow(of count: Int, most: Int = View.mostRows) -> (rows: [Int], gap: Int?) {
    if showsAllRows || count <= most { return (Array(0..<count), nil) }
    let head = most / 2
    return (Array(0..<head) + Array(count - (most - head)..<count), head)
  }

  /// The line below a table: what there is, and how to see more.
  func footer(_ facts: [String], more: String? = nil) -> [StyledLine] {
    let text = facts.filter { !$0.isEmpty }.joined(separator: ", ")
    guard let more else { return Self.wrapped(text, width: width).map { StyledLine($0, .dim) } }
    if DisplayWidth.of(text) + 3 + DisplayWidth.of(more) <= width {
      return [StyledLine(text + "   ", .dim) + StyledLine(more, .name)]
    }
    return Self.wrapped(text, width: width).map { StyledLine($0, .dim) } + [StyledLine(more, .name)]
  }

  static func text(of scalar: Scalar) -> String {
    switch scalar {
    case .number(let number): NumberFormat(for: [number]).text(number)
    case .text(let text): Visible.line(text)
    case .span(let span): span.description
    case .instant(let instant): instant.description
    case .bool(let bool): bool ? "true" : "false"
    }
  }

  /// Text of people in lines of at most `width` columns; deep words are cut, indents are kept.
  package static func wrapped(_ text: String, width: Int) -> [String] {
    Visible.paragraph(text).split(separator: "\n", omittingEmptySubsequences: false).flatMap {
      wrappedLine($0, width: width)
    }
  }

  private static func wrappedLine(_ line: Substring, width: Int) -> [String] {
    if DisplayWidth.of(line) <= width { return [String(line)] }
    let (head, text) = columns(of: line, width: width)
    let indent = String(repeating: " ", count: DisplayWidth.of(head))
    var wrapped = wrappedWords(text, indent: indent, width: width)
    if !head.isEmpty, let first = wrapped.first { wrapped[0] = head + first.dropFirst(indent.count) }
    return wrapped
  }

  /// What stands in front of the text that wraps: the indent, and the first column of a list of two columns.
  private static func columns(of line: Substring, width: Int) -> (head: String, text: Substring) {
    let indent = line.prefix { $0 == " " }
    var head = line.endIndex
    var rest = line[indent.endIndex...]
    while let space = rest.firstIndex(of: " ") {
      let gap = line[space...].prefix { $0 == " " }
      if gap.count > 1 {
        head = gap.endIndex
        break
      }
      rest = line[gap.endIndex...]
    }
    if head < line.endIndex, DisplayWidth.of(line[..<head]) <= width / 2 {
      return (String(line[..<head]), line[head...])
    }
    let short = indent.prefix(width / 2)
    return (String(short), line[indent.endIndex...])
  }

  private static func wrappedWords(_ line: Substring, indent: String, width: Int) -> [String] {
    var lines: [String] = []
    var current = indent
    var isEmpty = true
    for word in line.split(separator: " ") {
      var rest = word
      if !isEmpty, DisplayWidth.of(current) + 1 + DisplayWidth.of(rest) > width {
        lines.append(current)
        current = indent
        isEmpty = true
      }
      while DisplayWidth.of(current) + (isEmpty ? 0 : 1) + DisplayWidth.of(rest) > width {
        let room = width - DisplayWidth.of(current)
        let head = fitting(rest, room)
        lines.append(current + head)
        rest = rest.dropFirst(head.count)
        current = indent
      }
      current += (isEmpty ? "" : " ") + rest
      isEmpty = false
    }
    if !isEmpty { lines.append(current) }
    return lines
  }

  private static func fitting(_ text: Substring, _ width: Int) -> Substring {
    var used = 0
    var end = text.startIndex
    while end < text.endIndex {
      used += DisplayWidth.of(text[end])
      if used > width, end > text.startIndex { break }
      end = text.index(after: end)
    }
    return text[..<end]
  }
}
