import Formats
import Language
import Notation
import Numerics
import Values

/// Clips as folders of frames: DoTA, AnoVox, and any with a list of labels.
extension DatasetLayout {
  private var root: String { path.hasSuffix("/") ? path : path + "/" }

  /// The frames as a film, without what the folders seem to say of them.
  private func film(
    _ items: [PictureFolder.Item], rate: Double, change: (inout PictureFiles.Entry) -> Void = { _ in }
  ) throws(Failure) -> Film {
    let loading = PictureLoading(call: call, parameter: parameter, world: world)
    var loaded = try loading.look(at: items, work: work)
    for place in loaded.entries.indices { change(&loaded.entries[place]) }
    return Film(loaded, rate: rate, isBefore: NumberedNames.isBefore)
  }

  // MARK: - DoTA

  private struct Clip {
    var start = 0
    var end = 0
    var kind = ""
    var split: Split
  }

  func traffic() throws(Failure) -> Images {
    let clips = try trafficClips()
    var items: [PictureFolder.Item] = []
    var unknown = Set<String>()
    for (path, parts) in below where PictureFile.isPicture(path) {
      guard parts.count == 4, parts[0] == "frames", parts[2] == "images" else { continue }
      guard let clip = clips[parts[1]] else {
        unknown.insert(parts[1])
        continue
      }
      items.append(
        PictureFolder.Item(
          path: path, name: "\(parts[1])/\(Self.stem(parts[3]))", category: parts[1], split: clip.split))
    }
    guard !items.isEmpty else {
      throw wrong(
        "there is no `frames/CLIP/images/000000.jpg` of a clip in its metadata",
        "Give the folder that holds frames/ and metadata_val.json.")
    }
    if let first = unknown.min() {
      call.note(
        "\(counted(unknown.count, "clip")) of which the metadata say nothing left out (the first: \(first))")
    }
    var film = try film(items, rate: 10)
    let known = film.items.map { item -> (Clip?, Int) in
      let number = Int(Self.stem(item.path.split(separator: "/").last.map(String.init) ?? "")) ?? -1
      return (clips[item.category ?? ""], number)
    }
    let flags = known.map { clip, number in clip.map { $0.start <= number && number < $0.end } ?? false }
    film.columns = [
      Column("class", .categories(zip(known, flags).map { $1 ? $0.0?.kind ?? "" : "normal" }), role: .label),
      Column("anomaly", .bool(flags), role: .label),
    ]
    return film.images
  }

  private func trafficClips() throws(Failure) -> [String: Clip] {
    var clips: [String: Clip] = [:]
    for (name, split) in [("metadata_train.json", Split.fit), ("metadata_val.json", .test)] {
      guard let list = below.first(where: { $0.parts.last == name })?.path else { continue }
      do throws(FormatError) {
        let document = try JSONDocument.values(of: try opened(list)).first ?? .null
        for (clip, about) in document.members ?? [] {
          func whole(_ key: String) -> Int { about[key]?.number.flatMap { Int(exactly: $0.rounded()) } ?? 0 }
          clips[clip] = Clip(
            start: whole("anomaly_start"), end: whole("anomaly_end"),
            kind: about["anomaly_class"]?.string ?? "",
            split: split)
        }
      } catch {
        throw failure(error, list)
      }
    }
    guard !clips.isEmpty else {
      throw wrong(
        "there is no metadata_train.json or metadata_val.json below it", "Keep the metadata beside frames/.")
    }
    return clips
  }

  // MARK: - AnoVox

  /// Classes of what does not belong on a road: home, animal, nature, special, airplane, falling.
  private static let oddities: ClosedRange<Float> = 29...34

  /// `Scenario_ID/SENSOR/SENSOR_12.png` of the sensor.
  private func sensor(_ name: String, _ ending: String) -> [(path: String, scenario: String, frame: String)] {
    below.compactMap { path, parts in
      guard parts.count >= 2, parts[parts.count - 2] == name, let file = parts.last, file.hasSuffix(ending),
        file.hasPrefix(name + "_")
      else { return nil }
      let frame = Self.stem(file).dropFirst(name.count + 1)
      return (path, parts.dropLast(2).joined(separator: "/"), String(frame))
    }
  }

  /// What the levels of red, green and blue count in CARLA's pictures of depth, in metres.
  private static let carlaDepth: [Float] = [1, 256, 65_536].map { $0 * 1000 / 16_777_215 }

