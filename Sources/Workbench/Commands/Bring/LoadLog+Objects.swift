import Formats
import Language
import Numerics
import Values

/// Logs that are JSON Lines, an object an event, or name the parts of their lines otherwise.
extension LoadLog {
  static let timeNames = [
    "timestamp", "@timestamp", "time", "ts", "datetime", "date", "t", "asctime", "eventtime", "_time",
  ]

  /// The column of messages that objects have, by its usual names.
  static func messageColumn(_ columns: [Column]) -> Column? {
    columns.filter { $0.type == .text || $0.type == .category }.first(named: KeyedLines.messageNames)
  }

  /// The first bytes of a text.
  static func head(_ source: (any ByteSource)?) -> [UInt8]? {
    guard let source, let text = try? TextBytes(source, limit: FileKind.headSize) else { return nil }
    return try? text.source.read(at: text.start, count: FileKind.headSize)
  }

  /// Whether the lines tell their members: the first byte that is no blank is a brace, or they are keyed.
  static func isObjects(_ source: any ByteSource, _ call: CheckedCall) -> Bool {
    guard call[format] == nil, let head = head(source) else { return false }
    return head.first { $0 > 32 } == UInt8(ascii: "{") || KeyedLines.isKeyed(head)
  }

  func objects(
    _ path: String, _ source: any ByteSource, _ call: Invocation, _ work: Work
  ) throws(Failure) -> Value {
    let file: ObjectFile
    do throws(FormatError) {
      let isKeyed = Self.head(source).map(KeyedLines.isKeyed) ?? false
      file = try ObjectFile(isKeyed ? KeyedLines.objects(source) : source, work: work)
    } catch {
      throw error.failure(
        path, at: Self.path.base, of: call.call,
        remedy: "Give one object a line, or `--format` for other lines.")
    }
    if let refused = file.refused {
      call.note("\(counted(refused.count, "line")) left out (\(refused.first.words))")
    }
    guard let message = Self.messageColumn(file.columns) else {
      let names = file.columns.map(\.name)
      throw call.blame(
        Self.path.base, "E0524", "the objects have no member `message`, `msg` or the like",
        label: "no messages",
        remedy: "Read them as a table, `load json \(path)`; there are \(Suggestion.some(names)).")
    }
    let (frame, kept) = try timed(file, message, call)
    call.note("messages are taken from `\(message.name)`")
    let texts = TextColumn(kept.map { message.plainText($0) ?? "" })
    do throws(FormatError) {
      let log = try Log(
        frame.with(columns: [Column("message", .text(texts))] + frame.columns), messages: texts,
        Self.mining(call.call), work: work)
      call.note("\(counted(log.templates.count, "template")) in \(counted(frame.rowCount, "event"))")
      return .log(log)
    } catch {
      throw error.failure(path, at: Self.path.base, of: call.call, remedy: "Try a smaller part of it.")
    }
  }

  /// The other members of the events that have a time, and which rows those are.
  private func timed(
    _ file: ObjectFile, _ message: Column, _ call: Invocation
  ) throws(Failure) -> (Frame, [Int]) {
    let wanted = call[Self.time]
    let labels = Set(call[Self.labels])
    for name in wanted + call[Self.labels] where !file.columns.contains(where: { $0.name == name }) {
      let names = file.columns.map(\.name)
      throw call.blame(
        wanted.contains(name) ? Self.time.base : Self.labels.base, "E0524",
        "the objects have no member `\(name)`", label: "not there",
        remedy: Suggestion.remedy(for: name, among: names, else: "There are \(Suggestion.some(names))."))
    }
    let clock = file.columns.filter { $0.moments != nil }
      .first(named: wanted.isEmpty ? Self.timeNames : wanted)
    if let name = wanted.first, clock == nil {
      throw call.blame(
        Self.time.base, "E0525", "`\(name)` holds no times", label: "not times",
        remedy: "Choose another one; times are ISO 8601 texts or counts from 1970.")
    }
    var columns = file.columns.filter { $0.name != message.name && $0.name != clock?.name }
    for place in columns.indices where labels.contains(columns[place].name) { columns[place].role = .label }
    guard let moments = clock?.moments else {
      call.note("no member tells the time, so that events are known by number")
      return (Frame(index: .rows(file.rowCount), columns: columns), Array(0..<file.rowCount))
    }
    let kept = moments.indices.filter { moments[$0] != nil }
    if kept.count < moments.count {
      call.note("\(counted(moments.count - kept.count, "event")) without a time left out")
    }
    let index = Index(.time(.listed(kept.compactMap { moments[$0] })))
    return (Frame(index: index, columns: columns.map { $0.selecting(kept) }), kept)
  }
}

extension [Column] {
  /// The first that has one of the names, in the order of the names, in whatever case.
  fileprivate func first(named names: [String]) -> Column? {
    names.lazy.compactMap { name in first { $0.name.lowercased() == name.lowercased() } }.first
  }
}
