import Chronology
import Encoding
import Fusion
import Language
import Numerics
import Values

struct Encode: PureCommand {
  static let input = Parameter<Reference>.value(
    "value", [.bundle, .series, .table, .embedding, .audio, .log] + ModalityEncoders.kinds,
    help: "What to encode; labels are left out.")
  static let use = Parameter<[CallLiteral]>.required(
    "use", .list(.call(EncoderList.specs)), placement: .option, help: "Encoders, separated by commas."
  ) { argument in
    switch argument {
    case .list(let items): items.compactMap { if case .call(let literal) = $0 { literal } else { nil } }
    case .call(let literal): [literal]
    default: []
    }
  }
  static let every = Parameter<TimeSpan?>.optional(
    "every", .span(AlignmentOptions.steps),
    help: "For a single sound or log: one row every so often instead of one a frame or event."
  ) { if case .span(let span) = $0 { span } else { nil } }

  let spec = CommandSpec(
    "encode", nil, "Turns modalities into vectors, one a row, from trailing windows.",
    discussion: """
      Each encoder of --use works on the slots of its kind and leaves the others alone; `help encode NAME` says what one takes, \
      gives and costs. Several on one slot stand side by side. A window ends with its row and never crosses a segment: \
      nothing of the future is seen. Until the first window is full, and where fewer than half of a window's rows have a \
      value, the modality is absent. Vectors are encoded like columns: `encode film --use motion | encode --use stats(1s)` \
      sums up clips of a film.

      Pictures, documents, event logs, graphs and clouds are encoded by themselves, without windows; so are columns of \
      categories. What is learned, such as a vocabulary, is learned from the fit rows. Series and sound become pictures by \
      `picture`, for all that works on those.

      A bundle gives a bundle of embeddings for `fuse concat`; any other value gives an embedding. Mel bands follow \
      Slaney's Auditory Toolbox (1998), cepstra Davis and Mermelstein (IEEE TASSP 1980) with the orthonormal cosine \
      transform, in decibels above 1e-10.
      """,
    parameters: [input.base, use.base, every.base], output: .embedding,
    examples: [
      Example("pump = generate pump-station --minutes 5 --seed 7"),
      Example("mic = generate pump-station --part mic --minutes 5 --seed 7"),
      Example("recent = encode pump --use stats(10s)"),
      Example("all = align pump mic --every 1s"),
      Example("features = encode all --use stats(10s),mfcc(13)"),
    ])

  func shape(of call: CheckedCall, in scope: any Scope, world: World) throws(Diagnostic) -> ValueShape {
    if call[Self.use].contains(where: ModalityEncoders.isMap) { return ValueShape(kind: .map) }
    guard case .reference(let reference) = call.arguments[Self.input.base.name],
      let shape = scope.shape(of: reference), shape.kind == .bundle
    else { return ValueShape(kind: .embedding) }
    let slots = shape.columns?.map { slot -> ColumnShape in
      let kind = slot.type.flatMap { ValueKind(rawValue: $0) }
      let isEncoded = call[Self.use].contains { literal in
        kind.map { EncoderList.applies(literal, to: $0) } ?? false
      }
      return isEncoded ? ColumnShape(name: slot.name, type: ValueKind.embedding.rawValue) : slot
    }
    return ValueShape(kind: .bundle, columns: slots, rowCount: shape.rowCount)
  }

  func run(_ call: Invocation, work: Work) throws(Failure) -> Value {
    let input = call[Self.input]
    for literal in call[Self.use] {
      if let (summary, remedy) = EncoderList.complaint(about: literal) {
        throw call.blame(Self.use.base, "R0206", summary, remedy: remedy)
      }
    }
    if call[Self.use].count > 1, let map = call[Self.use].first(where: ModalityEncoders.isMap) {
      throw call.blame(
        Self.use.base, "R0207", "a map and vectors cannot stand side by side", label: "a map",
        remedy: "Use `\(map.name)` by itself.")
    }
    if let encoded = try encodeModality(call, work: work) { return encoded }
    if case .bundle(let bundle) = input.value { return .bundle(try encode(bundle, call: call, work: work)) }
    return .embedding(try encode(alone: input, call: call, work: work))
  }

