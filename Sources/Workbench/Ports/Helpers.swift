package import Formats

/// Programs beside Sonde, which are used where they are installed.
package enum Helper: Sendable, Equatable {
  /// A Python with the libraries that `scripts/formats` installs.
  case python
  case ffmpeg
  case ffprobe

  /// What is missing without it, and how it comes.
  package var remedy: String {
    switch self {
    case .python:
      "Run `scripts/formats`, which installs the libraries of Apache Arrow and HDF5 for you alone."
    case .ffmpeg, .ffprobe: "Run `scripts/ffmpeg`, which installs ffmpeg 5.1 or newer."
    }
  }
}

/// What a program wrote.
package struct HelperOutput: Sendable {
  /// Standard output; gone when nobody holds it any more.
  package let bytes: any ByteSource
  /// Standard error.
  package let messages: String

  package init(bytes: any ByteSource, messages: String) {
    self.bytes = bytes
    self.messages = messages
  }
}

package enum HelperError: Error, Sendable, Equatable {
  /// It is not installed.
  case absent
  case cancelled
  /// It wrote more than was allowed.
  case tooMuch(Int)
  /// It ended with an error; the last of what it said.
  case failed(String)
}

/// Runs the programs, without a shell and without the keys in the environment.
package protocol HelperPrograms: Sendable {
  /// Runs one to its end.
  ///
  /// - Parameter most: so many bytes of output are taken.
  func run(
    _ helper: Helper, _ arguments: [String], input: [UInt8], most: Int, isCancelled: () -> Bool
  ) throws(HelperError) -> HelperOutput

  func start(_ helper: Helper, _ arguments: [String]) throws(HelperError) -> any RunningHelper
}

/// A program whose output is taken a piece at a time; it waits in between, and is ended when nobody holds it any more.
package protocol RunningHelper: AnyObject, Sendable {
  /// The next `count` bytes of its output; fewer where that ends. After it was cancelled, some are lost.
  func read(_ count: Int, isCancelled: () -> Bool) throws(HelperError) -> [UInt8]

  /// What it said on standard error since it was asked last; whatever came before the output that was read is in it.
  func messages() -> String
}

/// Where there are no programs: in tests.
package struct NoHelpers: HelperPrograms {
  package init() {}
  package func run(
    _ helper: Helper, _ arguments: [String], input: [UInt8], most: Int, isCancelled: () -> Bool
  ) throws(HelperError) -> HelperOutput {
    throw .absent
  }
  package func start(_ helper: Helper, _ arguments: [String]) throws(HelperError) -> any RunningHelper {
    throw .absent
  }
}
