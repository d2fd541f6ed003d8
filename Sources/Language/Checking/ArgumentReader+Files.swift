extension ArgumentReader {
  func input(_ word: WordSyntax, many: Bool) throws(Diagnostic) -> String {
    let path = word.value
    guard !path.isEmpty else { throw unreadable(word, .input(many: many)) }
    let found = scope.files(matching: path)
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

  private func noFile(_ path: String, _ word: WordSyntax) -> Diagnostic {
    let below = path.hasSuffix("/") || Glob.isPattern(path) ? [] : scope.files(matching: path + "/")
    if let first = below.first {
      return Diagnostic(
        "E0512", "`\(path)` is a folder", at: word.range, label: "a folder",
        remedy: "end it with a slash to mean all files below it, or name one, such as `\(first)`")
    }
    let slash = path.lastIndex(of: "/")
    let folder = slash.map { String(path[...$0]) } ?? ""
    let neighbours = Glob.isPattern(path) ? [] : scope.files(matching: folder + "*")
    let other =
      path == "-"
      ? "standard input is called `/dev/stdin`"
      : neighbours.isEmpty
        ? "check the path; it starts at the folder where Sonde was started"
        : "there are \(Suggestion.some(neighbours, of: 4))"
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
