import Evaluation
import Language
import Values

extension Invocation {
  /// The rows that every one of the scores is judged on.
  func commonRows(
    _ given: [(name: String, scores: Scores)], labels: [Bool?], at parameter: AnyParameter
  ) throws(Failure) -> [Int] {
    var rows: Set<Int>?
    for (_, scores) in given {
      do throws(EvaluationError) {
        let own = Set(try JudgedRows(scores, labels: labels).rows)
        rows = rows?.intersection(own) ?? own
      } catch {
        throw failure(error, at: parameter)
      }
    }
    let common = (rows ?? []).sorted()
    if common.isEmpty { throw failure(EvaluationError.nothingToJudge, at: parameter) }
    return common
  }
}

extension LabelledScores {
  /// The given rows, which may repeat.
  func drawing(_ rows: [Int]) -> LabelledScores {
    LabelledScores(scores: rows.map { scores[$0] }, labels: rows.map { labels[$0] })
  }
}
