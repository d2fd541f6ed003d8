import Glibc

/// What surrounds the program: variables, folders, processors.
package enum Environment {
  /// A variable; empty counts as absent.
  package static func variable(_ name: String) -> String? {
    guard let value = unsafe getenv(name) else { return nil }
    let text = unsafe String(cString: value)
    return text.isEmpty ? nil : text
  }

  /// Where journals and history live.
  package static var stateFolder: String {
    if let folder = variable("XDG_STATE_HOME") { return folder + "/sonde" }
    return (variable("HOME") ?? ".") + "/.local/state/sonde"
  }

  /// Where what scripts have installed lives.
  package static var dataFolder: String {
    if let folder = variable("XDG_DATA_HOME") { return folder + "/sonde" }
    return (variable("HOME") ?? ".") + "/.local/share/sonde"
  }

  /// Where users keep roles of their own.
  package static var configFolder: String {
    if let folder = variable("XDG_CONFIG_HOME") { return folder + "/sonde" }
    return (variable("HOME") ?? ".") + "/.config/sonde"
  }

  /// The folder of what comes with Sonde: named by `SONDE_HOME`, else found above the program.
  package static func home(of program: String?) -> String {
    if let folder = variable("SONDE_HOME") { return folder }
    guard var folder = program else { return "." }
    for _ in 0..<6 {
      guard let slash = folder.lastIndex(of: "/") else { break }
      folder = String(folder[..<slash])
      if unsafe access(folder + "/tutorials", R_OK) == 0 { return folder }
    }
    return "."
  }

  /// The path of the running program.
  package static var program: String? {
    var buffer = [CChar](repeating: 0, count: 4096)
    let count = unsafe readlink("/proc/self/exe", &buffer, buffer.count)
    guard count > 0 else { return nil }
    return String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  package static var currentFolder: String {
    guard let folder = unsafe getcwd(nil, 0) else { return "." }
    defer { unsafe free(folder) }
    return unsafe String(cString: folder)
  }

  /// How many threads can run at once.
  package static var processors: Int { max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))) }

  /// Switches the C library to the user's characters, or else to UTF-8 of its own.
  ///
  /// - Returns: whether characters are UTF-8 now.
  package static var speaksUTF8: Bool {
    for name in ["", "C.UTF-8", "en_US.UTF-8"] {
      // Only the kind of characters: numbers keep their decimal point everywhere.
      guard unsafe setlocale(LC_CTYPE, name) != nil, let codes = unsafe nl_langinfo(Int32(CODESET)) else {
        continue
      }
      if unsafe String(cString: codes) == "UTF-8" { return true }
    }
    return false
  }

  /// Whether drawings may use more than ASCII: not if the user's locale names other characters, such as
  /// `LC_ALL=C`, nor with `SONDE_GRAPHICS=ascii`.
  package static var wantsUnicode: Bool {
    if variable("SONDE_GRAPHICS") == "ascii" { return false }
    guard let name = ["LC_ALL", "LC_CTYPE", "LANG"].lazy.compactMap({ variable($0) }).first else {
      return true
    }
    let folded = name.lowercased()
    return folded.hasSuffix("utf-8") || folded.hasSuffix("utf8")
  }

  package static func isTerminal(_ descriptor: Int32) -> Bool { isatty(descriptor) == 1 }

  /// Everything that can be read from standard input.
  package static func standardInput() -> String {
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = unsafe read(STDIN_FILENO, &buffer, buffer.count)
      if count < 0 && errno == EINTR { continue }
      if count <= 0 { return String(decoding: bytes, as: UTF8.self) }
      bytes += buffer[..<count]
    }
  }

  package static func leave(_ code: Int32) -> Never { exit(code) }
}
