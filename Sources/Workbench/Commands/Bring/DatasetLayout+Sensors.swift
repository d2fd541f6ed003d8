import Formats
import Language
import Notation
import Numerics
import Values

/// Objects seen by several sensors: Eyecandies and MulSen-AD.
extension DatasetLayout {
  /// Every file below the path by what follows it.
  var below: [(path: String, parts: [String])] {
    let root = path.hasSuffix("/") ? path : path + "/"
    return world.files.files(matching: root).map { file in
      (file, file.dropFirst(root.count).split(separator: "/").map(String.init))
    }
  }

  // MARK: - Eyecandies

  private static let candySplits: [String: Split] = ["train": .fit, "val": .calibrate, "test_public": .test]
  /// The light under which published methods look at the candies, counted from 0.
  private static let candyLight = "_image_4.png"
  private static let candyDefects = ["bumps", "colors", "dents", "normals"]

  func candies(isDepth: Bool = false) throws(Failure) -> Images {
    let ending = isDepth ? "_depth.png" : Self.candyLight
    let files = below.filter { $0.parts.count == 3 && $0.parts[1] == "data" }
    let all = Set(files.map(\.path))
    var items: [PictureFolder.Item] = []
    for (path, parts) in files where parts[2].hasSuffix(ending) {
      guard let split = Self.candySplits[parts[0]] else { continue }
      let sample = String(path.dropLast(ending.count))
      let mask = [sample + "_mask.png"].first { all.contains($0) }
      items.append(
        PictureFolder.Item(
          path: path, name: "\(parts[0])/\(parts[2].dropLast(ending.count))", category: "good", split: split,
          mask: split == .test ? mask : nil))
    }
    guard !items.isEmpty else {
      throw wrong(
        "there is no `train/data/000\(ending)` below it",
        "Give the folder of one candy, such as `Eyecandies/Lollipop/`.")
    }
    let hidden = files.count { $0.parts[0] == "test_private" && $0.parts[2].hasSuffix(ending) }
    if hidden > 0 { call.note("\(hidden) samples of test_private, which has no truth, left out") }
    var loading = PictureLoading(call: call, parameter: parameter, world: world)
    if isDepth {
      loading.content = .depth
      loading.scale = 1
      loading.channel = 0
    }
    var loaded = try loading.look(at: items, work: work)
    if isDepth {
      for place in loaded.items.indices {
        let about = String(loaded.items[place].path.dropLast(ending.count)) + "_info_depth.yaml"
        let (low, high) = try depthRange(about)
        loaded.entries[place].scale = Float((high - low) / 65_535)
        loaded.entries[place].offset = Float(low)
      }
    }
    loaded.items = try candyClasses(loaded.items, all)
    return loading.images(loaded, normal: [])
  }

  /// `normalization: {min: 0.1, max: 0.9}`, on one line or several.
  private func depthRange(_ path: String) throws(Failure) -> (low: Double, high: Double) {
    let source = try open(path)
    let text: String
    do throws(FormatError) {
      text = String(decoding: try source.read(at: 0, count: 4096), as: UTF8.self)
    } catch {
      throw failure(error, path)
    }
    let words = text.split { $0.isWhitespace || ",{}:".contains($0) }
    func number(after name: String) -> Double? {
      words.firstIndex(of: Substring(name)).flatMap {
        words.indices.contains($0 + 1) ? Double(words[$0 + 1]) : nil
      }
    }
    guard let low = number(after: "min"), let high = number(after: "max"), high > low else {
      throw failure(.malformed("it names no `min` and `max`", offset: 0), path)
    }
    return (low, high)
  }

  /// What the masks of a sample mark; those that mark nothing are of good ones.
  private func candyClasses(
    _ items: [PictureFolder.Item], _ files: Set<String>
  ) throws(Failure) -> [PictureFolder.Item] {
    let names = Self.candyDefects.map { $0 + "_mask" } + ["mask"]
    var paths: [(item: Int, name: String, path: String)] = []
    for (number, item) in items.enumerated() where item.split == .test {
      guard let cut = item.path.lastIndex(of: "/"),
        let digits = item.path[item.path.index(after: cut)...].split(separator: "_").first
      else { continue }
      for name in names {
        let path = item.path[...cut] + digits + "_\(name).png"
        if files.contains(String(path)) { paths.append((number, name, String(path))) }
      }
    }
    var entries: [PictureFiles.Entry] = []
    for mask in paths {
      let source = try open(mask.path)
      do throws(FormatError) {
        let bytes = try PictureFile.bytes(of: source)
        entries.append(
          PictureFiles.Entry(
            name: mask.path, picture: source, mask: source, digest: PictureFiles.digest(bytes, mask: bytes)))
      } catch {
        throw failure(error, mask.path)
      }
    }
    let flags = try PictureFiles(entries).marked(
      entries.map { _ in true }, call, at: parameter, work: work)
    var found = [[String]](repeating: [], count: items.count)
    for (mask, isMarked) in zip(paths, flags) where isMarked {
      if mask.name != "mask" || found[mask.item].isEmpty { found[mask.item].append(mask.name) }
    }
    return items.indices.map { number in
      let item = items[number]
      let defects = found[number].map { $0 == "mask" ? "defect" : String($0.dropLast(5)) }
      return PictureFolder.Item(
        path: item.path, name: item.name, category: defects.isEmpty ? "good" : defects.joined(separator: "+"),
        split: item.split, mask: item.mask)
    }
  }

