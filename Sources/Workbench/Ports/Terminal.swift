package import Chronology
package import Language
package import Numerics

/// Where lines come from: a person at a terminal, a pipe, a test.
package protocol LineSource: AnyObject {
  /// Waits for one line; where the request says that a text goes on, the line holds line breaks.
  func readLine(_ request: LineRequest) -> LineInput
  /// Runs something long that Esc stops as Ctrl-C does, where keys are seen one by one.
  func whileWorking<Result>(_ body: () -> Result) -> Result
}

extension LineSource {
  package func whileWorking<Result>(_ body: () -> Result) -> Result { body() }
}

/// What came of waiting for a line.
package enum LineInput: Sendable, Equatable {
  case line(String)
  /// Ctrl-C, with what had been typed.
  case interrupted(String)
  /// Ctrl-D at an empty line, or the end of the file.
  case end
}

/// How to ask for a line.
package struct LineRequest {
  /// Plain text without colour; the source paints it.
  package var prompt: String
  package var continuation: String
  /// Text to begin with, to be edited.
  package var initial: String
  /// What helps while a command is typed; nil for an answer to a question, which also stays out of the history.
  package var helper: (any LineHelper)?
  /// What is typed is not shown.
  package var isSecret = false

  package init(
    prompt: String, continuation: String = "", initial: String = "", helper: (any LineHelper)? = nil
  ) {
    self.prompt = prompt
    self.continuation = continuation
    self.initial = initial
    self.helper = helper
  }
}

/// Knows the language while a line is typed. Looks at names and shapes only, never at data.
package protocol LineHelper: AnyObject {
  /// Whether Enter starts another line instead of running.
  func isIncomplete(_ text: String) -> Bool
  /// What can stand at the cursor, which is an offset into the UTF-8 of `text`.
  func menu(for text: String, cursor: Int) -> LineMenu
}

/// What can stand at the cursor.
package struct LineMenu: Sendable, Equatable {
  package struct Item: Sendable, Equatable {
    /// What replaces `LineMenu.range`.
    package var text: String
    /// Meaning, default and range, for the reader.
    package var detail: String
    /// Whether a space follows when it is the only choice.
    package var isComplete: Bool

    package init(_ text: String, detail: String = "", isComplete: Bool = true) {
      self.text = text
      self.detail = detail
      self.isComplete = isComplete
    }
  }

  /// UTF-8 offsets of the text that an item replaces.
  package var range: Range<Int>
  package var items: [Item]

  package init(range: Range<Int>, items: [Item]) {
    self.range = range
    self.items = items
  }
}

/// Where text goes.
package protocol Screen: Sendable {
  /// Asked anew for every view, because windows change.
  var width: Int { get }
  /// Whether a line can be rewritten in place.
  var isTerminal: Bool { get }
  var hasColour: Bool { get }
  /// Whether characters beyond ASCII can be shown.
  var hasUnicode: Bool { get }
  var pictures: PictureProtocol { get }
  func write(_ text: String)
}

/// How a screen shows pictures.
package enum PictureProtocol: Sendable, Equatable {
  /// Half blocks in colour.
  case blocks
  /// Shades of characters.
  case characters
  case kitty, iterm, sixel
}

extension Screen {
  package var pictures: PictureProtocol { hasColour ? .blocks : .characters }
  package var hasUnicode: Bool { true }
}

/// The user's wish to stop what runs.
package protocol Interrupts: Sendable {
  var isRaised: Bool { get }
  /// Whether somebody wants the whole program to end.
  var isTermination: Bool { get }
  /// Forgets the wish to stop, but not the wish to end.
  func clear()
}

/// Lines of this and earlier sessions.
package protocol LineHistory: AnyObject {
  /// Oldest first; an entry may hold line breaks.
  var lines: [String] { get }
  func append(_ entry: HistoryEntry)
}

/// A line with what came of it.
package struct HistoryEntry: Sendable, Equatable {
  package var time: Instant
  package var text: String
  /// As an exit code: 0 worked, 130 was interrupted.
  package var status: Int
  package var milliseconds: Int

  package init(time: Instant, text: String, status: Int, milliseconds: Int) {
    self.time = time
    self.text = text
    self.status = status
    self.milliseconds = milliseconds
  }
}

/// Answers questions and works on tasks: the agent, as the prompt sees it.
package protocol Assistant: AnyObject {
  /// Shows what it does on `screen`, asks through `lines` before it writes, stops when `work` says so.
  func ask(
    _ text: String, role: String?, screen: any Screen, lines: any LineSource, work: Work
  ) -> AssistantEnd
  /// Keeps a key for the model server, for its owner's eyes only; gives what to tell.
  func keep(key: String) throws(Diagnostic) -> String
}

extension Assistant {
  package func keep(key: String) throws(Diagnostic) -> String {
    throw Diagnostic("A0101", "there is no agent here", remedy: "start `sonde` without a script")
  }
}

package enum AssistantEnd: String, Sendable, Equatable {
  case answered, failed, interrupted
  /// No model can be reached.
  case unavailable
  /// A write needed a yes that nobody could give.
  case denied
}
