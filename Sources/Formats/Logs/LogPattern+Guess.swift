extension LogPattern {
  /// Forms that logs often have, the ones that say most first.
  private static let usual = [
    // RFC 5424 and RFC 3164.
    "\\<<Priority>\\>1 <Timestamp> <Host> <Component> <PID> <Kind> <Content>",
    "\\<<Priority>\\><Month> <Day> <Time> <Host> <Component>(\\[<PID>\\])?: <Content>",
    "<Month> <Day> <Time> <Host> <Component>(\\[<PID>\\])?: <Content>",
    "<Timestamp> <Host> <Component>\\[<PID>\\]: <Content>",
    // PostgreSQL and MySQL.
    "<Timestamp> \\[<PID>\\] (<User>@<Database> )?<Level>: <Content>",
    "<Timestamp> <PID> \\[<Level>\\] <Content>",
    // Frameworks of Java, Python and Rust; Android; Kubernetes; Redis; a web server that errs.
    "<Timestamp> <Level> <PID> --- \\[( )?<Thread>\\] <Component>( )?: <Content>",
    "<Date> <Time> <Level> <PID> --- \\[( )?<Thread>\\] <Component>( )?: <Content>",
    "\\[<Timestamp>\\] \\[<PID>\\] \\[<Level>\\] <Content>",
    "<Date> <Time> - <Component> - <Level> - <Content>", "\\[<Timestamp> <Level> <Component>\\] <Content>",
    "<Date> <Time> <PID> <TID> <Level> <Component>: <Content>",
    "<Date> <Time> <PID> <Component>\\] <Content>",
    "<PID>:<Role> <Day> <Month> <Year> <Time> <Mark> <Content>",
    "<Date> <Time> \\[<Level>\\] <PID>#<TID>: <Content>",
    // Web servers: the common and the combined form.
    "<Client> <Identity> <User> \\[<Timestamp>\\] \"<Content>\" <Status> <Bytes> \"<Referrer>\" \"<Agent>\"",
    "<Client> <Identity> <User> \\[<Timestamp>\\] \"<Content>\" <Status> <Bytes>",
    "<Client> <Identity> <User> \\[<Timestamp>\\] <Content>",
    "\\[<Timestamp>\\] \\[<Level>\\] <Content>",
    "<Label> <Timestamp> <Date> <Node> <Time> <NodeRepeat> <Type> <Component> <Level> <Content>",
    "<Label> <Timestamp> <Date> <User> <Month> <Day> <Time> <Location> <Component>(\\[<PID>\\])?: <Content>",
    "<File> <Date> <Time> <PID> <Level> <Component> \\[<Request>\\] <Content>",
    "<Date> <Time> - <Level>  \\[<Node>\\] - <Content>",
    "<Date> <Time> <Level> \\[<Process>\\] <Component>: <Content>",
    "<Date> <Time> <PID> <Level> <Component>: <Content>",
    "<Date> <Time> <Level> <Component>: <Content>", "<Date> <Time> \\[<Level>\\] <Content>",
    "<Date> <Time> <Level> <Content>", "\\[<Timestamp>\\] <Level>: <Content>",
    "\\[( )?<Timestamp>\\] <Content>",
    "<Timestamp> \\[<Level>\\] <Content>", "<Timestamp> <Level> <Content>", "<Date> <Time> <Content>",
    "<Timestamp> <Content>",
    // A program that names itself first.
    "<Component> <Date> <Time>: <Content>", "<Component> <Date> <Time> <Content>",
    "<Component> <Timestamp> <Content>",
  ]

  private static let levels: Set<String> = [
    "trace", "debug", "info", "information", "notice", "warn", "warning", "error", "err", "severe", "crit",
    "critical", "alert", "emerg", "fatal", "failure", "fine", "finer", "verbose", "d", "i", "w", "e", "v",
    "f", "note", "log", "detail", "hint", "statement", "context", "panic", "system",
  ]

  /// What tells the form stands within so many bytes of a line.
  private static let mostLooked = 1024

  /// The form that nearly all of the first lines have, with times that can be read and levels that are such.
  package static func guess(_ head: [UInt8]) -> LogPattern? {
    let lines = head.split(separator: 10).prefix(100)
      .map { ($0.last == 13 ? $0.dropLast() : $0).prefix(mostLooked) }.filter {
        !$0.isEmpty && $0.first != 32 && $0.first != 9
      }
    guard lines.count >= 2 else { return nil }
    // The last line may be cut.
    let sample = lines.count > 3 ? lines.dropLast() : lines
    for text in usual {
      guard let pattern = try? LogPattern(text) else { continue }
      if pattern.isFit(for: Array(sample)) { return pattern }
    }
    return nil
  }

  private func isFit(for lines: [ArraySlice<UInt8>]) -> Bool {
    var found: [[ArraySlice<UInt8>]] = []
    for (number, line) in lines.enumerated() {
      if let ranges = match(line) { found.append(ranges.map { line[$0] }) }
      guard (number + 1 - found.count) * 20 <= lines.count else { return false }
    }
    let names = fields.map { $0.lowercased() }
    if let level = names.firstIndex(of: "level") {
      let fitting = found.count { Self.levels.contains($0[level].text.lowercased()) }
      guard fitting * 20 >= found.count * 19 else { return false }
    }
    // A component is one word, without a time in it.
    if let component = names.firstIndex(of: "component") {
      guard found.allSatisfy({ !$0[component].contains(32) }) else { return false }
    }
    for name in ["pid", "tid", "priority", "status", "bytes"] {
      guard let place = names.firstIndex(of: name) else { continue }
      let isNumber = found.allSatisfy { $0[place].allSatisfy { ($0 &- 48 <= 9) || $0 == 45 } }
      guard isNumber else { return false }
    }
    if let month = names.firstIndex(of: "month") {
      guard found.allSatisfy({ ($0[month].first ?? 48) >= 65 }) else { return false }
    }
    let sets = [
      ["day", "month", "year", "time"], ["month", "day", "time"], ["timestamp"], ["date", "time"],
    ]
    guard let set = sets.first(where: { Set($0).isSubset(of: names) }) else { return false }
    let places = set.compactMap { names.firstIndex(of: $0) }
    let stamps = found.map { line in Array(places.map { Array(line[$0]) }.joined(separator: [32])) }
    return StampFormat.allCases.contains { format in
      stamps.count { format.moment($0, year: 2000, zone: 0) != nil } * 20 >= stamps.count * 19
    }
  }
}
