import Detection
import Formats
import Language
import Notation
import Numerics
import Values

/// A fitted model as bytes: what it was fitted on and how, never what it computed.
///
/// One line of JSON says what follows: the version, the method and its options, the features, the segments, the digest of
/// the rows and that of the model. Behind it stand the fit rows as little-endian doubles, row by row. To load is to fit again, by
/// the same checked path as any other rows, so that no crafted file can put a model into a state that fitting does not give.
enum ModelFile {
  static let version = 1
  static let mark = "sonde-model"
  private static let longestHeader = 4_000_000
  private static let mostCells = 500_000_000

  static func bytes(of model: FittedModel) -> [UInt8]? {
    guard let recipe = model.recipe, let options = try? JSON(parsing: recipe.options) else { return nil }
    let rows = recipe.rows
    var payload: [UInt8] = []
    payload.reserveCapacity(rows.matrix.values.count * 8)
    for value in rows.matrix.values {
      var bits = value.bitPattern
      for _ in 0..<8 {
        payload.append(UInt8(truncatingIfNeeded: bits))
        bits >>= 8
      }
    }
    func number(_ count: Int) -> JSON { .number(Double(count)) }
    let header = JSON.object([
      (mark, number(version)), ("method", .string(model.method)), ("options", options),
      ("features", .array(rows.features.map { .string($0) })),
      (
        "blocks",
        .array(
          rows.blocks.map { .object([("name", .string($0.name)), ("columns", number($0.columns.count))]) })
      ),
      (
        "segments",
        .array(
          rows.index.segments.map { .object([("name", .string($0.name)), ("rows", number($0.rows.count))]) })
      ),
      ("rows", number(rows.index.count)), ("data", .string(digest(of: payload))),
      ("model", .string(digest(of: model.encoded()))),
    ])
    return Array(header.description.utf8) + [10] + payload
  }

  static func digest(of bytes: [UInt8]) -> String {
    var hash = SHA256()
    hash.add(bytes)
    return hash.finish()
  }

  /// What a file says, proved to fit together.
  struct Content {
    let method: String
    let options: JSON
    let rows: ScorableRows
    /// Of the model that was saved.
    let digest: String
  }

  static func content(of source: any ByteSource) throws(FormatError) -> Content {
    let head = try source.read(at: 0, count: min(source.count, longestHeader))
    guard let end = head.firstIndex(of: 10) else { throw .malformed("its first line has no end", offset: 0) }
    let header: JSON
    do { header = try JSON(parsing: head[..<end].map { $0 }) } catch {
      throw .malformed("its first line is no JSON", offset: 0)
    }
    guard let made = count(header[mark]) else {
      throw .malformed("it does not begin as a model of Sonde", offset: 0)
    }
    if made != version { throw .unsupported("it is of version \(made), and this Sonde reads \(version)") }
    guard let method = header["method"]?.string, let options = header["options"], options.members != nil,
      let features = texts(header["features"]), let height = count(header["rows"]),
      let data = header["data"]?.string, let digest = header["model"]?.string
    else { throw .malformed("its first line lacks a member", offset: 0) }
    if features.isEmpty || Set(features).count != features.count || height == 0 {
      throw .malformed("it has no rows, or features without names of their own", offset: 0)
    }
    guard height <= mostCells / features.count,
      source.count - end - 1 == height * features.count * 8
    else { throw .malformed("its rows are not as many as its first line says", offset: end + 1) }
    let blocks = try ranges(header["blocks"], size: "columns", total: features.count).map {
      Block(name: $0.name, columns: $0.range)
    }
    var segments: [Segment] = []
    if header["segments"]?.array?.isEmpty == false {
      segments = try ranges(header["segments"], size: "rows", total: height).map {
        Segment(name: $0.name, rows: $0.range)
      }
    }
    let payload = try source.read(at: end + 1, count: height * features.count * 8)
    if self.digest(of: payload) != data { throw .malformed("its rows are damaged", offset: end + 1) }
    var values: [Double] = []
    values.reserveCapacity(height * features.count)
    for cell in 0..<height * features.count {
      var bits: UInt64 = 0
      for byte in (0..<8).reversed() { bits = bits << 8 | UInt64(payload[cell * 8 + byte]) }
      values.append(Double(bitPattern: bits))
    }
    return Content(
      method: method, options: options,
      rows: ScorableRows(
        index: Index(.row(count: height), segments: segments),
        matrix: Matrix(rows: height, columns: features.count, values: values), features: features,
        blocks: blocks), digest: digest)
  }

  private static func count(_ json: JSON?) -> Int? {
    guard let number = json?.number, number >= 0, number < 1e15, number == number.rounded() else {
      return nil
    }
    return Int(number)
  }

  private static func texts(_ json: JSON?) -> [String]? {
    guard let items = json?.array else { return nil }
    let texts = items.compactMap(\.string)
    return texts.count == items.count ? texts : nil
  }

  /// Neighbouring ranges that cover all.
  private static func ranges(
    _ json: JSON?, size: String, total: Int
  ) throws(FormatError) -> [(name: String, range: Range<Int>)] {
    var start = 0
    var ranges: [(name: String, range: Range<Int>)] = []
    for item in json?.array ?? [] {
      guard let name = item["name"]?.string, let length = count(item[size]), length <= total - start else {
        throw .malformed("its \(size) do not add up", offset: 0)
      }
      ranges.append((name, start..<start + length))
      start += length
    }
    if start != total { throw .malformed("its \(size) do not add up", offset: 0) }
    return ranges
  }
}