  func scenarios(isDepth: Bool = false) throws(Failure) -> Images {
    let kind = isDepth ? "DEPTH_IMG" : "RGB_IMG"
    let frames = sensor(kind, ".png")
    guard !frames.isEmpty else {
      throw wrong(
        "there is no `\(kind)/\(kind)_0.png` below it",
        "Give the folder of a run, such as `Final_Output_2024_01_01-10_00/`.")
    }
    let masks = Dictionary(
      sensor("SEMANTIC_IMG", ".png").map { ("\($0.scenario)/\($0.frame)", $0.path) }
    ) { first, _ in first }
    let items = frames.map { frame in
      PictureFolder.Item(
        path: frame.path, name: "\(frame.scenario)/\(frame.frame)",
        mask: masks["\(frame.scenario)/\(frame.frame)"])
    }
    let blind = items.count { $0.mask == nil }
    if blind > 0 { call.note("\(counted(blind, "frame")) without a picture of classes count as normal") }
    var film = try film(items, rate: 10) { entry in
      entry.marks = Self.oddities
      if isDepth { entry.weights = Self.carlaDepth }
    }
    film.isDepth = isDepth
    film.columns = [try film.marked(call, at: parameter, work: work)]
    return film.images
  }

  func scenarioClouds() throws(Failure) -> Cloud {
    let frames = sensor("SEMANTIC_PCD", ".npy").sorted { NumberedNames.isBefore($0.path, $1.path) }
    guard !frames.isEmpty else {
      throw wrong(
        "there is no `SEMANTIC_PCD/SEMANTIC_PCD_0.npy` below it", "Give the folder of a run or a scenario.")
    }
    var clouds = CloudParts()
    for frame in frames {
      let columns = try arrays(frame.path, [""])[0]
      guard columns.count == 4 else {
        throw failure(.unsupported("it has \(columns.count) columns and not x, y, z and a class"), frame.path)
      }
      let names = ["x", "y", "z"]
      let name = frame.scenario.isEmpty ? frame.frame : "\(frame.scenario)/\(frame.frame)"
      clouds.add(zip(names, columns).map { ($0, $1) }, name: name, split: nil)
      clouds.marks += columns[3].map { Self.oddities.contains(Float($0)) }
    }
    return clouds.cloud([])
  }

  // MARK: - Clips with a list

  /// `CLASS/CLIP.mp4`, `CLASS/CLIP/000.png` or `CLASS/CLIP/frames/000.png`, and labels.csv of clip, label and split.
  func clips() throws(Failure) -> Images {
    let list = root + "labels.csv"
    var known: [String: ClipList.Entry] = [:]
    if exists(list) {
      guard let entries = ClipList.entries(of: try table(list, header: true)) else {
        throw failure(.unsupported("it has no columns clip and label"), list)
      }
      known = entries
    } else {
      call.note("there is no `\(list)`: folders name the classes")
    }
    var missing = Set<String>()
    func item(_ path: String, _ clip: String, _ parts: [String], folder: String?) -> PictureFolder.Item {
      if known[clip] == nil, !known.isEmpty { missing.insert(clip) }
      return PictureFolder.Item(
        path: path, name: parts.joined(separator: "/"), category: known[clip]?.label ?? folder ?? clip,
        split: known[clip]?.split)
    }
    let below = below
    var items: [PictureFolder.Item] = []
    for (path, parts) in below where PictureFile.isPicture(path) {
      let folders = parts.dropLast().filter { $0 != "frames" }
      guard let clip = folders.last else { continue }
      items.append(item(path, clip, parts, folder: folders.dropLast().last))
    }
    let loading = FilmLoading(call: call, parameter: parameter, world: world)
    let films = items.isEmpty ? try loading.films(below.map(\.path)).filter { !$0.container.isSound } : []
    var clips: [String: PictureFolder.Item] = [:]
    let paths = Set(films.map(\.path))
    for (path, parts) in below where paths.contains(path) {
      clips[path] = item(path, Self.stem(parts.last ?? ""), parts, folder: parts.dropLast().last)
    }
    if items.isEmpty, films.isEmpty {
      throw wrong(
        "there are no clips below it", "Give the folder that holds CLASS/CLIP.mp4 or CLASS/CLIP/frames/.")
    }
    if let first = missing.min() {
      call.note(
        "\(counted(missing.count, "clip")) not in `\(list)` take their folder as class (the first: \(first))")
    }
    if items.isEmpty {
      return try loading.read(films, start: nil, rate: nil, items: clips, work: work)
    }
    var film = try film(items, rate: 25)
    film.columns = PictureLoading.labels(of: film.items, normal: ["0"], call)
    return film.images
  }
}
