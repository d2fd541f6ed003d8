import CEdit
import Glibc
package import Workbench

/// Lines that a person edits at a terminal, through libedit.
///
/// Enter runs a complete line and breaks an incomplete one; Tab completes; Up and Down walk through earlier lines
/// that start alike; Ctrl-R searches them; pasted text never runs by itself. Ctrl-C gives up the line and nothing
/// else.
@safe package final class EditlineSource: LineSource {
  let screen: any Screen
  let history: (any LineHistory)?
  let input: TerminalInput
  private let stop: StopSignals
  var editor: OpaquePointer?
  private var owner: UnsafeMutablePointer<edit_owner>?
  private var promptText: [wchar_t] = []
  private var promptStorage: UnsafeMutablePointer<wchar_t>?

  var request = LineRequest(prompt: "")
  /// Columns that the prompt takes.
  private(set) var promptWidth = 0
  /// Text to be put into the line before the first key.
  private var initial = ""
  private var walk: HistoryWalk?
  private var lastWalked = ""
  /// What had been typed when Ctrl-C came.
  private var given: String?
  private var isAtEnd = false
  /// While something long runs.
  private var watch: EscapeWatch?

  /// Fails where nobody could edit: no terminal, a dumb one, or one that does not speak UTF-8.
  package init?(screen: any Screen, history: (any LineHistory)?, stop: StopSignals) {
    guard Environment.isTerminal(STDIN_FILENO), screen.isTerminal, Environment.speaksUTF8 else { return nil }
    self.screen = screen
    self.history = history
    self.stop = stop
    input = TerminalInput(stop: stop)
    let owner = UnsafeMutablePointer<edit_owner>.allocate(capacity: 1)
    // SAFETY: the owner lives as long as this object, which closes the editor before it goes.
    unsafe owner.initialize(
      to: edit_owner(
        context: Unmanaged.passUnretained(self).toOpaque(), read: readCharacter, key: pressKey,
        prompt: promptOf))
    unsafe self.owner = owner
    guard let editor = unsafe edit_open(owner) else { return nil }
    unsafe self.editor = editor
    edit_guard_terminal()
  }

  deinit {
    if let editor = unsafe editor { unsafe edit_close(editor) }
    unsafe owner?.deallocate()
    unsafe promptStorage?.deallocate()
  }

  package func whileWorking<Result>(_ body: () -> Result) -> Result {
    watch = EscapeWatch(stop: stop)
    defer { endWatch() }
    return body()
  }

  private func endWatch() {
    if let watch { input.keep(watch.finish()) }
    watch = nil
  }

  package func readLine(_ request: LineRequest) -> LineInput {
    guard let editor = unsafe editor else { return .end }
    // A question amid the work has the keyboard for itself.
    let isWorking = watch != nil
    endWatch()
    defer { if isWorking { watch = EscapeWatch(stop: stop) } }
    if request.isSecret { return SilentInput.readLine(request.prompt, screen) }
    self.request = request
    (walk, given, isAtEnd) = (nil, nil, false)
    initial = request.initial
    // A yes that was typed before the question stood there is no yes.
    if request.helper == nil { input.discard() }
    setPrompt(request.prompt)
    input.begin()
    // Before the prompt appears, so that nothing typed at once is echoed twice.
    unsafe edit_take_terminal(editor, 1)
    screen.write(Sequence.pasteOn)
    var count: Int32 = 0
    let line = unsafe el_wgets(editor, &count)
    screen.write(Sequence.pasteOff)
    input.finish()
    if let line = unsafe line, count > 0 {
      let scalars = unsafe UnsafeBufferPointer(start: line, count: Int(count))
      let text = unsafe String(scalars.map { Character(Unicode.Scalar(UInt32($0)) ?? "\u{fffd}") })
      return .line(text.last == "\n" ? String(text.dropLast()) : text)
    }
    if let given, !stop.isTermination { return .interrupted(given) }
    return .end
  }

  // MARK: Prompt

  /// Sets the prompt, painted where there is colour.
  func setPrompt(_ text: String) {
    promptWidth =
      EditLayout(
        promptWidth: 0, text: Array(text.unicodeScalars), cursor: text.unicodeScalars.count, columns: .max
      ).end.column
    // The editor leaves out what stands between the marks when it counts; the last character must be a plain one.
    let head = text.hasSuffix(" ") ? String(text.dropLast()) : text
    let painted =
      screen.hasColour && request.helper != nil && text.hasSuffix(" ")
      ? "\u{1}\u{1b}[1;36m\u{1}\(head)\u{1}\u{1b}[0m\u{1} " : text
    promptText = painted.unicodeScalars.map { wchar_t($0.value) } + [0]
    unsafe promptStorage?.deallocate()
    let storage = UnsafeMutablePointer<wchar_t>.allocate(capacity: promptText.count)
    unsafe storage.initialize(from: promptText, count: promptText.count)
    unsafe promptStorage = unsafe storage
  }

  fileprivate var prompt: UnsafeMutablePointer<wchar_t>? { unsafe promptStorage }

  var isTerminated: Bool { stop.isTermination }
  func clearStop() { stop.clear() }

  // MARK: Characters

  /// Waits for a character, and sees to the signals meanwhile. As `read(2)`: 1, 0 or -1.
  func read(into character: inout wchar_t) -> Int32 {
    if !initial.isEmpty {
      replaceText(with: initial)
      initial = ""
    }
    while true {
      switch input.next() {
      case .character(let scalar):
        character = wchar_t(scalar.value)
        return 1
      case .end:
        isAtEnd = true
        return 0
      case .stop:
        given = text
        leaveBlock(writing: "^C")
        errno = EINTR
        return -1
      case .resized: redrawAfterResize()
      case .suspend: suspend()
      case .resumed: takeTerminalAgain()
      }
    }
  }

  private func suspend() {
    guard let editor = unsafe editor else { return }
    leaveBlock(writing: Sequence.pasteOff)
    unsafe edit_take_terminal(editor, 0)
    input.sleepUntilResumed()
    takeTerminalAgain()
  }

  private func takeTerminalAgain() {
    guard let editor = unsafe editor else { return }
    unsafe edit_take_terminal(editor, 0)
    unsafe edit_take_terminal(editor, 1)
    unsafe el_resize(editor)
    screen.write("\r" + Sequence.eraseBelow + Sequence.pasteOn)
    unsafe edit_draw(editor)
  }

  private func redrawAfterResize() {
    guard let editor = unsafe editor else { return }
    // Terminals wrap anew what is too long, so the rows count at the new width.
    eraseBlock(layout)
    unsafe el_resize(editor)
    unsafe edit_draw(editor)
  }

  // MARK: History

  func showEarlier() -> Bool {
    if walk == nil || text != lastWalked { walk = HistoryWalk(lines: history?.lines ?? [], draft: text) }
    return show(walk?.earlier())
  }

  func showLater() -> Bool {
    guard text == lastWalked else { return false }
    return show(walk?.later())
  }

  private func show(_ line: String?) -> Bool {
    guard let line else { return false }
    lastWalked = line
    setText(line)
    return true
  }
}

