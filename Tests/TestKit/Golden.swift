import Foundation

/// Text that was looked at once and must not change unnoticed. `SONDE_UPDATE_GOLDENS=1` records it anew.
package enum Golden {
  /// What `Transcripts/NAME` beside the test file holds; an empty text if there is no such file yet.
  package static func recorded(_ name: String, beside test: String = #filePath, now text: String) throws
    -> String
  {
    let file = URL(filePath: test).deletingLastPathComponent().appending(path: "Transcripts/\(name)")
    let golden = (try? String(contentsOf: file, encoding: .utf8)) ?? ""
    if ProcessInfo.processInfo.environment["SONDE_UPDATE_GOLDENS"] != nil {
      try FileManager.default.createDirectory(
        at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try text.write(to: file, atomically: true, encoding: .utf8)
    }
    return golden
  }
}
