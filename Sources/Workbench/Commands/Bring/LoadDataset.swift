import Chronology
import Formats
import Language
import Notation
import Numerics
import Values

struct LoadDataset: WorldCommand {
  static let name = Parameter<String>.required(
    "name",
    .choice(
      [
        Choice("ucr", "UCR anomaly archive: one text file, its name tells train end and anomaly"),
        Choice("nab", "Numenta benchmark: a CSV below data/, windows in labels/"),
        Choice("tsb", "TSB-UAD and TSB-AD: columns of values and a last one of labels"),
        Choice("smd", "Server machines: an .npz of train, test, test_label, or the text file below train/"),
        Choice("smap", "SMAP and MSL: an .npz of train, test, test_label, or the .npy below train/"),
        Choice("adbench", "ADBench: an .npz of X and y"),
        Choice("mvtec", "MVTec AD: the folder of one category"),
        Choice("loco", "MVTec LOCO AD: the folder of one category"),
        Choice("mvtec3d", "MVTec 3D-AD: the folder of one category, its colour pictures"),
        Choice("mvtec3d-depth", "MVTec 3D-AD: the same, its depth"),
        Choice("visa", "VisA: the folder of one category, with split_csv beside it"),
        Choice("ped2", "UCSD pedestrians: the folder with Train and Test"),
        Choice("eyecandies", "Eyecandies: the folder of one candy, seen under the fifth light"),
        Choice("eyecandies-depth", "Eyecandies: the same, its depth in metres"),
        Choice("mulsen", "MulSen-AD: the folder of one object, its colour pictures"),
        Choice("mulsen-infrared", "MulSen-AD: the same, its infrared pictures"),
        Choice("mulsen-cloud", "MulSen-AD: the same, its clouds of points"),
        Choice("dota", "DoTA: the folder with frames/ and metadata_train.json, metadata_val.json"),
        Choice("anovox", "AnoVox: a folder of scenarios, their colour frames"),
        Choice("anovox-depth", "AnoVox: the same, its depth in metres"),
        Choice("anovox-cloud", "AnoVox: the same, the labelled points of the lidar"),
        Choice("mmad", "MMAD: the folder with mmad.json, a row a question"),
        Choice("aursad", "AURSAD: the table of all samples, as `AURSAD.h5` or CSV"),
        Choice("clips", "Clips as films or folders of frames, with labels.csv of clip, label and split"),
        Choice("adfa", "ADFA-LD: the unpacked folder of system calls, a file a trace"),
        Choice("robot", "Robot execution failures (UCI): a text of blocks of 15 rows, each below its class"),
        Choice("nezha", "Nezha: the folder of a day, its spans"),
        Choice("nezha-log", "Nezha: the same, the lines of its log"),
        Choice("nezha-metrics", "Nezha: the same, the measures of its pods, with the injected faults"),
        Choice("cicids", "CIC-IDS-2017: the folder of its CSV files, or one of them"),
      ]), help: "Whose layout it is."
  ) { if case .choice(let name) = $0 { name } else { "" } }
  static let path = Parameter<String>.required(
    "path", .input(many: true), help: "The file or folder (with a slash at its end) of one item."
  ) { if case .path(let path) = $0 { path } else { "" } }

