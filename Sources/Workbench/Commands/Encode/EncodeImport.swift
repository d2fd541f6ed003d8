import Chronology
import Formats
import Language
import Numerics
import Values

/// `encode import`: vectors that were computed elsewhere.
struct EncodeImport: WorldCommand {
  static let input = Parameter<Reference>.value(
    "value", [], help: "The value whose rows were encoded.")
  static let file = Parameter<String>.input("file", help: "A NumPy file: .npy, or .npz with several arrays.")
  static let key = Parameter<String?>.name(
    "key",
    help: "The array of an .npz file that holds the vectors; the only one with several indices if absent.")
  static let rows = Parameter<String?>.name(
    "rows",
    help: "The array of an .npz file that names the rows, by id or time; `id` or `time` if there is one.")

  let spec = CommandSpec(
    "encode", "import", "Takes vectors of a value's rows that were computed elsewhere.",
    discussion: """
      The first index counts rows. Two indices give an embedding; three (row, place, number) tokens, four (row, line, place, number) of \
      pictures a map. An .npz file may name its rows: texts are compared with the ids of the value, whole numbers with its times in \
      nanoseconds since 1970 or with the numbers of its rows; then they may come in any order, rows that the file lacks are absent, and rows that \
      the value lacks are counted. Without names there must be as many rows, and they are taken in order; that is told.
      """,
    parameters: [input.base, file.base, key.base, rows.base], output: .embedding, reach: .read,
    examples: [
      Example("pump = generate pump-station --minutes 5 --seed 7"),
      Example("pump | encode --use stats(10s) | export --to vectors.npy"),
      Example("again = encode import pump vectors.npy"),
      Example("pump | encode --use stats(10s) | export --to vectors.npz"),
      Example("encode import pump vectors.npz --key Flow.mean --rows time"),
    ])

  func run(_ call: Invocation, work: Work, world: World) throws(Failure) -> Value {
    guard let index = call[Self.input].value.index else { throw call.noRows(Self.input.base) }
    let files = try world.files.open([call[Self.file]], for: Self.file.base, of: call.call)
    guard let found = files.first else { throw .cancelled }
    let archive: ArrayFile
    do throws(FormatError) {
      archive = try ArrayFile(found.source)
    } catch {
      throw failure(error, found.path, call)
    }
    let names = archive.items.map(\.name)
    let vectors = try vectors(archive, call)
    let columns = try columns(of: vectors, in: archive, found.path, call, work: work)
    let numbers = columns.compactMap(\.numbers)
    guard numbers.count == columns.count, let count = columns.first?.count else {
      throw call.blame(
        Self.file.base, "E0535", "`\(vectors.name.isEmpty ? found.path : vectors.name)` holds no numbers",
        label: "no vectors", remedy: "Choose another array with --key.")
    }
    let order: [Int?]
    if let name = call[Self.rows] ?? ["id", "time"].first(where: names.contains), name != vectors.name {
      order = try places(name, archive, index, found.path, call, work: work)
    } else {
      guard count == index.count else {
        throw call.blame(
          Self.file.base, "E0554", "the file has \(count) rows and the value \(index.count)",
          label: "not the same rows",
          remedy:
            "Encode the same rows again, or save their ids beside the vectors and name them with --rows.")
      }
      call.note("rows are taken in order, since the file does not name them")
      order = (0..<count).map { $0 }
    }
    let missing = order.count { $0 == nil }
    if missing > 0 { call.note("\(counted(missing, "row")) of the value without a vector") }
    return try value(vectors.header.shape, numbers, order, index, call)
  }

  private func failure(_ error: FormatError, _ path: String, _ call: Invocation) -> Failure {
    error.failure(
      path, at: Self.file.base, of: call.call,
      remedy: "Save it again with `numpy.save` or `numpy.savez`, without objects.")
  }

