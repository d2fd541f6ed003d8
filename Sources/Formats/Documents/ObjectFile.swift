package import Notation
package import Numerics
package import Values

/// The objects of a JSON or JSON Lines file as rows: members become columns, those of inner objects with a point
/// between the names.
package struct ObjectFile: Sendable {
  package let columns: [Column]
  package let rowCount: Int
  /// The member that holds the objects, such as `data.items`; nil if the file is the list.
  package let member: String?
  /// What stands beside that member.
  package let beside: [(name: String, value: JSON)]
  /// Lines that could not be read, and the first of them.
  package let refused: (count: Int, first: FormatError)?

  private static let mostColumns = 4096
  private static let deepest = 8

  /// - Parameter member: where the objects are; found out if nil, as far as only one list of objects is there.
  package init(_ source: any ByteSource, member: String? = nil, work: Work) throws(FormatError) {
    let bytes = try DocumentFile.bytes(of: source)
    var refused: (count: Int, first: FormatError)?
    var found: String?
    var beside: [(name: String, value: JSON)] = []
    let objects: [DocumentFile.Row]
    if let whole = try Self.whole(bytes) {
      let (list, name) = try Self.list(in: whole, member)
      found = name
      objects = list.compactMap(\.members)
      let others = list.count - objects.count
      if others > 0 { refused = (others, .malformed("it is no object", offset: 0)) }
      if name != nil {
        beside = (whole.members ?? []).filter { $0.value.array == nil }.map { ($0.key, $0.value) }
      }
    } else {
      guard member == nil else { throw .unsupported("its lines are the rows; it has no member to choose") }
      objects = try DocumentFile.rows(bytes, refused: &refused, work: work)
    }
    if objects.isEmpty { throw refused?.first ?? .malformed("it holds no JSON object", offset: 0) }
    columns = try Self.columns(objects, work)
    rowCount = objects.count
    self.member = found
    self.beside = beside
    self.refused = refused
  }

  /// The document, if the file is one; nil if each line is.
  static func whole(_ bytes: [UInt8]) throws(FormatError) -> JSON? {
    guard let start = bytes.firstIndex(where: { $0 > 32 }) else { throw .malformed("it is empty", offset: 0) }
    let end = bytes[start...].firstIndex(of: 10) ?? bytes.count
    let isList = bytes[start] == UInt8(ascii: "[")
    if !isList, end < bytes.count, bytes[end...].contains(where: { $0 > 32 }),
      (try? JSON(loosely: Array(bytes[start..<end]))) != nil
    {
      return nil
    }
    do throws(JSONError) {
      return try JSON(loosely: bytes)
    } catch {
      throw .malformed(error.reason, offset: error.offset)
    }
  }

  private static func list(in whole: JSON, _ member: String?) throws(FormatError) -> ([JSON], String?) {
    if let list = whole.array {
      guard member == nil else { throw .unsupported("it is a list; it has no member to choose") }
      return (objects(of: list), nil)
    }
    if let member {
      var place = whole
      for part in member.split(separator: ".") {
        guard let next = place[String(part)] else {
          let known = (place.members ?? []).prefix(8).map { "`\($0.key)`" }.joined(separator: ", ")
          throw .unsupported("it has no member `\(part)`; there are \(known.isEmpty ? "none" : known)")
        }
        place = next
      }
      guard let list = place.array else { throw .unsupported("`\(member)` is no list") }
      return (objects(of: list), member)
    }
    if let rows = table(whole.members ?? []) { return (rows, nil) }
    let lists = (whole.members ?? []).filter { member in
      member.value.array.map { !$0.isEmpty && $0.allSatisfy { $0.members != nil } } ?? false
    }
    if lists.count > 1, lists.count == whole.members?.count {
      // A list for each day, machine or kind: the rows say which.
      return (
        lists.flatMap { list in
          (list.value.array ?? []).map { .object([("member", .string(list.key))] + ($0.members ?? [])) }
        }, nil
      )
    }
    if lists.count > 1 {
      let names = lists.prefix(6).map { "`\($0.key)`" }.joined(separator: ", ")
      throw .unsupported("it holds several lists of objects: \(names)")
    }
    guard let only = lists.first else {
      let members = whole.members ?? []
      // So many members are names of things, not of columns.
      if members.count > 1000 {
        return (members.map { .object([("key", .string($0.key)), ("value", $0.value)]) }, nil)
      }
      return ([whole], nil)
    }
    return (only.value.array ?? [], only.key)
  }

  /// Lists and single values as objects: rows without names, the first perhaps with them.
  private static func objects(of list: [JSON]) -> [JSON] {
    if list.isEmpty || list.contains(where: { $0.members != nil }) { return list }
    let rows = list.compactMap(\.array)
    if rows.isEmpty { return list.map { .object([("value", $0)]) } }
    guard let first = rows.first, rows.count == list.count, rows.allSatisfy({ $0.count == first.count }),
      !first.isEmpty
    else { return list }
    let names = first.compactMap(\.string)
    let isHeader =
      rows.count > 1 && names.count == first.count && Set(names).count == names.count
      && rows.dropFirst().contains { $0.contains { $0.string == nil } }
    return self.rows(isHeader ? Array(rows.dropFirst()) : rows, isHeader ? names : nil)
  }

  private static func rows(_ rows: [[JSON]], _ names: [String]?) -> [JSON] {
    rows.map { row in
      .object(row.enumerated().map { place, cell in (names?[place] ?? "column\(place + 1)", cell) })
    }
  }

  /// A table written by columns, or with its names apart (`columns` and `data`), as pandas does; nil if it is none.
  private static func table(_ members: DocumentFile.Row) -> [JSON]? {
    func member(_ name: String) -> [JSON]? { members.first { $0.key == name }?.value.array }
    if let names = member("columns")?.map(\.plainText), let data = member("data"), !data.isEmpty {
      let rows = data.compactMap(\.array)
      if rows.count == data.count, rows.allSatisfy({ $0.count == names.count }),
        Set(names).count == names.count
      {
        return self.rows(rows, names)
      }
    }
    let columns = members.compactMap { member in member.value.array.map { (name: member.key, cells: $0) } }
    guard let first = columns.first, columns.count == members.count, first.cells.count > 1,
      columns.allSatisfy({ $0.cells.count == first.cells.count }),
      columns.allSatisfy({ $0.cells.allSatisfy { $0.array == nil && $0.members == nil } })
    else { return nil }
    return first.cells.indices.map { row in .object(columns.map { ($0.name, $0.cells[row]) }) }
  }

  private static func columns(_ objects: [DocumentFile.Row], _ work: Work) throws(FormatError) -> [Column] {
    var names: [String] = []
    var cells: [String: [Int: JSON]] = [:]
    for (row, object) in objects.enumerated() {
      if row % 1024 == 0, work.isCancelled() { throw .cancelled }
      var flat: [(String, JSON)] = []
      flatten(object, "", 0, &flat)
      for (name, value) in flat {
        if cells[name] == nil {
          names.append(name)
          guard names.count <= mostColumns else {
            throw .unsupported("its objects have more than \(mostColumns) different members")
          }
        }
        cells[name, default: [:]][row] = value
      }
    }
    return names.map { column($0, cells[$0] ?? [:], objects.count) }
  }

  private static func flatten(
    _ object: DocumentFile.Row, _ prefix: String, _ depth: Int, _ flat: inout [(String, JSON)]
  ) {
    for (key, value) in object {
      if let inner = value.members, !inner.isEmpty, depth < deepest {
        flatten(inner, prefix + key + ".", depth + 1, &flat)
      } else {
        flat.append((prefix + key, value))
      }
    }
  }

  /// Numbers, truth values or times if all are; else categories if few differ; else texts.
  private static func column(_ name: String, _ cells: [Int: JSON], _ count: Int) -> Column {
    let known = cells.filter { if case .null = $0.value { false } else { true } }
    let nulls = Mask((0..<count).map { known[$0] == nil })
    if known.values.allSatisfy({ $0.number != nil }) {
      return Column(numbers: (0..<count).map { known[$0]?.number ?? .nan }, name: name)
    }
    if !known.isEmpty, known.values.allSatisfy({ $0.bool != nil }) {
      return Column(name, .bool((0..<count).map { known[$0]?.bool ?? false }), nulls: nulls)
    }
    return Column(
      texts: TextColumn((0..<count).map { known[$0]?.plainText ?? "" }), nulls: nulls, name: name,
      mayBeDate: true)
  }
}
