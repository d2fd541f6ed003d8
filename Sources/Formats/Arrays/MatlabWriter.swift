/// Writes columns of numbers as a MATLAB file of version 5, not packed.
package enum MatlabWriter {
  package static func bytes(of columns: [(name: String, values: [Double])]) -> [UInt8] {
    var file = Array("MATLAB 5.0 MAT-file, written by Sonde".utf8)
    file += [UInt8](repeating: 32, count: 124 - file.count) + [0, 1, UInt8(ascii: "I"), UInt8(ascii: "M")]
    for column in columns {
      var body = element(6, number(6, 4) + number(0, 4))
      body += element(5, number(column.values.count, 4) + number(1, 4))
      body += element(1, Array(name(column.name).utf8))
      body += element(
        9, column.values.flatMap { number(Int(truncatingIfNeeded: Int64(bitPattern: $0.bitPattern)), 8) })
      file += number(14, 4) + number(body.count, 4) + body
    }
    return file
  }

  private static func element(_ kind: Int, _ body: [UInt8]) -> [UInt8] {
    number(kind, 4) + number(body.count, 4) + body + [UInt8](repeating: 0, count: (8 - body.count % 8) % 8)
  }

  private static func number(_ value: Int, _ size: Int) -> [UInt8] {
    (0..<size).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }

  /// Letters, digits and lines only, as MATLAB wants names.
  private static func name(_ text: String) -> String {
    let safe = text.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "_" }
    return (safe.first?.isLetter == true ? "" : "v") + String(safe.prefix(60))
  }
}
