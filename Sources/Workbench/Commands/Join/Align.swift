import Chronology
import Encoding
import Fusion
import Language
import Numerics
import Values

struct Align: PureCommand {
  static let inputs = Parameter<[Reference]>.values(
    "values", [.series, .table, .audio, .log, .events, .embedding, .scores, .bundle],
    help: "The modalities to join.")
  static let every = Parameter<TimeSpan?>.optional(
    "every", .span(AlignmentOptions.steps), help: "Join on equal steps, such as 1s."
  ) { if case .span(let span) = $0 { span } else { nil } }
  static let to = Parameter<Reference?>.optional(
    "to", .value([.series, .table, .embedding, .scores, .log, .bundle]),
    help: "Join onto the rows of this value instead."
  ) { if case .reference(let reference) = $0 { reference } else { nil } }
  static let tolerance = Parameter<TimeSpan>.span(
    "tolerance", in: .zero...TimeSpan(seconds: 366 * 86_400), default: TimeSpan(seconds: 1),
    help: "With --to: how far a row may be from the moment that it joins.")
  static let direction = Parameter<String>.choice(
    "direction",
    of: [
      Choice("backward", "the last row at or before the moment"),
      Choice("forward", "the first row at or after it; looks ahead"),
      Choice("nearest", "the nearer of both; looks ahead"),
    ], default: "backward", help: "With --to: which row joins.")
  static let cover = Parameter<String>.choice(
    "cover", of: [Choice("union", "where one has rows"), Choice("overlap", "where all have rows")],
    default: "union", help: "Which stretch of time the rows cover.")
  static let silence = Parameter<TimeSpan?>.optional(
    "silence", .span(AlignmentOptions.steps),
    help: "A log without any event for longer counts as absent; never if not given."
  ) { if case .span(let span) = $0 { span } else { nil } }

  static let events = Parameter<String>.choice(
    "events",
    of: [
      Choice("keep", "a log keeps its own rate; of an event log its columns join"),
      Choice(
        "counts", "how many of each kind fall into a row: templates of a log, activities of an event log"),
    ], default: "keep", help: "How logs and event logs come onto the rows.")

  let spec = CommandSpec(
    "align", nil, "Joins modalities on one index and keeps who is present and how stale it is.",
    discussion: """
      With --every, columns come onto equal steps as in `resample`; with --to, each takes its last row at or before \
      each row of that value (or as --direction says), at most --tolerance away. Values addressed by sample join by identifier. Sound and logs \
      stay at their own rate; the rows name the spans of them. With --events counts, logs and event logs become one number a kind and row: \
      of the row's span, or with --to of what came since the row before (a log's kinds are its templates; beyond 64 the rarest share \
      `other`). Nothing ever joins by position.

      A modality is present in a row if one of its features has a value there after --fill; sound, if the whole \
      span was recorded and is not digital silence, which no microphone gives; a log, between its first and last event \
      and within --silence of one. An absent modality is missing, never 0. Segments meet by \
      their names; a value without such segments joins each of them.
      """,
    parameters: [
      inputs.base, every.base, to.base, AlignmentOptions.aggregate.base, AlignmentOptions.fill.base,
      tolerance.base, direction.base, cover.base, silence.base, events.base,
    ], output: .bundle,
    examples: [
      Example("pump = generate pump-station --minutes 5 --seed 7"),
      Example("camera = generate pump-station --part camera --minutes 5 --seed 7"),
      Example("all = align pump camera --every 1s --fill hold(5s)"),
      Example("frames = align pump --to camera --tolerance 2s"),
      Example("log = generate pump-station --part log --minutes 5 --seed 7"),
      Example("counted = align pump log --every 10s --events counts"),
      Example("around = align pump --to camera --tolerance 2s --direction nearest"),
    ])

  func shape(of call: CheckedCall, in scope: any Scope, world: World) throws(Diagnostic) -> ValueShape {
    guard case .list(let items) = call.arguments[Self.inputs.base.name] else {
      return ValueShape(kind: .bundle)
    }
    var columns: [ColumnShape] = []
    for case .reference(let reference) in items {
      guard let shape = scope.shape(of: reference) else { return ValueShape(kind: .bundle) }
      guard case .name(let name) = reference.root, shape.kind != .bundle, reference.column == nil else {
        return ValueShape(kind: .bundle)
      }
      columns.append(ColumnShape(name: name, type: shape.kind.rawValue))
    }
    return ValueShape(kind: .bundle, columns: columns)
  }

  func run(_ call: Invocation, work: Work) throws(Failure) -> Value {
    let parts = SlotNaming.parts(of: call[Self.inputs], countsEvents: call[Self.events] == "counts")
    let target = try target(of: call)
    let alignment = Alignment(
      target: target, aggregate: Aggregate(rawValue: call[AlignmentOptions.aggregate]) ?? .mean,
      fill: call[AlignmentOptions.fill], cover: Alignment.Cover(rawValue: call[Self.cover]) ?? .union,
      tolerance: call[Self.tolerance],
      direction: Alignment.Direction(rawValue: call[Self.direction]) ?? .backward, silence: call[Self.silence]
    )
    do throws(FusionError) {
      let bundle = try alignment.align(parts, work: work)
      for note in bundle.coverageNotes { call.note(note) }
      for part in parts {
        let copies = part.repeatedIdentifiers
        if copies > 0 {
          call.note(
            "\(part.name): \(counted(copies, "row")) with an identifier that was there before, left out")
        }
      }
      return .bundle(bundle)
    } catch {
      throw call.failure(error, at: Self.inputs.base)
    }
  }

