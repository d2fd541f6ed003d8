import Language

extension HelpText {
  /// What can be asked about besides commands.
  static let topics: [(name: String, summary: String)] = [
    ("commands", "all commands"), ("expressions", "what `where` and `derive` understand"),
    ("syntax", "how a line is written"), ("errors", "what the codes of errors mean"),
    ("param", "a literal with a name"), ("def", "a pipeline with a name"),
    ("sweep", "a pipeline tried with several values"),
    ("agent", "how a model is asked, and what it may do"),
  ]

  static func topic(_ name: String) -> String? {
    switch name {
    case "expressions": expressions
    case "syntax": syntax
    case "param": parameters
    case "def": definitions
    case "sweep": sweeps
    case "agent": agent
    case "errors": DiagnosticGuide.families.map { "\($0.prefix)xx  \($0.meaning)" }.joined(separator: "\n")
    default: ExpressionFunction.named(name).map { "\($0.usage)\n\n\($0.help)" }
    }
  }

  /// What a code is about.
  static func code(_ code: String) -> String? {
    DiagnosticGuide.text(code).map { $0 + "\n\nThe message itself names the place and the remedy." }
  }

  private static let syntax = """
    [NAME =] VALUE | VERB [METHOD] ARGUMENTS --OPTION VALUE | VERB …

    A line names the result of a pipeline, or shows it. `x | v m` means `v m x`.

    Values: `pump`, `pump.Temperature`, `pump.Temp*`, `pump@2` (an earlier version), `_` (the last result), `r12` (the \
    result of line 12).
    Literals: `10s` `250ms` `5min`, `1%`, `44.1kHz`, `2026-03-01T08:00`, ranges `a..b`, lists `a,b,c`, calls \
    `hold(5s)`, texts in quotes.
    `param level = 99%` names a literal, used as `{level}`; `def name(a) = pipeline` names a pipeline.
    A line goes on while a bracket or a quote is open, and behind `|` or `\\` at its end.
    The first character decides: a letter is data, `/` steers the session, `?` asks the agent, `#` is a comment.
    """

  private static let parameters = """
    param NAME = LITERAL

    Names a literal of a script, used as `{NAME}` in later lines; `sonde FILE --param NAME=VALUE` sets another one.

    Examples:
      param level = 99%
      alarms = threshold quantile risk --level {level}
    """

  private static let definitions = """
    def NAME(A, B) = PIPELINE

    Names a pipeline. `NAME x y` puts x and y in the places of A and B; behind a pipe, what the pipe brings is the first of \
    them, if the pipeline begins with it. Scripts keep what it stood for. A definition cannot use itself.

    Examples:
      def judged(scores, truth) = scores | evaluate --against truth --metrics auroc,ap
      judged risk pump.fault
    """

  private static let sweeps = """
    [NAME =] sweep P in VALUES PIPELINE

    Runs the pipeline once for each value, with the value wherever P stands by itself, and sets the numbers side by side in a \
    table. VALUES are a list (`3,5,10`, `knn,lof`), whole numbers of a range (`1..5`), or so many at equal distances \
    (`1%..5%/9`). The pipeline ends in numbers, as `evaluate` gives them; nothing is written in it, and what is random needs \
    a seed. Every trial is checked before the first one runs. To choose by labels what is then judged by the same labels is to \
    tune on the truth: choose on other rows, or on anomalies that `augment` put in.

    Examples:
      sweep k in 3,5,10,20 detect knn joint --neighbors k | evaluate --against pump.fault --metrics auroc,ap
      sweep m in knn,lof,pca detect m joint | evaluate --against pump.fault
    """

  private static let agent = """
    `? which sensor was first?` asks the analyst, `?critic …` another role, `?debate …` a team of roles. `{name}` in a \
    question becomes the texts of that value (`help knowledge prompt`).

    The model: SONDE_LLM_URL names any server that speaks chat completions, responses or messages; those at the usual ports \
    of this machine are found; `scripts/local-model` installs a small one. `/model` lists, chooses and measures; `/key` \
    takes a key unseen.
    What it does stands on the screen as lines that you could type, and in the script. Looking and computing runs, \
    writing asks, and nothing is sent anywhere. `/mode plan` proposes lines only, `/mode auto` writes new files below this \
    folder. Rules: lines like `deny export` or `ask fuse` in `.sonde/rules`; only your own file of rules may `allow`.
    What it costs: `/budget` sets calls, tokens, seconds and money a question may take; `/cost` and `/context` tell.
    What it said: `[r12]` cites a result, `[notes:3]` a row; numbers that no result holds are marked. `/undo turn` \
    takes back what a turn bound. `/trace run` keeps what was done, for `trace show` and `detect trace`.
    Teams: `/team` lists them, `/team run debate on pump` sets one to work. Roles and teams are files in `prompts/`: tools, \
    model and text of each.
    `/mcp connect NAME PROGRAM` offers another program's tools, each call asked for; `sonde mcp` offers these commands to others. \
    `/pin` and `remember` keep facts before its eyes.
    """

  private static var expressions: String {
    var lines = [
      "Expressions are computed row by row over the columns of a value.", "",
      "  + - * / % ^         arithmetic; % has the sign of the divisor, ^ is the power",
      "  == != < <= > >=     comparison",
      "  and or not          logic; what nobody knows is missing, neither true nor false",
      "  x in (1, 2, 3)      one of several, also `not in`", "",
      "Literals are numbers, \"texts\", true, false, lengths of time (10s) and times (2026-03-01T08:00). Names with "
        + "odd characters stand in backticks: `` `Flow rate` ``. A number that would be infinite is missing.",
      "",
    ]
    let width = (ExpressionFunction.all.map(\.usage.count).max() ?? 0) + 2
    for function in ExpressionFunction.all {
      lines.append("  " + padded(function.usage, width) + function.help)
    }
    return lines.joined(separator: "\n")
  }
}