  static let spec = CommandSpec(
    "load", "dataset", "Reads an item of a published data set, with its splits and labels.",
    discussion: """
      Rows to train on become fit rows, those to test on test rows, and the truth the label `anomaly` (with masks where there \
      are any), as the authors lay them out. Series without times get a row a second from 1970. NAB's first 15 percent (at \
      most 750 rows) are its probation and the fit rows. TSB-AD names its fit rows in the file name (`_tr_500_`). Depth of 3D-AD is \
      the third coordinate. Names of samples are the same in all modalities of a data set, so that these can be aligned.

      Eyecandies: val are calibrate rows; test_private has no truth and is left out; the class is that of the masks that mark something. MulSen-AD: `anomaly` \
      is true if any of its sensors shows one, `anomaly_rgb`, `anomaly_infrared` and `anomaly_pointcloud` tell which; points are marked as in \
      its files. DoTA: 10 frames a second; frames from anomaly_start to before anomaly_end are anomalous. AnoVox: frames 0.1 s apart (its files name no rate); pixels and \
      points of the classes 29 to 34 are anomalous; its depth is CARLA's, 24 bits of up to 1,000 m. Robot failures: a block is a segment, its rows 21 ms apart; the classes normal and ok are \
      the normal ones, and their first 70 percent fit rows. AURSAD: classes 1 to 4 are anomalous, a sample is a segment, rows 10 ms apart; the first 70 percent of the \
      normal samples are fit rows. CIC-IDS-2017: files without an attack are fit rows; stamps are day first; infinite rates are missing. Nezha: unpack its archive and name the folder of a day \
      (`rca_data/2023-01-29/`); pods go by the names of their services, what a minute's file repeats counts once, a line's template is \
      the place in the code that wrote it, and `cause` and `fault` last from the minute of an injection to the end of the second minute behind it, as \
      the authors' files do. Get the data from their authors; nothing is downloaded.
      """,
    parameters: [name.base, path.base], output: nil, reach: .read,
    examples: [
      Example(
        "generate pump-station --seed 7 | select Temperature,fault | export --to pump_tr_100_1st_200.csv"),
      Example("pump = load dataset tsb pump_tr_100_1st_200.csv"),
      Example("generate tiles --count 8 --seed 7 | export --to tile.png --overwrite"),
      Example("tile = load dataset mvtec tile.png"),
    ])
  var spec: CommandSpec { Self.spec }

  func shape(of call: CheckedCall, in scope: any Scope, world: World) throws(Diagnostic) -> ValueShape {
    switch call[Self.name] {
    case "adbench", "mmad", "cicids": ValueShape(kind: .table)
    case "mvtec", "loco", "mvtec3d", "mvtec3d-depth", "visa", "eyecandies", "eyecandies-depth", "mulsen",
      "mulsen-infrared":
      ValueShape(kind: .images)
    case "adfa": ValueShape(kind: .events)
    case "ped2", "dota", "anovox", "anovox-depth", "clips": ValueShape(kind: .video)
    case "mulsen-cloud", "anovox-cloud": ValueShape(kind: .cloud)
    case "nezha": ValueShape(kind: .events)
    case "nezha-log": ValueShape(kind: .log)
    default: ValueShape(kind: .series)
    }
  }

  func run(_ call: Invocation, work: Work, world: World) throws(Failure) -> Value {
    let layout = DatasetLayout(call: call, path: call[Self.path], world: world, work: work)
    switch call[Self.name] {
    case "ucr": return .series(try layout.ucr())
    case "nab": return .series(try layout.nab())
    case "tsb": return .series(try layout.tsb())
    case "smd": return .series(try layout.machines())
    case "smap": return .series(try layout.telemetry())
    case "adbench": return .table(try layout.adbench())
    case "visa": return .images(try layout.visa())
    case "eyecandies": return .images(try layout.candies())
    case "eyecandies-depth": return .images(try layout.candies(isDepth: true))
    case "mulsen": return .images(try layout.sensors("RGB"))
    case "mulsen-infrared": return .images(try layout.sensors("Infrared"))
    case "mulsen-cloud": return .cloud(try layout.sensorClouds())
    case "dota": return .video(try layout.traffic())
    case "anovox": return .video(try layout.scenarios())
    case "anovox-depth": return .video(try layout.scenarios(isDepth: true))
    case "anovox-cloud": return .cloud(try layout.scenarioClouds())
    case "mmad": return .table(try layout.questions())
    case "aursad": return .series(try layout.screwdriver())
    case "adfa": return .events(try layout.calls())
    case "robot": return .series(try layout.failures())
    case "clips": return .video(try layout.clips())
    case "cicids": return .table(try layout.flows())
    case "nezha": return .events(try layout.serviceSpans())
    case "nezha-log": return .log(try layout.serviceLog())
    case "nezha-metrics": return .series(try layout.serviceMetrics())
    case "loco": return .images(try layout.logical())
    case "mvtec3d": return .images(try layout.pictures { $0.contains("/rgb/") })
    case "mvtec3d-depth": return .images(try layout.pictures(isDepth: true) { $0.contains("/xyz/") })
    case "ped2":
      let spec = LoadVideo().spec
      let inner = CheckedCall(
        spec: spec,
        arguments: [
          LoadVideo.paths.base.name: .list([.path(call[Self.path])]), LoadVideo.rate.base.name: .real(10),
        ],
        ranges: [LoadVideo.paths.base.name: call.call.ranges[Self.path.base.name]].compactMapValues { $0 })
      return try LoadVideo().run(
        Invocation(call: inner, values: call.values, remarks: call.remarks), work: work, world: world)
    default: return .images(try layout.pictures { _ in true })
    }
  }
}

