package import Numerics
package import Values

/// The arrays of a `.npy`, `.npz` or `.safetensors` file, by name.
package struct ArrayFile: Sendable {
  package struct Item: Sendable {
    /// The name in the archive and of the field of a record; empty for a `.npy` file of plain numbers.
    package let name: String
    package let header: ArrayHeader
    fileprivate let entry: ZipArchive.Entry?
  }

  package let items: [Item]
  private let source: any ByteSource
  private let archive: ZipArchive?

  /// Reads the headers.
  package init(_ source: any ByteSource) throws(FormatError) {
    self.source = source
    let head = try source.read(at: 0, count: 9)
    if TensorFile.isTelling(head, count: source.count) {
      let tensors = try TensorFile(source).items
      if tensors.isEmpty { throw .unsupported("it holds no arrays") }
      archive = nil
      items = tensors.map { Item(name: $0.name, header: $0.header, entry: nil) }
      return
    }
    guard ZipArchive.isZip(head.prefix(4).map { $0 }) else {
      archive = nil
      items = try ArrayHeader.all(in: source).map { Item(name: $0.name, header: $0.header, entry: nil) }
      return
    }
    let archive = try ZipArchive(source)
    var items: [Item] = []
    for entry in archive.entries where entry.name.hasSuffix(".npy") {
      // Packed entries are unpacked only as far as their header goes; the rest is taken on trust here.
      let head = try archive.open(entry, limit: 65_536)
      let whole = PaddedSource(head: head, count: entry.count)
      let name = String(entry.name.dropLast(4))
      for (field, header) in try ArrayHeader.all(in: whole) {
        items.append(Item(name: field.isEmpty ? name : "\(name).\(field)", header: header, entry: entry))
      }
    }
    if items.isEmpty { throw .unsupported("it is an archive without NumPy arrays") }
    self.archive = archive
    self.items = items
  }

  /// The columns of an array: one for each position behind the first index.
  ///
  /// - Parameter name: of the columns; numbered from 0 if there are several.
  package func columns(of item: Item, name: String, work: Work) throws(FormatError) -> [Column] {
    var bytes = source
    if let entry = item.entry, let archive {
      bytes = try archive.open(entry) { !work.isCancelled() }
      // The header is read again from the bytes that were checked.
      guard try ArrayHeader.all(in: bytes).contains(where: { $0.header == item.header }) else {
        throw .malformed("its header is damaged", offset: 0)
      }
    }
    let field = FieldSource(bytes, item.header)
    let header = field == nil ? item.header : item.header.sideBySide
    if let field { bytes = field }
    let names = header.shape.count < 2 ? [name] : (0..<header.width).map { "\(name)\($0)" }
    if header.element.isText { return try texts(header, bytes, names, work) }
    if case .time(let unit) = header.element { return try times(header, bytes, names, unit, work) }
    let stores = names.map { _ in CellStore(.number, count: header.rows) }
    try spread(header, bytes, into: stores, work)
    do throws(Cancelled) {
      return try work.map(stores.count, stage: "making columns") { place in
        let numbers = stores[place].numbers
        return header.element == .bool
          ? Column(names[place], .bool(numbers.map { $0 != 0 }))
          : Column(numbers: numbers, name: names[place])
      }
    } catch {
      throw .cancelled
    }
  }

  private static let blockSize = 1 << 18

  /// Reads blocks of rows, or of one column where the first index runs fastest, on all threads.
  private func spread(
    _ header: ArrayHeader, _ source: any ByteSource, into stores: [CellStore], _ work: Work
  ) throws(FormatError) {
    guard let packed = header.packed else { return }
    let perRun = header.isFortran ? 1 : stores.count
    let runs = header.isFortran ? stores.count : 1
    guard perRun > 0, header.rows > 0 else { return }
    let rowsAtOnce = max(1, Self.blockSize / (packed.size * perRun))
    let perColumn = (header.rows + rowsAtOnce - 1) / rowsAtOnce
    let failures = Failures()
    do throws(Cancelled) {
      try work.forEachChunk(of: runs * perColumn, size: 1, stage: "reading") { number, _ in
        let (run, first) = (number / perColumn, number % perColumn * rowsAtOnce)
        let count = min(rowsAtOnce, header.rows - first) * perRun * packed.size
        let start = (run * header.rows + first * perRun) * packed.size
        do throws(FormatError) {
          let block = try source.read(at: header.body + start, count: count)
          guard block.count == count else { throw .unreadable("it became shorter while it was read") }
          let targets = header.isFortran ? [stores[header.column(run * header.rows)]] : stores
          packed.spread(block, first: first, into: targets)
        } catch {
          failures.add(error, at: number)
        }
      }
    } catch {
      throw .cancelled
    }
    if let failure = failures.earliest { throw failure.error }
  }

  /// Calls with each element's bytes and column, in the order of the file.
  private func walk(
    _ header: ArrayHeader, _ source: any ByteSource, _ work: Work,
    _ body: (_ cell: ArraySlice<UInt8>, _ column: Int) -> Void
  ) throws(FormatError) {
    let (size, width) = (header.element.size, header.width)
    let (total, atOnce) = (header.rows * width, max(1, Self.blockSize / size))
    for start in stride(from: 0, to: total, by: atOnce) {
      if work.isCancelled() { throw .cancelled }
      work.report(Double(start) / Double(total), "reading")
      let count = min(atOnce, total - start)
      let block = try source.read(at: header.body + start * size, count: count * size)
      guard block.count == count * size else { throw .unreadable("it became shorter while it was read") }
      for place in 0..<count {
        let position = start + place
        body(
          block[place * size..<(place + 1) * size],
          header.isFortran ? header.column(position) : position % width)
      }
    }
  }

  private func times(
    _ header: ArrayHeader, _ source: any ByteSource, _ names: [String], _ unit: Int64, _ work: Work
  ) throws(FormatError) -> [Column] {
    var columns = [[Int64]](repeating: [], count: names.count)
    try walk(header, source, work) { cell, column in
      let bits = (header.isBigEndian ? Array(cell) : cell.reversed()).reduce(UInt64(0)) {
        $0 << 8 | UInt64($1)
      }
      let (time, isFar) = Int64(bitPattern: bits).multipliedReportingOverflow(by: unit)
      columns[column].append(isFar ? CellStore.missingTime : time)
    }
    return zip(names, columns).map { name, times in
      let nulls = Mask(times.map { $0 == CellStore.missingTime })
      return Column(name, .time(times.map { $0 == CellStore.missingTime ? 0 : $0 }), nulls: nulls)
    }
  }

  /// Arrays of texts know no missing cell: empty texts are taken for that.
  private func texts(
    _ header: ArrayHeader, _ source: any ByteSource, _ names: [String], _ work: Work
  ) throws(FormatError) -> [Column] {
    var columns = [TextColumn](repeating: TextColumn(), count: names.count)
    try walk(header, source, work) { cell, column in columns[column].append(header.text(cell)) }
    return zip(names, columns).map { name, texts in
      Column(name, .text(texts), nulls: Mask(zip(texts.offsets, texts.offsets.dropFirst()).map { $0 == $1 }))
    }
  }
}

