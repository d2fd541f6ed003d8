import Language
import Notation

/// Detectors that suit some rows, with the reason for each.
struct Recommendation {
  struct Suggestion {
    let method: String
    var options: [String: Argument] = [:]
    let why: String
    /// A published mean, in percent; NaN if there is none to cite.
    var evidence = Double.nan

    /// `detect pca --window 60`.
    var line: String {
      options.sorted { $0.key < $1.key }.reduce("detect \(method)") { text, option in
        if case .flag = option.value { return text + " --\(option.key)" }
        return text + " --\(option.key) \(option.value.canonical)"
      }
    }

    var literal: CallLiteral { CallLiteral(name: method, arguments: options) }
  }

  let facts: RowFacts
  private(set) var suggestions: [Suggestion] = []
  /// Methods that one might think of, and why not here.
  private(set) var warnings: [String] = []
  /// What the means are.
  private(set) var source = ""

  /// So many rows make distances between all of them slow.
  private static let manyRows = 200_000
  /// Ratio of spreads from which columns are on different scales.
  static let unequalScales = 10.0
  /// Where no cycle stands out.
  private static let usualWindow = 32
  private static let shortestWindow = 8
  /// Windows side by side, at least.
  private static let windowsToLearnFrom = 4

  init(_ facts: RowFacts) {
    self.facts = facts
    if facts.isOrdered { proposeForSeries() } else { proposeForRows() }
    suggestions = suggestions.enumerated().sorted { a, b in
      let (left, right) = (a.element.evidence, b.element.evidence)
      if left.isNaN || right.isNaN {
        return !left.isNaN && right.isNaN || (left.isNaN == right.isNaN && a.offset < b.offset)
      }
      return left == right ? a.offset < b.offset : left > right
    }.map(\.element)
  }

  // MARK: - Rows by themselves

  private mutating func proposeForRows() {
    source =
      "mean AUROC in % over 57 tables, "
      + (facts.isSplit ? "fitted on normal rows" : "fitted on all rows")
      + " (Livernoche and others, ICLR 2024)"
    func evidence(_ method: String) -> Double {
      PublishedMeans.tables[method].map { facts.isSplit ? $0.normal : $0.mixed } ?? .nan
    }
    func add(_ method: String, _ why: String) {
      suggestions.append(Suggestion(method: method, why: why, evidence: evidence(method)))
    }
    add("iforest", "no scaling, takes missing cells, fast")
    if facts.columns == 1 {
      add("mad", "one column: distance from the median")
      add("hbos", "one column: also finds gaps between its values")
      return
    }
    add("ecod", "no options; says which column's tail")
    let isComplete = facts.incomplete < 0.05
    if !isComplete {
      add("hbos", "takes missing cells; column by column")
      warnings.append(
        "knn, lof, mcd and pca would leave out \((100 * facts.incomplete).shortText(digits: 3)) % of the rows, which "
          + "miss cells")
      return
    }
    if facts.rows > Self.manyRows {
      add("hbos", "very many rows: time grows with their number")
      warnings.append(
        "knn and lof compare rows with each other: slow on \(facts.rows) rows; `where` or `split` first")
    } else {
      add("knn", facts.isSplit ? "rows to fit on: new rows lie far from them" : "no shape assumed")
      if facts.isSplit, facts.copies < 0.1 {
        add("lof", "rows to fit on, few copies: sees local gaps")
      } else {
        warnings.append(
          facts.copies >= 0.1
            ? "lof suffers from copies, and \((100 * facts.copies).shortText(digits: 3)) % of the rows are"
            : "lof was far better fitted on normal rows (78.5) than on all (61.1); `split` some off if they are known"
        )
      }
    }
    if facts.constant.isEmpty, facts.rows >= 10 * facts.columns {
      add("mcd", "columns move together; anomalies do not")
    } else if !facts.constant.isEmpty {
      warnings.append(
        "mcd gains nothing from constant columns: \(facts.constant.prefix(3).joined(separator: ", "))")
    }
    if facts.columns > 20 { add("pca", "many columns: what few directions leave over") }
  }

  // MARK: - Series

  private mutating func proposeForSeries() {
    let isSingle = facts.columns == 1
    source =
      "mean VUS-PR in % over "
      + (isSingle ? "350 series of one channel" : "180 series of several channels")
      + " (Liu and Paparrizos, NeurIPS 2024)"
    let means = isSingle ? PublishedMeans.oneChannel : PublishedMeans.manyChannels
    func add(_ method: String, _ options: [String: Argument] = [:], _ why: String) {
      suggestions.append(
        Suggestion(method: method, options: options, why: why, evidence: means[method] ?? .nan))
    }
    if facts.incomplete >= 0.05 {
      warnings.append(
        "windows need complete rows, and \((100 * facts.incomplete).shortText(digits: 3)) % miss a cell: `resample` "
          + "or choose channels first")
      add("mad", [:], "takes missing cells; value by value")
      add("iforest", [:], "takes missing cells; row by row")
      return
    }
    guard let rows = window else {
      warnings.append(
        "too few rows to learn from for windows (\(facts.stretch) in a stretch): rows are scored one by one")
      add("mad", [:], "value by value")
      if isSingle { add("poly", [:], "what a running polynomial misses") }
      if !isSingle { add("mcd", [:], "channels move together; anomalies do not") }
      add("ewma", [:], "small shifts that last")
      return
    }
    let window = ["window": Argument.integer(rows)]
    let length =
      switch facts.period {
      case rows: "windows of one cycle"
      case .some(let period): "windows; too few rows for a cycle of \(period)"
      case nil: "short windows: no cycle stands out"
      }
    if isSingle {
      add("pca", window, length)
      add("poly", [:], "what a running polynomial misses")
      if facts.rows <= Self.manyRows {
        add("matrixprofile", window, "windows that no other is like")
      } else {
        add("damp", window, "the oddest window of very many rows")
        warnings.append("matrixprofile takes time with the square of \(facts.rows) rows")
      }
      add("spectral", [:], "sudden changes; no options")
    } else {
      add(
        "pca", facts.columns <= 12 ? window : [:],
        facts.columns <= 12 ? length : "what few directions leave over")
      add("kmeans", [:], "far from every usual state")
      if facts.constant.isEmpty, facts.rows >= 10 * facts.columns {
        add("mcd", [:], "channels move together; anomalies do not")
      }
      add("iforest", [:], "no scaling, fast")
    }
    add("ewma", [:], "small shifts that last (no published mean)")
  }

  /// Rows of a window: a cycle, or as much of one as there are rows to learn from.
  private var window: Int? {
    let rows = min(facts.period ?? Self.usualWindow, facts.stretch / Self.windowsToLearnFrom)
    return rows >= Self.shortestWindow ? rows : nil
  }

  // MARK: - Words

  /// What has to be known before one believes a proposal.
  var unknowns: [String] {
    var texts = [
      "not known: what an anomaly is here. No detector wins everywhere (Han and others, ADBench, NeurIPS 2022): a few "
        + "points between means decide nothing"
    ]
    if !facts.isSplit {
      texts.append(
        "not known: whether the rows hold anomalies already; `split` keeps normal ones for fitting")
    }
    if facts.isOrdered, facts.periods.isEmpty {
      texts.append("not known: how long what matters lasts; no cycle stands out, so `--window` is a guess")
    }
    return texts
  }
}
