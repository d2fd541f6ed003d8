import Chronology
package import Language
package import Numerics

/// The record of a running session on disk: a script that grows by one synced piece a statement.
package struct Journal {
  package let path: String
  private let files: any FileStore
  private let header: [(key: String, value: String)]
  private var isStarted: Bool

  /// Begins a new journal; the file appears with the first record.
  package init(path: String, files: any FileStore, header: [(key: String, value: String)]) {
    self.path = path
    self.files = files
    self.header = header
    isStarted = false
  }

  /// Goes on with a journal that holds something already.
  package init(resuming path: String, files: any FileStore, header: [(key: String, value: String)]) {
    self.init(path: path, files: files, header: header)
    isStarted = true
  }

  package mutating func append(_ record: ScriptRecord) throws(Diagnostic) {
    var text = ScriptFile.lines(of: record).joined(separator: "\n") + "\n"
    if !isStarted { text = ScriptFile(header: header, records: []).text + text }
    try files.append(Array(text.utf8), to: path)
    isStarted = true
  }

  /// Replaces everything, in one step.
  package mutating func rewrite(_ records: [ScriptRecord]) throws(Diagnostic) {
    try files.write(Array(ScriptFile(header: header, records: records).text.utf8), to: path)
    isStarted = true
  }
}

extension Session {
  /// Writes every statement down as it succeeds, so that a crash loses at most the running line.
  package func keepJournal(in folder: String) {
    let header = [("seed", String(seed))] + folders.map { ("folder", $0) }
    journal = Journal(
      path: "\(folder)/\(world.clock.now().fileName).sonde", files: world.files,
      header: header.map { (key: $0.0, value: $0.1) })
  }

  /// Brings back the newest journal of a folder and goes on writing it.
  ///
  /// - Returns: false if there is none.
  package func resume(from folder: String, work: Work, emit: (SessionEvent) -> Void) -> Bool {
    guard let path = world.files.files(matching: folder + "/*.sonde").max(),
      let replay = try? Replay(file: path, files: world.files)
    else {
      emit(.notice("there is no session to go on with in \(folder)"))
      return false
    }
    let summary = replay.run(in: self, work: work) { event in
      if case .session(let event) = event, !event.isResult { emit(event) }
    }
    journal = Journal(resuming: path, files: world.files, header: replay.script.header)
    let total = replay.script.statements.count
    emit(.notice("resumed: " + summary.sentence(total)))
    if summary.status != .ok {
      // What could not be brought back must not be lost when the journal is written anew.
      journal = nil
      emit(.notice("the journal stays as it is in \(path); this session keeps a new one"))
      keepJournal(in: folder)
    }
    return true
  }

  package var journalPath: String? { journal?.path }

  /// Leaves the journal as it is and goes on in a new one, if one is kept.
  func turnJournal() {
    guard let path = journal?.path, let slash = path.lastIndex(of: "/") else { return }
    keepJournal(in: String(path[..<slash]))
  }
}

extension Instant {
  /// `2026-03-01T08-00-00.123456789`: sorts by time and is a file name everywhere.
  fileprivate var fileName: String { description.map { $0 == ":" ? "-" : String($0) }.joined() }
}