  private func target(of call: Invocation) throws(Failure) -> Alignment.Target {
    switch (call[Self.every], call[Self.to]) {
    case (let every?, nil): return .every(every)
    case (nil, let to?):
      guard let index = to.value.index, index.count > 0 else { throw call.noRows(Self.to.base) }
      return .rows(of: index)
    case (.some, .some):
      throw call.blame(
        Self.to.base, "R0406", "`--every` and `--to` exclude each other", remedy: "Keep one of them.")
    case (nil, nil):
      // Samples join by identifier and need neither.
      if call[Self.inputs].allSatisfy({ $0.value.index?.isBySample ?? false }) {
        return .every(TimeSpan(seconds: 1))
      }
      throw call.blame(
        Self.every.base, "R0407", "nothing says on which rows to join",
        remedy: "Add `--every 1s`, or `--to VALUE` to take the rows of one of them.")
    }
  }
}

extension Index {
  fileprivate var isBySample: Bool { if case .sample = address { true } else { false } }
}

/// Names the slots of a bundle after the names in the line.
enum SlotNaming {
  static func parts(of values: [NamedValue], countsEvents: Bool = false) -> [Alignment.Part] {
    var parts: [Alignment.Part] = []
    func add(_ name: String, _ content: SlotContent, kinds: [String]? = nil) {
      let plain = name.isEmpty || name == "_" ? "part" : String(name.map { $0 == "." ? "_" : $0 })
      var unique = plain
      var number = 2
      while parts.contains(where: { $0.name == unique }) {
        unique = "\(plain)\(number)"
        number += 1
      }
      parts.append(Alignment.Part(unique, content, kinds: kinds))
    }
    for value in values {
      if countsEvents, let (log, kinds) = value.value.countable {
        add(value.name, .log(log), kinds: kinds)
      } else if case .bundle(let bundle) = value.value {
        for slot in bundle.slots {
          var kinds: [String]?
          if countsEvents, case .log(let log) = slot.content { kinds = Value.log(log).countable?.kinds }
          add(slot.name, slot.presentContent, kinds: kinds)
        }
      } else if let content = value.value.slotContent {
        add(value.name, content)
      }
    }
    return parts
  }
}

extension Slot {
  /// Scores without those of absent rows; other kinds mark absence in their cells.
  fileprivate var presentContent: SlotContent {
    guard case .scores(let scores) = content, let presence else { return content }
    let both = Mask((0..<presence.count).map { presence[$0] && scores.isScored($0) })
    return .scores(
      Scores(
        index: scores.index, values: scores.values, method: scores.method, presence: both,
        fitted: scores.fitted,
        probability: scores.probability, contributions: scores.contributions,
        voices: scores.voices))
  }
}

extension Value {
  /// Events and the names of their kinds.
  fileprivate var countable: (log: Log, kinds: [String])? {
    switch self {
    case .log(let log): return (log, CountsEncoder.names(of: log.templates))
    case .events(let events):
      // Cases overlap in time: their events are counted together.
      var index = events.frame.index
      index.segments = []
      let (codes, levels) = events.activities
      return (
        Log(frame: events.frame.with(index: index), templates: levels, templateOfRow: codes), levels
      )
    default: return nil
    }
  }

  /// What a bundle would hold of this value.
  var slotContent: SlotContent? {
    switch self {
    case .table(let frame), .series(let frame): .frame(frame)
    case .audio(let audio): .audio(audio)
    case .log(let log): .log(log)
    case .embedding(let embedding): .embedding(embedding)
    case .scores(let scores): .scores(scores)
    case .alarms(let alarms): .scores(alarms.scores)
    // What is known of each row joins as columns; its content joins once it is encoded.
    case .images, .video, .cloud, .text, .events, .graph: cellFrame.map { .frame($0) }
    case .tokens, .map: nil
    case .scalar, .bundle, .model, .figure, .report, .answer: nil
    }
  }
}

extension Bundle {
  /// How many rows each modality covers, and how many all of them do.
  var coverageNotes: [String] {
    let rows = index.count
    guard rows > 0 else { return [] }
    let present = slots.map { slot in (slot.name, slot.presence?.setCount ?? rows) }
    var notes = present.map { name, count in "\(name): present in \(count) of \(rows) rows" }
    let all = (0..<rows).count { row in slots.allSatisfy { $0.presence?[row] ?? true } }
    let none = (0..<rows).count { row in slots.allSatisfy { !($0.presence?[row] ?? true) } }
    if slots.count > 1 { notes.append("all together: \(all) rows; none: \(none) rows") }
    for slot in slots {
      if let oldest = slot.staleness?.filter({ $0.isFinite }).max(), oldest > 0 {
        let stale = slot.staleness?.count { $0 > 0 && $0.isFinite } ?? 0
        notes.append("\(slot.name): \(stale) rows repeat an earlier value, the oldest \(oldest.plain) s old")
      }
    }
    return notes
  }
}

extension Float {
  /// At most three decimals, none that are not needed.
  fileprivate var plain: String {
    let rounded = (Double(self) * 1000).rounded() / 1000
    return rounded == rounded.rounded() && rounded < 1e15 ? String(Int(rounded)) : String(rounded)
  }
}
