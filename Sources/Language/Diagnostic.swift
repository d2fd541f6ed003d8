/// What went wrong, where, and the one thing to do about it.
///
/// Codes never change meaning: `E01xx` syntax, `E02xx` names and kinds, `E03xx` arguments, `E04xx` expressions,
/// `E05xx` files, `D…` detection, `R…` running, `A…` agent.
package struct Diagnostic: Error, Sendable, Equatable {
  package var code: String
  /// One sentence without a full stop: "no column `tmp` in `pump`".
  package var summary: String
  /// The offending bytes of `source`, as UTF-8 offsets; nil where no text is to blame.
  package var range: Range<Int>?
  /// A few words under the caret.
  package var label: String
  /// What to do; never empty.
  package var remedy: String
  /// The text that `range` points into; filled in by whoever knows it.
  package var source: String?
  /// File and 1-based line, for scripts.
  package var place: Place?

  package struct Place: Sendable, Equatable {
    package var file: String
    package var line: Int
    package init(file: String, line: Int) {
      self.file = file
      self.line = line
    }
  }

  package init(
    _ code: String, _ summary: String, at range: Range<Int>? = nil, label: String = "", remedy: String
  ) {
    self.code = code
    self.summary = summary
    self.range = range
    self.label = label
    self.remedy = remedy
  }
}
