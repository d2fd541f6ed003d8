import Notation
import Numerics

/// What a file most likely holds, judged by its first bytes and then by the ending of its name.
package enum FileKind: String, Sendable, CaseIterable {
  case table, array, matlab, arff, sqlite, parquet, arrow, hdf5, json, log, audio, image, video, text, events,
    graph, cloud, record, model, spans, packets, tracks, chats

  /// What was found, with the sign that told.
  package struct Finding: Sendable, Equatable {
    package let kind: FileKind
    package let sign: String
  }

  /// Bytes that are looked at.
  package static let headSize = 65_536

  /// nil for bytes that look like nothing that is known.
  ///
  /// - Throws: `unsupported` for a format that is known and cannot be read, with what to do.
  package static func of(_ source: any ByteSource, path: String) throws(FormatError) -> Finding? {
    var head = try source.read(at: 0, count: headSize)
    if head.isEmpty { throw .malformed("it is empty", offset: 0) }
    var name = path.lowercased()
    if ZipArchive.isZip(head) {
      let archive = try ZipArchive(source)
      if let finding = byEntries(archive.entries.map(\.name)) { return finding }
      if WorkbookFile.isWorkbook(archive) { return Finding(kind: .table, sign: "an Excel workbook") }
      if archive.entries.contains(where: { $0.name.hasPrefix("xl/") }) {
        throw .unsupported("it is an Excel workbook in binary form; save it as .xlsx or its sheet as CSV")
      }
      if archive.entries.contains(where: { $0.name == "content.xml" }) {
        throw .unsupported("it is an OpenDocument file; save its sheet as .xlsx or CSV, a text as .txt")
      }
      if archive.entries.contains(where: { $0.name.hasPrefix("word/") }) {
        throw .unsupported("it is a Word document; save it as plain text")
      }
      name = try archive.onlyFile().name.lowercased()
    }
    if Packed.isPacked(head) {
      head = try Packed.unpack(source, limit: headSize)
      if ZipArchive.isZip(head) { throw .unsupported("it holds another archive; unpack it with `unzip`") }
      for ending in [".gz", ".zst"] where name.hasSuffix(ending) {
        name = String(name.dropLast(ending.count))
      }
    }
    let ending =
      name.split(separator: "/").last?.split(separator: ".").dropFirst().last.map(String.init) ?? ""
    if let finding = try byMagic(head, source, ending) { return finding }
    guard isText(head, wasCut: source.count > head.count) else { return nil }
    return try byText(head, source, path: path, ending)
  }

  // MARK: - Bytes

  /// Archives that are files of their own.
  private static func byEntries(_ names: [String]) -> Finding? {
    if names.contains("edge_index.npy") {
      return Finding(kind: .graph, sign: "NumPy arrays with `edge_index`")
    }
    return names.contains { $0.hasSuffix(".npy") } ? Finding(kind: .array, sign: "NumPy arrays") : nil
  }

  private static func byMagic(
    _ head: [UInt8], _ source: any ByteSource, _ ending: String
  ) throws(FormatError) -> Finding? {
    func begins(_ text: String) -> Bool { head.starts(with: Array(text.utf8)) }
    func holds(_ text: String, at place: Int) -> Bool { head.dropFirst(place).starts(with: Array(text.utf8)) }
    if head.starts(with: [0x93]) && holds("NUMPY", at: 1) {
      return Finding(kind: .array, sign: "a NumPy array")
    }
    if TensorFile.isTelling(head, count: source.count) {
      let isModel = try TensorFile(source).metadata["method"] != nil
      return isModel
        ? Finding(kind: .model, sign: "the tensors of a fitted model")
        : Finding(kind: .array, sign: "tensors")
    }
    if begins("{\"sonde-model\":") { return Finding(kind: .model, sign: "a fitted model") }
    if head.starts(with: [0x89, 0x50, 0x4E, 0x47]) { return Finding(kind: .image, sign: "PNG") }
    if head.starts(with: [0xFF, 0xD8, 0xFF]) { return Finding(kind: .image, sign: "JPEG") }
    for mark: [UInt8] in [
      [0x49, 0x49, 0x2A, 0], [0x4D, 0x4D, 0, 0x2A], [0x49, 0x49, 0x2B, 0], [0x4D, 0x4D, 0, 0x2B],
    ]
    where head.starts(with: mark) { return Finding(kind: .image, sign: "TIFF") }
    if begins("BM"), head.count > 14, head[6..<10].allSatisfy({ $0 == 0 }) {
      return Finding(kind: .image, sign: "BMP")
    }
    if head.count > 2, head[0] == 0x50, [0x31, 0x32, 0x33, 0x34, 0x35, 0x36, 0x46, 0x66].contains(head[1]),
      head[2] <= 32
    {
      return Finding(kind: .image, sign: "a Netpbm picture")
    }
    if begins("RIFF") || begins("RIFX") || begins("RF64"), holds("WAVE", at: 8) {
      return Finding(kind: .audio, sign: "WAV")
    }
    for (mark, sign) in [("fLaC", "FLAC"), ("OggS", "Ogg"), ("ID3", "MP3"), ("FORM", "AIFF")]
    where begins(mark) {
      return Finding(kind: .audio, sign: sign)
    }
    if ending == "mp3", head[0] == 0xFF { return Finding(kind: .audio, sign: "MP3") }
    if begins("ply\n") || begins("ply\r") { return Finding(kind: .cloud, sign: "PLY") }
    if begins("# .PCD") || (begins("VERSION ") && ending == "pcd") {
      return Finding(kind: .cloud, sign: "PCD")
    }
    if begins("LASF") { return Finding(kind: .cloud, sign: "LAS") }
    if PacketFile.isPackets(head) { return Finding(kind: .packets, sign: "captured packets") }
    if DatabaseFile.isDatabase(head) { return Finding(kind: .sqlite, sign: "an SQLite database") }
    if begins("PAR1") { return Finding(kind: .parquet, sign: "Parquet") }
    if begins("ARROW1") || begins("FEA1") { return Finding(kind: .arrow, sign: "Arrow IPC") }
    if head.starts(with: [0x89]), holds("HDF", at: 1) { return Finding(kind: .hdf5, sign: "HDF5") }
    if begins("MATLAB 7.") { return Finding(kind: .hdf5, sign: "MATLAB 7.3, which is HDF5") }
    if begins("MATLAB 5.0") { return Finding(kind: .matlab, sign: "a MATLAB file") }
    try refuse(head, begins, holds)
    if let container = FilmContainer.of(head, ending: ending) {
      return Finding(kind: container.isSound ? .audio : .video, sign: container.name)
    }
    let isSolid = begins("solid") && head.prefix(512).contains(10)
    if ending == "stl" || Stereolithography.announces(head, size: source.count)
      || (isSolid && ending == "stl")
    {
      return Finding(kind: .cloud, sign: "STL")
    }
    return nil
  }

  /// Formats that are known by their first bytes and not read.
  private static func refuse(
    _ head: [UInt8], _ begins: (String) -> Bool, _ holds: (String, Int) -> Bool
  ) throws(FormatError) {
    if isOldMatlab(head) {
      throw .unsupported("it is a MATLAB file of version 4; save it again with `save FILE -v7`")
    }
    let picture = "save it as PNG"
    if begins("\u{0}\u{0}\u{1}\u{0}") { throw .unsupported("it is an icon; \(picture)") }
    if begins("RIFF"), holds("WEBP", 8) { throw .unsupported("it is a WebP picture; \(picture)") }
    if holds("jP  ", 4) { throw .unsupported("it is a JPEG 2000 picture; \(picture)") }
    if ["ftypavif", "ftypavis", "ftypheic", "ftypheix", "ftypmif1"].contains(where: { holds($0, 4) }) {
      throw .unsupported("it is an AVIF or HEIC picture; \(picture)")
    }
    if head.starts(with: [0xD0, 0xCF, 0x11, 0xE0]) {
      throw .unsupported(
        "it is an old Office document, such as an Excel workbook; save it as .xlsx or its sheet as CSV")
    }
    if head.starts(with: [0x80]), head.count > 2, (2...5).contains(head[1]) {
      throw .unsupported(
        "it is pickled by Python, and reading it would run code; save it with `to_csv` or `numpy.save`")
    }
    if begins("Rar!") || head.starts(with: [0x37, 0x7A, 0xBC, 0xAF]) {
      throw .unsupported("it is an archive; unpack it with `unrar x` or `7z x` and load what is in it")
    }
    if holds("ustar", 257) {
      throw .unsupported("it is an archive; unpack it with `tar xf` and load the folder")
    }
    if begins("%PDF") { throw .unsupported("it is a PDF; turn it into text with `pdftotext`") }
    if begins("BZh") || head.starts(with: [0xFD, 0x37, 0x7A, 0x58, 0x5A]) {
      throw .unsupported("it is packed with bzip2 or xz; unpack it with `tar xf`, `bunzip2` or `unxz`")
    }
  }

  /// MOPT (machine, 0, precision, kind), rows, columns, whether it is complex, the length of the name with its 0.
  private static func isOldMatlab(_ head: [UInt8]) -> Bool {
    guard head.count > 20 else { return false }
    for isBig in [false, true] {
      let fields = (0..<5).map { field in
        (0..<4).reduce(0) { $0 << 8 | Int(head[field * 4 + (isBig ? $1 : 3 - $1)]) }
      }
      let (type, name) = (fields[0], fields[4])
      let isType =
        type / 1000 == (isBig ? 1 : 0) && type / 100 % 10 == 0 && type / 10 % 10 <= 5 && type % 10 <= 2
      guard isType, fields[3] <= 1, (2...64).contains(name), head.count >= 20 + name else { continue }
      let letters = head[20..<20 + name - 1]
      if head[20 + name - 1] == 0,
        letters.allSatisfy({
          $0 == 95 || (48...57).contains($0) || (65...90).contains($0) || (97...122).contains($0)
        })
      {
        return true
      }
    }
    return false
  }

  // MARK: - Text

  private static func isText(_ head: [UInt8], wasCut: Bool) -> Bool {
    if TextBytes.encoding(of: head) != .utf8 { return true }
    let controls = head.count { $0 < 32 && ![9, 10, 12, 13, 27].contains($0) }
    return controls * 100 <= head.count && !head.contains(0)
  }

  private static func byText(
    _ head: [UInt8], _ source: any ByteSource, path: String, _ ending: String
  ) throws(FormatError) -> Finding? {
    let text = head.starts(with: [0xEF, 0xBB, 0xBF]) ? head.dropFirst(3) : head[...]
    guard let first = text.first(where: { $0 > 32 }) else {
      throw .malformed("it holds blanks only", offset: 0)
    }
    if ending == "hea" || RecordHeader.fits(Array(text)) {
      return Finding(kind: .record, sign: "a WFDB header")
    }
    if first == UInt8(ascii: "<"), let finding = markup(text) { return finding }
    if let refusal = refusal(ofEnding: "." + ending) { throw refusal }
    if AttributeFile.isARFF(text) { return Finding(kind: .arff, sign: "ARFF") }
    if ending == "nt" || ending == "ttl" || triples(text) {
      return Finding(kind: .graph, sign: "triples")
    }
    if first == UInt8(ascii: "{") || first == UInt8(ascii: "["), let finding = objects(text, ending) {
      return finding
    }
    if ending == "json" { return Finding(kind: .json, sign: "the ending .json") }
    if TripleFile.isTelling(source) {
      return Finding(kind: .graph, sign: "statements of subject, relation and object")
    }
    if TrackRecords.isSentences(text) { return Finding(kind: .tracks, sign: "AIS sentences") }
    let byEnding: [String: (FileKind, String)] = [
      "csv": (.table, "the ending .csv"), "tsv": (.table, "the ending .tsv"),
      "log": (.log, "the ending .log"),
      "txt": (.text, "text"), "md": (.text, "Markdown"), "obj": (.cloud, "OBJ"),
      "xyz": (.cloud, "the ending .xyz"),
      "pts": (.cloud, "the ending .pts"), "asc": (.cloud, "the ending .asc"),
      "syslog": (.log, "the ending .syslog"), "edgelist": (.graph, "the ending .edgelist"),
    ]
    if ending == "csv" || ending == "tsv" || ending == "", spans(source) {
      return Finding(kind: .spans, sign: "columns of traces and spans")
    }
    if let (kind, sign) = byEnding[ending], kind != .text { return Finding(kind: kind, sign: sign) }
    if let pattern = LogPattern.guess(Array(text)) {
      return Finding(kind: .log, sign: "lines of the form `\(pattern.text)`")
    }
    let columns = columns(source, text)
    if let columns, columns > 1 {
      return Finding(kind: .table, sign: "\(columns) columns in each line")
    }
    if columns == 1 { return Finding(kind: .table, sign: "a number a line") }
    return Finding(kind: .text, sign: byEnding[ending]?.1 ?? "text")
  }

  /// Why a text format is not read, and what to do, by the ending of a file's name; nil for any other.
  package static func refusal(ofEnding path: String) -> FormatError? {
    let ending = path.split(separator: ".").last?.lowercased() ?? ""
    return unread[ending].map { .unsupported($0) }
  }

  /// Endings of text formats that are known and not read, with what to do.
  private static let unread: [String: String] = {
    let graph = "write it as GraphML or as a list of edges"
    let triples = "convert it to N-Triples"
    return [
      "gexf": "it is a GEXF graph; \(graph)", "gml": "it is a GML graph; \(graph)",
      "dot": "it is a graph in the DOT language; \(graph)",
      "gv": "it is a graph in the DOT language; \(graph)",
      "net": "it is a Pajek network; \(graph)", "mtx": "it is a Matrix Market file; save it as NPZ or CSV",
      "off": "it is an OFF mesh; save it as PLY", "rdf": "it is RDF in XML; \(triples)",
      "owl": "it is an ontology in XML; \(triples)", "trig": "it holds named graphs; \(triples)",
      "nq": "its statements name graphs; \(triples)", "jsonld": "it is linked data in JSON; \(triples)",
      "yaml": "it is YAML; save it as JSON", "yml": "it is YAML; save it as JSON",
      "toml": "it is TOML; save it as JSON", "ini": "it holds settings; save them as JSON",
      "html": "it is a web page; save its table as CSV, or its words as text",
      "htm": "it is a web page; save its table as CSV, or its words as text",
    ]
  }()

  private static func markup(_ text: ArraySlice<UInt8>) -> Finding? {
    let head = String(decoding: text.prefix(4096), as: UTF8.self)
    if head.contains("<graphml") { return Finding(kind: .graph, sign: "GraphML") }
    if head.contains("<log") { return Finding(kind: .events, sign: "XES") }
    return nil
  }

  /// Whether the first lines are N-Triples: `<s> <p> <o> .`.
  private static func triples(_ text: ArraySlice<UInt8>) -> Bool {
    let lines = text.split(separator: 10).prefix(5)
    return !lines.isEmpty
      && lines.allSatisfy { line in
        let line = line.last == 13 ? line.dropLast() : line
        return line.first == 35 || ((line.first == 60 || line.starts(with: [95, 58])) && line.last == 46)
      } && lines.contains { $0.first != 35 }
  }

  private static func objects(_ text: ArraySlice<UInt8>, _ ending: String) -> Finding? {
    let line = text.drop { $0 <= 32 }.prefix { $0 != 10 }
    let isWhole = ["json", "jsonl", "ndjson", "geojson"].contains(ending)
    let head = String(decoding: text.prefix(4096), as: UTF8.self).filter { !$0.isWhitespace }
    if head.contains("\"resourceSpans\":") || (head.contains("\"traceID\":") && head.contains("\"spans\":["))
    {
      return Finding(kind: .spans, sign: "spans of traces")
    }
    if isChat(text) { return Finding(kind: .chats, sign: "messages of agents") }
    if head.contains("\"traceId\":"), head.contains("\"localEndpoint\":") {
      return Finding(kind: .spans, sign: "spans of Zipkin")
    }
    if let object = try? JSON(parsing: Array(line)), object.members != nil || object.array != nil {
      return Finding(kind: .json, sign: object.array == nil ? "JSON, an object a line" : "JSON")
    }
    return isWhole ? Finding(kind: .json, sign: "JSON") : nil
  }

  /// A list of messages with roles and contents in an object.
  private static func isChat(_ text: ArraySlice<UInt8>) -> Bool {
    let head = String(decoding: text, as: UTF8.self)
    return head.contains("\"role\"") && head.contains("\"content\"")
      && ["messages", "history", "traj", "trajectory", "conversation"].contains {
        head.contains("\"\($0)\": [") || head.contains("\"\($0)\":[")
      }
  }

  /// Whether the header names traces, spans and their parents.
  private static func spans(_ source: any ByteSource) -> Bool {
    guard let reader = try? DelimitedReader([source]) else { return false }
    return SpanRecords.isTelling(reader.columns.map(\.name))
  }

  /// How many columns the lines have; nil if they do not agree.
  private static func columns(_ source: any ByteSource, _ head: ArraySlice<UInt8>) -> Int? {
    guard let reader = try? DelimitedReader([source]), let outline = reader.outlines.first else { return nil }
    let lines = head.split(separator: 10).prefix(200)
    guard lines.count > 1 else { return nil }
    if outline.isSpaced { return reader.columns.count }
    let sample = lines.count < 200 && head.last != 10 ? lines.dropLast() : lines
    let widths = sample.map { line in line.count { $0 == outline.dialect.delimiter } + 1 }
    let width = reader.columns.count
    let fitting = widths.count { $0 == width }
    // Quotes may hold delimiters; a line of names may lack one.
    let isQuoted = sample.contains { $0.contains(34) }
    guard fitting * 20 >= sample.count * (isQuoted ? 10 : 18) else { return nil }
    if width > 1 { return width }
    return sample.allSatisfy { NumberScanner().number($0.last == 13 ? $0.dropLast() : $0) != nil } ? 1 : nil
  }
}

extension Stereolithography {
  /// Whether the count in the header fits the size of the file.
  static func announces(_ head: [UInt8], size: Int) -> Bool {
    guard head.count >= 84, size > 84 else { return false }
    var reader = BinaryReader(head, at: 80)
    return Int(reader.number(.unsigned(4))) * 50 + 84 == size
  }
}
