import Language
import Notation
import Numerics
import Values

/// Statements that can be looked up and cited by their row: `kg:12`.
struct Statements {
  let name: String
  /// One a row: a triple, a document, or the cells of a row.
  let texts: [String]
  /// The ends of each statement, for graphs.
  let ends: [(from: Int32, to: Int32)]

  init?(_ named: NamedValue) {
    name = named.name
    switch named.value {
    case .graph(let graph):
      let table = graph.edgeTable
      texts = (0..<table.rowCount).map { Self.row($0, of: table) }
      ends = zip(graph.sources, graph.targets).map { ($0, $1) }
    case .text(let documents):
      texts = (0..<documents.texts.count).map { documents.texts[$0] }
      ends = []
    default:
      guard let frame = named.value.cellFrame else { return nil }
      texts = (0..<frame.rowCount).map { Self.row($0, of: frame) }
      ends = []
    }
  }

  /// A triple reads in its order; other attributes follow.
  private static func row(_ row: Int, of frame: Frame) -> String {
    let first = ["source", "relation", "target"].compactMap { frame.column($0) }
    let columns = first.count == 3 ? first + frame.columns.filter { !first.contains($0) } : frame.columns
    return columns.filter { $0.role != .label }.compactMap { $0.plainText(row) }.joined(separator: " ")
  }

  func table(_ rows: [Int], extra: [Column] = []) -> Value {
    .table(
      Frame(
        index: .rows(rows.count),
        columns: [
          Column("cite", .text(TextColumn(rows.map { "\(name):\($0)" })), role: .identifier),
          Column("statement", .text(TextColumn(rows.map { texts[$0] }))),
        ] + extra))
  }

  static func words(_ text: String) -> [String] {
    text.lowercased().split { !$0.isLetter && !$0.isNumber }.map(String.init)
  }
}

struct KnowledgeLookup: PureCommand {
  static let input = Parameter<Reference>.value(
    "value", [.graph, .text, .table, .log],
    help: "Triples from `load graph --triples`, notes from `load text`, or any rows.")
  static let words = Parameter<String>.required("words", .text, help: "What to look for, in quotes.") {
    if case .text(let text) = $0 { text } else { "" }
  }
  static let rows = Parameter<Int>.integer("rows", in: 1...1000, default: 10, help: "At most so many.")

  let spec = CommandSpec(
    "knowledge", "lookup", "Finds statements by their words, to be cited by row.",
    discussion: """
      A statement scores the sum, over the words it shares with the question, of the logarithm of how many statements \
      there are for each that holds the word: rare words count more (inverse document frequency, Spärck Jones 1972). \
      Ties stay in their order. `cite` is what an answer writes in brackets, `[notes:12]`; citations are checked.
      """,
    parameters: [input.base, words.base, rows.base], output: .table, reach: .read,
    examples: [
      Example("events = generate pump-station --part log --minutes 5 --seed 7"),
      Example("found = knowledge lookup events \"valve warning\""),
      Example("events | knowledge lookup \"speed\" --rows 3"),
    ])

  func run(_ call: Invocation, work: Work) throws(Failure) -> Value {
    guard let statements = Statements(call[Self.input]) else { throw call.noRows(Self.input.base) }
    let wanted = Set(Statements.words(call[Self.words]))
    let hits = statements.texts.map { Set(Statements.words($0)).intersection(wanted) }
    if work.isCancelled() { throw .cancelled }
    var counts: [String: Int] = [:]
    for word in hits.joined() { counts[word, default: 0] += 1 }
    let total = Double(hits.count)
    let weights = counts.mapValues { logarithm(1 + total / Double($0)) }
    let scores = hits.map { words in words.sorted().reduce(0) { $0 + (weights[$1] ?? 0) } }
    let order = scores.indices.filter { scores[$0] > 0 }
      .sorted { (scores[$1], $0) < (scores[$0], $1) }.prefix(call[Self.rows])
    if order.isEmpty { call.note("nothing holds any of these words") }
    return statements.table(
      Array(order), extra: [Column(numbers: order.map { scores[$0] }, name: "score")])
  }
}

struct KnowledgePath: PureCommand {
  static let input = Parameter<Reference>.value("value", [.graph], help: "A graph of what is known.")
  static let from = Parameter<String>.required("from", .text, help: "The node to begin at.") {
    if case .text(let text) = $0 { text } else { "" }
  }
  static let to = Parameter<String>.required("to", .text, help: "The node to reach.") {
    if case .text(let text) = $0 { text } else { "" }
  }

