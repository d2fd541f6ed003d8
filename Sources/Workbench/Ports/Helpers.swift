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

/// Runs one of the programs to its end, without a shell and without the keys in the environment.
package protocol HelperPrograms: Sendable {
  /// - Parameter most: so many bytes of output are taken.
  func run(
    _ helper: Helper, _ arguments: [String], input: [UInt8], most: Int, isCancelled: () -> Bool
  ) throws(HelperError) -> HelperOutput
}

/// Where there are no programs: in tests.
package struct NoHelpers: HelperPrograms {
  package init() {}
  package func run(
    _ helper: Helper, _ arguments: [String], input: [UInt8], most: Int, isCancelled: () -> Bool
  ) throws(HelperError) -> HelperOutput {
    throw .absent
  }
}
