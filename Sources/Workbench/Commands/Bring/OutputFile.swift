import Formats
import Language
import Values

/// Files that calls write: what is there and differs is replaced only if the call says so.
enum OutputFile {
  static let overwrite = Parameter<Bool>.flag("overwrite", help: "Replace a file that is there and differs.")

  /// - Returns: whether something was written; a file that holds the same bytes is left alone.
  static func write(
    _ bytes: [UInt8], to path: String, at parameter: AnyParameter, _ call: Invocation, world: World
  ) throws(Failure) -> Bool {
    if !world.files.files(matching: path).isEmpty, !call[overwrite] {
      guard holds(world.files, path, bytes) else {
        throw call.blame(
          parameter, "E0528", "`\(path)` is there and holds something else", label: "already there",
          remedy: "Add `--overwrite`, or choose another name.")
      }
      return false
    }
    try world.files.write(bytes, to: path, for: parameter, of: call.call)
    return true
  }

  private static func holds(_ files: any FileStore, _ path: String, _ bytes: [UInt8]) -> Bool {
    guard let source = try? files.open(path), source.count == bytes.count else { return false }
    return (try? source.read(at: 0, count: bytes.count)) == bytes
  }
}
