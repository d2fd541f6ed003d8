/// Documents, one a row, with what else is known of them.
package struct Documents: Sendable, Equatable {
  package let frame: Frame
  /// The column that holds the texts.
  package let column: String

  package init(frame: Frame, column: String) {
    precondition(frame.column(column)?.type == .text, "documents are texts")
    self.frame = frame
    self.column = column
  }

  package var texts: TextColumn {
    if case .text(let texts) = frame.column(column)?.cells { texts } else { TextColumn() }
  }

  package func with(frame: Frame) -> Documents { Documents(frame: frame, column: column) }
}
