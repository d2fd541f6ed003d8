import CEdit
import Glibc
import Workbench

/// The text being edited, and where it stands on the screen.
extension EditlineSource {
  var scalars: [Unicode.Scalar] {
    guard let editor = unsafe editor, let line = unsafe el_wline(editor) else { return [] }
    // SAFETY: the editor's buffer holds the text from `buffer` to `lastchar`, and nothing edits it meanwhile.
    return unsafe UnsafeBufferPointer(
      start: line.pointee.buffer, count: line.pointee.lastchar - line.pointee.buffer
    )
    .map { Unicode.Scalar(UInt32(bitPattern: $0)) ?? "\u{fffd}" }
  }

  var text: String { Self.string(scalars) }

  /// Scalars before the cursor.
  var cursor: Int {
    guard let editor = unsafe editor, let line = unsafe el_wline(editor) else { return 0 }
    return unsafe line.pointee.cursor - line.pointee.buffer
  }

  /// The cursor as an offset into the UTF-8.
  var cursorOffset: Int { Self.string(scalars.prefix(cursor)).utf8.count }

  private static func string(_ scalars: some Collection<Unicode.Scalar>) -> String {
    var view = String.UnicodeScalarView()
    view.append(contentsOf: scalars)
    return String(view)
  }

  // MARK: Editing

  func insert(_ text: String) {
    guard let editor = unsafe editor, !text.isEmpty else { return }
    let wide = text.unicodeScalars.map { wchar_t($0.value) } + [0]
    _ = unsafe el_winsertstr(editor, wide)
  }

  func moveCursor(to position: Int) {
    guard let editor = unsafe editor else { return }
    _ = unsafe el_cursor(editor, Int32(position - cursor))
  }

  func setText(_ text: String) {
    guard let editor = unsafe editor else { return }
    let count = scalars.count
    moveCursor(to: count)
    if count > 0 { unsafe el_deletestr(editor, Int32(count)) }
    insert(text)
  }

  /// Replaces a stretch of UTF-8 and puts the cursor behind it.
  func replace(_ range: Range<Int>, with text: String) {
    guard let editor = unsafe editor else { return }
    let bytes = Array(self.text.utf8)
    let before = String(decoding: bytes[..<range.upperBound], as: UTF8.self).unicodeScalars.count
    let length = String(decoding: bytes[range], as: UTF8.self).unicodeScalars.count
    moveCursor(to: before)
    if length > 0 { unsafe el_deletestr(editor, Int32(length)) }
    insert(text)
  }

  /// Lets the editor read this before what is typed.
  func push(_ text: String) {
    guard let editor = unsafe editor else { return }
    unsafe el_wpush(editor, text.unicodeScalars.map { wchar_t($0.value) } + [0])
  }

  func moveToLineStart() {
    let scalars = scalars
    let start = scalars[..<cursor].lastIndex(of: "\n").map { $0 + 1 } ?? 0
    moveCursor(to: cursor == start ? 0 : start)
  }

  func moveToLineEnd() {
    let scalars = scalars
    let end = scalars[cursor...].firstIndex(of: "\n") ?? scalars.count
    moveCursor(to: cursor == end ? scalars.count : end)
  }

  /// Moves to the line before or behind in a text of several lines.
  ///
  /// - Returns: false if there is none.
  func moveByLine(_ step: Int) -> Bool {
    let scalars = scalars
    let start = scalars[..<cursor].lastIndex(of: "\n").map { $0 + 1 } ?? 0
    let column = cursor - start
    if step < 0 {
      guard start > 0 else { return false }
      let above = scalars[..<(start - 1)].lastIndex(of: "\n").map { $0 + 1 } ?? 0
      moveCursor(to: min(above + column, start - 1))
    } else {
      guard let end = scalars[cursor...].firstIndex(of: "\n") else { return false }
      let below = scalars[(end + 1)...].firstIndex(of: "\n") ?? scalars.count
      moveCursor(to: min(end + 1 + column, below))
    }
    return true
  }

  // MARK: Screen

  var layout: EditLayout {
    EditLayout(promptWidth: promptWidth, text: scalars, cursor: cursor, columns: screen.width)
  }

  func draw() {
    if let editor = unsafe editor { unsafe edit_draw(editor) }
  }

  /// Wipes prompt and text; the cursor stands where the prompt was.
  func eraseBlock(_ layout: EditLayout) {
    screen.write("\r" + Sequence.up(layout.cursor.row) + Sequence.eraseBelow)
  }

  /// Changes prompt and text, and draws both.
  func change(prompt: () -> Void = {}, text: () -> Void) {
    let before = layout
    prompt()
    text()
    eraseBlock(before)
    draw()
  }

  func replaceText(with text: String) { change { self.setText(text) } }

  /// Goes below the text, to a row of its own.
  func leaveBlock(writing mark: String) {
    let layout = layout
    screen.write(
      Sequence.down(layout.end.row - layout.cursor.row) + "\r" + Sequence.right(layout.end.column) + mark
        + "\r\n")
  }

  /// Writes lines below the text and draws prompt and text again below them.
  func showBelow(_ lines: [String]) {
    leaveBlock(writing: "")
    screen.write(lines.map { $0 + "\r\n" }.joined())
    draw()
  }
}
