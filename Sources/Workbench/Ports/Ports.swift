package import Chronology
package import Formats
package import Language
package import Values

/// The files that commands may read and write.
package protocol FileStore: Sendable {
  /// Opens a file for reading at any position.
  func open(_ path: String) throws(Diagnostic) -> any ByteSource
  /// Writes a whole file in one step: after a crash the old or the new one is there.
  func write(_ bytes: [UInt8], to path: String) throws(Diagnostic)
  /// Adds to the end of a file, which is made with its folder if there is none (for its owner's eyes only), and
  /// returns when the disk has it.
  func append(_ bytes: [UInt8], to path: String) throws(Diagnostic)
  /// Opens a file that grows, or a pipe, for reading what comes.
  func tail(_ path: String) throws(Diagnostic) -> any ByteTail
  /// Files that a path or glob means, sorted; a plain path that exists gives itself.
  func files(matching path: String) -> [String]
}

/// Decodes compressed sound.
package protocol AudioDecoder: Sendable {
  func decode(_ source: any ByteSource, name: String) throws(Diagnostic) -> DecodedSound
}

/// Sound, and what its decoder had to say about it.
package struct DecodedSound: Sendable {
  package let audio: Audio
  package let remarks: [String]

  package init(_ audio: Audio, remarks: [String] = []) {
    self.audio = audio
    self.remarks = remarks
  }
}

/// Tells the time for journals and provenance; never for results.
package protocol Clock: Sendable {
  func now() -> Instant
}
