/// What people type who come from other shells and notebooks, and what it is called here.
enum Habits {
  private static let groups: [(words: String, remedy: String)] = [
    ("quit exit q bye logout", "`/quit` leaves"),
    (
      "undo history save open replay tutorial why rerun model cost settings", "a slash stands in front: `/{}`"
    ),
    (
      "ls dir who whos vars env list names",
      "`/history` lists what was computed; Tab completes names and paths"
    ),
    ("cd pwd", "paths start at the folder where Sonde was started; Tab completes them"),
    ("head tail print cat display view echo type", "`show NAME` shows rows; so does the name alone"),
    (
      "info summary summarize summarise dtypes shape columns stats",
      "`describe NAME` tells what a value holds"
    ),
    (
      "import read read_csv read_table load_csv fread loadtxt",
      "`load FILE` finds out what a file is; `load table FILE` has options"
    ),
    ("select", "`select NAME column …` picks columns, `where NAME CONDITION` keeps rows"),
    (
      "mean median std var min max sum count unique value_counts groupby corr",
      "`describe NAME` tells figures of each column; `help derive` lists what can be computed"
    ),
    ("clear cls", "Ctrl-L clears the screen"), ("filter query", "`where NAME CONDITION` keeps rows"),
    ("mutate assign with_columns", "`derive NAME column = …` adds a column"),
    ("join merge", "`align` brings values together in time; `fuse concat` puts their features side by side"),
    ("train learn", "`fit METHOD NAME` keeps a model, which `score` asks"),
    ("predict", "`score MODEL NAME` asks a fitted model"),
    ("hist histogram", "`plot NAME --kind histogram` draws it"),
    ("man", "`help COMMAND` tells more about a command"),
  ]

  private static let remedies: [String: String] = {
    var remedies: [String: String] = [:]
    for group in groups {
      for word in group.words.split(separator: " ") {
        remedies[String(word)] = group.remedy.replacing("{}", with: String(word))
      }
    }
    return remedies
  }()

  /// What to write instead of a word; `pump.head()` and `head(pump)` count as `head`.
  static func remedy(for text: String) -> String? {
    var word = text.lowercased()
    if let open = word.firstIndex(of: "("), word.hasSuffix(")") {
      word = String(word[..<open])
      if let dot = word.lastIndex(of: ".") { word = String(word[word.index(after: dot)...]) }
    }
    if word.contains("[") {
      return
        "`show NAME --rows 0..9` shows rows, `NAME.column` picks a column, `where NAME CONDITION` keeps rows"
    }
    if let first = word.first, first.isNumber || first == "(" {
      return "numbers are computed by columns: `derive NAME column = …`"
    }
    return remedies[word]
  }
}
