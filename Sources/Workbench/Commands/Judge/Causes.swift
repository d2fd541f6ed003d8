import Detection
import Evaluation
import Language
import Numerics
import Values

struct Causes: PureCommand {
  static let input = Parameter<Reference>.value(
    "value", [.series, .table, .bundle, .embedding, .scores],
    help: "Measurements of the nodes, a column or more each, or one score a node.")
  static let graph = Parameter<Reference>.required(
    "graph", .value([.graph]), placement: .option,
    help: "Directed edges from what depends to what it depends on, as from caller to callee."
  ) { if case .reference(let reference) = $0 { reference } else { Reference(root: .last) } }
  static let from = Parameter<String?>.name(
    "from", help: "The node that raised the alarm; if absent, the most unusual one on which nothing depends.")
  static let normal = Parameter<Reference?>.optional(
    "normal", .value([.series, .table, .bundle, .embedding]),
    help: "The same measurements while all was well; else fit rows or those before --between."
  ) { if case .reference(let reference) = $0 { reference } else { nil } }
  static let between = Parameter<MomentRange?>.moments(
    "between", help: "Look only there; the rows before show what is usual.")
  static let above = Parameter<Double>.real(
    "above", in: 0...1e9, default: 5, help: "Robust deviations from which a node counts as unusual.")

  let spec = CommandSpec(
    "causes", nil, "Ranks what may have caused an alarm, along a graph of dependencies.",
    discussion: """
      A column belongs to the node whose name it has, or whose name stands before a point in it (`payment.p95`). A node \
      is as unusual as the farthest of its cells from their median in robust standard deviations (1.4826 times the \
      median absolute deviation of the usual rows, at least a thousandth of the median; a million at most, where nothing varied before); columns that are missing in half \
      of the usual rows are left out. Usual are the rows of \
      --normal, else the fit rows of a split, else the rows before --between, else the first third; choose columns of one \
      measure with `select` to ask about that measure. With scores, one a node, --above is their limit.

      From --from the walk follows the graph through unusual nodes. `own` is what no dependency explains: the departure \
      less the highest one below. Nodes with more than --above of their own come first, those that explain more \
      unusual entries (nodes on which nothing unusual depends) before others, then those with more of their own.
      """,
    parameters: [input.base, graph.base, from.base, normal.base, between.base, above.base], output: .table,
    examples: [
      Example("calls = generate traces --seed 7"),
      Example("rates = services rates calls --every 10s --measures p50"),
      Example("links = services graph calls"),
      Example("causes rates --graph links --from gateway --between 00:04..00:05"),
      Example("causes rates --graph links --above 4"),
    ])

  func run(_ call: Invocation, work: Work) throws(Failure) -> Value {
    guard case .graph(let graph) = call[Self.graph].value else { throw call.unexpectedKind(Self.graph.base) }
    guard graph.isDirected else {
      throw call.blame(
        Self.graph.base, "R0515", "the edges have no direction, so nothing depends on anything",
        label: "undirected", remedy: "Load it with `--directed`.")
    }
    let names = (0..<graph.nodes.rowCount).map { graph.nodes.index.label(of: $0) }
    var dependencies = [[Int]](repeating: [], count: names.count)
    for (source, target) in zip(graph.sources, graph.targets) {
      dependencies[Int(source)].append(Int(target))
    }
    let measured = try departures(call, names, work: work)
    let search = CauseSearch(
      departures: measured.map { $0?.departure ?? .nan }, dependencies: dependencies, limit: call[Self.above])
    let start = try start(call, names, measured, dependencies)
    let causes = search.causes(of: start)
    let known = measured.count { $0 != nil }
    if known < names.count {
      call.note(
        "\(counted(names.count - known, "node")) without a measurement \(names.count - known == 1 ? "counts" : "count") as usual"
      )
    }
    call.note(
      causes.first.map {
        "likeliest: `\(names[$0.node])`, which explains \($0.entries == 1 ? "1 unusual entry" : "\($0.entries) unusual entries")"
      } ?? "nothing unusual is reached from `\(names[start])`; --above says what is unusual")
    return .table(table(causes, names, measured))
  }

  /// How far a node is from usual, by which column and in which row.
  private struct Departure {
    var departure: Double
    var column: String
    var moment: String
  }

