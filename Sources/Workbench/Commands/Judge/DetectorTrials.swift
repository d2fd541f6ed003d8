import Language
import Numerics
import Values

/// Several detectors on one value, each run by the same command.
struct DetectorTrials<Outcome> {
  /// What came of those that could work, by their canonical words.
  let outcomes: [(name: String, outcome: Outcome)]
  /// Why the others could not, and what those that worked remarked.
  let remarks: [String]

  /// Runs a command for each detector; if none could work, fails as the first did.
  ///
  /// - Parameters:
  ///   - use: the parameter that named them.
  ///   - take: the outcome in a result, nil if it is of another kind.
  init(
    of literals: [CallLiteral], on value: NamedValue, for call: Invocation, at use: AnyParameter, seed: Int,
    work: Work, command: (any DetectionMethod) -> any PureCommand, take: (Value) -> Outcome?
  ) throws(Failure) {
    var outcomes: [(name: String, outcome: Outcome)] = []
    var remarks: [String] = []
    var first: Failure?
    for (number, literal) in literals.enumerated() {
      guard let method = detectionMethods.first(where: { $0.name == literal.name }) else { continue }
      let name = Argument.call(literal).canonical(as: .call([CompareDetectors.literal(method)]))
      let command = command(method)
      var arguments = literal.arguments
      arguments["seed"] = .integer(seed)
      let own = Invocation(
        call: CheckedCall(
          spec: command.spec, arguments: arguments,
          ranges: call.call.ranges[use.name].map { ["value": $0] } ?? [:]),
        values: ["value": [value]])
      let share = Double(literals.count)
      let part = Work(threads: work.threads, isCancelled: work.isCancelled) { done, _ in
        work.report((Double(number) + done) / share, literal.name)
      }
      do throws(Failure) {
        guard let outcome = take(try command.run(own, work: part)) else { continue }
        outcomes.append((name, outcome))
        remarks += own.remarks.all.map { "\(name): \($0)" }
      } catch .diagnostic(let diagnostic) {
        first = first ?? .diagnostic(diagnostic)
        remarks.append("\(name) could not work: \(diagnostic.summary)")
      } catch {
        throw error
      }
    }
    if outcomes.isEmpty, let first { throw first }
    self.outcomes = outcomes
    self.remarks = remarks
  }
}