  private func vectors(_ archive: ArrayFile, _ call: Invocation) throws(Failure) -> ArrayFile.Item {
    let names = archive.items.map(\.name)
    if let key = call[Self.key] {
      guard let item = archive.items.first(where: { $0.name == key }) else {
        throw call.blame(
          Self.key.base, "E0534", "the file has no array `\(key)`", label: "not in it",
          remedy: Suggestion.remedy(
            for: key, among: names,
            else: names == [""]
              ? "It holds one array without a name: leave the option out."
              : "It has \(Suggestion.some(names))."))
      }
      return item
    }
    let candidates = archive.items.filter { $0.header.shape.count > 1 && !$0.header.element.isText }
    guard let only = candidates.first ?? (archive.items.count == 1 ? archive.items.first : nil),
      candidates.count < 2
    else {
      throw call.blame(
        Self.file.base, "E0534", "the file holds \(archive.items.count) arrays", label: "which one?",
        remedy: "Choose the vectors with --key; there are \(Suggestion.some(names)).")
    }
    return only
  }

  private func columns(
    of item: ArrayFile.Item, in archive: ArrayFile, _ path: String, _ call: Invocation, work: Work
  ) throws(Failure) -> [Column] {
    do throws(FormatError) {
      return try archive.columns(of: item, name: item.name.isEmpty ? "x" : item.name, work: work)
    } catch {
      throw failure(error, path, call)
    }
  }

  /// For each row of the value, where its vector stands in the file.
  private func places(
    _ name: String, _ archive: ArrayFile, _ index: Index, _ path: String, _ call: Invocation, work: Work
  ) throws(Failure) -> [Int?] {
    guard let item = archive.items.first(where: { $0.name == name }),
      let column = try columns(of: item, in: archive, path, call, work: work).first
    else {
      throw call.blame(
        Self.rows.base, "E0534", "the file has no array `\(name)`", label: "not in it",
        remedy: "It has \(Suggestion.some(archive.items.map(\.name))).")
    }
    var known: [String: Int] = [:]
    for row in 0..<column.count {
      guard known.updateValue(row, forKey: column.plainText(row) ?? "") == nil else {
        throw call.blame(
          Self.rows.base, "E0554", "`\(name)` names `\(column.plainText(row) ?? "")` twice",
          label: "not unique",
          remedy: "Give each row of the file a name of its own.")
      }
    }
    let wanted = (0..<index.count).map { row -> String in
      switch index.address {
      case .sample(let ids): ids[row]
      case .time(let axis) where column.type == .time: axis[row].description
      // Doubles hold whole numbers up to 2⁵³ only, and so does the array.
      case .time(let axis): Column("", .number([Double(axis[row].nanoseconds)])).plainText(0) ?? ""
      case .row: "\(row)"
      }
    }
    let order = wanted.map { known[$0] }
    let used = order.count { $0 != nil }
    guard used > 0 else {
      throw call.blame(
        Self.rows.base, "E0554", "no row of the value is named by `\(name)`", label: "names of other rows",
        remedy: "Compare `\(wanted.first ?? "")` with what the array holds.")
    }
    if used < column.count {
      call.note("\(counted(column.count - used, "vector")) of rows that the value does not have")
    }
    return order
  }

  private func value(
    _ shape: [Int], _ numbers: [[Double]], _ order: [Int?], _ index: Index, _ call: Invocation
  ) throws(Failure) -> Value {
    let name = call[Self.input].name.isEmpty ? "value" : call[Self.input].name
    let width = shape.count > 2 ? shape[shape.count - 1] : numbers.count
    let features = (0..<width).map { "\($0)" }
    let places = width > 0 ? numbers.count / width : 0
    var values: [Double] = []
    values.reserveCapacity(order.count * numbers.count)
    for place in order {
      for column in numbers { values.append(place.map { column[$0].isFinite ? column[$0] : .nan } ?? .nan) }
    }
    let matrix = Matrix(rows: order.count * max(1, places), columns: width, values: values)
    if shape.count == 3 {
      return .tokens(
        Tokens(
          index: index, offsets: (0...order.count).map { $0 * places }, matrix: matrix, features: features))
    }
    if shape.count == 4 {
      let shapes: [PictureShape]
      switch call[Self.input].value {
      case .images(let images), .video(let images): shapes = images.shapes
      default:
        throw call.blame(
          Self.input.base, "E0554", "a map belongs to pictures", label: "no pictures",
          remedy: "Give the pictures that were encoded, or an array with one vector a row.")
      }
      return .map(
        FeatureMap(
          index: index, gridHeight: shape[1], gridWidth: shape[2], matrix: matrix, features: features,
          shapes: shapes))
    }
    return .embedding(
      Embedding(
        index: index, matrix: matrix, features: features, blocks: [Block(name: name, columns: 0..<width)]))
  }
}