/// What the terminal is told.
enum Sequence {
  static let pasteOn = "\u{1b}[?2004h"
  static let pasteOff = "\u{1b}[?2004l"
  static let eraseBelow = "\u{1b}[J"
  static let clearScreen = "\u{1b}[H\u{1b}[2J"
  static func up(_ rows: Int) -> String { rows > 0 ? "\u{1b}[\(rows)A" : "" }
  static func down(_ rows: Int) -> String { rows > 0 ? "\u{1b}[\(rows)B" : "" }
  static func right(_ columns: Int) -> String { columns > 0 ? "\u{1b}[\(columns)C" : "" }
}

// SAFETY of the three: the context is the source that opened the editor, and it closes the editor before it goes.

private func source(_ context: UnsafeMutableRawPointer?) -> EditlineSource? {
  unsafe context.map { unsafe Unmanaged<EditlineSource>.fromOpaque($0).takeUnretainedValue() }
}

private func readCharacter(
  _ context: UnsafeMutableRawPointer?, _ editor: OpaquePointer?, _ character: UnsafeMutablePointer<wchar_t>?
) -> Int32 {
  guard let source = unsafe source(context), let character = unsafe character else { return 0 }
  return unsafe source.read(into: &character.pointee)
}

private func pressKey(
  _ context: UnsafeMutableRawPointer?, _ editor: OpaquePointer?, _ key: edit_key
) -> UInt8 {
  guard let source = unsafe source(context) else { return UInt8(CC_ERROR) }
  return source.press(key)
}

private func promptOf(_ context: UnsafeMutableRawPointer?) -> UnsafeMutablePointer<wchar_t>? {
  unsafe source(context)?.prompt
}
