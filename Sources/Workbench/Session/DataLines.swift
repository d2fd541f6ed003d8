import Language

/// The lines that load files, by their endings or else by their bytes, each under a name made from its own.
package enum DataLines {
  private static let methods: [(method: String, endings: [String])] = [
    ("table", ["csv", "tsv"]), ("array", ["npy", "npz"]), ("audio", ["wav", "flac", "ogg", "mp3"]),
    ("log", ["log", "txt"]),
  ]

  package static func lines(for paths: [String]) -> [String] {
    var taken: Set<String> = []
    return paths.map { path in
      let file = path.split(separator: "/").last.map(String.init) ?? path
      // `a.log.gz` is a log.
      var parts = file.split(separator: ".").map(String.init)
      if parts.count > 2, ["gz", "zst", "xz"].contains(parts[parts.count - 1].lowercased()) {
        parts.removeLast()
      }
      let ending = parts.count > 1 ? parts[parts.count - 1].lowercased() : ""
      let method = methods.first { $0.endings.contains(ending) }.map { $0.method + " " } ?? ""
      var name = Self.name(from: parts.first ?? "data")
      while !taken.insert(name).inserted { name += "_" }
      return "\(name) = load \(method)\(Word.written(path))"
    }
  }

  private static func name(from stem: String) -> String {
    let letters = stem.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "_" }
    let name = String(letters)
    let isName = Word.isName(name) && !builtins.contains { $0.spec.verb == name }
    return isName ? name : "data_" + name
  }
}