/// One `load dataset`: the file or folder, and what its layout says.
struct DatasetLayout {
  let call: Invocation
  let path: String
  let world: World
  let work: Work

  var parameter: AnyParameter { LoadDataset.path.base }

  func wrong(_ words: String, _ remedy: String) -> Failure {
    call.blame(
      parameter, "E0548", "`\(path)` is not laid out like \(call[LoadDataset.name]): \(words)",
      label: "another layout", remedy: remedy)
  }

  func failure(_ error: FormatError, _ path: String) -> Failure {
    error.failure(path, at: parameter, of: call.call, remedy: "Compare it with `help load dataset`.")
  }

  func open(_ path: String) throws(Failure) -> any ByteSource {
    guard let file = try world.files.open([path], for: parameter, of: call.call).first else {
      throw .cancelled
    }
    return file.source
  }

  func exists(_ path: String) -> Bool { !world.files.files(matching: path).isEmpty }

  var parts: [String] {
    path.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
  }
  var fileName: String { parts.last ?? "" }

  func table(_ path: String, header: Bool? = nil) throws(Failure) -> [Column] {
    var options = DelimitedOptions()
    options.hasHeader = header
    let source = try open(path)
    do throws(TableFailure) {
      return try DelimitedReader([source], options: options).read(work: work).columns
    } catch {
      guard case .format(let problem) = error.problem else { throw .cancelled }
      throw failure(problem, path)
    }
  }

  /// A row a second, split behind the rows to fit on.
  func series(_ columns: [Column], anomalies: [Bool], fit: Int, at index: Index? = nil) -> Frame {
    let count = anomalies.count
    var index =
      index
      ?? Index(.time(.regular(start: Instant(nanoseconds: 0), step: TimeSpan(seconds: 1), count: count)))
    if fit > 0, fit < count { index.splits = (0..<count).map { $0 < fit ? .fit : .test } }
    return Frame(index: index, columns: columns + [Column("anomaly", .bool(anomalies), role: .label)])
  }

  // MARK: - Series

  func ucr() throws(Failure) -> Frame {
    let numbers = fileName.split { !$0.isNumber }.compactMap { Int($0) }.suffix(3)
    guard numbers.count == 3, let train = numbers.first else {
      throw wrong(
        "its name ends in no three numbers",
        "Keep the name of the archive, such as `…_train2500_anom5400-5600.txt`.")
    }
    // The archive counts from 1.
    let isOriginal = !fileName.contains("anom")
    let (first, last) = (Array(numbers)[1] - (isOriginal ? 1 : 0), Array(numbers)[2] - (isOriginal ? 1 : 0))
    let source = try open(path)
    var values: [Double] = []
    do throws(FormatError) {
      let text = try TextBytes(source)
      let bytes = try text.source.read(at: text.start, count: text.source.count - text.start)
      let scanner = NumberScanner()
      for word in bytes.split(whereSeparator: { $0 <= 32 || $0 == 44 }) {
        guard let number = scanner.number(word) else {
          throw .malformed(
            "`\(String(decoding: word.prefix(20), as: UTF8.self))` is no number", offset: word.startIndex)
        }
        values.append(number)
      }
    } catch {
      throw failure(error, path)
    }
    guard train < values.count, first <= last, last < values.count, first >= 0 else {
      throw wrong(
        "it has \(values.count) values, and its name speaks of \(last)", "Keep file and name together.")
    }
    return series(
      [Column(numbers: values, name: "value")], anomalies: values.indices.map { (first...last).contains($0) },
      fit: train)
  }