  let spec = CommandSpec(
    "knowledge", "path", "Finds the shortest chain of statements between two nodes.",
    discussion: """
      Breadth first, along statements in either direction; of equally short chains the one with the earlier statements. \
      Each statement can be cited by its row.
      """,
    parameters: [input.base, from.base, to.base], output: .table, reach: .read,
    examples: [
      Example("talk = generate agents --runs 4 --seed 7"),
      Example("who = trace graph talk"),
      Example("knowledge path who user critic"),
      Example("who | knowledge path planner detect"),
    ])

  func run(_ call: Invocation, work: Work) throws(Failure) -> Value {
    let named = call[Self.input]
    guard case .graph(let graph) = named.value, let statements = Statements(named) else {
      throw call.unexpectedKind(Self.input.base)
    }
    let start = try node(call[Self.from], Self.from.base, graph, call)
    let goal = try node(call[Self.to], Self.to.base, graph, call)
    var edges = [[Int]](repeating: [], count: graph.nodes.rowCount)
    for (row, ends) in statements.ends.enumerated() {
      edges[Int(ends.from)].append(row)
      if ends.to != ends.from { edges[Int(ends.to)].append(row) }
    }
    var arrival = [Int?](repeating: nil, count: graph.nodes.rowCount)
    var queue = [start]
    var seen = Set(queue)
    var head = 0
    while head < queue.count, !seen.contains(goal) {
      if head % 1024 == 0, work.isCancelled() { throw .cancelled }
      let node = queue[head]
      head += 1
      for row in edges[node] {
        let ends = statements.ends[row]
        let next = Int(ends.from) == node ? Int(ends.to) : Int(ends.from)
        guard seen.insert(next).inserted else { continue }
        arrival[next] = row
        queue.append(next)
      }
    }
    var chain: [Int] = []
    var place = goal
    while place != start, let row = arrival[place] {
      chain.append(row)
      let ends = statements.ends[row]
      place = Int(ends.from) == place ? Int(ends.to) : Int(ends.from)
    }
    if chain.isEmpty, start != goal { call.note("no chain of statements joins them") }
    return statements.table(chain.reversed())
  }

  private func node(
    _ name: String, _ parameter: AnyParameter, _ graph: Graph, _ call: Invocation
  ) throws(Failure) -> Int {
    let labels = (0..<graph.nodes.rowCount).map { graph.nodes.index.label(of: $0) }
    if let exact = labels.firstIndex(of: name) { return exact }
    let folded = labels.indices.filter { labels[$0].lowercased() == name.lowercased() }
    if folded.count == 1 { return folded[0] }
    throw call.blame(
      parameter, "R0801", "the graph has no node `\(Visible.line(name))`", label: "not known",
      remedy: Suggestion.remedy(
        for: name, among: labels, else: "`knowledge lookup \(call[Self.input].name)` finds names by words."))
  }
}

struct Remember: WorldCommand {
  static let text = Parameter<String>.required("text", .text, help: "A fact of the project, in quotes.") {
    if case .text(let text) = $0 { text } else { "" }
  }
  /// Below the folder in which Sonde was started.
  static let path = ".sonde/memory.md"
  private static let longest = 400

  let spec = CommandSpec(
    "remember", nil, "Keeps a fact of this project in a file that people can read and edit.",
    discussion: """
      The fact becomes a line of `.sonde/memory.md`; what stands there already is not written again. The agent reads the \
      file with each question, as data, and has to ask before it adds to it.
      """,
    parameters: [text.base], output: .answer, reach: .write,
    examples: [
      Example("remember \"pump 2 was serviced on 3 March\""),
      Example("kept = remember \"pressure above 1.2 bar is normal after a restart\""),
    ])

  func run(_ call: Invocation, work: Work, world: World) throws(Failure) -> Value {
    let line = Visible.line(call[Self.text])
    guard !line.allSatisfy(\.isWhitespace), line.count <= Self.longest else {
      throw call.blame(
        Self.text.base, "R0802", "a fact has 1 to \(Self.longest) characters, and this has \(line.count)",
        remedy: "Say it in a sentence; `note` keeps longer words in the script.")
    }
    do throws(Diagnostic) {
      let known = try? world.files.text(Self.path, limit: 1 << 20)
      if known?.split(separator: "\n").contains(Substring("- " + line)) == true {
        call.note("it is there already")
      } else {
        let gap = known.map { $0.isEmpty || $0.hasSuffix("\n") } ?? true ? "" : "\n"
        try world.files.append(Array("\(gap)- \(line)\n".utf8), to: Self.path)
      }
    } catch {
      throw .diagnostic(error)
    }
    return .answer(Answer(line))
  }
}
