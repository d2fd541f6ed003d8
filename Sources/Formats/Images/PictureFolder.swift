package import Values

/// What the paths of pictures say about them, in the layouts that inspection data sets use.
///
/// `train/good/000.png`, `test/scratch/000.png` and `ground_truth/scratch/000_mask.png` give two classes, a division
/// and a mask; so do folders of classes, folders `Normal` and `Anomaly`, and masks beside their pictures.
package struct PictureFolder: Sendable, Equatable {
  package struct Item: Sendable, Equatable {
    package let path: String
    /// What tells it from the others.
    package let name: String
    /// The folder that names its class; nil if all lie in one folder.
    package let category: String?
    package let split: Split?
    package let mask: String?
    /// Further masks of the same picture, one a defect, as MVTec LOCO has them.
    package var moreMasks: [String] = []

    package init(
      path: String, name: String, category: String? = nil, split: Split? = nil, mask: String? = nil,
      moreMasks: [String] = []
    ) {
      self.path = path
      self.name = name
      self.category = category
      self.split = split
      self.mask = mask
      self.moreMasks = moreMasks
    }
  }

  package let items: [Item]
  /// Masks that belong to no picture.
  package let strayMasks: Int

  /// Folder names that mean "nothing wrong here".
  package static let normalNames: Set<String> = [
    "good", "normal", "ok", "mt_free", "free", "defect_free", "anomaly_free", "healthy",
  ]
  private static let maskFolders: Set<String> = ["ground_truth", "masks", "mask", "gt", "label", "labels"]
  private static let splitFolders: [String: Split] = [
    "train": .fit, "training": .fit, "validation": .calibrate, "val": .calibrate, "calibrate": .calibrate,
    "test": .test, "testing": .test, "test_public": .test,
  ]
  /// The part of a data set that a word such as `train` or `val` names.
  package static func split(named word: String) -> Split? { splitFolders[word.lowercased()] }

  /// Folders that name what was measured, not what is seen.
  private static let modalityFolders: Set<String> = [
    "rgb", "xyz", "depth", "images", "image", "data", "disparity", "disparity16", "gray", "grey", "infrared",
  ]

  /// - Parameter normal: further names of folders without anomalies.
  package init(_ paths: [String]) {
    let parts = paths.map { $0.split(separator: "/", omittingEmptySubsequences: false).map(String.init) }
    let shared = Self.sharedDepth(parts)
    var masks: [String: String] = [:]
    // Masks that lie in a folder named after their picture.
    var nested: [String: [String]] = [:]
    var pictures: [(path: String, parts: [String])] = []
    // Photographs beside which a PNG of the same name is their mask.
    let photographs = Set(
      parts.filter { !Self.isInMaskFolder($0) && $0.last?.lowercased().hasSuffix(".png") == false }
        .map(Self.stem))
    for (path, parts) in zip(paths, parts) {
      if Self.isInMaskFolder(parts) || Self.isMaskBeside(parts, photographs) {
        masks[Self.key(parts)] = path
        let key = Self.key(parts)
        if let slash = key.lastIndex(of: "/") { nested[String(key[..<slash]), default: []].append(path) }
      } else {
        pictures.append((path, Array(parts.dropFirst(shared))))
      }
    }
    var used: Set<String> = []
    let categories = Set(pictures.compactMap { Self.category($0.parts) })
    items = pictures.map { picture in
      let whole = picture.path.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
      let key = Self.key(whole)
      let found = masks[key].map { [$0] } ?? nested[key]?.sorted() ?? []
      used.formUnion(found)
      let category = Self.category(picture.parts)
      let isDivided = picture.parts.dropLast().contains { Self.splitFolders[$0.lowercased()] != nil }
      return Item(
        path: picture.path, name: picture.parts.joined(separator: "/"),
        category: categories.count > 1 || isDivided ? category : nil,
        split: picture.parts.dropLast().lazy.compactMap { Self.splitFolders[$0.lowercased()] }.first,
        mask: found.first, moreMasks: Array(found.dropFirst()))
    }
    strayMasks = masks.count - used.count
  }

  /// `Test001_gt` holds the masks of the clip `Test001`.
  private static let clipMasks = "_gt"

  private static func isInMaskFolder(_ parts: [String]) -> Bool {
    parts.dropLast().contains { maskFolders.contains($0.lowercased()) || $0.hasSuffix(clipMasks) }
  }

  /// `x.png` beside `x.jpg`, or `x_mask.png`.
  private static func isMaskBeside(_ parts: [String], _ photographs: Set<String>) -> Bool {
    guard let file = parts.last, let dot = file.lastIndex(of: ".") else { return false }
    if file[..<dot].hasSuffix("_mask") { return true }
    return file[dot...].lowercased() == ".png" && photographs.contains(stem(parts))
  }

  private static func stem(_ parts: [String]) -> String {
    guard let file = parts.last else { return "" }
    return (parts.dropLast() + [String(file[..<(file.lastIndex(of: ".") ?? file.endIndex)])]).joined(
      separator: "/")
  }

  /// What a picture and its mask have in common: the folders that tell classes apart, and the stem.
  private static func key(_ parts: [String]) -> String {
    guard let file = parts.last else { return "" }
    var stem = String(file[..<(file.lastIndex(of: ".") ?? file.endIndex)])
    if stem.hasSuffix("_mask") { stem = String(stem.dropLast(5)) }
    let folders = parts.dropLast().filter {
      let name = $0.lowercased()
      return !maskFolders.contains(name) && splitFolders[name] == nil && !modalityFolders.contains(name)
    }
    let clips = folders.map { $0.hasSuffix(clipMasks) ? String($0.dropLast(clipMasks.count)) : $0 }
    return (clips + [stem]).joined(separator: "/")
  }

  private static func category(_ parts: [String]) -> String? {
    parts.dropLast().last {
      splitFolders[$0.lowercased()] == nil && !modalityFolders.contains($0.lowercased())
    }
  }

  private static func sharedDepth(_ parts: [[String]]) -> Int {
    guard var common = parts.first?.dropLast() else { return 0 }
    for path in parts {
      let folders = path.dropLast()
      while !folders.starts(with: common) { common.removeLast() }
    }
    return common.count
  }
}
