import Chronology
import Detection
import Language
import Numerics
import Values

/// `watch streamknn sensor.csv`: scores a file that grows, or a pipe, and says at once when something is odd.
struct Watch: WorldCommand {
  static let path = Parameter<String>.input(
    "path", help: "A file of cells with a header that grows, or a pipe.")
  static let columns = Parameter<[String]>.names(
    "columns", help: "Columns to judge; all that hold numbers in the first row if absent.")
  static let labels = Parameter<[String]>.names(
    "labels", help: "Columns of ground truth, which are never judged.")
  static let time = Parameter<String?>.name("time", help: "The column that tells when a row was.")
  static let alarm = Parameter<Double>.fraction(
    "alarm", in: 1e-9...0.05, default: 0.001, help: "How improbable a score must be to raise an alarm.")
  static let calibrate = Parameter<Int>.integer(
    "calibrate", in: 10...1_000_000, default: 200,
    help: "Scores whose tail is learned before alarms are raised.")
  static let quiet = Parameter<Int>.integer(
    "quiet", in: 0...1_000_000, default: 10, help: "Rows behind an alarm that raise no other.")
  static let idle = Parameter<TimeSpan>.span(
    "idle", in: TimeSpan(seconds: 0.1)...TimeSpan(seconds: 31_536_000), default: TimeSpan(seconds: 60),
    help: "Stops when nothing has come for so long.")
  static let most = Parameter<Int?>.rows("most", in: 1...1_000_000_000, help: "Stops after so many rows.")

  let method: any StreamDetectionMethod

  var spec: CommandSpec {
    CommandSpec(
      "watch", method.name, "Watches a growing file or a pipe by `\(method.name)` and reports alarms.",
      discussion: """
        \(method.discussion)

        Reads lines as they are written and judges each when it comes. Says when it is learning, then how improbable a \
        score is under the tail of the scores so far (SPOT, KDD 2017); a score beyond `--alarm` raises an alarm, which is \
        told at once. Ctrl-C stops the watch and keeps what was found. The result is a table of the alarms, the last \
        10,000 at most; memory does not grow with the stream. Cells that are no numbers count as missing.
        """,
      parameters: [
        Self.path.base, Self.columns.base, Self.labels.base, Self.time.base, Self.alarm.base,
        Self.calibrate.base, Self.quiet.base,
        Self.idle.base, Self.most.base,
      ] + method.parameters + (method.isRandom ? [Parameter<Int>.seed.base] : []),
      output: .table, reach: .read,
      examples: [
        Example("generate pump-station --minutes 10 --seed 7 | export --to station.csv --overwrite"),
        Example("alarms = watch \(method.name) station.csv --time time --labels fault --idle 100ms"),
        Example("watch \(method.name) station.csv --columns Pressure --most 400 --idle 1s"),
      ])
  }

  func run(_ call: Invocation, work: Work, world: World) throws(Failure) -> Value {
    var random = SeededGenerator(seed: UInt64(call[Parameter<Int>.seed]))
    let tail: any ByteTail
    do throws(Diagnostic) { tail = try world.files.tail(call[Self.path]) } catch {
      throw .diagnostic(error)
    }
    var watcher = Watcher(call: call, method: method.method(call), random: random.next(), tell: world.tell)
    var silence = 0.0
    let pace = TimeSpan(seconds: 0.05)
    loop: while !work.isCancelled() {
      let read: TailRead
      do throws(Diagnostic) { read = try tail.next() } catch { throw .diagnostic(error) }
      switch read {
      case .bytes(let bytes):
        silence = 0
        if try watcher.take(bytes, work: work) { break loop }
      case .end: break loop
      case .nothingYet:
        if silence >= call[Self.idle].seconds { break loop }
        if !world.pause.wait(pace, isCancelled: work.isCancelled, tick: { _ in }) { break loop }
        silence += pace.seconds
      }
    }
    return try watcher.finish(wasStopped: work.isCancelled())
  }
}

/// One watch: what has been learned and found so far.
private struct Watcher {
  private let call: Invocation
  private let method: any StreamMethod
  private let seed: UInt64
  private let tell: @Sendable (String) -> Void
  private var feed = RowFeed()
  private var gate: StreamGate?
  private var state: (any StreamState)?
  private var tails: StreamingPeaks.State?
  private var alarms: [(row: RowFeed.Row, score: Double, surprise: Double)] = []
  private var alarmCount = 0
  private var rows = 0
  private var lastAlarm: Int?
  private var usualScore = 0.0
  private var scoreCount = 0.0
  private var isWatching = false

  private static let mostAlarms = 10_000

  init(
    call: Invocation, method: any StreamMethod, random seed: UInt64,
    tell: @escaping @Sendable (String) -> Void
  ) {
    self.call = call
    self.method = method
    self.seed = seed
    self.tell = tell
  }

