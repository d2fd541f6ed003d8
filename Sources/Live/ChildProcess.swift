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
    unsafe posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP))
    var process: pid_t = 0
    // SAFETY: both lists end in nil, and their strings are freed only after the call.
    var arguments = unsafe words.map { unsafe strdup($0) } + [nil]
    var variables = unsafe surroundings.map { unsafe strdup($0) } + [nil]
    defer { unsafe (arguments + variables).forEach { unsafe free($0) } }
    let code = unsafe posix_spawn(&process, words[0], &actions, &attributes, &arguments, &variables)
    return code == 0 ? process : nil
  }
}
