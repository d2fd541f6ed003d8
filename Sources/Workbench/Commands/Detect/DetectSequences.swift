import Detection
import Language
import Numerics
import Values

/// `detect ngram`, `detect markov`…: what judges sequences of events, as commands for logs and event logs.
struct DetectSequences: PureCommand {
  static let input = Parameter<Reference>.value(
    "value", [.log, .events], help: "A log, or an event log whose cases are the sequences.")
  static let trail = Parameter<Int>.integer(
    "trail", in: 1...100_000, default: 20, help: "Logs: last events that make the sequence of each event.")
  static let by = Parameter<String?>.optional(
    "by", .text, help: "Logs: the column that names the sequence (session, block) of each event."
  ) { if case .text(let name) = $0 { name } else { nil } }

  let name: String
  let measure: String
  let discussion: String
  var options: [AnyParameter] = []
  var exampleOptions = ""
  let method: @Sendable (Invocation) -> any SequenceMethod

  var spec: CommandSpec {
    CommandSpec(
      "detect", name, "Scores sequences of events by \(measure).",
      discussion: """
        \(discussion)

        Event logs have a score for each case. Logs have one for each event, that of the last --trail templates up to it in \
        its segment, or with --by one for each sequence that a column names. Learns from the sequences that end in fit \
        rows if the value was split, else from all; nothing is new beside what was learned from all.
        """,
      parameters: [Self.input.base] + options + [Self.trail.base, Self.by.base], output: .scores,
      examples: [
        Example("log = generate pump-station --part log --minutes 5 --seed 7 | split --fit 20"),
        Example("risk = detect \(name) log"),
        Example("risk = log | detect \(name) --trail 5\(exampleOptions)"),
      ])
  }

  func run(_ call: Invocation, work: Work) throws(Failure) -> Value {
    let sequences = try Sequences(call)
    if sequences.index.splits == nil {
      call.note("learned from all: nothing is new beside that; `split` keeps normal ones apart")
    }
    do throws(DetectionError) {
      let fit = sequences.index.rows(in: .fit).filter { sequences.isWhole[$0] }
      let (scores, contributions) = try Self.judged(method(call), sequences, fit: fit, work: work)
      var fitted: Mask?
      if sequences.index.splits != nil {
        var mask = Mask(count: sequences.lists.count)
        for row in fit { mask[row] = true }
        fitted = mask
      }
      let rows = zip(scores, sequences.isWhole).map { $1 ? $0 : 0 }
      return .scores(
        Scores(
          index: sequences.index, values: rows, method: name, presence: Mask(sequences.isWhole),
          fitted: fitted, contributions: contributions))
    } catch {
      throw failure(error, call)
    }
  }

  /// Sequences that are asked for their parts where asking takes time.
  private static let mostAsked = 200

  private static func judged<Method: SequenceMethod>(
    _ method: Method, _ sequences: Sequences, fit: [Int], work: Work
  ) throws(DetectionError) -> ([Double], Contributions?) {
    let lists = sequences.lists
    let model = try method.fit(fit.map { lists[$0] }, work: work)
    let scores = try model.scores(of: lists, work: work)
    let kinds = Set(lists.joined()).sorted()
    if lists.count * kinds.count > FittedModel.mostContributions { return (scores, nil) }
    var asked = lists.indices.filter { sequences.isWhole[$0] && scores[$0] > 0 }
    if !Method.Model.isSum {
      asked = Array(asked.sorted { (scores[$1], $0) < (scores[$0], $1) }.prefix(mostAsked))
    }
    let chosen = asked
    do throws(Cancelled) {
      let parts = try work.map(chosen.count, stage: "parts") { model.parts(of: lists[chosen[$0]]) }
      var matrix = Matrix(rows: lists.count, columns: kinds.count)
      let places = Dictionary(uniqueKeysWithValues: kinds.enumerated().map { ($1, $0) })
      for (row, part) in zip(chosen, parts) {
        for (kind, value) in part { if let place = places[kind] { matrix[row, place] = value } }
      }
      let names = kinds.map { sequences.names[Int($0)] }
      let rest = Method.Model.isSum ? "" : " (of the \(chosen.count) highest sequences)"
      return (
        scores,
        Contributions(
          matrix: matrix, features: names,
          blocks: names.enumerated().map { Block(name: $1, columns: $0..<$0 + 1) },
          meaning: Method.Model.partMeaning + rest)
      )
    } catch {
      throw .cancelled
    }
  }

