extension ArgumentReader {
  func input(_ word: WordSyntax, many: Bool) throws(Diagnostic) -> String {
    var path = word.value
    guard !path.isEmpty else { throw unreadable(word, .input(many: many)) }
    var found = scope.files(matching: path)
    // `frame_%04d.png`, as video programs name the pictures of a film.
    if found.isEmpty, let pattern = Self.numbered(path) {
      path = pattern
      found = scope.files(matching: path)
    }
    // A WFDB record goes by its name, without the ending of its header.
    let header = path + ".hea"
    if found.isEmpty, !Glob.isPattern(path), scope.files(matching: header) == [header] {
      path = header
      found = [header]
    }
    guard !found.isEmpty else { throw noFile(path, word) }
    guard many || found.count == 1 else {
      throw Diagnostic(
        "E0502", "`\(path)` means \(found.count) files", at: word.range, label: "one file is wanted",
        remedy: "choose one: \(Suggestion.some(found, of: 3))")
    }
    return path
  }

  func output(_ word: WordSyntax) throws(Diagnostic) -> String {
    let path = word.value
    guard !path.isEmpty, !path.hasSuffix("/") else {
      throw Diagnostic(
        "E0503", "`\(word.text)` is not the name of a file", at: word.range, label: "not a file",
        remedy: "write a path that ends in a file name, such as `out/scores.csv`")
    }
    return path
  }

  /// The glob that a pattern with `%d` or `%04d` stands for; nil without one.
  private static func numbered(_ path: String) -> String? {
    var pattern = ""
    var rest = path[...]
    while let sign = rest.firstIndex(of: "%") {
      let digits = rest[rest.index(after: sign)...].prefix { $0.isASCII && $0.isNumber }
      guard digits.endIndex < rest.endIndex, rest[digits.endIndex] == "d", let width = Int("0" + digits),
        width < 20
      else { return nil }
      pattern += rest[..<sign] + (width == 0 ? "*" : String(repeating: "?", count: width))
      rest = rest[rest.index(after: digits.endIndex)...]
    }
    return pattern.isEmpty ? nil : pattern + rest
  }

  /// The archive that a path leads into.
  private func archive(of path: String) -> String? {
    path.indices.lazy.filter { path[$0] == "/" }.map { String(path[..<$0]) }.first { part in
      [".zip", ".tar", ".gz", ".tgz", ".xz", ".7z", ".rar"].contains(where: part.lowercased().hasSuffix)
        && scope.files(matching: part) == [part]
    }
  }

  /// The folders in one, each with its slash.
  private func folders(in folder: String) -> [String] {
    var found: [String] = []
    for file in scope.files(matching: folder + "*/*") where file.hasPrefix(folder) {
      guard let slash = file.dropFirst(folder.count).firstIndex(of: "/") else { continue }
      let name = String(file[...slash])
      if found.last != name { found.append(name) }
    }
    return found
  }

  private func noFile(_ path: String, _ word: WordSyntax) -> Diagnostic {
    let below = path.hasSuffix("/") || Glob.isPattern(path) ? [] : scope.files(matching: path + "/")
    if let first = below.first {
      return Diagnostic(
        "E0512", "`\(path)` is a folder", at: word.range, label: "a folder",
        remedy: "end it with a slash to mean all files below it, or name one, such as `\(first)`")
    }
    if let archive = archive(of: path) {
      return Diagnostic(
        "E0501", "there is no file `\(path)`", at: word.range, label: "leads into an archive",
        remedy: "unpack `\(archive)` first and load what is in it")
    }
    let slash = path.lastIndex(of: "/")
    let folder = slash.map { String(path[...$0]) } ?? ""
    let neighbours = Glob.isPattern(path) ? [] : scope.files(matching: folder + "*")
    let folders = Glob.isPattern(path) ? [] : self.folders(in: folder)
    let other =
      path == "-"
      ? "standard input is called `/dev/stdin`"
      : neighbours.isEmpty
        && folders.isEmpty
        ? "check the path; it starts at the folder where Sonde was started"
        : "there are \(Suggestion.some(neighbours + folders, of: 4))"
    // Only what differs counts: the folder and a common ending would make all names look alike.
    let ending = path.lastIndex(of: ".").map { String(path[$0...]) } ?? ""
    func stem(_ name: String) -> String {
      String(name.dropFirst(folder.count).dropLast(name.hasSuffix(ending) ? ending.count : 0))
    }
    let near = Set(Suggestion.nearest(to: stem(path), among: neighbours.map(stem)))
    let meant = neighbours.filter { near.contains(stem($0)) }
    return Diagnostic(
      "E0501", Glob.isPattern(path) ? "no file fits `\(path)`" : "there is no file `\(path)`",
      at: word.range, label: "not found",
      remedy: meant.isEmpty || path == "-" ? other : "did you mean \(Suggestion.list(meant, "or"))?")
  }
}
