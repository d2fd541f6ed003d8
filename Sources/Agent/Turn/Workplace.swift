package import Language
package import Notation
package import Numerics

/// Where the agent's calls are checked and run: the session, as the agent sees it.
package protocol Workplace: AnyObject {
  /// Checks a call without running anything.
  func review(_ call: ToolCall) -> CallReview
  /// Runs a line that was reviewed (or edited by the user) and records it with the turn that wanted it.
  func run(_ line: String, turn: Int, work: Work) -> CallOutcome
  /// Takes a reviewed line as if it had run, so that later lines of a plan can use its names.
  func plan(_ line: ReviewedLine)
  /// The arguments that the commands of a role can be given here, by tool, for models that are held to a schema.
  func forms(of commands: ToolCommands, for question: HeldForms.Question) -> [String: [JSON]]
  /// Whether there is a result of this number.
  func knows(result number: Int) -> Bool
  /// Whether the value of this name has such a row.
  func knows(row: Int, of name: String) -> Bool
  /// A turn begins: what was only planned is forgotten. Drawings are handed over if the model sees them.
  func beginTurn(seesPictures: Bool)
  /// What there is to work with, as short text: values, shapes, columns, last results.
  func card() -> String
  /// Words of a question that are called otherwise here, with the lines that they mean.
  func meant(by question: String) -> [(phrase: String, lines: [String])]
}

extension Workplace {
  package func forms(of commands: ToolCommands, for question: HeldForms.Question) -> [String: [JSON]] { [:] }
  package func plan(_ line: ReviewedLine) {}
  package func beginTurn(seesPictures: Bool) {}
  package func knows(result number: Int) -> Bool { true }
  package func knows(row: Int, of name: String) -> Bool { true }
  package func meant(by question: String) -> [(phrase: String, lines: [String])] { [] }
}

/// What a check says about a call.
package enum CallReview: Sendable, Equatable {
  case line(ReviewedLine)
  /// The diagnostic, as the model reads it. `line` is what could be read of the call.
  case refused(line: String, diagnostic: String)
}

/// A call as a canonical line, with what it may do.
package struct ReviewedLine: Sendable, Equatable {
  /// What the user could have typed.
  package var text: String
  /// Two calls with the same key compute the same thing from the same values.
  package var key: String
  package var verb: String
  package var reach: Reach
  /// The files that it writes.
  package var outputs: [String]
  /// One of them exists already.
  package var overwrites: Bool
  /// Every command of the pipe.
  package var commands: [Command]

  /// The program beside Sonde that carries it out: it may do anything, so each call is asked for.
  package var server: String?

  /// The option of the call that the line does without, because it could not be read.
  package var leftOut: String?

  package struct Command: Sendable, Equatable {
    package let verb: String
    package let method: String?

    package init(_ verb: String, _ method: String? = nil) {
      self.verb = verb
      self.method = method
    }
  }

  package init(
    text: String, key: String, verb: String, reach: Reach, outputs: [String] = [], overwrites: Bool = false,
    commands: [Command]? = nil
  ) {
    self.commands = commands ?? [Command(verb)]
    self.text = text
    self.key = key
    self.verb = verb
    self.reach = reach
    self.outputs = outputs
    self.overwrites = overwrites
  }
}

/// What came of running a line.
package struct CallOutcome: Sendable, Equatable {
  package enum Status: String, Sendable { case succeeded, failed, interrupted }

  package var status: Status
  /// What the model reads; at most 2 kB.
  package var text: String
  /// One line, for the screen and for later turns.
  package var summary: String
  /// 12 for `r12`.
  package var number: Int?
  package var seconds: Double
  /// A few lines of the result, for the screen.
  package var preview: [String]
  /// The line as it was recorded, with the seed that it got.
  package var recorded: String?
  /// What the call drew, as PNG in base 64, if the model sees pictures.
  package var picture: String?

  package init(
    _ status: Status, text: String, summary: String, number: Int? = nil, seconds: Double = 0,
    preview: [String] = [], recorded: String? = nil
  ) {
    self.status = status
    self.text = text
    self.summary = summary
    self.number = number
    self.seconds = seconds
    self.preview = preview
    self.recorded = recorded
  }
}
