import Formats
import Language
import Numerics
import Values

/// `load PATH`: finds out what a file is and reads it with the options that the kind has by default.
struct LoadAny: WorldCommand {
  static let paths = Parameter<[String]>.inputs(
    "path", help: "A file, a glob, or a folder with a slash at its end.")

  let spec = CommandSpec(
    "load", nil, "Reads files of any known kind; their bytes tell which.",
    discussion: """
      The first bytes decide, and where they leave it open the ending of the name. What a file was taken for is told \
      under the result, with the command that takes options. Several files must be of one kind: tables, pictures, \
      clouds, documents, films and spans are read together. Kinds are table, array, matlab, arff, sqlite, parquet, arrow, hdf5, \
      json, log, audio, image, video, text, events, graph, cloud, record, spans, packets, tracks and chats.
      """,
    parameters: [paths.base], output: .table, reach: .read,
    examples: [
      Example("generate pump-station --minutes 5 --seed 7 | export --to station.csv --overwrite"),
      Example("load station.csv"),
      Example("generate pump-station --part log --minutes 5 --seed 7 | export --to events.tsv --overwrite"),
      Example("events = load events.tsv"),
    ])

  func shape(of call: CheckedCall, in scope: any Scope, world: World) throws(Diagnostic) -> ValueShape {
    // Files that an earlier line of a script will write cannot be looked at yet.
    guard call[Self.paths].contains(where: { !world.files.files(matching: $0).isEmpty }) else {
      let isModel = call[Self.paths].allSatisfy { $0.hasSuffix(".model") }
      return ValueShape(kind: isModel ? .model : .table)
    }
    let chosen: (command: any WorldCommand, call: CheckedCall, sign: String)
    do throws(Failure) {
      chosen = try Self.choice(call, world: world)
    } catch {
      throw error.diagnostic
    }
    return try chosen.command.shape(of: chosen.call, in: scope, world: world)
  }

  func run(_ call: Invocation, work: Work, world: World) throws(Failure) -> Value {
    let (command, inner, sign) = try Self.choice(call.call, world: world)
    call.note("read by `\(command.spec.name)`, which has options (\(sign))")
    return try command.run(
      Invocation(call: inner, values: call.values, remarks: call.remarks), work: work, world: world)
  }

  /// The command that reads the files, and the call of it.
  private static func choice(
    _ call: CheckedCall, world: World
  ) throws(Failure) -> (command: any WorldCommand, call: CheckedCall, sign: String) {
    let found = try world.files.open(call[paths], for: paths.base, of: call)
    let isRecords = found.contains { $0.path.hasSuffix(".hea") }
    let data = found.filter { !isPaperwork($0.path) && !(isRecords && !$0.path.hasSuffix(".hea")) }
    let files = data.isEmpty ? found : data
    // Signals and marks of a record lie beside its header, which names them.
    let aside = files.count < found.count ? found.first { isPaperwork($0.path) }?.path : nil
    var kinds: [(FileKind, String, String)] = []
    for file in files.prefix(mostLooked) {
      // Pictures lie beside their lists, masks and licences.
      if let finding = try finding(file, call, isAlone: files.count == 1) {
        kinds.append((finding.kind, finding.sign, file.path))
      }
    }
    guard let first = kinds.first(where: { $0.0 == .image }) ?? kinds.first else {
      throw unknown(files.first?.path ?? "", call, world)
    }
    if let other = kinds.first(where: { $0.0 != first.0 }), first.0 != .image {
      throw .diagnostic(
        Diagnostic(
          "E0546", "`\(first.2)` is \(first.0.rawValue) and `\(other.2)` is \(other.0.rawValue)",
          at: call.ranges[paths.base.name], label: "of several kinds",
          remedy: "Load each kind by itself, as in `load \(first.0.rawValue) …`."))
    }
    let isMany = files.count > 1
    let command: any WorldCommand =
      switch first.0 {
      case .table: LoadTable()
      case .array: LoadArray()
      case .matlab: LoadMatlab()
      case .arff: LoadARFF()
      case .sqlite: LoadSQLite()
      case .parquet: LoadColumns.parquet
      case .arrow: LoadColumns.arrow
      case .hdf5: LoadHDF5()
      case .json: LoadJSON()
      case .log: LoadLog()
      case .audio: LoadAudio()
      case .image: isMany ? LoadImages() : LoadImage()
      case .text: LoadText()
      case .events: LoadEvents()
      case .graph: LoadGraph()
      case .cloud: LoadCloud()
      case .record: LoadRecord()
      case .model: LoadModel()
      case .spans: LoadSpans()
      case .packets: LoadPackets()
      case .tracks: LoadTracks()
      case .chats: LoadChats()
      case .video: LoadVideo()
      }
    guard let parameter = command.spec.parameters.first else { throw .cancelled }
    var argument = Argument.list(
      (files.count == found.count ? call[paths] : files.map(\.path)).map { .path($0) })
    if case .input = parameter.kind {
      guard let only = files.first, !isMany else {
        let asked = call[paths].joined(separator: " ")
        let choose = "hoose one, such as `load \(first.0.rawValue) \(files[0].path)`."
        throw .diagnostic(
          Diagnostic(
            "E0502", "`\(asked)` means \(files.count) files",
            at: call.ranges[paths.base.name], label: "one file of this kind is wanted",
            remedy: first.0 == .audio
              ? "Make one row of each by `load clips \(asked) --use mfcc(13)`, or c\(choose)" : "C\(choose)"))
      }
      argument = .path(only.path)
    }
    var inner = CheckedCall(spec: command.spec, arguments: [parameter.name: argument])
    inner.ranges[parameter.name] = call.ranges[paths.base.name]
    return (command, inner, first.1 + (aside.map { ", without `\($0)`" } ?? ""))
  }

