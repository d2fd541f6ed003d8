import Dispatch
import Glibc

/// Starts programs without a shell and without the keys in the environment.
enum ChildProcess {
  /// Only what a program needs to find its libraries: no keys.
  private static var surroundings: [String] {
    ["PATH", "HOME", "TMPDIR", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "SYSTEMROOT"].compactMap { name in
      Environment.variable(name).map { "\(name)=\($0)" }
    }
  }

  /// Starts a process of its own group, so that Ctrl-C reaches it through us alone.
  static func start(_ words: [String], input: Int32, output: Int32, messages: Int32) -> pid_t? {
    var actions = unsafe posix_spawn_file_actions_t()
    unsafe posix_spawn_file_actions_init(&actions)
    defer { unsafe posix_spawn_file_actions_destroy(&actions) }
    for (number, descriptor) in [input, output, messages].enumerated() {
      unsafe posix_spawn_file_actions_adddup2(&actions, descriptor, Int32(number))
    }
    var attributes = posix_spawnattr_t()
    unsafe posix_spawnattr_init(&attributes)
    defer { unsafe posix_spawnattr_destroy(&attributes) }
    // It ends when nobody reads what it writes, though we do not.
    var signals = sigset_t()
    unsafe sigemptyset(&signals)
    unsafe sigaddset(&signals, SIGPIPE)
    unsafe posix_spawnattr_setsigdefault(&attributes, &signals)
    unsafe posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF))
    var process: pid_t = 0
    // SAFETY: both lists end in nil, and their strings are freed only after the call.
    var arguments = unsafe words.map { unsafe strdup($0) } + [nil]
    var variables = unsafe surroundings.map { unsafe strdup($0) } + [nil]
    defer { unsafe (arguments + variables).forEach { unsafe free($0) } }
    let code = unsafe posix_spawn(&process, words[0], &actions, &attributes, &arguments, &variables)
    return code == 0 ? process : nil
  }

  /// Both ends of a pipe that no other program inherits.
  static func pipe() -> (beginning: Int32, end: Int32)? {
    var ends: [Int32] = [-1, -1]
    guard unsafe Glibc.pipe(&ends) == 0 else { return nil }
    for descriptor in ends { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
    return (ends[0], ends[1])
  }

  /// Ends a process and its children without waiting: giving back what a large one holds takes long.
  static func end(_ process: pid_t, holding files: [any Sendable] = []) {
    kill(-process, SIGKILL)
    DispatchQueue.global().async {
      var status: Int32 = 0
      while unsafe waitpid(process, &status, 0) < 0, errno == EINTR {}
      withExtendedLifetime(files) {}
    }
  }
}