/// The beginning of an entry that claims to be longer.
private struct PaddedSource: ByteSource {
  let head: any ByteSource
  let count: Int
  func read(at offset: Int, count: Int) throws(FormatError) -> [UInt8] {
    try head.read(at: offset, count: count)
  }
}

/// One field of all records, side by side.
private struct FieldSource: ByteSource {
  let records: any ByteSource
  let start: Int
  let pitch: Int
  let width: Int
  let count: Int

  /// nil if the numbers lie side by side already.
  init?(_ records: any ByteSource, _ header: ArrayHeader) {
    guard let pitch = header.pitch else { return nil }
    self.records = records
    self.pitch = pitch
    start = header.body
    width = header.element.size * header.width
    count = width * header.rows
  }

  func read(at offset: Int, count: Int) throws(FormatError) -> [UInt8] {
    let range = max(0, offset)..<max(0, min(offset + count, self.count))
    guard !range.isEmpty, width > 0 else { return [] }
    let rows = range.lowerBound / width..<(range.upperBound - 1) / width + 1
    let block = try records.read(
      at: start + rows.lowerBound * pitch, count: (rows.count - 1) * pitch + width)
    guard block.count == (rows.count - 1) * pitch + width else { return [] }
    var cells: [UInt8] = []
    cells.reserveCapacity(rows.count * width)
    for row in 0..<rows.count { cells += block[row * pitch..<row * pitch + width] }
    let first = range.lowerBound - rows.lowerBound * width
    return Array(cells[first..<first + range.count])
  }
}

extension ArrayHeader {
  /// The column of the element at a position in the file, where the first index runs fastest. Columns count in the
  /// order in which the last index runs fastest.
  fileprivate func column(_ position: Int) -> Int {
    var rest = position / max(1, rows)
    var column = 0
    var stride = width
    // The second index varies next; its stride among the columns is the product of the extents behind it.
    for extent in shape.dropFirst() {
      stride /= max(1, extent)
      column += rest % max(1, extent) * stride
      rest /= max(1, extent)
    }
    return column
  }

  /// How the numbers lie in the bytes; nil for what are none.
  var packed: PackedNumbers? {
    switch element {
    case .bool: PackedNumbers(.unsigned(bytes: 1))
    case .float(2): PackedNumbers(.half, isBigEndian: isBigEndian)
    case .float(4): PackedNumbers(.single, isBigEndian: isBigEndian)
    case .float: PackedNumbers(.double, isBigEndian: isBigEndian)
    case .signed(let bytes): PackedNumbers(.signed(bytes: bytes), isBigEndian: isBigEndian)
    case .unsigned(let bytes): PackedNumbers(.unsigned(bytes: bytes), isBigEndian: isBigEndian)
    case .bytes, .unicode, .time: nil
    }
  }

  /// Zeros behind the text are padding.
  fileprivate func text(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
    if case .bytes = element {
      let text = bytes[..<(bytes.lastIndex { $0 != 0 }.map { $0 + 1 } ?? bytes.startIndex)]
      return TextEncoding.isUTF8(text) ? Array(text) : TextEncoding.utf8(fromWindows1252: text)
    }
    var scalars: [Unicode.Scalar] = []
    for at in stride(from: bytes.startIndex, to: bytes.endIndex - 3, by: 4) {
      let cell = bytes[at..<at + 4]
      let code = (isBigEndian ? Array(cell) : cell.reversed()).reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
      scalars.append(Unicode.Scalar(code) ?? "\u{FFFD}")
    }
    while scalars.last?.value == 0 { scalars.removeLast() }
    var text = String.UnicodeScalarView()
    text.append(contentsOf: scalars)
    return Array(String(text).utf8)
  }
}
