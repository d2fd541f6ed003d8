import Glibc
import Language

/// Finds files by path or glob: `*` and `?` within a name, `**` for any folders; `folder/` means all below it.
enum FileSearch {
  /// More are never given back, so that `/**` ends.
  private static let most = 100_000

  static func files(matching path: String) -> [String] {
    if kind(of: path) == .file { return [path] }
    if path.hasSuffix("/"), !Glob.isPattern(path) { return files(matching: path + "**") }
    guard Glob.isPattern(path) else { return [] }
    let isAbsolute = path.hasPrefix("/")
    let parts = path.split(separator: "/").map(String.init)
    var found: [String] = []
    walk(isAbsolute ? "/" : "", parts[...], &found)
    var seen = Set<String>()
    return found.filter { seen.insert($0).inserted }.sorted(by: precedes)
  }

  private enum Kind { case file, folder, other }

  private static func kind(of path: String) -> Kind? {
    var facts = stat()
    guard unsafe stat(path, &facts) == 0 else { return nil }
    switch facts.st_mode & S_IFMT {
    case S_IFREG, S_IFIFO: return .file
    case S_IFDIR: return .folder
    default: return .other
    }
  }

  /// `folder` is empty or ends in a slash.
  private static func walk(_ folder: String, _ parts: ArraySlice<String>, _ found: inout [String]) {
    guard let part = parts.first, found.count < most else { return }
    let rest = parts.dropFirst()
    if part == "**" {
      walk(folder, rest.isEmpty ? ["*"] : rest, &found)
      for name in names(in: folder) where !name.hasPrefix(".") && isRealFolder(folder + name) {
        walk(folder + name + "/", parts, &found)
      }
      return
    }
    let candidates = Glob.isPattern(part) ? names(in: folder).filter { fits($0, part) } : [part]
    for name in candidates {
      let path = folder + name
      switch kind(of: path) {
      case .folder: if !rest.isEmpty { walk(path + "/", rest, &found) }
      case .file: if rest.isEmpty { found.append(path) }
      case .other, nil: break
      }
    }
  }

  /// Hidden names are found only by patterns that begin with a dot.
  private static func fits(_ name: String, _ pattern: String) -> Bool {
    (!name.hasPrefix(".") || pattern.hasPrefix(".")) && Glob.matches(name, pattern)
  }

  /// `**` does not follow links, which could lead in a circle.
  private static func isRealFolder(_ path: String) -> Bool {
    var facts = stat()
    return unsafe lstat(path, &facts) == 0 && facts.st_mode & S_IFMT == S_IFDIR
  }

  private static func names(in folder: String) -> [String] {
    guard let directory = unsafe opendir(folder.isEmpty ? "." : folder) else { return [] }
    defer { unsafe closedir(directory) }
    var names: [String] = []
    while let entry = unsafe readdir(directory) {
      // SAFETY: the name ends in a zero byte and is valid until the next `readdir`.
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        unsafe String(cString: UnsafeRawPointer(pointer).assumingMemoryBound(to: CChar.self))
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names
  }

  /// Runs of digits compare as numbers: `2.csv` stands before `10.csv`.
  static func precedes(_ a: String, _ b: String) -> Bool {
    let (a, b) = (Array(a.utf8), Array(b.utf8))
    var (i, j) = (0, 0)
    while i < a.count, j < b.count {
      let (first, second) = (digits(a, i), digits(b, j))
      if first > i, second > j {
        let left = a[i..<first].drop { $0 == 48 }
        let right = b[j..<second].drop { $0 == 48 }
        if left.count != right.count { return left.count < right.count }
        if !left.elementsEqual(right) { return left.lexicographicallyPrecedes(right) }
        (i, j) = (first, second)
      } else if a[i] != b[j] {
        return a[i] < b[j]
      } else {
        i += 1
        j += 1
      }
    }
    if i < a.count || j < b.count { return j < b.count }
    return a.lexicographicallyPrecedes(b)
  }

  private static func digits(_ bytes: [UInt8], _ start: Int) -> Int {
    var end = start
    while end < bytes.count, (48...57).contains(bytes[end]) { end += 1 }
    return end
  }
}
