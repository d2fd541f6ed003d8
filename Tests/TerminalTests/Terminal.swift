import Foundation
import Glibc

/// A program on a terminal of its own, and somebody who types.
final class Terminal {
  private(set) var screen: TerminalScreen
  private let master: Int32
  private let child: pid_t
  private var pending: [UInt8] = []
  /// Everything that the program has written.
  private(set) var written = ""
  let home: URL
  /// How long to wait for what should appear.
  private static let patience = 20.0

  struct Missing: Error, CustomStringConvertible {
    let wanted: String
    let screen: String
    var description: String { "waited in vain for \(wanted); the screen shows:\n\(screen)" }
  }

  /// The folder of built products, where the tests themselves lie.
  static var products: URL {
    let program = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    return URL(fileURLWithPath: program ?? CommandLine.arguments[0]).deletingLastPathComponent()
  }

  static var sonde: String { products.appendingPathComponent("sonde").path }
  static var hasSonde: Bool { FileManager.default.isExecutableFile(atPath: sonde) }

  init(
    _ program: String = Terminal.sonde, _ arguments: [String] = [], columns: Int = 80, rows: Int = 30,
    home: URL? = nil, environment: [String: String] = [:]
  ) throws {
    screen = TerminalScreen(columns: columns, rows: rows)
    self.home =
      home ?? FileManager.default.temporaryDirectory.appendingPathComponent("sonde-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: self.home, withIntermediateDirectories: true)
    master = unsafe open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
    var isLocked: Int32 = 0
    var number: Int32 = 0
    guard master >= 0, unsafe ioctl(master, Self.setLock, &isLocked) == 0,
      unsafe ioctl(master, Self.getNumber, &number) == 0
    else { throw POSIXError(.ENXIO) }
    let slave = "/dev/pts/\(number)"
    Self.setSize(master, columns: columns, rows: rows)

    var variables = [
      "TERM": "xterm-256color", "LANG": "C.UTF-8", "PATH": "/usr/bin:/bin", "HOME": self.home.path,
      "XDG_STATE_HOME": self.home.path, "PS1": "shell> ", "NO_COLOR": "1",
    ]
    variables.merge(environment) { $1 }
    child = try Self.spawn(program, arguments, on: slave, variables)
  }

  deinit {
    kill(child, SIGKILL)
    var status: Int32 = 0
    unsafe waitpid(child, &status, 0)
    close(master)
    try? FileManager.default.removeItem(at: home)
  }

  /// `TIOCSPTLCK` and `TIOCGPTN`, which Swift does not see.
  private static let setLock: UInt = 0x4004_5431
  private static let getNumber: UInt = 0x8004_5430

  private static func spawn(
    _ program: String, _ arguments: [String], on slave: String, _ variables: [String: String]
  ) throws -> pid_t {
    var actions = unsafe posix_spawn_file_actions_t()
    unsafe posix_spawn_file_actions_init(&actions)
    defer { unsafe posix_spawn_file_actions_destroy(&actions) }
    // The first terminal that the leader of a session opens becomes its own.
    unsafe posix_spawn_file_actions_addopen(&actions, 0, slave, O_RDWR, 0)
    unsafe posix_spawn_file_actions_adddup2(&actions, 0, 1)
    unsafe posix_spawn_file_actions_adddup2(&actions, 0, 2)
    var attributes = posix_spawnattr_t()
    unsafe posix_spawnattr_init(&attributes)
    defer { unsafe posix_spawnattr_destroy(&attributes) }
    var none = sigset_t()
    var all = sigset_t()
    unsafe sigemptyset(&none)
    unsafe sigfillset(&all)
    unsafe posix_spawnattr_setsigmask(&attributes, &none)
    unsafe posix_spawnattr_setsigdefault(&attributes, &all)
    let newSession: Int16 = 0x80
    let flags = newSession | Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF)
    unsafe posix_spawnattr_setflags(&attributes, flags)
    var argv = unsafe ([program] + arguments).map { unsafe strdup($0) } + [nil]
    var envp = unsafe variables.map { unsafe strdup("\($0.key)=\($0.value)") } + [nil]
    defer { unsafe (argv + envp).forEach { unsafe free($0) } }
    var child = pid_t()
    let problem = unsafe posix_spawn(&child, program, &actions, &attributes, &argv, &envp)
    guard problem == 0 else { throw POSIXError(POSIXErrorCode(rawValue: problem) ?? .EIO) }
    return child
  }