  // MARK: - MulSen-AD

  /// Sample, class and split of a file such as `test/crack/3.png`; nil for other ones.
  private static func sample(_ parts: [String]) -> (name: String, category: String, split: Split)? {
    if parts.count == 2, parts[0] == "train" { return ("train/" + stem(parts[1]), "good", .fit) }
    guard parts.count == 3, parts[0] == "test" else { return nil }
    return ("test/\(parts[1])/\(stem(parts[2]))", parts[1], .test)
  }

  /// The files of one sensor in the order of their numbers, training first.
  private func samples(
    _ sensor: String, ending: String
  ) throws(Failure) -> [(path: String, name: String, category: String, split: Split)] {
    var found: [(path: String, name: String, category: String, split: Split)] = []
    for (path, parts) in below where parts.first == sensor && path.lowercased().hasSuffix(ending) {
      guard let sample = Self.sample(Array(parts.dropFirst())) else { continue }
      found.append((path, sample.name, sample.category, sample.split))
    }
    guard !found.isEmpty else {
      throw wrong(
        "there is no `\(sensor)/train/0\(ending)` below it",
        "Give the folder of one object, such as `MulSen_AD/capsule/`.")
    }
    return found.sorted { NumberedNames.isBefore($0.name, $1.name) }
  }

  /// Which sensors show something, by sample: `RGB/GT/<defect>/data.csv`.
  private func sensorTruth(_ categories: Set<String>) throws(Failure) -> [String: [Bool]] {
    var truth: [String: [Bool]] = [:]
    for category in categories where category != "good" {
      let list = (path.hasSuffix("/") ? path : path + "/") + "RGB/GT/\(category)/data.csv"
      guard exists(list) else { continue }
      let columns = try table(list, header: true)
      guard columns.count >= 4 else {
        throw failure(
          .unsupported("its columns are not object, label_rgb, label_infrared, label_pointcloud"), list)
      }
      let flags = columns[1...3].map { $0.numbers ?? [] }
      for row in 0..<columns[0].count {
        let object = Self.stem(columns[0].plainText(row) ?? "")
        truth["test/\(category)/\(object)"] = flags.map { $0.indices.contains(row) && $0[row] > 0 }
      }
    }
    return truth
  }

  /// `anomaly` of the object, and of each sensor.
  private static func sensorLabels(
    _ samples: [(name: String, category: String)], _ truth: [String: [Bool]]
  ) -> [Column] {
    let flags = samples.map { sample in
      truth[sample.name] ?? [Bool](repeating: sample.category != "good", count: 3)
    }
    let columns = ["rgb", "infrared", "pointcloud"].enumerated().map { place, name in
      Column("anomaly_" + name, .bool(flags.map { $0[place] }), role: .label)
    }
    return [
      Column("class", .categories(samples.map(\.category)), role: .label),
      Column("anomaly", .bool(flags.map { $0.contains(true) }), role: .label),
    ] + columns
  }

  func sensors(_ sensor: String) throws(Failure) -> Images {
    let samples = try samples(sensor, ending: ".png")
    let files = Set(below.map(\.path))
    let items = samples.map { sample in
      let parts = sample.path.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
      var mask: String?
      if sample.split == .test {
        mask = (parts.dropLast(3) + ["GT"] + parts.suffix(2)).joined(separator: "/")
      }
      return PictureFolder.Item(
        path: sample.path, name: sample.name, category: sample.category, split: sample.split,
        mask: mask.flatMap { files.contains($0) ? $0 : nil })
    }
    let loading = PictureLoading(call: call, parameter: parameter, world: world)
    let loaded = try loading.look(at: items, work: work)
    let images = loading.images(loaded, normal: [])
    let truth = try sensorTruth(Set(items.compactMap(\.category)))
    let labels = Self.sensorLabels(loaded.items.map { ($0.name, $0.category ?? "good") }, truth)
    return images.with(frame: images.frame.with(columns: labels))
  }

