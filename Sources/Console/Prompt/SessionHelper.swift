import Language
package import Workbench

/// Helps while a line is typed, from what the session knows: names, shapes, declarations.
package final class SessionHelper: LineHelper {
  private let session: Session

  package init(session: Session) { self.session = session }

  package func isIncomplete(_ text: String) -> Bool { LineReader.isIncomplete(text) }

  package func menu(for text: String, cursor: Int) -> LineMenu {
    let bytes = Array(text.utf8)
    let start = LineReader.lastStatement(of: String(decoding: bytes.prefix(cursor), as: UTF8.self))
    var menu = menu(statement: String(decoding: bytes[start...], as: UTF8.self), cursor: cursor - start)
    menu.range = menu.range.lowerBound + start..<menu.range.upperBound + start
    return menu
  }

  private func menu(statement text: String, cursor: Int) -> LineMenu {
    let head = String(decoding: Array(text.utf8.prefix(cursor)), as: UTF8.self)
    let result =
      switch head.first(where: { !$0.isWhitespace }) {
      case "/": sessionCommands(head)
      case "?", "!", "#": Completer.Result(range: cursor..<cursor, items: [])
      default: completer.complete(text, cursor: cursor)
      }
    return LineMenu(
      range: result.range,
      items: result.items.map { LineMenu.Item($0.text, detail: $0.detail, isComplete: $0.isComplete) })
  }

  private var completer: Completer {
    let session = session
    return Completer(table: session.table, scope: session.scope) { pipeline in
      guard case .pipeline(let checked)? = try? session.checker(abbreviations: true).check(pipeline) else {
        return nil
      }
      return checked.shape
    }
  }

  /// `/save`, and what stands behind it.
  private func sessionCommands(_ head: String) -> Completer.Result {
    let start = head.lastIndex { $0.isWhitespace }.map { head.index(after: $0) } ?? head.startIndex
    let word = String(head[start...])
    let end = head.utf8.count
    let range = end - word.utf8.count..<end
    let name = head.split(whereSeparator: \.isWhitespace).first.map { String($0.dropFirst()) } ?? ""
    if word.hasPrefix("/"), word.dropFirst() == name[...] {
      let items = SessionCommand.all.map { Completer.Item("/" + $0.name, detail: $0.summary) }
      return Completer.Result(range: range, items: items.filter { $0.text.hasPrefix(word) })
    }
    guard let command = SessionCommand.all.first(where: { $0.name == name }) else {
      return Completer.Result(range: range, items: [])
    }
    return Completer.Result(range: range, items: arguments(of: command, word))
  }

  private func arguments(of command: SessionCommand, _ word: String) -> [Completer.Item] {
    switch command.usage.prefix(while: { $0.isUppercase }) {
    case "PATH", "FILE":
      // The same as behind a command that reads a file.
      return Completer.files(word, scope: session.scope)
    case "NAME":
      return session.scope.names.filter { $0.hasPrefix(word) }.map { Completer.Item($0) }
    default:
      let words = command.usage.split { !$0.isLetter && $0 != "-" }.filter { $0.allSatisfy(\.isLowercase) }
      return words.map(String.init).filter { $0.hasPrefix(word) }.map { Completer.Item($0) }
    }
  }
}
