/// What is known about a value before it is computed.
package struct ValueShape: Sendable, Equatable {
  package var kind: ValueKind
  /// nil as long as nobody can know (the columns of a file that was not looked at).
  package var columns: [ColumnShape]?
  package var rowCount: Int?

  package init(kind: ValueKind, columns: [ColumnShape]? = nil, rowCount: Int? = nil) {
    self.kind = kind
    self.columns = columns
    self.rowCount = rowCount
  }
}

/// What is known about a column: a frame's column, a bundle's slot, an embedding's feature.
package struct ColumnShape: Sendable, Equatable {
  package let name: String
  /// `number`, `category`, `text`, `time`, `bool`, or the kind of a slot; nil if unknown.
  package let type: String?
  package let unit: String?

  package init(name: String, type: String?, unit: String? = nil) {
    self.name = name
    self.type = type
    self.unit = unit
  }
}

/// What the checker may ask of the world: names, shapes, files. It reads no data.
package protocol Scope {
  /// The shape of the value behind a reference (its column part ignored), or nil if there is none.
  func shape(of reference: Reference) -> ValueShape?
  /// All names, newest first, for did-you-mean and completion.
  var names: [String] { get }
  /// The files that a path or glob means, in order; empty if there are none.
  func files(matching path: String) -> [String]
  /// The literal that `param` gave a name, for `{name}`.
  func literal(named name: String) -> Argument?
}

extension Scope {
  package func literal(named name: String) -> Argument? { nil }
}