  func nab() throws(Failure) -> Frame {
    guard let data = parts.lastIndex(of: "data"), data + 1 < parts.count else {
      throw wrong(
        "it does not lie below a folder data", "Give a path such as `nab/data/realKnownCause/FILE.csv`.")
    }
    let root = parts[..<data].map { $0 + "/" }.joined()
    let windows = root + "labels/combined_windows.json"
    guard exists(windows) else {
      throw wrong("there is no `\(windows)`", "Keep the folders of the benchmark together.")
    }
    let spans: [(Int64, Int64)]
    do throws(FormatError) {
      let document = try JSONDocument.values(of: try opened(windows)).first ?? .null
      let scanner = TimeScanner(.calendar(.yearFirst, zone: 0))
      spans = (document[parts[(data + 1)...].joined(separator: "/")]?.array ?? []).compactMap { pair in
        guard let a = pair[0]?.string.flatMap({ scanner.nanoseconds($0.utf8) }),
          let b = pair[1]?.string.flatMap({ scanner.nanoseconds($0.utf8) })
        else { return nil }
        return (a, b)
      }
    } catch {
      throw failure(error, windows)
    }
    let columns = try table(path)
    guard case .time(let times)? = columns.first?.cells, columns.count >= 2 else {
      throw wrong("its first column holds no times", "Give a CSV file of timestamp and value.")
    }
    let fit = min(Int(0.15 * Double(times.count)), 750)
    call.note("\(spans.count) anomalous windows")
    return series(
      Array(columns.dropFirst()),
      anomalies: times.map { time in spans.contains { $0.0 <= time && time <= $0.1 } },
      fit: fit, at: Index(.time(.listed(times))))
  }

  func opened(_ path: String) throws(FormatError) -> any ByteSource {
    do throws(Diagnostic) { return try world.files.open(path) } catch { throw .unreadable(error.summary) }
  }

  func tsb() throws(Failure) -> Frame {
    var columns = try table(path)
    guard let last = columns.popLast(), let labels = last.numbers, !columns.isEmpty, !labels.isEmpty,
      labels.allSatisfy({ $0 == 0 || $0 == 1 })
    else {
      throw wrong(
        "its last column holds no labels", "The layout is columns of values, and a last one of 0 and 1.")
    }
    if columns.count == 1, columns[0].name.hasPrefix("column") || Double(columns[0].name) != nil {
      columns[0].name = "value"
    }
    var index: Index?
    if case .time(let times)? = columns.first?.cells {
      index = Index(.time(.listed(times)))
      columns.removeFirst()
    }
    let words = fileName.split(separator: "_")
    let fit = words.firstIndex(of: "tr").flatMap { $0 + 1 < words.count ? Int(words[$0 + 1]) : nil } ?? 0
    return series(columns, anomalies: labels.map { $0 > 0 }, fit: fit, at: index)
  }

  func machines() throws(Failure) -> Frame {
    if fileName.hasSuffix(".npz") { return try trainAndTest() }
    guard let folder = parts.lastIndex(of: "train") else {
      throw wrong(
        "it lies in no folder train", "Give `train/machine-1-1.txt`, with test/ and test_label/ beside.")
    }
    func sibling(_ name: String) -> String {
      var parts = parts
      parts[folder] = name
      return parts.joined(separator: "/")
    }
    let train = try table(path, header: false)
    let test = try table(sibling("test"), header: false)
    let labels = try table(sibling("test_label"), header: false).first?.numbers ?? []
    return try joined(train.map { $0.numbers ?? [] }, test.map { $0.numbers ?? [] }, labels)
  }

