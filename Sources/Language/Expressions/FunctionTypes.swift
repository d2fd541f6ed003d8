import Chronology

/// Checks the arguments of one function call against its signatures.
struct FunctionTypes {
  typealias Part = ExpressionParser.Part

  let function: ExpressionFunction
  let range: Range<Int>

  func call(_ arguments: [Part]) throws(Diagnostic) -> Part {
    var first: Diagnostic?
    for signature in function.signatures where accepts(signature, arguments.count) {
      do throws(Diagnostic) {
        let type = try check(signature, arguments)
        return Part(node: .call(function.name, arguments.map(\.node)), type: type, range: range)
      } catch {
        first = first ?? error
      }
    }
    throw first
      ?? Diagnostic(
        "E0403", "`\(function.name)` does not take \(arguments.count) arguments", at: range,
        label: "\(arguments.count) given", remedy: "write `\(function.usage)`")
  }

  private func accepts(_ signature: ExpressionFunction.Signature, _ count: Int) -> Bool {
    let least = signature.inputs.filter { !$0.isOptional }.count
    return count >= least && (count <= signature.inputs.count || signature.inputs.last?.isRepeated == true)
  }

  private func check(
    _ signature: ExpressionFunction.Signature, _ arguments: [Part]
  ) throws(Diagnostic) -> ExpressionType {
    var shared = ExpressionType.any
    for (position, argument) in arguments.enumerated() {
      let input = signature.inputs[min(position, signature.inputs.count - 1)]
      switch input.take {
      case .value(let type):
        guard argument.type.fits(type) else { throw mismatch(argument, type, input) }
      case .same:
        guard argument.type.fits(shared) else { throw mismatch(argument, shared, input) }
        if shared == .any { shared = argument.type }
      case .window: try checkWindow(argument)
      case .rows: try checkRows(argument)
      case .share: try checkShare(argument, input)
      case .statistic: try checkStatistic(argument, arguments.count)
      case .pattern:
        guard case .text = argument.node else { throw mismatch(argument, .text, input) }
      }
    }
    return signature.result ?? shared
  }

  private func mismatch(
    _ argument: Part, _ type: ExpressionType, _ input: ExpressionFunction.Input
  ) -> Diagnostic {
    ExpressionTypes.mismatch(
      argument, "`\(input.name)` of `\(function.name)` takes \(type.phrase)",
      remedy:
        "`\(function.usage)`: \(function.help.first.map { $0.lowercased() } ?? "")\(function.help.dropFirst())"
    )
  }

  private static let longestWindow = 10_000_000.0

  private func checkWindow(_ argument: Part) throws(Diagnostic) {
    switch argument.node {
    case .number(let rows) where rows >= 1 && rows <= Self.longestWindow && rows == rows.rounded(): return
    case .span(let span) where span.nanoseconds > 0: return
    default:
      throw Diagnostic(
        "E0406", "the window is neither a number of rows nor a length of time", at: argument.range,
        label: "not a window", remedy: "write a whole number from 1 on, or a length such as 10s")
    }
  }

  private func checkRows(_ argument: Part) throws(Diagnostic) {
    if case .number(let rows) = argument.node, rows >= 1, rows <= Self.longestWindow, rows == rows.rounded() {
      return
    }
    throw Diagnostic(
      "E0406", "the number of rows is not a whole number from 1 on", at: argument.range,
      label: "not a number of rows",
      remedy: "write a whole number such as 1; `lead` looks the other way than `lag`")
  }

  private func checkShare(
    _ argument: Part, _ input: ExpressionFunction.Input
  ) throws(Diagnostic) {
    if case .number(let share) = argument.node, (0...1).contains(share) { return }
    throw Diagnostic(
      "E0406", "`\(input.name)` is not a number from 0 to 1", at: argument.range, label: "not a share",
      remedy: "write a number such as 0.95")
  }

  private func checkStatistic(_ argument: Part, _ count: Int) throws(Diagnostic) {
    guard case .text(let word) = argument.node, ExpressionFunction.statistics.contains(word) else {
      var text = ""
      if case .text(let word) = argument.node { text = word }
      throw Diagnostic(
        "E0406", "`\(function.name)` does not know this statistic", at: argument.range,
        label: "not a statistic",
        remedy: Suggestion.remedy(
          for: text, among: ExpressionFunction.statistics,
          else: "choose \(Suggestion.list(ExpressionFunction.statistics, "or"))"))
    }
    guard (word == "quantile") == (count == 4) else {
      throw Diagnostic(
        "E0403", word == "quantile" ? "`quantile` needs its share" : "only `quantile` takes a share",
        at: range,
        label: word == "quantile" ? "not complete" : "one argument too many",
        remedy: word == "quantile" ? "write rolling(quantile, x, window, 0.95)" : "remove the last argument")
    }
  }
}
