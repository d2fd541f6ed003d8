import Language

/// A tutorial: Markdown whose `sonde` code blocks are lines to run, one after another.
package struct Lesson: Sendable, Equatable {
  /// A stretch of prose, and the line to run after reading it.
  package struct Page: Sendable, Equatable {
    package let text: String
    package let line: String?
  }

  /// `01-first-investigation`.
  package let name: String
  /// The first heading.
  package let title: String
  package let pages: [Page]

  package init(name: String, markdown: String) {
    self.name = name
    var pages: [Page] = []
    var prose: [Substring] = []
    var code: [Substring]?
    var title: String?
    func flush(_ line: String?) {
      let text = Self.unwrapped(prose).joined(separator: "\n").trimmingLines
      if line != nil || !text.isEmpty { pages.append(Page(text: text, line: line)) }
      prose = []
    }
    for line in markdown.split(separator: "\n", omittingEmptySubsequences: false) {
      if let block = code {
        if line.hasPrefix("```") {
          let lines = LineReader.logicalLines(of: block.joined(separator: "\n")).map(\.text)
          for line in lines where !line.allSatisfy(\.isWhitespace) { flush(line) }
          code = nil
        } else {
          code = block + [line]
        }
      } else if line.hasPrefix("```sonde") {
        code = []
      } else {
        if title == nil, line.hasPrefix("# ") { title = String(line.dropFirst(2)) }
        prose.append(line)
      }
    }
    flush(nil)
    self.title = title ?? name
    self.pages = pages
  }

  /// Each paragraph on one line, for whoever shows it to break where it fits; lists, headings and the like stay.
  private static func unwrapped(_ prose: [Substring]) -> [String] {
    func isProse(_ line: Substring) -> Bool {
      line.first.map { $0.isLetter || "`\"(*_".contains($0) } ?? false
    }
    var lines: [String] = []
    var goesOn = false
    for line in prose {
      if goesOn, isProse(line), let last = lines.last {
        lines[lines.count - 1] = last + " " + line
      } else {
        lines.append(String(line))
      }
      goesOn = isProse(line)
    }
    return lines
  }

  /// All lessons of a folder, by name.
  package static func all(in folder: String, files: any FileStore) -> [Lesson] {
    files.files(matching: folder + "/tutorials/*.md").compactMap { path in
      guard let text = try? files.text(path, limit: 1 << 20) else { return nil }
      let name = path.split(separator: "/").last.map { String($0.dropLast(3)) } ?? path
      return Lesson(name: name, markdown: text)
    }
  }
}

extension String {
  /// Without empty lines at both ends.
  fileprivate var trimmingLines: String {
    var lines = split(separator: "\n", omittingEmptySubsequences: false)[...]
    while let first = lines.first, first.allSatisfy(\.isWhitespace) { lines.removeFirst() }
    while let last = lines.last, last.allSatisfy(\.isWhitespace) { lines.removeLast() }
    return lines.joined(separator: "\n")
  }
}

/// Where the reader of a lesson is.
struct LessonWalk {
  let lesson: Lesson
  var page = 0
}

extension SessionCommand {
  static let tutorial = SessionCommand(
    name: "tutorial", usage: "[N | next | stop]", summary: "Lists the lessons, or walks through one.",
    words: 0...1
  ) { (call) throws(Diagnostic) in
    let session = call.session
    let lessons = Lesson.all(in: session.world.home, files: session.world.files)
    switch call.words.first {
    case nil: call.say(listing(lessons))
    case "stop": session.lesson = nil
    case "next":
      guard session.lesson != nil else {
        throw Diagnostic(
          "E0601", "no lesson is open", at: call.syntax.words.first?.range, label: "nothing to go on with",
          remedy: "`/tutorial` lists the lessons, `/tutorial 1` opens the first")
      }
      session.turnPage(call.emit)
    case let word?:
      let chosen = Int(word).flatMap { lessons.indices.contains($0 - 1) ? lessons[$0 - 1] : nil }
      guard let lesson = chosen ?? lessons.first(where: { $0.name == word }) else {
        throw Diagnostic(
          "E0601", "there is no lesson `\(word)`", at: call.syntax.words.first?.range, label: "not a lesson",
          remedy: "`/tutorial` lists the lessons")
      }
      session.lesson = LessonWalk(lesson: lesson)
      session.showPage(call.emit)
    }
    return .ok
  }

  private static func listing(_ lessons: [Lesson]) -> String {
    if lessons.isEmpty { return "no lessons are installed; they live in the folder `tutorials` of Sonde" }
    let lines = lessons.enumerated().map { "\($0.offset + 1)  \($0.element.title)" }
    return lines.joined(separator: "\n") + "\n\n`/tutorial 1` opens the first one."
  }
}

extension Session {
  /// Goes on in the lesson once its line, or a change of it, has run; until then the line is offered again.
  func follow(_ line: String, isDone: Bool, emit: (SessionEvent) -> Void) {
    guard let walk = lesson, walk.page < walk.lesson.pages.count, !line.hasPrefix("/tutorial"),
      let wanted = walk.lesson.pages[walk.page].line
    else { return }
    if isDone, Self.aim(of: line) == Self.aim(of: wanted) {
      turnPage(emit)
    } else {
      emit(.suggestion(wanted))
    }
  }

  /// What a line names, or the command that it begins with.
  private static func aim(of line: String) -> Substring {
    let words = line.split(separator: " ", omittingEmptySubsequences: true)
    return words.count > 1 && words[1] == "=" ? words[0] + "=" : words.first ?? ""
  }

  func turnPage(_ emit: (SessionEvent) -> Void) {
    lesson?.page += 1
    showPage(emit)
  }

  func showPage(_ emit: (SessionEvent) -> Void) {
    guard let walk = lesson else { return }
    guard walk.page < walk.lesson.pages.count else {
      lesson = nil
      emit(.text("This was the lesson. `/tutorial` lists the others."))
      return
    }
    let page = walk.lesson.pages[walk.page]
    if !page.text.isEmpty { emit(.text((walk.page > 0 ? "\n" : "") + page.text)) }
    guard let line = page.line else { return turnPage(emit) }
    emit(.suggestion(line))
  }
}
