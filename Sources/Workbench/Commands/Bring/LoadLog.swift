import Chronology
import Formats
import Language
import Numerics
import Values

struct LoadLog: WorldCommand {
  static let path = Parameter<String>.input("path", help: "A text file with one event a line, also packed.")
  static let format = Parameter<String?>.name(
    "format",
    help: "How a line is built, as in \"<Date> <Time> <Level> <Component>: <Content>\"; found out if absent.")
  static let time = Parameter<[String]>.names(
    "time", help: "The fields that tell the time; Date, Time, Month, Day, Year, Timestamp if absent.")
  static let labels = Parameter<[String]>.names(
    "labels", help: "Fields of ground truth; no detector, encoder or threshold sees them.")
  static let year = Parameter<Int>.integer(
    "year", in: 1970...2200, default: 1970, help: "The year of stamps that name none.")
  static let zone = Parameter<String?>.name("zone", help: "The zone of times without one, such as +02:00.")
  static let similarity = Parameter<Double>.fraction(
    "similarity", in: 0...1, default: 0.5,
    help: "Share of words that must agree for two messages to share a template.")
  static let depth = Parameter<Int>.integer(
    "depth", in: 2...20, default: 4,
    help: "Two more than the leading words that messages of a template share.")
  static let children = Parameter<Int>.integer(
    "children", in: 2...10_000, default: 100, help: "Different words at one place of the template tree.")

  static let mask = Parameter<[String]>(
    AnyParameter(
      "mask",
      .list(
        .choice([
          Choice("address", "10.0.0.1:80"), Choice("block", "blk_-123"), Choice("hex", "0x1f"),
          Choice("clock", "12:30:59"), Choice("number", "any digits"),
          Choice("path", "from a stroke to the end of the word"), Choice("host", "ns.example.com"),
          Choice("none", "nothing"),
        ])),
      default: .list(["address", "block", "hex", "clock"].map { .choice($0) }),
      help: "Shapes of words that are parameters in any case.")
  ) { argument in
    guard case .list(let items) = argument else { return [] }
    return items.compactMap { if case .choice(let name) = $0 { name } else { nil } }
  }

  let spec = CommandSpec(
    "load", "log", "Reads events from a log and finds the templates of their messages.",
    discussion: """
      Without --format the usual forms are tried (syslog by RFC 5424 and 3164, web servers, databases, the frameworks of the usual languages, ISO stamps with levels). In --format a name in angle brackets is a field, a blank any run of blanks, `( … )?` a part that may be absent; \
      a backslash (written twice in quotes) takes the meaning from the next character. The last field takes the rest of the line. Content or \
      Message becomes the column `message`, other fields columns by their names in lower case, the fields of the time \
      the index. Stamps may be ISO 8601, counts from 1970, named months, or several forms that systems write. Lines \
      that do not fit go on with the message before, and are counted. Of JSON Lines the members are the fields, and so are those of logfmt (`level=info msg="…"`) and what `#Fields:` names: \
      the message is `message`, `msg`, `log`, `event`, `body` or `text`, the time `timestamp`, `time`, `ts` or the like.

      Messages that differ in their parameters only share a template, found by Drain (He, Zhu, Zheng and Lyu, ICWS \
      2017) with the paper's similarity 0.5, depth 4 and 100 children. The paper knows some parameters beforehand by \
      expressions made for each system; here --mask names their shapes.
      """,
    parameters: [
      path.base, format.base, time.base, labels.base, year.base, zone.base, similarity.base, depth.base,
      children.base, mask.base,
    ], output: .log, reach: .read,
    examples: [
      Example("generate pump-station --part log --minutes 5 --seed 7 | export --to events.tsv --overwrite"),
      Example("events = load log events.tsv --format \"<Timestamp>\\t<Level>\\t<Content>\""),
      Example("coarse = load log events.tsv --similarity 0.3"),
    ])

  func shape(of call: CheckedCall, in scope: any Scope, world: World) throws(Diagnostic) -> ValueShape {
    do throws(Failure) {
      let files = try? world.files.open([call[Self.path]], for: Self.path.base, of: call)
      // The members of objects are known when they have been read.
      if let source = files?.first?.source, Self.isObjects(source, call) { return ValueShape(kind: .log) }
      let reader = try Self.reader(call, files?.first)
      let columns = reader.columnNames.map { name in
        ColumnShape(name: name, type: name == "message" ? "text" : nil)
      }
      return ValueShape(kind: .log, columns: columns)
    } catch {
      throw error.diagnostic
    }
  }

