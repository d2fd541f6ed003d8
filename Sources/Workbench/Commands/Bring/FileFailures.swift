import Chronology
import Formats
import Language

extension FormatError {
  /// What is wrong with a file, as people read it; nil for a wish to stop.
  func diagnostic(_ path: String, remedy: String) -> Diagnostic? {
    switch self {
    case .unreadable(let words):
      Diagnostic(
        "E0514", "`\(path)` cannot be read: \(words)", label: "unreadable",
        remedy: "Check the disk and the path, then try again.")
    case .malformed(let words, let offset):
      Diagnostic(
        "E0520", "`\(path)` cannot be read: \(words)" + (offset > 0 ? ", at byte \(offset)" : ""),
        label: "damaged or of another format", remedy: remedy)
    case .malformedLine(let words, let line):
      Diagnostic(
        "E0521", "`\(path)` cannot be read: \(words)", label: "line \(line) of the file", remedy: remedy)
    case .unsupported(let words):
      Diagnostic("E0522", "`\(path)` cannot be read: \(words)", label: "not supported", remedy: remedy)
    case .cancelled: nil
    }
  }

  func failure(_ path: String, at parameter: AnyParameter, of call: CheckedCall, remedy: String) -> Failure {
    guard var diagnostic = diagnostic(path, remedy: remedy) else { return .cancelled }
    diagnostic.range = call.ranges[parameter.name]
    return .diagnostic(diagnostic)
  }
}

extension Failure {
  /// The diagnostic; a wish to stop becomes one, too, where only diagnostics can be thrown.
  var diagnostic: Diagnostic {
    switch self {
    case .diagnostic(let diagnostic): diagnostic
    case .cancelled: Diagnostic("R0001", "the file was not looked at", remedy: "Try again.")
    }
  }
}

extension FileStore {
  /// The files that a call names, with where they are blamed if they cannot be opened.
  func open(
    _ paths: [String], for parameter: AnyParameter, of call: CheckedCall
  ) throws(Failure) -> [(path: String, source: any ByteSource)] {
    var opened: [(path: String, source: any ByteSource)] = []
    for path in paths {
      let found = files(matching: path)
      guard !found.isEmpty else {
        throw .diagnostic(
          Diagnostic(
            "E0501", "no file fits `\(path)`", at: call.ranges[parameter.name], label: "not found",
            remedy: "Check the path; it starts at the folder where Sonde was started."))
      }
      for file in found where !opened.contains(where: { $0.path == file }) {
        do throws(Diagnostic) {
          opened.append((file, try open(file)))
        } catch {
          var diagnostic = error
          if diagnostic.range == nil { diagnostic.range = call.ranges[parameter.name] }
          throw .diagnostic(diagnostic)
        }
      }
    }
    return opened
  }

  /// Writes what a call makes, with where it is blamed if that cannot be.
  func write(
    _ bytes: [UInt8], to path: String, for parameter: AnyParameter, of call: CheckedCall
  ) throws(Failure) {
    do throws(Diagnostic) {
      try write(bytes, to: path)
    } catch {
      var diagnostic = error
      if diagnostic.range == nil { diagnostic.range = call.ranges[parameter.name] }
      throw .diagnostic(diagnostic)
    }
  }
}

extension CheckedCall {
  /// Nanoseconds east of UTC of a zone such as `+02:00`; 0 without one.
  func zone(_ text: String?) throws(Failure) -> Int64 {
    guard let text else { return 0 }
    guard let noon = Instant("2000-01-01T12:00" + text), let utc = Instant("2000-01-01T12:00") else {
      throw .diagnostic(
        Diagnostic(
          "E0533", "`\(text)` is not the offset of a zone", at: ranges["zone"],
          remedy: "Write it as +02:00 or -05:30."))
    }
    return (utc - noon).nanoseconds
  }
}

/// Names of several files without the folder that they share.
enum SegmentNames {
  static func names(_ paths: [String]) -> [String] {
    var common = paths.first?.split(separator: "/", omittingEmptySubsequences: false).dropLast() ?? []
    for path in paths {
      let parts = path.split(separator: "/", omittingEmptySubsequences: false).dropLast()
      while !parts.starts(with: common) { common.removeLast() }
    }
    let length = common.reduce(0) { $0 + $1.count + 1 }
    return paths.map { String($0.dropFirst(length)) }
  }
}

extension Parameter where Element == [String] {
  /// Files or globs to read, one behind the other; required and positional.
  static func inputs(_ name: String, help: String) -> Parameter<[String]> {
    Parameter(
      AnyParameter(name, .list(.input(many: true)), placement: .positional, required: true, help: help)
    ) { argument in
      switch argument {
      case .list(let items): items.compactMap { if case .path(let path) = $0 { path } else { nil } }
      case .path(let path): [path]
      default: []
      }
    }
  }

  /// Names separated by commas.
  static func names(_ name: String, help: String) -> Parameter<[String]> {
    Parameter(AnyParameter(name, .list(.text), help: help)) { argument in
      guard case .list(let items) = argument else { return [] }
      return items.compactMap { if case .text(let text) = $0 { text } else { nil } }
    }
  }
}

extension Parameter where Element == String? {
  static func name(_ name: String, help: String) -> Parameter<String?> {
    .optional(name, .text, help: help) { if case .text(let text) = $0 { text } else { nil } }
  }

  static func choice(_ name: String, of choices: [Choice], help: String) -> Parameter<String?> {
    .optional(name, .choice(choices), help: help) { if case .choice(let choice) = $0 { choice } else { nil } }
  }
}
