import CEdit
import Glibc
package import Workbench

/// Edits lines on a terminal by libedit: history, completion, pasted blocks, texts over several lines.
@safe package final class EditlineSource: LineSource {
  private let editor: OpaquePointer
  private let bridge: Bridge
  private var remembered = 0
  private let history: (any LineHistory)?

  /// nil if there is no terminal that can be edited on.
  package init?(history: (any LineHistory)?) {
    guard Environment.isTerminal(STDIN_FILENO), Environment.isTerminal(STDOUT_FILENO),
      Environment.variable("TERM").map({ $0 != "dumb" }) ?? false, sonde_edit_has_utf8() != 0
    else { return nil }
    let bridge = Bridge()
    let helpers = unsafe sonde_edit_helpers(
      context: Unmanaged.passUnretained(bridge).toOpaque(),
      is_incomplete: { context, text in
        guard let context = unsafe context, let text = unsafe text else { return 0 }
        return unsafe Bridge.of(context).isIncomplete(String(cString: text)) ? 1 : 0
      },
      complete: { context, text, cursor, result in
        guard let context = unsafe context, let text = unsafe text, let result = unsafe result else { return }
        let found = unsafe Bridge.of(context).complete(String(cString: text), cursor: Int(cursor))
        unsafe result.pointee.replaced = Int32(found.replaced)
        if let inserted = found.inserted { unsafe result.pointee.inserted = strdup(inserted) }
        if let menu = found.menu { unsafe result.pointee.menu = strdup(menu) }
      })
    guard let editor = unsafe sonde_edit_new("sonde", helpers) else { return nil }
    self.bridge = bridge
    unsafe self.editor = editor
    self.history = history
  }

  deinit { unsafe sonde_edit_free(editor) }

  package func readLine(_ request: LineRequest) -> LineInput {
    bridge.helper = request.helper
    bridge.menuWidth = StandardOutput().width
    recall()
    let prompt = StandardOutput().hasColour ? Self.painted(request.prompt) : request.prompt
    var text: UnsafeMutablePointer<CChar>?
    let status = unsafe sonde_edit_read(editor, prompt, request.initial, 1, &text)
    let line = unsafe text.map { unsafe String(cString: $0) } ?? ""
    unsafe free(text)
    switch status {
    case sonde_edit_line: return .line(line)
    case sonde_edit_interrupted: return .interrupted(line)
    default: return .end
    }
  }

  /// Gives the editor what was added to the history since the last line.
  private func recall() {
    guard let lines = history?.lines, remembered < lines.count else { return }
    for line in lines[remembered...] { unsafe sonde_edit_remember(editor, line) }
    remembered = lines.count
  }

  /// The prompt in colour; the editor leaves out what stands between two marks when it counts columns.
  private static func painted(_ prompt: String) -> String {
    let text = prompt.drop { $0 == " " }
    let end = text.lastIndex { $0 != " " }.map { text.index(after: $0) } ?? text.startIndex
    return "\u{1}\u{1b}[1;36m\u{1}" + text[..<end] + "\u{1}\u{1b}[0m\u{1}" + text[end...]
  }
}

/// What the editor's keys reach.
private final class Bridge {
  var helper: (any LineHelper)?
  var menuWidth = 80

  static func of(_ context: UnsafeMutableRawPointer) -> Bridge {
    // SAFETY: the context is the bridge that the source keeps alive as long as its editor.
    unsafe Unmanaged<Bridge>.fromOpaque(context).takeUnretainedValue()
  }

  func isIncomplete(_ text: String) -> Bool { helper?.isIncomplete(text) ?? false }

  struct Found {
    var replaced = 0
    var inserted: String?
    var menu: String?
  }

  /// Inserts what all choices share; shows them if that is nothing new.
  func complete(_ text: String, cursor: Int) -> Found {
    guard let menu = helper?.menu(for: text, cursor: cursor), !menu.items.isEmpty else { return Found() }
    let typed = String(decoding: Array(text.utf8)[menu.range.clamped(to: 0..<cursor)], as: UTF8.self)
    if menu.items.count == 1 {
      let item = menu.items[0]
      return Found(replaced: typed.utf8.count, inserted: item.text + (item.isComplete ? " " : ""))
    }
    let shared = menu.items.dropFirst().reduce(menu.items[0].text) { $0.commonPrefix(with: $1.text) }
    if shared.utf8.count > typed.utf8.count, shared.hasPrefix(typed) {
      return Found(replaced: typed.utf8.count, inserted: shared)
    }
    return Found(menu: CompletionMenu.text(menu.items, width: menuWidth))
  }
}

extension String {
  fileprivate func commonPrefix(with other: String) -> String {
    String(zip(self, other).prefix { $0 == $1 }.map(\.0))
  }
}
