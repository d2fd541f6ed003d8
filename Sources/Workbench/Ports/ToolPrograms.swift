package import Chronology

package enum ToolProgramError: Error, Sendable, Equatable {
  /// There is no such program, or it may not be run.
  case absent
  /// It ended; the last of what it said.
  case gone(String)
  /// It said nothing in time.
  case silent
  case cancelled
  /// One line of it was longer than is taken.
  case tooLong
}

/// A program that offers tools, line by line over its standard input and output.
package protocol ToolProgram: AnyObject {
  func send(_ line: String) throws(ToolProgramError)
  /// The next line, without its end.
  func receive(within limit: TimeSpan, isCancelled: () -> Bool) throws(ToolProgramError) -> String
  /// Ends the program.
  func end()
}

/// Starts such programs, without a shell and without the keys in the environment.
package protocol ToolPrograms: Sendable {
  func start(_ words: [String]) throws(ToolProgramError) -> any ToolProgram
}

/// Where there are no programs.
package struct NoToolPrograms: ToolPrograms {
  package init() {}
  package func start(_ words: [String]) throws(ToolProgramError) -> any ToolProgram { throw .absent }
}