  func run(_ call: Invocation, work: Work, world: World) throws(Failure) -> Value {
    let files = try world.files.open([call[Self.path]], for: Self.path.base, of: call.call)
    guard let file = files.first else { throw .cancelled }
    if Self.isObjects(file.source, call.call) { return try objects(file.path, file.source, call, work) }
    let reader = try Self.reader(call.call, file)
    let result: LogReader.Result
    do throws(FormatError) {
      result = try reader.read(file.source, work: work)
    } catch {
      throw error.failure(
        file.path, at: Self.path.base, of: call.call,
        remedy: "Look at that line and write `--format` to fit; the last field takes the rest of a line.")
    }
    Self.tell(result, reader, call)
    let labels = call[Self.labels].map { $0.lowercased() }
    let frame = result.log.frame
    let columns = frame.columns.map { column in
      var column = column
      if labels.contains(column.name) { column.role = .label }
      return column
    }
    return .log(
      Log(
        frame: frame.with(columns: columns), templates: result.log.templates,
        templateOfRow: result.log.templateOfRow))
  }

  private static func reader(
    _ call: CheckedCall, _ file: (path: String, source: any ByteSource)?
  ) throws(Failure) -> LogReader {
    let options = try options(call, file?.source)
    do throws(FormatError) {
      return try LogReader(options, sample: file?.source)
    } catch {
      throw error.failure(
        file?.path ?? "", at: path.base, of: call, remedy: "Give a text file with one event a line.")
    }
  }

  private static func tell(_ result: LogReader.Result, _ reader: LogReader, _ call: Invocation) {
    if call[format] == nil, reader.options.pattern.fields.count > 1 {
      call.note("lines are taken as \"\(reader.options.pattern.text)\"")
    }
    call.note(
      "\(counted(result.log.templates.count, "template")) in \(counted(result.log.frame.rowCount, "event"))")
    if result.continued > 0 {
      let (count, line) = (result.continued, result.firstContinued)
      call.note(
        "\(count) \(count == 1 ? "line goes" : "lines go") on with the message before (first: line \(line))")
    }
    if result.leftOut > 0 {
      let (count, line) = (result.leftOut, result.firstLeftOut)
      call.note(
        "\(count) \(count == 1 ? "line is" : "lines are") left out for having no time or place (first: line \(line))"
      )
    }
    if result.yearIsTaken { call.note("the stamps name no year; `--year` \(call[year]) is taken") }
    if result.encoding != .utf8 { call.note("The text is in \(result.encoding.rawValue)") }
    if !reader.hasTime { call.note("no field tells the time, so that events are known by number") }
  }

  private static func options(
    _ call: CheckedCall, _ source: (any ByteSource)?
  ) throws(Failure) -> LogReader.Options {
    let pattern: LogPattern
    do throws(LogPattern.Fault) {
      if call[format] == nil, let guess = head(source).flatMap(LogPattern.guess) {
        pattern = guess
      } else {
        pattern = try LogPattern(call[format] ?? "<Content>")
      }
    } catch {
      throw .diagnostic(
        Diagnostic(
          "E0537", "the format cannot be read: \(error.words)", at: call.ranges["format"],
          label: "not a format",
          remedy: "Write it as in \"<Date> <Time> <Level> <Content>\"."))
    }
    let known = pattern.fields.map { $0.lowercased() }
    for (names, parameter) in [(call[time], "time"), (call[labels], "labels")] {
      for name in names where !known.contains(name.lowercased()) {
        throw .diagnostic(
          Diagnostic(
            "E0524", "the format has no field `\(name)`", at: call.ranges[parameter],
            label: "not in the format",
            remedy: Suggestion.remedy(
              for: name, among: pattern.fields, else: "It has \(Suggestion.some(pattern.fields)).")))
      }
    }
    var options = LogReader.Options(pattern: pattern)
    options.time = call[time]
    options.year = call[year]
    options.zone = try call.zone(call[zone])
    options.mining = mining(call)
    return options
  }

  static func mining(_ call: CheckedCall) -> TemplateMiner.Options {
    var mining = TemplateMiner.Options()
    mining.similarity = call[similarity]
    mining.depth = call[depth]
    mining.children = call[children]
    mining.masks = Set(call[mask].compactMap(TemplateMiner.Mask.init))
    return mining
  }
}
