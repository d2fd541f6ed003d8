import Chronology
import Formats
import Language
import Numerics
import Values

/// What the commands that load pictures share: looking at every file, and what the folders say.
struct PictureLoading {
  struct Loaded: Sendable {
    var items: [PictureFolder.Item] = []
    var entries: [PictureFiles.Entry] = []
    var shapes: [PictureShape] = []
  }

  let call: Invocation
  let parameter: AnyParameter
  let world: World
  var content = Images.Content.light
  var scale: Float?
  /// Of pictures with several channels, the one that is meant.
  var channel: Int?

  static let remedy = "Open it in a viewer; PNG, JPEG, TIFF, BMP, PGM, PPM, PFM and NPY can be read."

  /// The pictures that the paths mean; others are left out and counted.
  func read(_ paths: [String], work: Work) throws(Failure) -> Loaded {
    var found: [String] = []
    var others = 0
    for path in paths {
      for file in world.files.files(matching: path) {
        if PictureFile.isPicture(file) || paths.contains(file) { found.append(file) } else { others += 1 }
      }
    }
    if others > 0 {
      call.note("\(counted(others, "file")) \(others == 1 ? "is" : "are") no picture and left out")
    }
    var seen = Set<String>()
    found = found.filter { seen.insert($0).inserted }
    let folder = PictureFolder(found)
    if folder.items.isEmpty, !found.isEmpty {
      // Masks alone are pictures, too.
      let names = SegmentNames.names(found)
      return try look(at: zip(found, names).map { PictureFolder.Item(path: $0, name: $1) }, work: work)
    }
    guard !folder.items.isEmpty else {
      throw call.blame(
        parameter, "E0540", "there is no picture", label: "no picture",
        remedy: "Give PNG, JPEG, TIFF, BMP, PGM or PPM files, or a folder such as `pictures/`.")
    }
    if folder.strayMasks > 0 { call.note("\(counted(folder.strayMasks, "mask")) without a picture left out") }
    return try look(at: folder.items, work: work)
  }

  /// Looks at every picture; those that cannot be read are left out and told.
  func look(at items: [PictureFolder.Item], work: Work) throws(Failure) -> Loaded {
    let files = world.files
    let (channel, scale) = (channel, scale)
    let results: [Result<(PictureFiles.Entry, PictureShape), Failure>]
    let call = call.call
    let parameter = parameter
    do throws(Cancelled) {
      results = try work.map(items.count, stage: "looking at pictures") { place in
        let item = items[place]
        do throws(Diagnostic) {
          let picture = try files.open(item.path)
          let mask: (any ByteSource)? = if let path = item.mask { try files.open(path) } else { nil }
          var more: [any ByteSource] = []
          for path in item.moreMasks { more.append(try files.open(path)) }
          do throws(FormatError) {
            let bytes = try PictureFile.bytes(of: picture)
            let maskBytes: [UInt8]? = if let mask { try PictureFile.bytes(of: mask) } else { nil }
            let shape = try PictureFile(bytes).shape
            var entry = PictureFiles.Entry(
              name: item.path, picture: picture, mask: mask,
              digest: PictureFiles.digest(bytes, mask: maskBytes), scale: scale, channel: channel)
            entry.moreMasks = more
            return .success((entry, shape))
          } catch {
            return .failure(error.failure(item.path, at: parameter, of: call, remedy: Self.remedy))
          }
        } catch {
          return .failure(.diagnostic(error))
        }
      }
    } catch {
      throw .cancelled
    }
    return try gather(items, results)
  }

  /// Pictures that cannot be read are left out and told, unless nothing else is there.
  private func gather(
    _ items: [PictureFolder.Item], _ results: [Result<(PictureFiles.Entry, PictureShape), Failure>]
  ) throws(Failure) -> Loaded {
    var loaded = Loaded()
    var refused: [Failure] = []
    for (item, result) in zip(items, results) {
      switch result {
      case .success(let (entry, shape)):
        loaded.items.append(item)
        loaded.entries.append(entry)
        let isMeasured = scale != nil || channel != nil
        loaded.shapes.append(
          isMeasured
            ? PictureShape(width: shape.width, height: shape.height, channels: 1, depth: .single) : shape)
      case .failure(let failure): refused.append(failure)
      }
    }
    if let first = refused.first {
      if loaded.items.isEmpty { throw first }
      call.note(
        "\(counted(refused.count, "picture")) left out (the first: \(first.diagnostic.summary))")
    }
    return loaded
  }

  /// What the folders say about each item: its class, and whether that is an anomaly.
  static func labels(of items: [PictureFolder.Item], normal: [String], _ call: Invocation) -> [Column] {
    var columns: [Column] = []
    let names = items.map { $0.category ?? "" }
    if items.contains(where: { $0.category != nil }) {
      columns.append(Column("class", .categories(names), role: .label))
      let normals = PictureFolder.normalNames.union(normal.map { $0.lowercased() })
      let isNormal = names.map { normals.contains($0.lowercased()) }
      if isNormal.contains(true) {
        columns.append(Column("anomaly", .bool(isNormal.map { !$0 }), role: .label))
      } else {
        call.note("no class is known to be normal; say which with `--normal NAME`")
      }
    }
    return columns
  }

  /// The pictures as a value by sample, with class, truth and division as far as the folders tell them.
  func images(_ loaded: Loaded, normal: [String]) -> Images {
    let items = loaded.items
    var index = Index(.sample(TextColumn(items.map(\.name))))
    let splits = items.compactMap(\.split)
    if splits.count == items.count, Set(splits).count > 1 { index.splits = splits }
    let columns = Self.labels(of: items, normal: normal, call)
    return Images(
      frame: Frame(index: index, columns: columns), shapes: loaded.shapes,
      digests: loaded.entries.map(\.identity), hasMask: Mask(items.map { $0.mask != nil }), content: content,
      unit: content == .depth && scale != 1 ? "m" : nil, pictures: PictureFiles(loaded.entries))
  }
}
