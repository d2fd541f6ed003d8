/// Turns the words of one call into typed arguments.
struct CallChecker {
  let spec: CommandSpec
  let scope: any Scope
  let abbreviations: Bool
  var commands: [CommandSpec] = []
  /// Where the command's name stands.
  let head: Range<Int>

  func check(_ words: [WordSyntax], input: WordSyntax?) throws(Diagnostic) -> CheckedCall {
    let binder = try Binder(spec, words: words, abbreviations: abbreviations, input: input)
    var call = CheckedCall(spec: spec, arguments: [:])
    var subject: Subject?
    // Values first: the columns of the first one are what other arguments name.
    let valuesFirst =
      spec.parameters.filter { $0.kind.takesValue && $0.placement == .positional }
      + spec.parameters.filter { !($0.kind.takesValue && $0.placement == .positional) }
    for parameter in valuesFirst {
      guard let given = binder.given[parameter.name] else { continue }
      var reader = ArgumentReader(scope: scope, abbreviations: abbreviations, title: parameter.title)
      reader.fallback = parameter.fallback
      reader.commands = commands
      if parameter.name == spec.firstPositional?.name {
        reader.siblings = commands.filter { $0.verb == spec.verb && $0.method != spec.method }
      }
      reader.subject = subject
      let argument = try read(parameter, given, reader, &call)
      call.arguments[parameter.name] = argument
      call.ranges[parameter.name] = given.range
      if subject == nil, parameter.kind.takesValue { subject = self.subject(argument) }
    }
    for parameter in spec.parameters where parameter.isRequired && call.arguments[parameter.name] == nil {
      throw missing(parameter)
    }
    return call
  }

  private func read(
    _ parameter: AnyParameter, _ given: Binder.Given, _ reader: ArgumentReader, _ call: inout CheckedCall
  ) throws(Diagnostic) -> Argument {
    if let flag = given.flag { return .flag(flag) }
    let filling = LiteralFilling(scope: scope)
    var items: [Argument] = []
    var texts: [String] = []
    for word in given.words {
      let filled = filling.fill(word)
      if let filled { texts.append(filled.written) } else { texts.append(word.text) }
      do throws(Diagnostic) {
        let word = filled?.word ?? word
        if case .list(let kind) = parameter.kind {
          items += try reader.list(word, kind, depth: 0)
        } else {
          items = [try reader.read(parameter.kind, word)]
        }
      } catch {
        guard filled != nil else { throw error }
        var diagnostic = error
        diagnostic.range = word.range
        throw diagnostic
      }
      if filled != nil { call.written[parameter.name] = "" }
    }
    if call.written[parameter.name] != nil {
      call.written[parameter.name] = texts.joined(separator: parameter.isList ? " " : ",")
    }
    if case .list = parameter.kind { return .list(items) }
    return items[0]
  }

  private func subject(_ argument: Argument) -> Subject? {
    switch argument {
    case .reference(let reference):
      guard let shape = scope.shape(of: reference) else { return nil }
      var narrowed = shape
      if let column = reference.column, let columns = shape.columns {
        if columns.contains(where: { $0.name == column && $0.kind != nil }) {
          narrowed.columns = nil
        } else {
          narrowed.columns = columns.filter { $0.name == column || Glob.matches($0.name, column) }
        }
      }
      let name = reference.root == .pipe ? "the piped value" : reference.description
      return Subject(name: name, shape: narrowed)
    case .list(let items): return items.first.flatMap(subject)
    default: return nil
    }
  }

  private func missing(_ parameter: AnyParameter) -> Diagnostic {
    var remedy = "write `\(spec.usage)`"
    if parameter.placement == .option {
      let help = parameter.help.hasSuffix(".") ? String(parameter.help.dropLast()) : parameter.help
      remedy += "; `\(parameter.title)`: \(help.prefix(1).lowercased() + help.dropFirst())"
    } else if parameter.kind.takesValue {
      remedy += ", or pipe a value in"
    }
    return Diagnostic(
      "E0301",
      "`\(spec.name)` needs \(parameter.placement == .option ? "`\(parameter.title)`" : parameter.kind.phrase)",
      at: head, label: "`\(parameter.name)` is missing", remedy: remedy)
  }
}
