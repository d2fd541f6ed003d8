import Chronology
import Formats
import Language
import Notation
import Numerics
import Values

/// Rows of tables: MMAD, AURSAD and CIC-IDS-2017.
extension DatasetLayout {
  // MARK: - MMAD

  /// A row a question about a picture, as the conversations of `mmad.json` hold them.
  func questions() throws(Failure) -> Frame {
    let list = path.hasSuffix(".json") ? path : (path.hasSuffix("/") ? path : path + "/") + "mmad.json"
    guard exists(list) else {
      throw wrong("there is no `\(list)`", "Give the folder that holds mmad.json, or that file.")
    }
    let names = ["image", "question", "options", "type", "mask", "template"]
    var cells = [[String]](repeating: [], count: names.count)
    var answers: [String] = []
    do throws(FormatError) {
      let document = try JSONDocument.values(of: try opened(list)).first ?? .null
      for (image, about) in document.members ?? [] {
        if work.isCancelled() { throw .cancelled }
        for talk in about["conversation"]?.array ?? [] {
          let options = (talk["Options"]?.members ?? []).map { "\($0.key): \($0.value.string ?? "")" }
          let row = [
            image, talk["Question"]?.string ?? "", options.joined(separator: "\n"),
            talk["type"]?.string ?? "", about["mask_path"]?.string ?? "",
            about["similar_templates"]?[0]?.string ?? "",
          ]
          for (place, cell) in row.enumerated() { cells[place].append(cell) }
          answers.append(talk["Answer"]?.string ?? "")
        }
      }
    } catch {
      throw failure(error, list)
    }
    guard !answers.isEmpty else {
      throw wrong("no picture has a `conversation`", "Keep the file as published.")
    }
    let sets = cells[0].map { String($0.split(separator: "/").first ?? "") }
    // The folder below `test` names what is wrong with the picture.
    let anomalies = cells[0].map { image -> Bool in
      let folders = image.lowercased().split(separator: "/").dropLast()
      return !folders.contains { PictureFolder.normalNames.contains(String($0)) }
    }
    var columns = zip(names, cells).map { name, cells in
      Column(name, name == "type" ? .categories(cells) : .text(TextColumn(cells)))
    }
    columns[0].role = .identifier
    return Frame(
      index: .rows(answers.count),
      columns: columns + [
        Column("dataset", .categories(sets)),
        Column("answer", .categories(answers), role: .label),
        Column("anomaly", .bool(anomalies), role: .label),
      ])
  }

  // MARK: - Robot execution failures

  private static let forces = ["Fx", "Fy", "Fz", "Tx", "Ty", "Tz"]

  /// Blocks of rows, each below the line with its class.
  func failures() throws(Failure) -> Frame {
    let source = try open(path)
    var columns = [[Double]](repeating: [], count: Self.forces.count)
    var classes: [String] = []
    var segments: [Segment] = []
    do throws(FormatError) {
      let text = try TextBytes(source)
      let bytes = try text.source.read(at: text.start, count: min(1 << 28, text.source.count - text.start))
      let scanner = NumberScanner()
      for (number, line) in bytes.split(separator: 10, omittingEmptySubsequences: false).enumerated() {
        let words = line.split { $0 <= 32 || $0 == 44 }
        guard let first = words.first else { continue }
        if words.count == 1, scanner.number(first) == nil {
          let start = columns[0].count
          let name = String(decoding: first, as: UTF8.self)
          segments.append(Segment(name: "\(segments.count + 1) \(name)", rows: start..<start))
          continue
        }
        let numbers = words.compactMap { scanner.number($0) }
        guard numbers.count == Self.forces.count, words.count == numbers.count, let block = segments.last
        else {
          throw .malformedLine("neither the name of a class nor six numbers below one", line: number + 1)
        }
        for (place, number) in numbers.enumerated() { columns[place].append(number) }
        segments[segments.count - 1] = Segment(
          name: block.name, rows: block.rows.lowerBound..<block.rows.upperBound + 1)
        classes.append(block.name.split(separator: " ", maxSplits: 1).last.map(String.init) ?? "")
      }
    } catch {
      throw failure(error, path)
    }
    segments.removeAll { $0.rows.isEmpty }
    guard !segments.isEmpty else {
      throw wrong("there is no block of numbers in it", "Give a file such as `lp1.data`.")
    }
    let isNormal = segments.map { ["normal", "ok"].contains(classes[$0.rows.lowerBound]) }
    let fitted = Set(segments.indices.filter { isNormal[$0] }.prefix(isNormal.count { $0 } * 7 / 10))
    let splits = segments.enumerated().flatMap { place, segment in
      [Split](repeating: fitted.contains(place) ? .fit : .test, count: segment.rows.count)
    }
    let axis = TimeAxis.regular(
      start: Instant(nanoseconds: 0), step: TimeSpan(seconds: 0.021), count: classes.count)
    let truth = zip(segments, isNormal).flatMap { [Bool](repeating: !$1, count: $0.rows.count) }
    return Frame(
      index: Index(.time(axis), segments: segments, splits: Set(splits).count > 1 ? splits : nil),
      columns: zip(Self.forces, columns).map { Column(numbers: $1, name: $0) } + [
        Column("class", Cells.categories(classes), role: .label),
        Column("anomaly", .bool(truth), role: .label),
      ])
  }

  // MARK: - AURSAD

  private static let screwClasses: [Int: String] = [
    0: "normal", 1: "damaged screw", 2: "extra part", 3: "missing screw", 4: "damaged thread", 5: "loosening",
    6: "move",
  ]