  private func departures(_ call: Invocation, _ names: [String], work: Work) throws(Failure) -> [Departure?] {
    var places: [String: Int] = [:]
    for (place, name) in names.enumerated() { places[name] = place }
    var found = [Departure?](repeating: nil, count: names.count)
    if case .scores(let scores) = call[Self.input].value {
      for (row, value) in scores.values.enumerated() {
        guard let node = places[scores.index.label(of: row)], value > found[node]?.departure ?? -.infinity
        else { continue }
        found[node] = Departure(departure: value, column: scores.method, moment: scores.index.label(of: row))
      }
      return try checked(found, call)
    }
    guard let rows = try call.features(of: call[Self.input].value, work: work) else {
      throw call.noFeatures(Self.input.base)
    }
    var normal: ScorableRows?
    if let reference = call[Self.normal] {
      normal = try call.features(of: reference.value, work: work)
      if normal == nil { throw call.noFeatures(Self.normal.base) }
    }
    var watched = 0..<0
    var look: UsualRows?
    if normal == nil {
      let rows = try UsualRows(call, rows.index, value: Self.input, between: Self.between)
      (look, watched) = (rows, rows.watched)
    } else {
      watched = try UsualRows.stretch(call, rows.index, Self.input, Self.between)
    }
    for (column, name) in rows.features.enumerated() {
      guard let node = Self.node(of: name, among: places) else { continue }
      let line = rows.matrix.column(column)
      let usual: [Double]
      if let normal {
        guard let place = normal.features.firstIndex(of: name) else { continue }
        usual = normal.matrix.column(place)
      } else {
        usual = look?.usual.map { line[$0] } ?? []
      }
      // What was there now and then only does not say what is usual.
      guard usual.count(where: \.isFinite) * 2 > usual.count, let scale = RobustRange(usual) else { continue }
      for row in watched where line[row].isFinite {
        let departure = min(scale.departure(of: line[row]), Self.farthest)
        if departure > found[node]?.departure ?? -1 {
          found[node] = Departure(departure: departure, column: name, moment: rows.index.label(of: row))
        }
      }
    }
    return try checked(found, call)
  }

  private func checked(_ found: [Departure?], _ call: Invocation) throws(Failure) -> [Departure?] {
    if found.contains(where: { $0 != nil }) { return found }
    throw call.blame(
      Self.input.base, "R0514", "no column is named like a node of the graph", label: "no node of it",
      remedy:
        "Columns need the names of nodes, or `NODE.measure`; see the names with `show \(call[Self.graph].name)`."
    )
  }

  /// What counts as this far off is as far off as can be: nothing varied before.
  private static let farthest = 1e6

  private static func node(of column: String, among places: [String: Int]) -> Int? {
    if let place = places[column] { return place }
    var name = Substring(column)
    while let point = name.lastIndex(of: ".") {
      name = name[..<point]
      if let place = places[String(name)] { return place }
    }
    return nil
  }

  private func start(
    _ call: Invocation, _ names: [String], _ measured: [Departure?], _ dependencies: [[Int]]
  ) throws(Failure) -> Int {
    if let name = call[Self.from] {
      if let place = names.firstIndex(of: name) { return place }
      throw call.blame(
        Self.from.base, "E0524", "the graph has no node `\(name)`", label: "not there",
        remedy: Suggestion.remedy(for: name, among: names, else: "It has \(Suggestion.some(names))."))
    }
    let isUnusual = measured.map { ($0?.departure ?? 0) > call[Self.above] }
    var depended = [Bool](repeating: false, count: names.count)
    for (node, below) in dependencies.enumerated() where isUnusual[node] {
      for other in below where other != node { depended[other] = true }
    }
    let entries = names.indices.filter { isUnusual[$0] && !depended[$0] }
    let start = entries.max { (measured[$0]?.departure ?? 0) < (measured[$1]?.departure ?? 0) }
    let place = start ?? 0
    call.note("from: `\(names[place])`")
    return place
  }

  private func table(_ causes: [CauseSearch.Cause], _ names: [String], _ measured: [Departure?]) -> Frame {
    func texts(_ name: String, _ value: (CauseSearch.Cause) -> String) -> Column {
      Column(name, .text(TextColumn(causes.map(value))))
    }
    return Frame(
      index: .rows(causes.count),
      columns: [
        texts("cause") { names[$0.node] },
        Column(numbers: causes.map(\.departure), name: "departure"),
        Column(numbers: causes.map(\.own), name: "own"),
        Column(numbers: causes.map { Double($0.entries) }, name: "entries"),
        texts("by") { measured[$0.node]?.column ?? "" }, texts("at") { measured[$0.node]?.moment ?? "" },
        texts("path") { $0.path.map { names[$0] }.joined(separator: " > ") },
      ])
  }
}
