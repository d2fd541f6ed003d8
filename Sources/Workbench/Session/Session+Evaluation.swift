import Language
import Numerics
import Values

/// What a pipeline gave.
struct Outcome {
  let value: Value
  let remarks: [String]
  /// Names and versions that went in.
  let inputs: [Provenance.Input]
  /// Files that were read.
  let files: [String]
  /// The calls as they turned out, which differ from those asked for where somebody ended one early.
  let calls: [CheckedCall]
}

extension Session {
  /// Runs the calls of a checked pipeline from left to right.
  ///
  /// - Parameter takesStop: whether a wish to stop was raised and may end learning early instead of everything.
  func evaluate(
    _ pipeline: CheckedPipeline, work: Work, takesStop: @escaping @Sendable () -> Bool = { false }
  ) throws(Failure) -> Outcome {
    var run = PipelineRun(store: store)
    if let head = pipeline.head { run.current = try run.value(of: head) }
    var world = worldForCommands
    let recorder = RecordingFiles(base: world.files)
    world.files = recorder
    // A sweep learns several times, which one number of epochs cannot tell.
    let remarks = pipeline.sweep == nil ? Remarks(takesStop: takesStop) : Remarks()
    var calls = pipeline.calls
    var trials = pipeline.sweep.map { SweepTable($0) }
    for (place, call) in pipeline.calls.enumerated() {
      if work.isCancelled() { throw .cancelled }
      let invocation = Invocation(call: call, values: try run.values(of: call), remarks: remarks)
      let key = EncodedValues.key(of: invocation)
      if let key, let known = encoded.entry(key, files: recorder) {
        for remark in known.remarks { remarks.add(remark) }
        run.current = NamedValue(name: pipeline.name ?? call.spec.verb, value: known.value)
        continue
      }
      let (told, opened) = (remarks.all.count, recorder.opened.count)
      let value = try carryOut(invocation, work: work, world: world)
      if let key {
        let files = recorder.opened.dropFirst(opened).compactMap { try? InputDigest($0, files: recorder) }
        encoded.keep(
          EncodedValues.Entry(value: value, remarks: Array(remarks.all.dropFirst(told)), files: files),
          as: key)
      }
      calls[place].arguments.merge(remarks.takeSettled()) { $1 }
      run.current = NamedValue(name: pipeline.name ?? call.spec.verb, value: value)
      if let sweep = pipeline.sweep, (place + 1) % sweep.callsPerTrial == 0 {
        trials?.add(value)
        work.report(Double(place + 1) / Double(pipeline.calls.count), "sweep")
      }
    }
    if let trials {
      return Outcome(
        value: .table(trials.frame), remarks: remarks.all, inputs: run.inputs, files: recorder.opened,
        calls: calls)
    }
    guard let current = run.current else {
      throw .diagnostic(Diagnostic("E0101", "the line is empty", remedy: "write a command"))
    }
    return Outcome(
      value: current.value, remarks: remarks.all, inputs: run.inputs, files: recorder.opened,
      calls: calls)
  }
}

extension Session {
  /// Runs one call; what leaves no traces in the world need not be waited for once it is to stop.
  private func carryOut(_ invocation: Invocation, work: Work, world: World) throws(Failure) -> Value {
    let spec = invocation.call.spec
    let body: @Sendable (Work) -> Result<Value, Failure>
    switch commands[spec.name] {
    case let command as any PureCommand:
      body = { work in Result { () throws(Failure) in try command.run(invocation, work: work) } }
    case let command as any WorldCommand:
      body = { work in Result { () throws(Failure) in try command.run(invocation, work: work, world: world) }
      }
    default:
      throw .diagnostic(
        Diagnostic("E0201", "`\(spec.name)` cannot run here", remedy: "`help` lists the commands"))
    }
    switch spec.reach {
    case .read, .compute:
      let result: Result<Value, Failure>
      do throws(Cancelled) { result = try work.leaving(body) } catch { throw .cancelled }
      return try result.get()
    case .write, .network: return try body(work).get()
    }
  }
}

/// Resolves the references of a pipeline while it runs.
private struct PipelineRun {
  let store: Store
  var current: NamedValue?
  var inputs: [Provenance.Input] = []

  init(store: Store) { self.store = store }

  mutating func values(of call: CheckedCall) throws(Failure) -> [String: [NamedValue]] {
    var values: [String: [NamedValue]] = [:]
    for parameter in call.spec.parameters {
      guard let argument = call.arguments[parameter.name] else { continue }
      switch argument {
      case .reference(let reference):
        values[parameter.name] = [try resolve(reference, at: call.ranges[parameter.name])]
      case .list(let items):
        for case .reference(let reference) in items {
          values[parameter.name, default: []].append(try resolve(reference, at: call.ranges[parameter.name]))
        }
      default: continue
      }
    }
    return values
  }

  mutating func value(of head: Argument) throws(Failure) -> NamedValue {
    if case .reference(let reference) = head { return try resolve(reference, at: nil) }
    return NamedValue(name: head.canonical, value: .scalar(head.scalar))
  }

  private mutating func resolve(_ reference: Reference, at range: Range<Int>?) throws(Failure) -> NamedValue {
    if let input = store.input(reference), !inputs.contains(input) { inputs.append(input) }
    let whole = reference.root == .pipe ? current?.value : store.value(reference)
    let name = reference.root == .pipe ? current?.name ?? "" : reference.description
    guard let whole else {
      throw .diagnostic(
        Diagnostic(
          "E0205", "no value is called `\(reference)`", at: range, label: "not known here",
          remedy: "`/history` shows what there is"))
    }
    guard let column = reference.column else { return NamedValue(name: name, value: whole) }
    guard let part = whole.part(column) else {
      throw .diagnostic(
        Diagnostic(
          "E0203", "`\(name)` has no part `\(column)`", at: range, label: "not found",
          remedy: "`describe` shows what a value holds"))
    }
    return NamedValue(name: name, value: part)
  }
}

extension Argument {
  /// A literal as a value.
  fileprivate var scalar: Scalar {
    switch self {
    case .integer(let number): .number(Double(number))
    case .real(let number): .number(number)
    case .span(let span): .span(span)
    case .instant(let instant): .instant(instant)
    case .flag(let on): .bool(on)
    case .text(let text), .choice(let text), .path(let text), .column(let text): .text(text)
    case .clock, .reference, .expression, .call, .range, .list: .text(canonical)
    }
  }
}
