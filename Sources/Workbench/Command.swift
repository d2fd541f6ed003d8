package import Chronology
package import Language
package import Learning
package import Numerics
import Synchronization
package import Values

/// A command: its declaration, and how to run it. One file each, one line in `Registry.swift`.
package protocol Command: Sendable {
  var spec: CommandSpec { get }
  /// What the result will look like, from the shapes of the inputs alone; lets a whole script be checked first.
  func shape(of call: CheckedCall, in scope: any Scope, world: World) throws(Diagnostic) -> ValueShape
}

/// A command that sees its arguments and nothing else.
package protocol PureCommand: Command {
  func run(_ call: Invocation, work: Work) throws(Failure) -> Value
}

/// A command that also reads or writes the world.
package protocol WorldCommand: Command {
  func run(_ call: Invocation, work: Work, world: World) throws(Failure) -> Value
}

extension Command {
  package func shape(
    of call: CheckedCall, in scope: any Scope, world: World
  ) throws(Diagnostic) -> ValueShape { Self.defaultShape(of: call, in: scope) }

  /// The declared output kind; for commands that keep the kind of their input, also its columns.
  package static func defaultShape(of call: CheckedCall, in scope: any Scope) -> ValueShape {
    if let output = call.spec.output { return ValueShape(kind: output) }
    for parameter in call.spec.parameters {
      if case .reference(let reference) = call.arguments[parameter.name],
        let shape = scope.shape(of: reference)
      {
        return shape
      }
    }
    return ValueShape(kind: .table)
  }
}

/// Why a command stopped.
package enum Failure: Error, Sendable, Equatable {
  case diagnostic(Diagnostic)
  case cancelled
}

/// A value with the name that it goes by in the line.
package struct NamedValue: Sendable {
  /// `pump`, or `pump.Temperature` where columns were picked.
  package let name: String
  /// With only the picked columns, if the reference picked some.
  package let value: Value

  package init(name: String, value: Value) {
    self.name = name
    self.value = value
  }
}

/// A checked call with its references resolved: what `run` sees.
package struct Invocation: Sendable {
  package let call: CheckedCall
  /// By parameter name.
  package let values: [String: [NamedValue]]
  /// What the command wants to tell besides its result; the session shows it under the result.
  package let remarks: Remarks

  package init(call: CheckedCall, values: [String: [NamedValue]], remarks: Remarks = Remarks()) {
    self.call = call
    self.values = values
    self.remarks = remarks
  }

  /// Tells the reader something about how the result came to be: "12 rows refused, first at line 40".
  package func note(_ text: String) { remarks.add(text) }

  package subscript<Element>(parameter: Parameter<Element>) -> Element { call[parameter] }

  package subscript(parameter: Parameter<Reference>) -> NamedValue {
    values[parameter.base.name]?.first ?? NamedValue(name: "", value: .answer(Answer("")))
  }

  package subscript(parameter: Parameter<Reference?>) -> NamedValue? { values[parameter.base.name]?.first }

  package subscript(parameter: Parameter<[Reference]>) -> [NamedValue] { values[parameter.base.name] ?? [] }

  /// Lets somebody end the learning early with the best so far: the line is kept with the number of epochs that were
  /// finished, which from the same seed learn the same again. For commands that learn once in a run.
  package func settling(_ epochs: Parameter<Int>) -> Descent.Settling {
    let (remarks, name) = (remarks, epochs.base.name)
    return Descent.Settling { finished in
      guard remarks.settle(name, at: finished) else { return false }
      remarks.add(
        "stopped: the best of \(counted(finished, "epoch")) is kept, and the line with --\(name) \(finished), "
          + "which learns the same again")
      return true
    }
  }

  /// A diagnostic that points at an argument of this call.
  package func blame(
    _ parameter: AnyParameter, _ code: String, _ summary: String, label: String = "", remedy: String
  ) -> Failure {
    .diagnostic(
      Diagnostic(code, summary, at: call.ranges[parameter.name], label: label, remedy: remedy))
  }
}

/// Collects the remarks of one call, and arguments that it settled while it ran.
package final class Remarks: Sendable {
  private let texts = Mutex<[String]>([])
  private let settled = Mutex<[String: Argument]>([:])
  private let takesStop: @Sendable () -> Bool

  /// - Parameter takesStop: whether somebody wishes to stop and it was this call that took the wish.
  package init(takesStop: @escaping @Sendable () -> Bool = { false }) { self.takesStop = takesStop }

  package func add(_ text: String) { texts.withLock { $0.append(text) } }
  package var all: [String] { texts.withLock { $0 } }

  /// What the canonical line says instead, so that it replays to the same; empties it.
  func takeSettled() -> [String: Argument] {
    settled.withLock { settled in
      defer { settled = [:] }
      return settled
    }
  }

  fileprivate func settle(_ parameter: String, at number: Int) -> Bool {
    guard takesStop() else { return false }
    settled.withLock { $0[parameter] = .integer(number) }
    return true
  }
}

/// The live things that commands and sessions reach, as ports.
package struct World: Sendable {
  package var files: any FileStore
  package var audio: any AudioDecoder
  package var clock: any Clock
  /// Programs beside Sonde, for formats that only their own libraries read.
  package var helpers: any HelperPrograms = NoHelpers()
  /// Runs networks that were trained elsewhere.
  package var networks: any NetworkRuntime = NoNetworks()
  /// Starts programs that offer tools to the agent.
  package var programs: any ToolPrograms = NoToolPrograms()
  /// Turns texts into vectors elsewhere.
  package var embeddings: any EmbeddingService = NoEmbeddings()
  /// Answers single prompts.
  package var answers: any AnswerService = NoAnswers()
  /// Lets time pass while a command waits for more to come.
  package var pause: any Pause = NoPause()
  /// Says something at once, while a command runs: an alarm.
  package var tell: @Sendable (String) -> Void = { _ in }
  /// All commands, in the order of `help`.
  package var commands: [any Command]
  /// The folder of what comes with Sonde: tutorials, sessions, prompts; empty if it is not known.
  package var home: String

  package init(
    files: any FileStore, audio: any AudioDecoder, clock: any Clock, commands: [any Command] = builtins,
    home: String = ""
  ) {
    self.files = files
    self.audio = audio
    self.clock = clock
    self.commands = commands
    self.home = home
  }
}

/// Lets no time pass: where there is no world to wait for.
package struct NoPause: Pause {
  package init() {}
  package func wait(_ span: TimeSpan, isCancelled: () -> Bool, tick: (Double) -> Void) -> Bool {
    !isCancelled()
  }
}
