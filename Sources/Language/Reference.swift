/// A name in a line: `pump`, `pump@2`, `pump.Temp*`, `_`, `r12`, `r12.score`.
package struct Reference: Sendable, Hashable {
  package enum Root: Sendable, Hashable {
    case name(String)
    /// `_`, the last result.
    case last
    /// `r12`, the result of line 12.
    case result(Int)
    /// What the stage before hands on; never written by hand.
    case pipe
  }

  package var root: Root
  /// `@2` names an earlier version; nil is the newest.
  package var version: Int?
  /// The part behind the first dot: a column, a slot, or a glob over them.
  package var column: String?

  package init(root: Root, version: Int? = nil, column: String? = nil) {
    self.root = root
    self.version = version
    self.column = column
  }
}

extension Reference: CustomStringConvertible {
  /// The canonical text. Columns with odd characters stand in double quotes: `pump."Volume Flow RateRMS"`.
  package var description: String {
    var text =
      switch root {
      case .name(let name): name
      case .last: "_"
      case .result(let number): "r\(number)"
      case .pipe: "|"
      }
    if let version { text += "@\(version)" }
    if let column { text += "." + (Word.isPlainColumn(column) ? column : Word.quoted(column)) }
    return text
  }
}
