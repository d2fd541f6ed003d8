package import Notation

/// The values of a JSON or JSON Lines file.
package enum JSONDocument {
  /// The items of a list, the one document, or one value a line.
  package static func values(of source: any ByteSource) throws(FormatError) -> [JSON] {
    let bytes = try DocumentFile.bytes(of: source)
    if let whole = try ObjectFile.whole(bytes) { return whole.array ?? [whole] }
    var values: [JSON] = []
    var lines = LineCursor(bytes)
    while let line = lines.next() {
      guard line.contains(where: { $0 > 32 }) else { continue }
      do throws(JSONError) {
        values.append(try JSON(loosely: Array(line)))
      } catch {
        throw .malformedLine(error.reason, line: lines.number)
      }
    }
    return values
  }
}