  private func failure(_ error: DetectionError, _ call: Invocation) -> Failure {
    switch error {
    case .cancelled: .cancelled
    case .parameter(let name, let reason):
      call.blame(Self.input.base, "D0106", "`--\(name)` \(reason)", remedy: "Change `--\(name)`.")
    case .tooFewRows(let needed, let got):
      call.blame(
        Self.input.base, "D0101", "`\(name)` needs \(needed) sequences to learn from and got \(got)",
        label: "\(got) sequences", remedy: "Give more rows to `split`, or choose a shorter `--trail`.")
    default:
      call.blame(
        Self.input.base, "D0106", "`\(name)` cannot work on this log", remedy: "Choose another method.")
    }
  }
}

/// What is judged, in order: a list of kinds of events for each row of the index.
private struct Sequences {
  let index: Index
  let lists: [[Int32]]
  /// What the kinds of events are called.
  var names: [String] = []
  /// Cleared where a trail is not full yet.
  let isWhole: [Bool]

  init(_ call: Invocation) throws(Failure) {
    let value = call[DetectSequences.input].value
    switch value {
    case .events(let log):
      let codes = log.activities.codes
      if codes.isEmpty { throw call.noRows(DetectSequences.input.base) }
      self.init(groups: log.frame.index.runs.map { ($0.name, Array($0.rows)) }, codes, log.frame.index)
      names = log.activities.levels
    case .log(let log):
      let codes = log.templateOfRow
      if codes.isEmpty { throw call.noRows(DetectSequences.input.base) }
      guard let name = call[DetectSequences.by] else {
        self.init(trail: call[DetectSequences.trail], codes, log.frame.index)
        names = log.templates
        return
      }
      guard let column = log.frame.column(name) else {
        throw call.blame(
          DetectSequences.by.base, "E0524", "`\(call[DetectSequences.input].name)` has no column `\(name)`",
          label: "not there",
          remedy: "Its columns are \(log.frame.columns.map { "`\($0.name)`" }.joined(separator: ", ")).")
      }
      var places: [String: Int] = [:]
      var groups: [(String, [Int])] = []
      for row in codes.indices where !column.isNull(row) {
        let key = Self.text(column, row)
        if let place = places[key] {
          groups[place].1.append(row)
        } else {
          places[key] = groups.count
          groups.append((key, [row]))
        }
      }
      self.init(groups: groups, codes, log.frame.index)
      names = log.templates
    default: throw call.unexpectedKind(DetectSequences.input.base)
    }
  }

  private init(groups: [(name: String, rows: [Int])], _ codes: [Int32], _ rows: Index) {
    var index = Index(.sample(TextColumn(groups.map(\.name))))
    if let splits = rows.splits { index.splits = groups.map { splits[$0.rows[$0.rows.count - 1]] } }
    self.index = index
    lists = groups.map { group in group.rows.map { codes[$0] } }
    isWhole = groups.map { _ in true }
  }

  private init(trail: Int, _ codes: [Int32], _ rows: Index) {
    var lists: [[Int32]] = []
    var isWhole: [Bool] = []
    for run in rows.runs {
      for row in run.rows {
        let start = max(run.rows.lowerBound, row - trail + 1)
        lists.append(Array(codes[start...row]))
        isWhole.append(row - start + 1 == trail)
      }
    }
    index = rows
    self.lists = lists
    self.isWhole = isWhole
  }

  private static func text(_ column: Column, _ row: Int) -> String {
    switch column.cells {
    case .text(let texts): texts[row]
    case .category(let codes, let levels): codes[row] < 0 ? "" : levels[Int(codes[row])]
    case .number(let numbers): "\(numbers[row])"
    case .time(let times): "\(times[row])"
    case .bool(let bits): "\(bits[row])"
    }
  }
}

extension DetectSequences {
  private static let length = Parameter<Int>.integer(
    "length", in: 1...1000, default: 6, help: "Events in a run.")
  private static let longest = Parameter<Int>.integer(
    "longest", in: 1...100_000, default: 500, help: "First events of a sequence that count.")

  private static let history = Parameter<Int>.integer(
    "history", in: 1...1000, default: 10, help: "Events before the one that is foretold.")
  private static let hidden = Parameter<Int>.integer(
    "hidden", in: 1...4096, default: 32, help: "Numbers that the network remembers.")
  private static let epochs = Parameter<Int>.integer(
    "epochs", in: 1...100_000, default: 30, help: "Times that all is learned from, at most.")
  private static let score = Parameter<String>.choice(
    "score",
    of: [
      Choice("rank", "how many kinds were likelier, over all kinds"),
      Choice("surprise", "-log2 of the chance of the event"),
    ], default: "rank", help: "What is told of the most unexpected event.")
  private static let explained = Parameter<Double>.fraction(
    "explained", in: 0.01...0.999, default: 0.95, help: "The share of the variance that directions explain.")
  private static let held = Parameter<Double>.fraction(
    "held", in: 0.5...1, default: 0.98, help: "In so many sequences a relation must hold.")