  func telemetry() throws(Failure) -> Frame {
    if fileName.hasSuffix(".npz") { return try trainAndTest() }
    guard let folder = parts.lastIndex(of: "train"), fileName.hasSuffix(".npy") else {
      throw wrong(
        "it lies in no folder train", "Give `train/A-1.npy`, with test/ and labeled_anomalies.csv beside.")
    }
    var parts = parts
    parts[folder] = "test"
    let train = try arrays(path, [""])[0]
    let test = try arrays(parts.joined(separator: "/"), [""])[0]
    let root = self.parts[..<folder].map { $0 + "/" }.joined()
    var list = root + "labeled_anomalies.csv"
    if !exists(list) {
      list = self.parts[..<max(0, folder - 1)].map { $0 + "/" }.joined() + "labeled_anomalies.csv"
    }
    let table = try table(list)
    let channel = String(fileName.dropLast(4))
    var labels = [Double](repeating: 0, count: test.first?.count ?? 0)
    guard let names = table.first(where: { $0.name == "chan_id" }),
      let spans = table.first(where: { $0.name == "anomaly_sequences" })
    else { throw wrong("`\(list)` has no chan_id and anomaly_sequences", "Keep the published list.") }
    for row in 0..<names.count where names.plainText(row) == channel {
      let numbers = (spans.plainText(row) ?? "").split { !$0.isNumber }.compactMap { Int($0) }
      for pair in stride(from: 0, to: numbers.count - 1, by: 2) {
        for place in numbers[pair]...max(numbers[pair], numbers[pair + 1])
        where labels.indices.contains(place) {
          labels[place] = 1
        }
      }
    }
    return try joined(train, test, labels)
  }

  private func trainAndTest() throws(Failure) -> Frame {
    let found = try arrays(path, ["train", "test", "test_label"])
    return try joined(found[0], found[1], found[2].first ?? [])
  }

  func arrays(_ path: String, _ names: [String]) throws(Failure) -> [[[Double]]] {
    let source = try open(path)
    do throws(FormatError) {
      let file = try ArrayFile(source)
      var found: [[[Double]]] = []
      for name in names {
        guard let item = file.items.first(where: { $0.name == name }) else {
          throw .unsupported(
            "it has no array `\(name)`; there are \(file.items.map(\.name).prefix(6).joined(separator: ", "))"
          )
        }
        found.append(try file.columns(of: item, name: name, work: work).map { $0.numbers ?? [] })
      }
      return found
    } catch {
      throw failure(error, path)
    }
  }

  private func joined(_ train: [[Double]], _ test: [[Double]], _ labels: [Double]) throws(Failure) -> Frame {
    guard train.count == test.count, let fit = train.first?.count, let tested = test.first?.count,
      labels.count == tested
    else {
      throw wrong("train, test and labels do not fit together", "Keep the files of the data set together.")
    }
    let columns = train.indices.map { place in
      Column(numbers: train[place] + test[place], name: train.count == 1 ? "value" : "channel\(place + 1)")
    }
    return series(
      columns, anomalies: [Bool](repeating: false, count: fit) + labels.map { $0 > 0 }, fit: fit)
  }

  // MARK: - Tables and pictures

  func adbench() throws(Failure) -> Frame {
    let found = try arrays(path, ["X", "y"])
    guard let labels = found[1].first, found[0].first?.count == labels.count else {
      throw wrong("X and y have other rows", "Give an .npz file of X and y.")
    }
    let columns = found[0].enumerated().map { Column(numbers: $1, name: "x\($0 + 1)") }
    return Frame(
      index: .rows(labels.count),
      columns: columns + [Column("anomaly", .bool(labels.map { $0 > 0 }), role: .label)])
  }

