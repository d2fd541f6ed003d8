import CEdit
import Glibc
import Synchronization

/// Characters from the terminal, with the signals that arrive while nobody types.
///
/// Signals are held back except during the wait itself, so that none is lost between looking and waiting.
final class TerminalInput {
  enum Event: Equatable {
    case character(Unicode.Scalar)
    /// Ctrl-C or a wish to end: see `StopSignals`.
    case stop
    /// The window has another size.
    case resized
    /// Ctrl-Z.
    case suspend
    /// Somebody else had the terminal.
    case resumed
    case end
  }

  private let stop: StopSignals
  private var pending: [UInt8] = []
  private var isAtEnd = false
  private var before = sigset_t()
  private static let watched = [SIGWINCH, SIGTSTP, SIGCONT]
  private static let held = watched + [SIGINT, SIGTERM, SIGHUP]
  private static let blockSize = 4096

  init(stop: StopSignals) { self.stop = stop }

  /// From now on signals wait for `next`.
  func begin() {
    for number in Self.watched { Self.handle(number) }
    var mask = sigset_t()
    unsafe sigemptyset(&mask)
    for number in Self.held { unsafe sigaddset(&mask, number) }
    unsafe pthread_sigmask(SIG_BLOCK, &mask, &before)
    windowSignals.store(0, ordering: .relaxed)
  }

  /// From now on signals act at once again.
  func finish() {
    for number in Self.watched { signal(number, SIG_DFL) }
    unsafe pthread_sigmask(SIG_SETMASK, &before, nil)
  }

  private static func handle(_ number: Int32) {
    var action = sigaction()
    unsafe action.__sigaction_handler.sa_handler = { number in
      windowSignals.bitwiseOr(1 << UInt64(number), ordering: .relaxed)
    }
    unsafe sigaction(number, &action, nil)
  }

  /// Stops the program as Ctrl-Z does, and returns when it goes on.
  func sleepUntilResumed() {
    signal(SIGTSTP, SIG_DFL)
    var mask = sigset_t()
    unsafe sigemptyset(&mask)
    unsafe sigaddset(&mask, SIGTSTP)
    raise(SIGTSTP)
    unsafe pthread_sigmask(SIG_UNBLOCK, &mask, nil)
    unsafe pthread_sigmask(SIG_BLOCK, &mask, nil)
    Self.handle(SIGTSTP)
    windowSignals.store(0, ordering: .relaxed)
  }

  /// Takes what somebody else has read.
  func keep(_ typed: [UInt8]) { pending += typed }

  /// Forgets what was typed and not yet read.
  func discard() {
    pending = []
    tcflush(STDIN_FILENO, TCIFLUSH)
  }

  func next() -> Event {
    while true {
      if stop.isRaised { return .stop }
      if let event = windowEvent() { return event }
      if let scalar = decoded() { return .character(scalar) }
      if isAtEnd { return .end }
      wait()
    }
  }

  private func windowEvent() -> Event? {
    for (number, event) in [(SIGCONT, Event.resumed), (SIGTSTP, .suspend), (SIGWINCH, .resized)] {
      let bit = UInt64(1) << UInt64(number)
      if windowSignals.bitwiseAnd(~bit, ordering: .relaxed).oldValue & bit != 0 { return event }
    }
    return nil
  }

  private func wait() {
    var open = before
    for number in Self.held { unsafe sigdelset(&open, number) }
    guard unsafe edit_wait(&open) > 0 else { return }
    var block = [UInt8](repeating: 0, count: Self.blockSize)
    let count = unsafe read(STDIN_FILENO, &block, block.count)
    if count < 0, errno == EINTR || errno == EAGAIN { return }
    if count <= 0 { isAtEnd = true } else { pending += block[..<count] }
  }

  /// The next whole character; bytes that are none become a replacement character.
  private func decoded() -> Unicode.Scalar? {
    guard let first = pending.first else { return nil }
    let length = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4
    if pending.count < length, !isAtEnd { return nil }
    var decoder = UTF8()
    var bytes = pending.makeIterator()
    var used = pending.count
    let scalar: Unicode.Scalar
    switch decoder.decode(&bytes) {
    case .scalarValue(let value):
      scalar = value
      used = UTF8.width(value)
    case .emptyInput, .error:
      scalar = "\u{fffd}"
      used = 1
    }
    pending.removeFirst(min(used, pending.count))
    return scalar
  }
}

/// One bit a signal that has arrived.
private let windowSignals = Atomic<UInt64>(0)