  /// Licences and notes lie beside data and are none.
  private static func isPaperwork(_ path: String) -> Bool {
    let name = path.split(separator: "/").last.map { $0.uppercased() } ?? ""
    return ["LICENSE", "LICENCE", "README", "NOTICE", "COPYING", "CITATION"].contains { name.hasPrefix($0) }
  }

  /// So many files are looked at to see whether they are of one kind.
  private static let mostLooked = 20

  private static func finding(
    _ file: (path: String, source: any ByteSource), _ call: CheckedCall, isAlone: Bool
  ) throws(Failure) -> FileKind.Finding? {
    do throws(FormatError) {
      return try FileKind.of(file.source, path: file.path)
    } catch {
      guard isAlone else { return nil }
      throw hinted(error).failure(
        file.path, at: paths.base, of: call,
        remedy: file.source.count == 0
          ? "Nothing was written into it: look where it comes from."
          : remedy(of: error) ?? "Convert it, or name its kind: `load \(kindList) PATH`.")
    }
  }

  /// What to do, where the words about a format say it behind a semicolon.
  private static func remedy(of error: FormatError) -> String? {
    guard case .unsupported(let words) = error, let cut = words.firstIndex(of: ";") else { return nil }
    let text = words[words.index(after: cut)...].drop { $0 == " " }
    return text.prefix(1).uppercased() + text.dropFirst() + "."
  }

  private static func hinted(_ error: FormatError) -> FormatError {
    guard case .unsupported(let words) = error, let cut = words.firstIndex(of: ";") else { return error }
    return .unsupported(String(words[..<cut]))
  }

  private static let kindList = FileKind.allCases.map(\.rawValue).joined(separator: "|")

  private static func unknown(_ path: String, _ call: CheckedCall, _ world: World) -> Failure {
    let stem = DatasetLayout.stem(path)
    let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? ""
    let headers = world.files.files(matching: folder + "*.hea")
    // Samples and marks of a record are told by their header only.
    if let header = headers.first(where: { stem == DatasetLayout.stem($0) }) ?? headers.first {
      return .diagnostic(
        Diagnostic(
          "E0545", "`\(path)` begins like no kind of file that is known", at: call.ranges[paths.base.name],
          label: "a part of a record?", remedy: "Records are read by their header: `load record \(header)`."))
    }
    return .diagnostic(
      Diagnostic(
        "E0545", "`\(path)` begins like no kind of file that is known", at: call.ranges[paths.base.name],
        label: "what is it?",
        remedy: "If you know, say it: `load KIND \(path)` with "
          + FileKind.allCases.map(\.rawValue).joined(separator: ", ") + "."))
  }
}
