package import Language
import Notation

extension HelpText {
  /// What others call what is here, and the line that does it.
  static let elsewhere: [(names: [String], line: String)] = [
    (["Sub-PCA"], "detect pca --cycle"), (["Sub-KNN"], "detect knn --cycle"),
    (["Sub-LOF"], "detect lof --cycle"), (["Sub-IForest"], "detect iforest --cycle"),
    (["Sub-HBOS"], "detect hbos --cycle"), (["Sub-OCSVM"], "detect ocsvm --cycle"),
    (["Sub-MCD"], "detect mcd --cycle"), (["KMeansAD"], "detect kmeans --cycle --form shape"),
    (["stump", "stomp", "scrimp", "MatrixProfile"], "detect matrixprofile"),
    (["left profile"], "detect matrixprofile --neighbors left"),
    (["AB-join"], "fit matrixprofile"), (["STAMPI", "online matrix profile"], "watch stumpi"),
    (["SR", "spectral residual"], "detect spectral"), (["ILOF", "incremental LOF"], "watch streamlof"),
    (["DSPOT"], "watch spot --drift 10"), (["ADWIN"], "detect iforest --retrain adwin"),
    (["KSWIN"], "detect iforest --retrain kswin"), (["half-space trees"], "watch hst"),
    (["GLOSH"], "detect hdbscan"), (["FastABOD"], "detect abod"), (["isolation forest"], "detect iforest"),
    (["OCSVM", "one-class SVM"], "detect ocsvm"), (["stide"], "detect ngram"), (["ECVC"], "detect counts"),
    (["residual analysis"], "detect radar"),
    (["group by", "long format", "per device", "per segment"], "segment TABLE COLUMN"),
    (["moving average", "rolling mean"], "derive TABLE smooth = rolling(mean, COLUMN, 60s)"),
    (["smooth scores", "ema", "column as score"], "detect expression SCORES ewm(score, 0.2)"),
    (["filter", "query", "dropna"], "where TABLE not isnull(COLUMN)"),
    (["fillna", "impute"], "fill median TABLE"),
    (["mutate", "assign"], "derive TABLE NAME = EXPRESSION"), (["head", "tail"], "show TABLE --rows 0..9"),
    (["normalize", "standardize", "StandardScaler"], "scale standard TABLE"),
    (["one hot", "get dummies"], "recode onehot TABLE"),
    (["train test split", "holdout"], "split TABLE --fit-share 60%"),
    (["SHAP", "feature importance"], "explain SCORES"),
    (["ROC", "confusion matrix"], "evaluate SCORES --against COLUMN"),
    (["merge", "concatenate modalities"], "align A B --every 1s"),
  ]

  /// What a word that is no verb leads to: a method, a name from elsewhere, or commands whose help speaks of it.
  static func lead(_ words: [String], in table: CommandTable) -> String? {
    let asked = CommandSpec.plain(words.joined())
    if asked.count < 2 { return nil }
    let specs = table.verbs.flatMap { table.methods(of: $0) }
    let named = specs.filter { $0.method.map(CommandSpec.plain) == asked }
    if named.count == 1 { return command(named[0]) }
    var lines = elsewhere.filter { $0.names.map(CommandSpec.plain).contains(asked) }.map { "  \($0.line)" }
    lines += named.map { "  \($0.verb) \($0.method ?? "")" }
    if lines.isEmpty {
      lines = specs.filter { $0.speaks(of: asked) }.prefix(longest).map {
        "  \($0.verb)\($0.method.map { " " + $0 } ?? "")"
      }
      if lines.isEmpty { return nil }
      return (["Commands whose help speaks of `\(words.joined(separator: " "))`:", ""] + lines).joined(
        separator: "\n")
    }
    return
      (["`\(words.joined(separator: " "))` is here:", ""] + lines + ["", "`help VERB METHOD` says more."])
      .joined(separator: "\n")
  }

  private static let longest = 12
}

/// A command that a word means which is no verb.
package struct MeantCommand {
  package let verb: String
  package let method: String?

  /// All that it may be: `mad`, `isolation_forest` and `detect.mad` mean methods of `detect`, and `mad` one of
  /// `threshold`, too.
  package static func all(by word: String, in table: CommandTable) -> [MeantCommand] {
    let asked = CommandSpec.plain(word)
    if asked.count < 2 { return [] }
    let specs = table.verbs.flatMap { table.methods(of: $0) }
    let named = specs.filter {
      $0.method.map(CommandSpec.plain) == asked || CommandSpec.plain($0.name) == asked
    }
    if !named.isEmpty { return named.map { MeantCommand(verb: $0.verb, method: $0.method) } }
    return HelpText.elsewhere.filter { $0.names.map(CommandSpec.plain).contains(asked) }.compactMap { entry in
      let words = entry.line.split(separator: " ").prefix(2).map(String.init)
      return specs.first { $0.verb == words.first && ($0.method == nil || $0.method == words.last) }
        .map { MeantCommand(verb: $0.verb, method: $0.method) }
    }
  }

  /// What the words of a question mean: `isolation forest` is `detect iforest`.
  ///
  /// Names of up to three words, the longest first, at most so many. Method names that are plain English words count only
  /// where they are of several words.
  package static func phrases(
    in question: String, of table: CommandTable, most: Int = 4
  ) -> [(phrase: String, lines: [String])] {
    let words = question.prefix(2000).split { !$0.isLetter && !$0.isNumber && $0 != "-" && $0 != "_" }
      .map(String.init)
    var taken = [Bool](repeating: false, count: words.count)
    var found: [(place: Int, phrase: String, lines: [String])] = []
    for length in [3, 2, 1] where words.count >= length {
      for start in 0...words.count - length where !taken[start..<start + length].contains(true) {
        let phrase = words[start..<start + length].joined(separator: " ")
        let plain = CommandSpec.plain(phrase)
        guard plain.count > 2, length > 1 || !english.contains(plain) else { continue }
        let lines = lines(of: plain, in: table)
        guard !lines.isEmpty, lines.count <= 4 else { continue }
        for place in start..<start + length { taken[place] = true }
        found.append((start, phrase, lines))
      }
    }
    return found.sorted { $0.place < $1.place }.prefix(most).map { ($0.phrase, $0.lines) }
  }

  private static func lines(of plain: String, in table: CommandTable) -> [String] {
    let known = HelpText.elsewhere.filter { $0.names.map(CommandSpec.plain).contains(plain) }.map(\.line)
    if !known.isEmpty { return known }
    let verbs: Set = ["detect", "threshold", "calibrate", "scale", "fuse", "map"]
    return table.verbs.filter(verbs.contains).flatMap { verb in
      table.methods(of: verb).filter { $0.method.map(CommandSpec.plain) == plain }.map(\.name)
    }
  }

  private static let english: Set = [
    "add", "banks", "counts", "damp", "edges", "edit", "expression", "experts", "fill", "film", "filter",
    "gate",
    "harmonic", "head", "length", "likelihood", "map", "match", "max", "mean", "median", "min", "mixture",
    "neighbors",
    "query", "rank", "residual", "robust", "rules", "runs", "sand", "sampling", "scan", "spade", "spectral",
    "spot", "stack",
    "standard", "subspace", "tail", "trace", "transitions", "unify", "valley", "vote", "assign", "merge",
    "masked",
    "reliability", "radar", "bagging", "cook", "invariants", "contrast", "tensor", "buckets", "sketch",
    "bottleneck",
  ]
}
