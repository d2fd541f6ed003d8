extension DiagnosticGuide {
  static let syntax: [Entry] = [
    Entry("E0101", "A quote was opened and never closed.", #"note "all is well  →  note "all is well""#),
    Entry("E0102", "A bracket was opened and never closed.", "encode all --use stats(10s  →  … stats(10s)"),
    Entry("E0103", "Brackets close in the opposite order to that in which they open.", "([a)]  →  ([a])"),
    Entry("E0104", "A command must stand on both sides of a pipe.", "pump | | describe  →  pump | describe"),
    Entry(
      "E0105", "Names start with a letter and hold letters, digits and `_`; `r12` and `_` mean results.",
      "2nd = load table a.csv  →  second = load table a.csv"),
    Entry(
      "E0106",
      "Scripts hold what makes values. Lines with a slash steer a session and stand at the prompt only."
    ),
    Entry(
      "E0113", "A line begins with `!`, and Sonde runs no commands of the operating system.",
      "!ls  →  use another terminal"),
    Entry("E0107", "The line breaks off before it says what it was begun for.", "x =  →  x = describe pump"),
    Entry(
      "E0108",
      "Characters that nobody can see (control characters, turns of direction, odd spaces) are refused outside "
        + "quotes, since they make a line look like another one."),
    Entry("E0109", "Curly quotes often come with pasted text; only straight ones open a text."),
    Entry(
      "E0110", "In double quotes a backslash starts one of the escapes \\n, \\t, \\\", \\\\ and \\u{…}.",
      #"note "C:\data"  →  note 'C:\data'"#),
    Entry("E0111", "The mark at the start of the line wants something behind it.", "?  →  ? what changed"),
    Entry("E0112", "One line may hold 262,144 bytes. Larger texts belong into files."),
  ]

  static let names: [Entry] = [
    Entry("E0201", "A stage starts with a command; a value alone is shown.", "pmup  →  pump"),
    Entry(
      "E0202", "A shortened word fits several longer ones; write more of it.", "de pump  →  describe pump"),
    Entry(
      "E0203", "The value has no column or part of this name.", "plot pump.Temprature  →  … pump.Temperature"),
    Entry("E0204", "The names of commands cannot be given to values.", "load = …  →  loaded = …"),
    Entry("E0205", "No line before has given anything this name.", "detect knn joint  →  joint = … first"),
    Entry("E0206", "The command takes other kinds of value.", "threshold pot pump  →  threshold pot risk"),
    Entry("E0207", "The column holds another type of cell than the argument needs."),
    Entry("E0208", "A version `name@2` or a result `r12` exists only once it has been computed."),
    Entry(
      "E0209", "The verb has several methods; name one of them.", "detect joint  →  detect iforest joint"),
    Entry("E0210", "Only commands that take a value can stand behind a pipe.", "pump | load table a.csv"),
    Entry("E0211", "References are written `name`, `name.column`, `name@2`, `_` and `r12`."),
    Entry("E0212", "A definition that uses itself would never end.", "def f(x) = x | f"),
    Entry("E0214", "`--param NAME=VALUE` sets what a script declares by `param NAME = …`."),
    Entry(
      "E0213", "A definition takes as many words as it has parameters.",
      "def f(x, n) = …; f pump  →  f pump 5"),
    Entry(
      "E0215", "A sweep tries values in a pipeline.",
      "sweep k 3,5 detect knn x  →  sweep k in 3,5 detect knn x --neighbors k | evaluate --against truth"),
    Entry("E0216", "A sweep compares numbers, so that its pipeline has to end in some."),
    Entry("E0217", "In a sweep nothing is written, and only the values make a difference."),
  ]

  static let arguments: [Entry] = [
    Entry("E0301", "An argument that has no default is missing.", "align pump mic  →  … --every 1s"),
    Entry(
      "E0302", "The command has no such option; `help VERB METHOD` lists them.", "--tree 9  →  --trees 9"),
    Entry("E0303", "An option counts once.", "--k 5 --k 7  →  --k 7"),
    Entry("E0304", "This option needs a value behind it.", "--trees  →  --trees 200"),
    Entry("E0305", "The command takes no more words.", "describe pump now  →  describe pump"),
    Entry(
      "E0306", "The text is not the kind of literal that the argument takes.", "--trees many  →  --trees 200"),
    Entry("E0307", "The value lies outside the limits that the command declares.", "--k 0  →  --k 5"),
    Entry("E0308", "The argument takes one of a few words.", "--metric euclid  →  --metric euclidean"),
    Entry("E0309", "The argument takes one of a few calls.", "--use stat(10s)  →  --use stats(10s)"),
    Entry("E0310", "The call has other parameters.", "stats()  →  stats(10s)"),
    Entry("E0311", "A range has two ends, the smaller one first.", "--rows 20-10  →  --rows 10..20"),
    Entry(
      "E0312", "A flag is either there or not; `yes` and `no` are read, too.", "--exact maybe  →  --exact"),
    Entry("E0313", "The words name nothing that is known here."),
    Entry(
      "E0314", "A list behind an option is one word; without commas what follows means something else.",
      "compare fusion a --fused b c  →  compare fusion a --fused b,c"),
  ]

  static let expressions: [Entry] = [
    Entry("E0401", "The expression cannot be read at this place.", "where pump x = 3  →  where pump x == 3"),
    Entry("E0402", "`help expressions` lists the functions.", "avg(x)  →  rolling(mean, x, 10s)"),
    Entry("E0403", "The function takes another number of arguments.", "abs(x, y)  →  abs(x - y)"),
    Entry("E0404", "Operators and functions take certain types.", #"state > 3  →  state == "on""#),
    Entry("E0405", "Expressions are bounded in size and depth; name parts of them with `derive`."),
    Entry("E0406", "This argument must be a literal within its limits.", "lag(x, y)  →  lag(x, 1)"),
    Entry("E0407", "`where` keeps rows for which a condition is true.", "where pump x  →  where pump x > 0"),
  ]
}