  static let all = [
    DetectSequences(
      name: "newevent", measure: "the share of events that were never seen",
      discussion: "The share of events of kinds that training never showed (Landauer and others, FSE 2024).",
      method: { _ in NewEvents() }),
    DetectSequences(
      name: "length", measure: "how far their length lies outside the usual",
      discussion:
        "0 between the shortest and the longest sequence of training; beyond, the difference of the logarithms (Landauer "
        + "and others, FSE 2024). All trails of a log are equally long: for event logs, or with --by.",
      method: { _ in SequenceLength() }),
    DetectSequences(
      name: "counts", measure: "how their counts of events differ from known ones",
      discussion:
        "Manhattan distance of the counts of events to the nearest training sequence, over their sum (event count vectors, "
        + "Landauer and others, FSE 2024).",
      method: { _ in EventCounts() }),
    DetectSequences(
      name: "edit", measure: "how many edits part them from a known one",
      discussion:
        "Levenshtein's distance to the nearest training sequence, over the longer length (1966). Takes time with the square of "
        + "the lengths.",
      options: [longest.base], exampleOptions: " --longest 50",
      method: { EditDistance(longest: $0[longest]) }),
    DetectSequences(
      name: "ngram", measure: "the share of runs of events that are new",
      discussion:
        "The share of runs of --length events that training never showed (stide: Forrest and others, S&P 1996; Warrender and "
        + "others, S&P 1999).",
      options: [length.base], exampleOptions: " --length 3",
      method: { EventGrams(length: $0[length]) }),
    DetectSequences(
      name: "markov", measure: "how little each event was to be expected",
      discussion:
        "The mean surprise of each event behind the one before it, in bits (Ye, IEEE SMC 2000), smoothed.",
      method: { _ in EventChain() }),
    DetectSequences(
      name: "runs", measure: "how improbable their longest run of one event is",
      discussion:
        "An event that repeats itself with the chance p in training begins a run of l events with the chance p^(l - 1); the score is "
        + "-log2 of the smallest such chance in the sequence, in bits (runs are geometric: Feller 1968, section XIII.7). Finds "
        + "sources that are stuck or flood the log.",
      method: { _ in EventRuns() }),
    DetectSequences(
      name: "deeplog", measure: "how unexpected their least expected event is",
      discussion:
        "A recurrent network (LSTM) reads the last --history events and ranks all kinds by how likely they come next (DeepLog: Du and others, "
        + "CCS 2017). By rank the score is how many kinds were likelier than the most unexpected event, over all kinds; a threshold at g over "
        + "the kinds is DeepLog with g candidates. By surprise it is -log2 of that event's chance.",
      options: [history.base, hidden.base, epochs.base, score.base, Parameter<Int>.seed.base],
      exampleOptions: " --history 5 --epochs 5 --score surprise",
      method: {
        NextEvent(
          history: $0[history], hidden: $0[hidden], epochs: $0[epochs],
          score: .init(rawValue: $0[score]) ?? .rank, seed: UInt64($0[Parameter<Int>.seed]))
      }),
    DetectSequences(
      name: "subspace", measure: "what of their counts no usual direction explains",
      discussion:
        "Counts of events, weighed by how seldom an event is, lose the directions that explain the share --explained of the variance "
        + "of training; the score is the squared length of the rest (Xu and others, SOSP 2009). Events that training never showed "
        + "belong to the rest.",
      options: [explained.base], exampleOptions: " --explained 0.9",
      method: { CountSubspace(explained: $0[explained]) }),
    DetectSequences(
      name: "invariants", measure: "the share of relations between counts that break",
      discussion:
        "Training shows which relations hold between the counts of the 60 commonest events: a count is another, two or three times "
        + "or two thirds of it, or the sum of two others, in the share --held of the sequences with any of these events. The score is "
        + "the share of relations that do not hold; an event that training never showed breaks one more (Lou and others, USENIX ATC "
        + "2010).",
      options: [held.base], exampleOptions: " --held 0.9",
      method: { CountInvariants(held: $0[held]) }),
  ]
}