  /// Judges the lines that are complete; true if enough rows have passed.
  mutating func take(_ bytes: [UInt8], work: Work) throws(Failure) -> Bool {
    for cells in feed.take(bytes) {
      if work.isCancelled() { return true }
      if state == nil { try begin(cells) }
      judge(feed.row(cells))
      if let most = call[Watch.most], rows >= most { return true }
    }
    return false
  }

  /// The first row decides what is judged.
  private mutating func begin(_ cells: [String]) throws(Failure) {
    let time = try call[Watch.time].map { (name) throws(Failure) in try place(of: name, Watch.time.base) }
    let labels = call[Watch.labels]
    for name in labels { _ = try place(of: name, Watch.labels.base) }
    var columns: [Int] = []
    for name in call[Watch.columns] where !labels.contains(name) {
      columns.append(try place(of: name, Watch.columns.base))
    }
    if columns.isEmpty {
      columns = feed.names.indices.filter {
        $0 != time && $0 < cells.count && RowFeed.number(cells[$0]) != nil
          && !labels.contains(feed.names[$0])
      }
    }
    if columns.isEmpty {
      throw call.blame(
        Watch.path.base, "E0524", "the first row of `\(call[Watch.path])` holds no number",
        remedy: "Name the columns to judge with `--columns`.")
    }
    feed.choose(columns, time: time)
    gate = StreamGate(features: columns.count)
    var random = SeededGenerator(seed: seed)
    do throws(DetectionError) {
      state = try method.start(features: columns.count, using: &random)
      tails = try StreamingPeaks(warmup: call[Watch.calibrate], risk: min(call[Watch.alarm] / 10, 0.01))
        .start(features: 1, using: &random)
    } catch {
      guard case .parameter(let name, let reason) = error else { throw .cancelled }
      throw call.blame(Watch.path.base, "D0106", "`--\(name)` \(reason)", remedy: "Change `--\(name)`.")
    }
    let names = columns.map { "`\(feed.names[$0])`" }.joined(separator: ", ")
    tell("learning from the first \((state?.warmup ?? 0) + call[Watch.calibrate]) rows of \(names)")
  }

  private func place(of name: String, _ parameter: AnyParameter) throws(Failure) -> Int {
    if let place = feed.names.firstIndex(of: name) { return place }
    throw call.blame(
      parameter, "E0524", "`\(call[Watch.path])` has no column `\(name)`",
      remedy: "It has \(feed.names.prefix(12).map { "`\($0)`" }.joined(separator: ", ")).")
  }

  private mutating func judge(_ row: RowFeed.Row) {
    rows += 1
    guard let complete = gate?.completed(row.values), case .score(let score)? = state?.take(complete),
      case .score(let surprise)? = tails?.take([max(-1e60, min(score, 1e60))])
    else { return }
    scoreCount += 1
    usualScore += (max(-1e60, min(score, 1e60)) - usualScore) / scoreCount
    if !isWatching {
      isWatching = true
      tell("watching from row \(row.number) on")
    }
    let isQuiet = lastAlarm.map { rows - $0 <= call[Watch.quiet] } ?? false
    // The tail has two sides; an oddly low score is no anomaly.
    guard surprise >= -logarithm10(call[Watch.alarm]), score > usualScore, !isQuiet else { return }
    lastAlarm = rows
    alarmCount += 1
    alarms.append((row, score, surprise))
    if alarms.count > Self.mostAlarms { alarms.removeFirst() }
    let place = row.time.isEmpty ? "row \(row.number)" : "\(row.time) (row \(row.number))"
    tell("alarm at \(place): score \(Self.short(score)), \(Self.chance(surprise))")
  }

  private static func chance(_ surprise: Double) -> String {
    surprise > 6 ? "less than 1 in a million" : "1 in \(Int(power(10, surprise).rounded()))"
  }

  private static func short(_ number: Double) -> String {
    abs(number) < 1e6 ? "\((number * 100).rounded() / 100)" : "\(number)"
  }

  func finish(wasStopped: Bool) throws(Failure) -> Value {
    if rows == 0 {
      if wasStopped { throw .cancelled }
      throw call.blame(
        Watch.path.base, "E0520", "no row came from `\(call[Watch.path])`",
        remedy: "Check that lines of cells are written behind a header, or give `--idle` more time.")
    }
    call.note("\(counted(rows, "row")) watched, \(counted(alarmCount, "alarm"))")
    if !isWatching {
      call.note("still learning when it ended: give it more rows, or less to learn from with `--calibrate`")
    }
    var columns = [
      Column(numbers: alarms.map { Double($0.row.number) }, name: "row", role: .identifier),
      Column(numbers: alarms.map(\.score), name: "score"),
      Column(numbers: alarms.map(\.surprise), name: "surprise"),
    ]
    if call[Watch.time] != nil {
      columns.insert(Column("time", .text(TextColumn(alarms.map(\.row.time))), role: .identifier), at: 1)
    }
    return .table(Frame(index: Index(.row(count: alarms.count)), columns: columns))
  }
}