  func sensorClouds() throws(Failure) -> Cloud {
    let samples = try samples("Pointcloud", ending: ".stl")
    let truth = try sensorTruth(Set(samples.map(\.category)))
    let labels = Self.sensorLabels(samples.map { ($0.name, $0.category) }, truth)
    var clouds = CloudParts()
    for (number, sample) in samples.enumerated() {
      work.report(Double(number) / Double(samples.count), "reading clouds")
      let source = try open(sample.path)
      do throws(FormatError) {
        let file = try PointFile(source, path: sample.path, work: work)
        clouds.add(file.columns, name: sample.name, split: sample.split)
      } catch {
        throw failure(error, sample.path)
      }
      var marks = [Bool](repeating: false, count: clouds.last.count)
      let list = sample.path.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
      let mask =
        (list.dropLast(3) + ["GT"] + list.suffix(2).dropLast() + [Self.stem(list.last ?? "") + ".txt"])
        .joined(separator: "/")
      if sample.split == .test, exists(mask) {
        for row in try nearest(mask, clouds, clouds.last) { marks[row - clouds.last.lowerBound] = true }
      }
      clouds.marks += marks
    }
    // What holds for the object holds for all its points.
    let rows = clouds.segments.enumerated().flatMap { number, segment in segment.rows.map { _ in number } }
    let names = [
      "class": "class", "anomaly": "object_anomaly", "anomaly_pointcloud": "object_anomaly_pointcloud",
    ]
    let more = labels.compactMap { column -> Column? in
      names[column.name].map { name in
        var column = column.selecting(rows)
        column.name = name
        return column
      }
    }
    return clouds.cloud(more)
  }

  /// The points that lie nearest to those of a list.
  private func nearest(_ list: String, _ clouds: CloudParts, _ rows: Range<Int>) throws(Failure) -> [Int] {
    let source = try open(list)
    let marked: [(name: String, numbers: [Double])]
    do throws(FormatError) {
      marked = Array(try PointFile(source, path: list, work: work).columns.prefix(3))
    } catch {
      throw failure(error, list)
    }
    guard !rows.isEmpty else { return [] }
    let points = clouds.columns.prefix(3).map { Array($0.numbers[rows]) }
    let (count, wanted) = (rows.count, marked.first?.numbers.count ?? 0)
    let cloud = Matrix(rows: count, columns: 3, values: (0..<count).flatMap { row in points.map { $0[row] } })
    let queries = Matrix(
      rows: wanted, columns: 3, values: (0..<wanted).flatMap { row in marked.map { $0.numbers[row] } })
    do throws(Cancelled) {
      let found = try NeighborIndex(cloud, work: work).nearest(1, to: queries, work: work)
      return found.rows.map { Int($0) + rows.lowerBound }
    } catch {
      throw .cancelled
    }
  }
}

/// Clouds that are put one behind the other.
struct CloudParts {
  private(set) var columns: [(name: String, numbers: [Double])] = []
  private(set) var segments: [Segment] = []
  private var splits: [Split] = []
  /// Whether each point is anomalous.
  var marks: [Bool] = []

  /// The rows of the cloud that was added last.
  var last: Range<Int> { segments.last?.rows ?? 0..<0 }

  /// Columns that the first cloud has not are dropped; those that a later one lacks are missing there.
  mutating func add(_ part: [(name: String, numbers: [Double])], name: String, split: Split?) {
    if columns.isEmpty { columns = part.map { ($0.name, []) } }
    let (start, count) = (last.upperBound, part.first?.numbers.count ?? 0)
    for place in columns.indices {
      let numbers = part.first { $0.name == columns[place].name }?.numbers
      columns[place].numbers += numbers ?? [Double](repeating: .nan, count: count)
    }
    segments.append(Segment(name: name, rows: start..<start + count))
    splits += [Split](repeating: split ?? .test, count: count)
  }

  func cloud(_ labels: [Column]) -> Cloud {
    var index = Index.rows(last.upperBound)
    index.segments = segments.count > 1 ? segments : []
    if Set(splits).count > 1 { index.splits = splits }
    return Cloud(
      points: Frame(
        index: index,
        columns: columns.map { Column(numbers: $0.numbers, name: $0.name) } + labels
          + [Column("anomaly", .bool(marks), role: .label)]))
  }
}

/// Names that hold numbers: 2 comes before 10.
enum NumberedNames {
  static func isBefore(_ one: String, _ other: String) -> Bool {
    let (a, b) = (pieces(one), pieces(other))
    for (x, y) in zip(a, b) where x != y {
      if let m = Int(x), let n = Int(y), m != n { return m < n }
      return x < y
    }
    return a.count != b.count ? a.count < b.count : one < other
  }

  /// Runs of digits, and what stands between them.
  private static func pieces(_ name: String) -> [Substring] {
    var pieces: [Substring] = []
    var start = name.startIndex
    while start < name.endIndex {
      let isDigit = name[start].isASCII && name[start].isNumber
      let end = name[start...].firstIndex { ($0.isASCII && $0.isNumber) != isDigit } ?? name.endIndex
      pieces.append(name[start..<end])
      start = end
    }
    return pieces
  }
}
