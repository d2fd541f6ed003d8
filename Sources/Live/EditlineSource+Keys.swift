import CEdit
import Glibc
import Workbench

extension EditlineSource {
  /// Acts on a key of ours; gives libedit's word for what to do then.
  func press(_ key: edit_key) -> UInt8 {
    switch key {
    case EDIT_ENTER: return enter()
    case EDIT_COMPLETE: return complete()
    case EDIT_PASTE: return paste()
    case EDIT_EARLIER:
      return moveByLine(-1) || showEarlier() ? UInt8(CC_REFRESH) : UInt8(CC_ERROR)
    case EDIT_LATER: return moveByLine(1) || showLater() ? UInt8(CC_REFRESH) : UInt8(CC_ERROR)
    case EDIT_SEARCH: return search()
    case EDIT_NEWLINE:
      insert("\n")
      return UInt8(CC_REFRESH)
    case EDIT_HOME:
      moveToLineStart()
      return UInt8(CC_CURSOR)
    case EDIT_END:
      moveToLineEnd()
      return UInt8(CC_CURSOR)
    case EDIT_CLEAR:
      screen.write(Sequence.clearScreen)
      draw()
      return UInt8(CC_NORM)
    default: return UInt8(CC_ERROR)
    }
  }

  private func enter() -> UInt8 {
    if let helper = request.helper, helper.isIncomplete(text) {
      moveCursor(to: scalars.count)
      insert("\n")
      return UInt8(CC_REFRESH)
    }
    push("\r")
    return UInt8(CC_NORM)
  }

  // MARK: Paste

  /// Takes everything up to the end of the pasted text into the line; running it takes an Enter.
  private func paste() -> UInt8 {
    let end: [Unicode.Scalar] = Array("\u{1b}[201~".unicodeScalars)
    var pasted: [Unicode.Scalar] = []
    while !pasted.suffix(end.count).elementsEqual(end) {
      var character: wchar_t = 0
      guard read(into: &character) == 1 else { return UInt8(CC_EOF) }
      if let scalar = Unicode.Scalar(UInt32(character)) { pasted.append(scalar) }
    }
    insert(PastedText(pasted.dropLast(end.count)).text)
    return UInt8(CC_REFRESH)
  }

  // MARK: Completion

  private func complete() -> UInt8 {
    guard let helper = request.helper else { return UInt8(CC_ERROR) }
    let text = text
    let offset = cursorOffset
    let menu = helper.menu(for: text, cursor: offset)
    guard let first = menu.items.first else { return UInt8(CC_ERROR) }
    let bytes = Array(text.utf8)
    let present = String(decoding: bytes[menu.range], as: UTF8.self)
    if menu.items.count == 1 {
      let isFollowed = offset < bytes.count && bytes[offset] == UInt8(ascii: " ")
      replace(menu.range, with: first.text + (first.isComplete && !isFollowed ? " " : ""))
      return UInt8(CC_REFRESH)
    }
    let common = menu.commonPrefix
    if common.utf8.count > present.utf8.count, common.hasPrefix(present) {
      replace(menu.range, with: common)
      return UInt8(CC_REFRESH)
    }
    showBelow(MenuText(menu, width: screen.width, hasColour: screen.hasColour).lines)
    return UInt8(CC_NORM)
  }

  // MARK: Search

  /// Searches earlier lines while a query is typed. Enter runs what was found, Ctrl-C and Ctrl-G give up, any other
  /// key edits it.
  private func search() -> UInt8 {
    guard let history, request.helper != nil else { return UInt8(CC_ERROR) }
    let draft = text
    var search = HistorySearch(lines: history.lines)
    show(search, draft)
    while true {
      var key: Unicode.Scalar?
      switch input.next() {
      case .character(let scalar): key = scalar
      case .stop where !isTerminated:
        clearStop()
        key = nil
      case .stop, .end, .suspend, .resized, .resumed: key = nil
      }
      switch key {
      case nil, "\u{7}":
        leaveSearch(draft)
        return UInt8(CC_NORM)
      case "\u{12}"?: search.older()
      case "\u{7f}"?, "\u{8}"?: search.erase()
      case let key? where key.value < 0x20:
        leaveSearch(search.found ?? draft)
        push(String(Character(key)))
        return UInt8(CC_NORM)
      case let key?: search.type(key)
      }
      show(search, draft)
    }
  }

  private func show(_ search: HistorySearch, _ draft: String) {
    let mark = search.found == nil && !search.query.isEmpty ? "nothing with" : "search"
    change {
      self.setPrompt("\(mark) `\(search.query)`: ")
    } text: {
      self.setText(search.found ?? draft)
    }
  }

  private func leaveSearch(_ text: String) {
    change {
      self.setPrompt(self.request.prompt)
    } text: {
      self.setText(text)
    }
  }
}

/// What of a pasted text goes into a line: no line break at the end, no tab, nothing that steers a terminal.
struct PastedText {
  let text: String

  init(_ scalars: some Collection<Unicode.Scalar>) {
    var kept = String.UnicodeScalarView()
    var last: Unicode.Scalar = " "
    for scalar in scalars {
      switch scalar {
      case "\r": kept.append("\n")
      case "\n": if last != "\r" { kept.append("\n") }
      case "\t": kept.append(contentsOf: "  ".unicodeScalars)
      case _ where scalar.value < 0x20 || (0x7f..<0xa0).contains(scalar.value): break
      default: kept.append(scalar)
      }
      last = scalar
    }
    while let end = kept.last, end == "\n" { kept.removeLast() }
    text = String(kept)
  }
}