  /// The pictures of a category; how much of a defect is enough, its `defects_config.json` says.
  func logical() throws(Failure) -> Images {
    let images = try pictures { _ in true }
    guard
      let config = world.files.files(matching: path).first(where: { $0.hasSuffix("/defects_config.json") })
    else { return images }
    let source = try open(config)
    do throws(FormatError) {
      let defects = try JSONDocument.values(of: source)
      let terms = defects.compactMap { defect -> String? in
        guard let value = defect["pixel_value"]?.number, let enough = defect["saturation_threshold"]?.number
        else { return nil }
        let isShare = defect["relative_saturation"]?.bool == true
        let size = isShare ? (enough * 100).shortText(digits: 6) + "%" : enough.shortText(digits: 9)
        return "\"\(value.shortText(digits: 9)):\(size)\""
      }
      if !terms.isEmpty {
        call.note(
          "how much of a defect is enough: `evaluate pixels … --limit 5% --saturation \(terms.joined(separator: ","))`"
        )
      }
    } catch {
      throw failure(error, config)
    }
    return images
  }

  /// The pictures of a folder that are meant, and all masks.
  func pictures(isDepth: Bool = false, _ isMeant: (String) -> Bool) throws(Failure) -> Images {
    var loading = PictureLoading(call: call, parameter: parameter, world: world)
    if isDepth {
      loading.content = .depth
      loading.scale = 1
      loading.channel = 2
    }
    let all = world.files.files(matching: path)
    let kept = all.filter { file in
      PictureFile.isPicture(file)
        && (isMeant(file) || file.contains("/gt/") || file.contains("/ground_truth/"))
    }
    guard !kept.isEmpty else {
      throw wrong(
        "there are no such pictures below it", "Give the folder of one category, with a slash at its end.")
    }
    var loaded = try loading.read(kept, work: work)
    if call[LoadDataset.name].hasPrefix("mvtec3d") { loaded.items = loaded.items.map(Self.withoutSensor) }
    return loading.images(loaded, normal: [])
  }

  /// `test/hole/rgb/000.png` as `test/hole/000`, which is the same for all sensors.
  private static func withoutSensor(_ item: PictureFolder.Item) -> PictureFolder.Item {
    var parts = item.name.split(separator: "/").map(String.init)
    parts.removeAll { $0 == "rgb" || $0 == "xyz" }
    if let file = parts.popLast() { parts.append(DatasetLayout.stem(file)) }
    return PictureFolder.Item(
      path: item.path, name: parts.joined(separator: "/"), category: item.category, split: item.split,
      mask: item.mask, moreMasks: item.moreMasks)
  }

  /// A file name without its ending.
  static func stem(_ name: String) -> String {
    name.lastIndex(of: ".").map { String(name[..<$0]) } ?? name
  }

  func visa() throws(Failure) -> Images {
    let images = try pictures { _ in true }
    guard let category = parts.last(where: { !$0.isEmpty }) else { return images }
    let root =
      parts.drop { $0.isEmpty && parts.count == 1 }.split(separator: category).first.map(Array.init) ?? []
    let list = root.map { $0 + "/" }.joined() + "split_csv/1cls.csv"
    guard exists(list) else {
      call.note("there is no `\(list)`, so that nothing is split")
      return images
    }
    let table = try table(list)
    guard let names = table.first(where: { $0.name == "image" }),
      let kinds = table.first(where: { $0.name == "split" })
    else { throw wrong("`\(list)` has no columns image and split", "Keep the published list.") }
    var splits: [String: Split] = [:]
    for row in 0..<names.count {
      guard let name = names.plainText(row), let kind = kinds.plainText(row) else { continue }
      splits[name] = kind == "train" ? .fit : .test
    }
    let found = (0..<images.count).map { row in
      splits.first { $0.key.hasSuffix("/" + images.index.label(of: row)) }?.value ?? .test
    }
    var index = images.index
    if Set(found).count > 1 { index.splits = found }
    return images.with(index: index)
  }
}
