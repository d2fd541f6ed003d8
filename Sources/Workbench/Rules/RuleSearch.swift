import Evaluation
import Language
import Numerics
import Values

/// Tries rules on labelled rows and keeps those that raise the score.
struct RuleSearch {
  let frame: Frame
  let name: String
  /// The rows to learn from, ascending, with their labels.
  let rows: [Int]
  let labels: [Bool]
  let base: [Bool]?
  let isByEvent: Bool
  let work: Work

  private(set) var rules: [Rule] = []
  private(set) var score = 0.0
  private(set) var tried = 0
  private(set) var kept = 0
  private(set) var refusals: [String] = []
  private(set) var isCancelled = false
  private var abnormal: [Int32]
  private var normal: [Int32]
  private let events: [Range<Int>]

  init(
    frame: Frame, name: String, rows: [Int], labels: [Bool], base: [Bool]?, isByEvent: Bool, work: Work
  ) {
    self.frame = frame
    self.name = name
    self.rows = rows
    self.labels = labels
    self.base = base
    self.isByEvent = isByEvent
    self.work = work
    abnormal = [Int32](repeating: 0, count: frame.rowCount)
    normal = abnormal
    events = LabelledScores(scores: labels.map { _ in 0 }, labels: labels).events
    score = self.score(abnormal, normal)
  }

  /// Takes rules as they are; they must run.
  mutating func start(with rules: [Rule]) throws(RuleFailure) {
    for rule in rules {
      add(try fired(rule), of: rule)
      self.rules.append(rule)
    }
    score = score(abnormal, normal)
  }

  private func fired(_ rule: Rule) throws(RuleFailure) -> [Int] {
    try RuleSet(rules: [rule], features: []).fired(over: frame, of: name, work: work)[0]
  }

  private mutating func add(_ fired: [Int], of rule: Rule) {
    for row in fired { if rule.verdict == .abnormal { abnormal[row] += 1 } else { normal[row] += 1 } }
  }

  /// Rounds of proposals: the best that raises the score is kept.
  mutating func improve(proposals: [String]?, tries: Int, most: Int) throws(RuleFailure) {
    var candidates: [(rule: Rule, fired: [Int])] = []
    let shapes = frame.columns.map(\.shape)
    for text in proposals ?? generated() where tried < tries {
      if work.isCancelled() {
        isCancelled = true
        return
      }
      do throws(Diagnostic) {
        let rule = try Rule(reading: text, over: shapes, of: name)
        if rules.contains(rule) || candidates.contains(where: { $0.rule == rule }) { continue }
        tried += 1
        work.report(Double(tried) / Double(tries), "trying rules")
        do throws(RuleFailure) {
          candidates.append((rule, try fired(rule)))
        } catch {
          if case .failed(.cancelled) = error { throw Diagnostic("R0001", "cancelled", remedy: "ask again") }
          refusals.append("\(text): it cannot run on these rows")
        }
      } catch {
        if work.isCancelled() {
          isCancelled = true
          return
        }
        refusals.append("\(String(text.prefix(60))): \(error.summary)")
      }
    }
    while rules.count < most {
      var best: (place: Int, score: Double)?
      for (place, candidate) in candidates.enumerated() {
        if work.isCancelled() {
          isCancelled = true
          return
        }
        var (raised, cleared) = (abnormal, normal)
        for row in candidate.fired {
          if candidate.rule.verdict == .abnormal { raised[row] += 1 } else { cleared[row] += 1 }
        }
        let score = score(raised, cleared)
        if score > (best?.score ?? self.score) { best = (place, score) }
      }
      guard let best else { return }
      let chosen = candidates.remove(at: best.place)
      add(chosen.fired, of: chosen.rule)
      rules.append(chosen.rule)
      kept += 1
      score = best.score
    }
  }

  /// F1 over rows, or over events with each false row counted (ARGOS, section 5.1); 0 without a true positive.
  private func score(_ abnormal: [Int32], _ normal: [Int32]) -> Double {
    func isFlagged(_ row: Int) -> Bool {
      normal[row] == 0 && (abnormal[row] > 0 || base?[row] ?? false)
    }
    var (hits, falseRows, positives) = (0, 0, 0)
    if isByEvent {
      hits = events.count { $0.contains { isFlagged(rows[$0]) } }
      positives = events.count
    }
    for (row, isAnomalous) in zip(rows, labels) {
      let flag = isFlagged(row)
      if flag, !isAnomalous { falseRows += 1 }
      if !isByEvent, isAnomalous {
        positives += 1
        if flag { hits += 1 }
      }
    }
    return hits == 0 ? 0 : 2 * Double(hits) / Double(hits + falseRows + positives)
  }

  // MARK: - Proposals

  private static let windows = [30, 120]
  private static let upper = [0.9, 0.95, 0.98, 0.99, 0.995, 0.998, 0.999, 0.9995]

  /// Thresholds at quantiles of the rows to learn from, which are chosen without their labels.
  private func generated() -> [String] {
    var texts: [String] = []
    for column in frame.columns where column.role == .feature && column.type == .number {
      let name = ExpressionNode.written(column.name)
      var measures = [(name, true), ("abs(diff(\(name)))", false)]
      for window in Self.windows where window * 4 < rows.count {
        measures.append(
          (
            "abs(\(name) - rolling(median, \(name), \(window))) / (rolling(mad, \(name), \(window)) + 1e-9)",
            false
          ))
      }
      for (measure, isTwoSided) in measures {
        guard
          let expression = try? Expression(
            reading: WordSyntax(measure, at: 0), columns: frame.columns.map(\.shape), of: self.name),
          case .number(let cells)? = try? expression.column("m", over: frame, work: work).cells
        else { continue }
        let sample = rows.map { cells[$0] }.filter(\.isFinite).sorted()
        guard let last = sample.indices.last else { continue }
        func quantile(_ share: Double) -> Double { sample[Int((share * Double(last)).rounded())] }
        for share in Self.upper {
          texts.append("abnormal when \(measure) > \(Self.rounded(quantile(share), up: true))")
          if isTwoSided {
            texts.append("abnormal when \(measure) < \(Self.rounded(quantile(1 - share), up: false))")
          }
          if base != nil {
            texts.append("normal when \(measure) < \(Self.rounded(quantile(1 - share), up: false))")
            if isTwoSided {
              texts.append("normal when \(measure) > \(Self.rounded(quantile(share), up: true))")
            }
          }
        }
      }
    }
    return texts
  }

  /// Four digits are enough to read and to tell apart.
  private static func rounded(_ value: Double, up: Bool) -> String {
    if value == 0 || !value.isFinite { return "0" }
    var scale = 1.0
    var size = abs(value)
    while size >= 10_000, scale > 1e-300 {
      size /= 10
      scale /= 10
    }
    while size < 1000, scale < 1e300 {
      size *= 10
      scale *= 10
    }
    let rounded = (value * scale).rounded(up ? .up : .down) / scale
    return NumberText.canonical(rounded)
  }
}
