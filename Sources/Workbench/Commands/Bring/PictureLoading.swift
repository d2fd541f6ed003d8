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
    var pageCounts: [Int] = []
    var frameCounts: [Int] = []
  }

  static let page = Parameter<Int?>.optional(
    "page", .integer(1...65_535),
    help: "Of files with several pages, such as scans, the one to read, from 1 on."
  ) { if case .integer(let page) = $0 { page } else { nil } }

  private struct Look: Sendable {
    let entry: PictureFiles.Entry
    let shape: PictureShape
    let pageCount: Int
    let frameCount: Int
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
    let results: [Result<Look, Failure>]
    let page = (self.call[Self.page] ?? 1) - 1
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
            let first = try PictureFile(bytes)
            guard page < first.pageCount else {
              return .failure(.diagnostic(Self.missing(page, of: item.path, first.pageCount, call)))
            }
            let shape = page == 0 ? first.shape : try PictureFile(bytes, page: page).shape
            var entry = PictureFiles.Entry(
              name: item.path, picture: picture, mask: mask,
              digest: PictureFiles.digest(bytes, mask: maskBytes), scale: scale, channel: channel)
            entry.moreMasks = more
            entry.page = page
            return .success(
              Look(entry: entry, shape: shape, pageCount: first.pageCount, frameCount: first.frameCount))
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
    _ items: [PictureFolder.Item], _ results: [Result<Look, Failure>]
  ) throws(Failure) -> Loaded {
    var loaded = Loaded()
    var refused: [Failure] = []
    for (item, result) in zip(items, results) {
      switch result {
      case .success(let look):
        let shape = look.shape
        loaded.items.append(item)
        loaded.entries.append(look.entry)
        loaded.pageCounts.append(look.pageCount)
        loaded.frameCounts.append(look.frameCount)
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
    tellPages(loaded)
    return loaded
  }

  /// Says what is not read of files with several pages, unless a page was asked for.
  private func tellPages(_ loaded: Loaded) {
    let moving = loaded.frameCounts.indices.filter { loaded.frameCounts[$0] > 1 }
    if let first = moving.first {
      call.note(
        "`\(loaded.entries[first].name)` is an animation of \(loaded.frameCounts[first]) frames"
          + (moving.count > 1 ? ", \(moving.count - 1) more are such" : "")
          + "; the first frame is read, all by `load video \(Word.written(loaded.entries[first].name))`")
    }
    guard call[Self.page] == nil else { return }
    let several = loaded.pageCounts.indices.filter { loaded.pageCounts[$0] > 1 }
    guard let first = several.first else { return }
    let has = "`\(loaded.entries[first].name)` has \(loaded.pageCounts[first]) pages"
    let isOption = call.call.spec.parameters.contains { $0.name == Self.page.base.name }
    let way = "others by `\(isOption ? "" : "load images ")--page`"
    call.note(
      several.count == 1
        ? "\(has); the first is read, \(way)"
        : "\(has), \(several.count - 1) more files have several; the first of each is read, \(way)")
  }

  private static func missing(_ page: Int, of path: String, _ count: Int, _ call: CheckedCall) -> Diagnostic {
    Diagnostic(
      "E0559", "`\(path)` has \(counted(count, "page"))", at: call.ranges[Self.page.base.name],
      label: "no such page", remedy: count == 1 ? "Leave `--page` out." : "Give one from 1 to \(count).")
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
        let isOption = call.call.spec.parameters.contains { $0.name == "normal" }
        let way =
          isOption
          ? "say which with `--normal NAME`"
          : "one of these names would tell: \(Suggestion.some(normals.sorted()))"
        call.note("no class is known to be normal; \(way)")
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
