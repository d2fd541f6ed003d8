import Notation
import Numerics
import Values

extension View {
  func imagesLines(_ images: Images) -> [StyledLine] {
    let (rows, gap) = rowsToShow(of: images.count)
    var columns = [addressColumn(of: images.index, rows: rows)]
    columns.append(
      TextTable.Column(name: "picture", cells: rows.map { images.shapes[$0].text }, ink: .dim))
    if !images.hasMask.isEmpty {
      columns.append(TextTable.Column(name: "mask", cells: rows.map { images.hasMask[$0] ? "yes" : "" }))
    }
    columns += images.frame.columns.map { tableColumn($0, rows: rows) }
    let (lines, shown) = TextTable(columns: columns, gap: gap).lines(width: width)
    let facts = [
      Self.counted(images.count, "picture", shown: rows.count), images.content == .depth ? "depth" : "",
      images.hasMask.isEmpty ? "" : "\(images.hasMask.setCount) with mask",
      Self.counted(columns.count - 1, "column", shown: shown - 1), Self.stretch(of: images.index),
      Self.splitFact(images.index),
    ]
    return lines + footer(facts, more: more(of: images.count, gap: gap)) + look
  }

  func cloudLines(_ cloud: Cloud) -> [StyledLine] {
    let lines = frameLines(cloud.points) + look
    let grids = zip(cloud.points.index.runs, cloud.gridWidths).filter { $1 > 0 }
    guard let (run, gridWidth) = grids.first else { return lines }
    let size = "\(gridWidth) x \(run.rows.count / gridWidth)"
    return lines
      + footer([
        grids.count == 1
          ? "the points lie in a grid of \(size)" : "\(grids.count) clouds lie in grids, the first of \(size)"
      ])
  }

  func documentLines(_ documents: Documents) -> [StyledLine] { frameLines(documents.frame) }

  func eventLines(_ events: EventLog) -> [StyledLine] {
    let (codes, levels) = events.activities
    var counts = [Int](repeating: 0, count: levels.count)
    for code in codes where code >= 0 { counts[Int(code)] += 1 }
    let order = counts.indices.sorted { (counts[$1], $0) < (counts[$0], $1) }
    let shown = showsAllRows ? order : Array(order.prefix(View.mostRows / 2))
    let columns = [
      TextTable.Column(
        name: "events", cells: shown.map { String(counts[$0]) }, isRight: true, isPinned: true),
      TextTable.Column(name: "activity", cells: shown.map { Visible.line(levels[$0]) }),
    ]
    let facts = [
      Self.counted(events.frame.rowCount, "event", shown: events.frame.rowCount),
      Self.counted(events.caseCount, "case", shown: events.caseCount),
      levels.count == 1 ? "1 activity" : "\(levels.count) activities", Self.stretch(of: events.frame.index),
      Self.splitFact(events.frame.index),
    ]
    let last = max(0, min(Self.mostRows, events.frame.rowCount) - 1)
    return TextTable(columns: columns).lines(width: width).lines
      + footer(facts, more: "show \(name) --rows 0..\(last)")
  }

  func graphLines(_ graph: Graph) -> [StyledLine] {
    var degrees = [Double](repeating: 0, count: graph.nodes.rowCount)
    for end in graph.sources + graph.targets { degrees[Int(end)] += 1 }
    let isolated = degrees.count { $0 == 0 }
    let facts = [
      Self.counted(
        graph.edges.rowCount, graph.isDirected ? "directed edge" : "edge", shown: graph.edges.rowCount),
      isolated > 0 ? Self.counted(isolated, "node", shown: isolated) + " without an edge" : "",
    ]
    let withDegree = graph.nodes.with(
      columns: [Column(numbers: degrees, name: "degree")] + graph.nodes.columns)
    return frameLines(withDegree) + footer(facts, more: "\(name).edges") + look
  }

  func tokenLines(_ tokens: Tokens) -> [StyledLine] {
    let lengths = zip(tokens.offsets, tokens.offsets.dropFirst()).map { $1 - $0 }
    let range = "\(lengths.min() ?? 0) to \(lengths.max() ?? 0) a row"
    return [
      StyledLine("\(tokens.matrix.rows) vectors of \(tokens.features.count), \(range)")
    ] + features(tokens.features)
      + footer([
        Self.counted(tokens.index.count, "row", shown: tokens.index.count), Self.splitFact(tokens.index),
      ])
  }

  func mapLines(_ map: FeatureMap) -> [StyledLine] {
    [
      StyledLine(
        "\(map.index.count) grids of \(map.gridHeight) x \(map.gridWidth) vectors of \(map.features.count)")
    ] + features(map.features)
      + footer([Self.counted(map.index.count, "row", shown: map.index.count), Self.splitFact(map.index)])
      + look
  }

  /// How to see what has a look, on a screen where somebody may want to.
  private var look: [StyledLine] { showsAllRows ? [] : [StyledLine("draw \(name)", .name)] }

  private func features(_ names: [String]) -> [StyledLine] {
    let shown = names.prefix(40).map(Visible.line).joined(separator: " ") + (names.count > 40 ? " …" : "")
    return Self.wrapped(shown, width: width).map { StyledLine($0, .dim) }
  }
}
