package import Numerics
package import Values

/// Nodes and edges as they stand in a file.
package struct GraphRecords: Sendable {
  package private(set) var names: [String] = []
  private var places: [String: Int32] = [:]
  package private(set) var sources: [Int32] = []
  package private(set) var targets: [Int32] = []
  package var isDirected: Bool
  /// By name; cells by node or by edge.
  package var nodeCells: [(name: String, cells: [Int: String])] = []
  package var edgeCells: [(name: String, cells: [Int: String])] = []
  package var loops = 0

  package init(isDirected: Bool) { self.isDirected = isDirected }

  /// The place of a node, which is made if it is new.
  package mutating func node(_ name: String) -> Int32 {
    if let place = places[name] { return place }
    let place = Int32(names.count)
    places[name] = place
    names.append(name)
    return place
  }

  package mutating func connect(_ source: String, _ target: String) {
    if source == target { loops += 1 }
    sources.append(node(source))
    targets.append(node(target))
  }

  package var graph: Graph {
    Graph(
      nodes: Frame(
        index: Index(.sample(TextColumn(names))),
        columns: nodeCells.map { Column(cells: $0.cells, count: names.count, name: $0.name) }),
      sources: sources, targets: targets,
      edges: Frame(
        index: .rows(sources.count),
        columns: edgeCells.map { Column(cells: $0.cells, count: sources.count, name: $0.name) }),
      isDirected: isDirected)
  }

  /// Reads GraphML: nodes, edges and their data; hyperedges, ports and nested graphs are refused.
  package static func markup(_ source: any ByteSource, work: Work) throws(FormatError) -> GraphRecords {
    guard source.count <= EventRecords.mostBytes else { throw .unsupported("it has more than 1 GB") }
    let text = try TextBytes(source)
    let bytes = try text.source.read(at: text.start, count: text.source.count - text.start)
    var reader = MarkupGraph()
    var scanner = MarkupScanner(bytes)
    var pieces = 0
    while let piece = try scanner.next() {
      pieces += 1
      if pieces % 4096 == 0, work.isCancelled() { throw .cancelled }
      try reader.take(piece, at: scanner.position)
    }
    guard reader.hasGraph else { throw .unsupported("it holds no `graph` of GraphML") }
    guard reader.open.isEmpty else {
      throw .malformed("`\(reader.open.last ?? "")` does not end", offset: bytes.count)
    }
    return reader.filled
  }

  /// Gives cells to those that have none.
  fileprivate mutating func fill(_ name: String, _ cell: String, nodes: Bool, edges: Bool) {
    if nodes { Self.fill(&nodeCells, name, cell, names.count) }
    if edges { Self.fill(&edgeCells, name, cell, sources.count) }
  }

  private static func fill(
    _ table: inout [(name: String, cells: [Int: String])], _ name: String, _ cell: String, _ count: Int
  ) {
    for row in 0..<count where table.first(where: { $0.name == name })?.cells[row] == nil {
      set(&table, name, row, cell)
    }
  }

  fileprivate mutating func setNode(_ attribute: String, _ node: Int, _ cell: String) {
    Self.set(&nodeCells, attribute, node, cell)
  }

  fileprivate mutating func setEdge(_ attribute: String, _ edge: Int, _ cell: String) {
    Self.set(&edgeCells, attribute, edge, cell)
  }

  private static func set(
    _ table: inout [(name: String, cells: [Int: String])], _ name: String, _ row: Int, _ cell: String
  ) {
    if let place = table.firstIndex(where: { $0.name == name }) {
      table[place].cells[row] = cell
    } else if table.count < 1000 {
      table.append((name, [row: cell]))
    }
  }
}

private struct MarkupGraph {
  var records = GraphRecords(isDirected: false)
  var hasGraph = false
  var open: [String] = []
  /// What the keys of data are called.
  private var keys: [String: String] = [:]
  /// What holds where a node or an edge says nothing, by the name of the attribute.
  private var defaults: [String: (isOfNodes: Bool, isOfEdges: Bool, cell: String)] = [:]
  /// The key that is being declared, and what it is for.
  private var declared: (name: String, target: String)?
  private var node: Int?
  private var edge: Int?
  private var key: String?

  /// The records with what the keys declare for those that say nothing.
  var filled: GraphRecords {
    var records = records
    for (name, rule) in defaults.sorted(by: { $0.key < $1.key }) {
      records.fill(name, rule.cell, nodes: rule.isOfNodes, edges: rule.isOfEdges)
    }
    return records
  }

  mutating func take(_ piece: MarkupScanner.Piece, at position: Int) throws(FormatError) {
    switch piece {
    case .text(let text):
      if open.last == "default", let declared {
        let isAll = declared.target == "all"
        defaults[declared.name] = (
          isAll || declared.target == "node", isAll || declared.target == "edge", text
        )
        return
      }
      guard open.last == "data", let key else { return }
      let name = keys[key] ?? key
      if let edge { records.setEdge(name, edge, text) } else if let node { records.setNode(name, node, text) }
    case .end(let name):
      guard open.popLast() == name else {
        throw .malformed("`\(name)` ends where it did not begin", offset: position)
      }
      if name == "edge" { edge = nil }
      if name == "node" { node = nil }
    case .start(let name, let attributes, let isEmpty):
      try start(name, Dictionary(attributes) { first, _ in first }, position)
      if !isEmpty {
        open.append(name)
        guard open.count <= 64 else { throw .malformed("it is nested too deeply", offset: position) }
      } else {
        if name == "edge" { edge = nil }
        if name == "node" { node = nil }
      }
    }
  }

  private mutating func start(
    _ name: String, _ attributes: [String: String], _ position: Int
  ) throws(FormatError) {
    switch name {
    case "graph":
      guard !hasGraph else { throw .unsupported("it holds several graphs") }
      hasGraph = true
      records.isDirected = attributes["edgedefault"] == "directed"
    case "hyperedge", "port": throw .unsupported("it holds a `\(name)`")
    case "key":
      guard let id = attributes["id"] else { return }
      let name = attributes["attr.name"] ?? id
      keys[id] = name
      declared = (name, attributes["for"] ?? "all")
    case "node":
      guard let id = attributes["id"] else { throw .malformed("a node has no `id`", offset: position) }
      node = Int(records.node(id))
    case "edge":
      guard let source = attributes["source"], let target = attributes["target"] else {
        throw .malformed("an edge has no end", offset: position)
      }
      edge = records.sources.count
      records.connect(source, target)
    case "data": key = attributes["key"]
    default: break
    }
  }
}

extension Column {
  /// Numbers if all cells are, else categories.
  init(cells: [Int: String], count: Int, name: String) {
    let numbers = cells.mapValues(Double.init)
    if numbers.values.allSatisfy({ $0 != nil }) {
      var column = [Double](repeating: .nan, count: count)
      for (row, number) in numbers { column[row] = number ?? .nan }
      self.init(numbers: column, name: name)
      return
    }
    let levels = Set(cells.values).sorted()
    var places: [String: Int32] = [:]
    for (place, level) in levels.enumerated() { places[level] = Int32(place) }
    let codes = (0..<count).map { row in cells[row].flatMap { places[$0] } ?? -1 }
    self.init(
      name, .category(codes: codes, levels: levels), nulls: Mask(codes.map { $0 < 0 }))
  }
}