  private static func setSize(_ master: Int32, columns: Int, rows: Int) {
    var size = winsize(ws_row: UInt16(rows), ws_col: UInt16(columns), ws_xpixel: 0, ws_ypixel: 0)
    _ = unsafe ioctl(master, UInt(TIOCSWINSZ), &size)
  }

  // MARK: Typing

  func type(_ text: String) {
    let bytes = Array(text.utf8)
    _ = unsafe bytes.withUnsafeBytes { unsafe write(master, $0.baseAddress, $0.count) }
  }

  func enter(_ text: String) { type(text + "\r") }

  /// As a terminal pastes for a program that has asked for marks.
  func paste(_ text: String) { type("\u{1b}[200~" + text + "\u{1b}[201~") }

  func resize(columns: Int) {
    screen.resize(columns: columns, rows: screen.rows)
    Self.setSize(master, columns: columns, rows: screen.rows)
  }

  // MARK: Looking

  /// Waits until the screen is as it should be.
  func wait(for what: String, until isThere: (TerminalScreen) -> Bool) throws {
    let deadline = Date().addingTimeInterval(Self.patience)
    while !isThere(screen) {
      guard Date() < deadline, look(milliseconds: 100) else {
        throw Missing(wanted: what, screen: screen.text)
      }
    }
  }

  /// Waits until a text is on the screen.
  func wait(for text: String) throws {
    try wait(for: "`\(text)`") { $0.text.contains(text) }
  }

  /// Waits until the cursor stands behind this text, with nothing after it.
  func waitForLine(_ line: String) throws {
    try wait(for: "the line `\(line)`") { $0.lines[$0.row] == line }
  }

  /// Takes in what the program has written; false at its end.
  private func look(milliseconds: Int32) -> Bool {
    var descriptor = pollfd(fd: master, events: Int16(POLLIN), revents: 0)
    guard unsafe poll(&descriptor, 1, milliseconds) > 0 else { return true }
    var block = [UInt8](repeating: 0, count: 65_536)
    let count = unsafe read(master, &block, block.count)
    guard count > 0 else { return false }
    pending += block[..<count]
    // A character may be cut in two.
    var whole = pending.count
    while whole > 0, pending.count - whole < 3, String(validating: pending[..<whole], as: UTF8.self) == nil {
      whole -= 1
    }
    let text = String(decoding: pending[..<whole], as: UTF8.self)
    written += text
    screen.show(text)
    pending.removeFirst(whole)
    return true
  }

  /// Waits for the end and gives the exit code.
  func exitCode() throws -> Int32 {
    let deadline = Date().addingTimeInterval(Self.patience)
    var status: Int32 = 0
    while unsafe waitpid(child, &status, WNOHANG) == 0 {
      guard Date() < deadline else { throw Missing(wanted: "the end", screen: screen.text) }
      _ = look(milliseconds: 20)
    }
    while look(milliseconds: 0), status & 0x7f == 0, Date() < deadline {
      var descriptor = pollfd(fd: master, events: Int16(POLLIN), revents: 0)
      if unsafe poll(&descriptor, 1, 0) <= 0 { break }
    }
    return status & 0x7f == 0 ? (status >> 8) & 0xff : 128 + (status & 0x7f)
  }

  /// Sends a signal to the program.
  func signal(_ number: Int32) { kill(child, number) }
}