  private func encode(_ bundle: Bundle, call: Invocation, work: Work) throws(Failure) -> Bundle {
    let literals = call[Self.use]
    for literal in literals
    where !bundle.slots.contains(where: { EncoderList.applies(literal, to: $0.content) }) {
      throw mismatch(literal, call: call)
    }
    var slots: [Slot] = []
    for slot in bundle.slots {
      let encoders = literals.filter { EncoderList.applies($0, to: slot.content) }
      if encoders.isEmpty {
        call.note("\(slot.name): no encoder works on it, kept as it is")
        slots.append(slot)
        continue
      }
      let encoded = try encode(slot, by: encoders, rows: bundle.index, call: call, work: work)
      let block = Block(name: slot.name, columns: 0..<encoded.features.count)
      slots.append(
        Slot(
          name: slot.name,
          content: .embedding(
            Embedding(
              index: bundle.index, matrix: encoded.matrix, features: encoded.features, blocks: [block])),
          presence: encoded.presence, staleness: slot.staleness))
      call.note(
        "\(slot.name): \(encoded.features.count) features in \(encoded.presence.setCount) of "
          + "\(bundle.index.count) rows")
    }
    return Bundle(index: bundle.index, slots: slots)
  }

  private func encode(
    _ slot: Slot, by literals: [CallLiteral], rows index: Index, call: Invocation, work: Work
  ) throws(Failure) -> Encoded {
    var parts: [Encoded] = []
    for literal in literals {
      do throws(EncodingError) {
        if let part = try EncoderList.encode(slot, by: literal, rows: index, work: work) {
          parts.append(part)
        }
      } catch {
        throw call.failure(error, at: Self.use.base)
      }
    }
    return Encoded.joined(parts)
  }

  /// A value by itself: on its own rows, frames or events, or on equal steps with `--every`.
  private func encode(alone input: NamedValue, call: Invocation, work: Work) throws(Failure) -> Embedding {
    var named = input.value.slotContent
    if case .embedding(let embedding) = input.value { named = .frame(embedding.asFrame) }
    guard let content = named else { throw call.noRows(Self.input.base) }
    let literals = call[Self.use]
    for literal in literals where !EncoderList.applies(literal, to: content) {
      throw mismatch(literal, call: call)
    }
    let name = input.name.isEmpty ? "value" : input.name
    let slot: Slot
    let index: Index
    if let every = call[Self.every] {
      do throws(FusionError) {
        let bundle = try Alignment(target: .every(every)).align([Alignment.Part(name, content)], work: work)
        guard let only = bundle.slots.first else { throw FusionError.nothingToFuse }
        (slot, index) = (only, bundle.index)
      } catch {
        throw call.failure(error, at: Self.input.base)
      }
    } else if case .audio(let audio) = content {
      return try encodeFrames(of: audio, call: call, work: work)
    } else {
      slot = Slot(name: name, content: content)
      index = input.value.index ?? .rows(0)
    }
    let encoded = try encode(slot, by: literals, rows: index, call: call, work: work)
    let absent = index.count - encoded.presence.setCount
    if absent > 0 { call.note("\(absent) of \(index.count) rows are absent: their windows are not full") }
    return Embedding(
      index: index, matrix: encoded.matrix, features: encoded.features,
      blocks: [Block(name: name, columns: 0..<encoded.features.count)])
  }

  private func encodeFrames(of audio: Audio, call: Invocation, work: Work) throws(Failure) -> Embedding {
    guard let literal = call[Self.use].first, call[Self.use].count == 1,
      let encoder = EncoderList.sound(literal)
    else {
      throw call.blame(
        Self.use.base, "R0207", "several encoders of one sound need common rows",
        remedy: "Add `--every 1s`, or use one encoder.")
    }
    do throws(EncodingError) {
      return try encoder.encode(audio, work: work)
    } catch {
      throw call.failure(error, at: Self.input.base)
    }
  }

  private func mismatch(_ literal: CallLiteral, call: Invocation) -> Failure {
    call.blame(
      Self.use.base, "R0208", "`\(literal.name)` has nothing to work on here", label: "wrong kind of value",
      remedy: "`help encode` says for each encoder what it works on.")
  }
}