  /// The long table of the data set, as it is published (a frame of pandas in HDF5) or as CSV: a segment a sample.
  func screwdriver() throws(Failure) -> Frame {
    let columns: [Column]
    if path.lowercased().hasSuffix(".h5") || path.lowercased().hasSuffix(".hdf5") {
      let files = try world.files.open([path], for: LoadDataset.path.base, of: call.call)
      let table = try ColumnBridge(form: "hdf5", world: world).read(
        files.first?.path ?? path, at: LoadDataset.path.base, call, work: work)
      table.tell(call)
      columns = table.columns
    } else {
      columns = try table(path, header: true)
    }
    guard let numbers = columns.first(where: { $0.name == "sample_nr" })?.numbers,
      let labels = columns.first(where: { $0.name == "label" })?.numbers, !numbers.isEmpty
    else {
      throw wrong(
        "it has no columns sample_nr and label",
        "Give `AURSAD.h5`, or write it by `pandas.read_hdf('AURSAD.h5').to_csv('aursad.csv')`.")
    }
    // A sample may come in parts; its rows stay in their order.
    var places: [Double: Int] = [:]
    for number in numbers where places[number] == nil { places[number] = places.count }
    let rows = numbers.indices.sorted { a, b in
      let (one, other) = (places[numbers[a]] ?? 0, places[numbers[b]] ?? 0)
      return one != other ? one < other : a < b
    }
    var segments: [Segment] = []
    var start = 0
    while start < rows.count {
      var end = start
      while end < rows.count, numbers[rows[end]] == numbers[rows[start]] { end += 1 }
      segments.append(Segment(name: numbers[rows[start]].shortText(digits: 9), rows: start..<end))
      start = end
    }
    func label(_ row: Int) -> Int {
      labels[rows[row]].isFinite ? Int(exactly: labels[rows[row]].rounded()) ?? -1 : -1
    }
    let normal = segments.indices.filter { label(segments[$0].rows.lowerBound) == 0 }
    let fitted = Set(normal.prefix(Int(0.7 * Double(normal.count))))
    var splits: [Split] = []
    for (number, segment) in segments.enumerated() {
      splits += [Split](repeating: fitted.contains(number) ? .fit : .test, count: segment.rows.count)
    }
    let axis = TimeAxis.regular(
      start: Instant(nanoseconds: 0), step: TimeSpan(seconds: 0.01), count: rows.count)
    let dropped = Set(
      ["sample_nr", "label", "timestamp", "event", "column1", "index"]
        + [25, 26].map { "output_int_register_\($0)" }
        + (64...67).map { "output_bit_register_\($0)" })
    let kept = columns.filter { !dropped.contains($0.name) }.map { $0.selecting(rows) }
    let classes = rows.indices.map { Self.screwClasses[label($0)] ?? "unknown" }
    return Frame(
      index: Index(.time(axis), segments: segments, splits: Set(splits).count > 1 ? splits : nil),
      columns: kept + [
        Column("class", .categories(classes), role: .label),
        Column("anomaly", .bool(rows.indices.map { (1...4).contains(label($0)) }), role: .label),
      ])
  }

  // MARK: - CIC-IDS-2017

  private static let flowNames = ["Flow ID", "Source IP", "Destination IP"]

  /// Flows of one file or of all files of a folder.
  func flows() throws(Failure) -> Frame {
    let files = world.files.files(matching: path).filter { $0.lowercased().hasSuffix(".csv") }
    guard !files.isEmpty else {
      throw wrong("there is no CSV file", "Give the folder of the CSV files, or one of them.")
    }
    var options = DelimitedOptions()
    options.hasHeader = true
    options.dates = .dayFirst
    var sources: [any ByteSource] = []
    for file in files { sources.append(try open(file)) }
    let table: DelimitedTable
    do throws(TableFailure) {
      table = try DelimitedReader(sources, options: options).read(work: work)
    } catch {
      guard case .format(let problem) = error.problem else {
        throw wrong(
          "the files have other columns than each other", "Keep the two forms of the data set apart.")
      }
      throw failure(problem, files[error.file])
    }
    guard let place = table.columns.firstIndex(where: { $0.name == "Label" }) else {
      throw wrong("it has no column Label", "Keep the header of the files.")
    }
    let labels = (0..<table.rowCount).map { table.columns[place].plainText($0) ?? "" }
    let attacks = labels.map { $0.uppercased() != "BENIGN" }
    let names = SegmentNames.names(files)
    var segments: [Segment] = []
    var splits: [Split] = []
    for (name, count) in zip(names, table.rows) {
      let rows = splits.count..<splits.count + count
      segments.append(Segment(name: Self.stem(name), rows: rows))
      splits += [Split](repeating: attacks[rows].contains(true) ? .test : .fit, count: count)
    }
    var infinite = 0
    var columns = table.columns.enumerated().filter { $0.offset != place }.map { $0.element }
    // The header of a column is there twice; so are its cells.
    columns.removeAll { $0.name == "Fwd Header Length.1" || $0.name == "Fwd Header Length_2" }
    columns = columns.map { column in
      var column = column
      if case .number(let numbers) = column.cells, numbers.contains(where: \.isInfinite) {
        infinite += numbers.count(where: \.isInfinite)
        column = Column(numbers: numbers.map { $0.isInfinite ? .nan : $0 }, name: column.name)
      }
      if Self.flowNames.contains(column.name) { column.role = .identifier }
      return column
    }
    if infinite > 0 { call.note("\(counted(infinite, "infinite rate")) taken as missing") }
    return Frame(
      index: Index(
        .row(count: table.rowCount), segments: segments.count > 1 ? segments : [],
        splits: Set(splits).count > 1 ? splits : nil),
      columns: columns + [
        Column("class", .categories(labels), role: .label), Column("anomaly", .bool(attacks), role: .label),
      ])
  }
}
