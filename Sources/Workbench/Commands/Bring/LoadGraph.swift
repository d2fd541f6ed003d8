import Formats
import Language
import Numerics
import Values

struct LoadGraph: WorldCommand {
  static let path = Parameter<String>.input(
    "path", help: "An edge list (CSV, TSV), GraphML, N-Triples, Turtle, or an .npz file with `edge_index`.")
  static let source = Parameter<String?>.name(
    "source", help: "The column where edges begin; the first if absent.")
  static let target = Parameter<String?>.name(
    "target", help: "The column where edges end; the second if absent.")
  static let directed = Parameter<Bool>.flag(
    "directed", help: "Edges of a list or an .npz file have a direction.")
  static let labels = Parameter<[String]>.names(
    "labels", help: "Attributes of nodes that are ground truth; no detector, encoder or threshold sees them.")

  static let triples = Parameter<Bool>.flag(
    "triples",
    help: "Each line is a statement of a knowledge graph: subject, relation and object, between tabs.")

  let spec = CommandSpec(
    "load", "graph", "Reads nodes, edges and what is known of them.",
    discussion: """
      An edge list has an edge a line: two columns name its ends, the others stay with the edge. A table whose rows and columns have the same names is an adjacency matrix. GraphML brings names, \
      directions and data of nodes and edges; hyperedges, ports and nested graphs are refused. An .npz file holds \
      `edge_index` of 2 rows (numbers of nodes from 0 on), `x` with a row a node, and `y` with a label a node, which is \
      the layout of PyGOD's data; further arrays with a cell a node (`train_mask`) are kept as identifiers. Knowledge graphs \
      are N-Triples (.nt), Turtle without inner nodes (.ttl) or lines of three names, with --triples or where they plainly \
      are statements; the edges have the column `relation`. `NAME.edges` is the table of edges.
      """,
    parameters: [path.base, source.base, target.base, directed.base, labels.base, triples.base],
    output: .graph,
    reach: .read,
    examples: [
      Example("generate pump-station --part log --minutes 5 --seed 7 | export --to log.csv --overwrite"),
      Example("links = load graph log.csv --source level --target template"),
      Example("load graph log.csv --source level --target template --directed"),
      Example("encode links --use structure"),
    ])

  func run(_ call: Invocation, work: Work, world: World) throws(Failure) -> Value {
    let files = try world.files.open([call[Self.path]], for: Self.path.base, of: call.call)
    guard let file = files.first else { throw .cancelled }
    let name = file.path.lowercased()
    if let refusal = FileKind.refusal(ofEnding: name) {
      throw refusal.failure(
        file.path, at: Self.path.base, of: call.call, remedy: "GraphML, N-Triples and CSV can be read.")
    }
    var graph: Graph
    if name.hasSuffix(".npz") {
      graph = try arrays(file.path, file.source, call, work: work)
    } else if name.hasSuffix(".graphml") || name.hasSuffix(".xml") {
      do throws(FormatError) {
        graph = try GraphRecords.markup(file.source, work: work).graph
      } catch {
        throw error.failure(
          file.path, at: Self.path.base, of: call.call,
          remedy: "Export the graph again as GraphML, or as CSV.")
      }
    } else if isStatements(name, file.source, call) {
      do throws(FormatError) {
        graph = try TripleFile(file.source, work: work).graph
      } catch {
        throw error.failure(
          file.path, at: Self.path.base, of: call.call,
          remedy: "Give N-Triples, plain Turtle, or lines of subject, relation and object between tabs.")
      }
    } else {
      graph = try list(file.path, file.source, call, work: work)
    }
    let known = graph.nodes.columns.map(\.name)
    for label in call[Self.labels] where !known.contains(label) {
      throw call.blame(
        Self.labels.base, "E0524", "the nodes have no attribute `\(label)`", label: "not there",
        remedy: Suggestion.remedy(
          for: label, among: known,
          else: known.isEmpty ? "They have none." : "They have \(Suggestion.some(known))."))
    }
    let columns = graph.nodes.columns.map { column in
      var column = column
      if call[Self.labels].contains(column.name) { column.role = .label }
      return column
    }
    graph = Graph(
      nodes: graph.nodes.with(columns: columns), sources: graph.sources, targets: graph.targets,
      edges: graph.edges, isDirected: graph.isDirected)
    let loops = zip(graph.sources, graph.targets).count { $0 == $1 }
    if loops > 0 { call.note("\(counted(loops, "edge")) from a node to itself") }
    return .graph(graph)
  }

  private func isStatements(_ name: String, _ source: any ByteSource, _ call: Invocation) -> Bool {
    if call[Self.triples] || [".nt", ".ttl", ".nt.gz", ".ttl.gz"].contains(where: name.hasSuffix) {
      return true
    }
    guard call[Self.source] == nil, call[Self.target] == nil, TripleFile.isTelling(source) else {
      return false
    }
    call.note(
      "lines of three names are statements; with --source and --target they are a list of edges")
    return true
  }

  private func list(
    _ path: String, _ source: any ByteSource, _ call: Invocation, work: Work
  ) throws(Failure) -> Graph {
    let table: DelimitedTable
    do throws(TableFailure) {
      table = try DelimitedReader([source]).read(work: work)
    } catch {
      guard case .format(let problem) = error.problem else { throw .cancelled }
      throw problem.failure(
        path, at: Self.path.base, of: call.call, remedy: "Give CSV with one edge a line, or GraphML.")
    }
    let names = table.columns.map(\.name)
    if let graph = try matrix(table, call, work: work) { return graph }
    guard table.columns.count >= 2 else {
      throw call.blame(
        Self.path.base, "E0544", "`\(path)` has one column; an edge has two ends", label: "no edges",
        remedy: "Separate the ends by a comma, a tab or a semicolon.")
    }
    func place(_ parameter: Parameter<String?>, _ usual: Int) throws(Failure) -> Int {
      guard let name = call[parameter] else { return usual }
      if let place = names.firstIndex(of: name) { return place }
      throw call.blame(
        parameter.base, "E0524", "the file has no column `\(name)`", label: "not in the header",
        remedy: Suggestion.remedy(for: name, among: names, else: "It has \(Suggestion.some(names))."))
    }
    let (from, to) = (try place(Self.source, 0), try place(Self.target, 1))
    var records = GraphRecords(isDirected: call[Self.directed])
    var rows: [Int] = []
    for row in 0..<table.rowCount {
      if row % 4096 == 0, work.isCancelled() { throw .cancelled }
      guard let source = table.columns[from].plainText(row), let target = table.columns[to].plainText(row)
      else {
        continue
      }
      records.connect(source, target)
      rows.append(row)
    }
    if rows.count < table.rowCount {
      call.note("\(counted(table.rowCount - rows.count, "line")) without both ends left out")
    }
    let graph = records.graph
    let rest = table.columns.indices.filter { $0 != from && $0 != to }.map {
      table.columns[$0].selecting(rows)
    }
    return Graph(
      nodes: graph.nodes, sources: graph.sources, targets: graph.targets,
      edges: graph.edges.with(columns: rest), isDirected: graph.isDirected)
  }

  /// A table whose rows and columns have the same names: a cell other than 0 is an edge from its row to its column.
  private func matrix(
    _ table: DelimitedTable, _ call: Invocation, work: Work
  ) throws(Failure) -> Graph? {
    let columns = table.columns
    guard call[Self.source] == nil, call[Self.target] == nil, table.rowCount >= 2,
      columns.count == table.rowCount + 1,
      (0..<table.rowCount).allSatisfy({ columns[0].plainText($0) == columns[$0 + 1].name }),
      columns.dropFirst().allSatisfy({ $0.numbers != nil })
    else { return nil }
    var ends: [(source: Int32, target: Int32, weight: Double)] = []
    for row in 0..<table.rowCount {
      if work.isCancelled() { throw .cancelled }
      for (target, column) in columns.dropFirst().enumerated() {
        let weight = column.numbers?[row] ?? .nan
        if weight != 0, !weight.isNaN { ends.append((Int32(row), Int32(target), weight)) }
      }
    }
    let pairs = Set(ends.map { [$0.source, $0.target] })
    let isSymmetric = !call[Self.directed] && pairs.allSatisfy { pairs.contains([$0[1], $0[0]]) }
    if isSymmetric { ends.removeAll { $0.source > $0.target } }
    call.note("an adjacency matrix: edges lead from rows to columns" + (isSymmetric ? ", both ways" : ""))
    let weights = ends.map(\.weight)
    return Graph(
      nodes: Frame(index: Index(.sample(TextColumn(columns.dropFirst().map(\.name)))), columns: []),
      sources: ends.map(\.source), targets: ends.map(\.target),
      edges: Frame(
        index: .rows(ends.count),
        columns: Set(weights).count > 1 ? [Column(numbers: weights, name: "weight")] : []),
      isDirected: !isSymmetric)
  }

  private func arrays(
    _ path: String, _ source: any ByteSource, _ call: Invocation, work: Work
  ) throws(Failure) -> Graph {
    do throws(FormatError) {
      let file = try ArrayFile(source)
      guard let edges = file.items.first(where: { $0.name == "edge_index" }), edges.header.shape.count == 2,
        edges.header.shape[0] == 2
      else { throw .unsupported("it has no array `edge_index` of two rows") }
      let ends = try file.columns(of: edges, name: "e", work: work).map { $0.numbers ?? [] }
      var nodes = 0
      var columns: [Column] = []
      for (name, role) in [("x", ColumnRole.feature), ("y", .label)] {
        guard let item = file.items.first(where: { $0.name == name }) else { continue }
        for column in try file.columns(of: item, name: name, work: work) {
          var column = column
          column.role = role
          columns.append(column)
        }
        nodes = max(nodes, item.header.rows)
      }
      let all = ends.flatMap { $0 }
      guard all.allSatisfy({ $0 >= 0 && $0 < 1e8 && $0 == $0.rounded() }) else {
        throw .malformed("`edge_index` holds something else than numbers of nodes", offset: 0)
      }
      let highest = Int(all.max() ?? -1) + 1
      guard nodes == 0 || highest <= nodes else {
        throw .malformed("an edge ends at node \(highest - 1), and there are \(nodes)", offset: 0)
      }
      if nodes == 0 { nodes = highest }
      for item in file.items where !["edge_index", "x", "y"].contains(item.name) {
        guard item.header.shape == [nodes] else {
          call.note("array `\(item.name)` left out: it has no cell a node")
          continue
        }
        for column in try file.columns(of: item, name: item.name, work: work) {
          columns.append(Column(column.name, column.cells, nulls: column.nulls, role: .identifier))
        }
      }
      guard columns.allSatisfy({ $0.count == nodes }) else {
        throw .malformed("`x` and `y` do not have the same rows", offset: 0)
      }
      let names = TextColumn((0..<nodes).lazy.map { String($0) })
      return Graph(
        nodes: Frame(index: Index(.sample(names)), columns: columns), sources: ends.map { Int32($0[0]) },
        targets: ends.map { Int32($0[1]) }, edges: Frame(index: .rows(ends.count), columns: []),
        isDirected: call[Self.directed])
    } catch {
      throw error.failure(
        path, at: Self.path.base, of: call.call, remedy: "Save `edge_index`, `x` and `y` with `numpy.savez`.")
    }
  }
}
