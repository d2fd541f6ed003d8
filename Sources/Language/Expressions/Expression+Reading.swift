extension Expression {
  /// Reads an expression over these columns; they are nil if nobody knows them yet.
  ///
  /// Where a condition is wanted, a text in quotes is read from the inside: `where "x > 3"` means `where x > 3`.
  package init(
    reading word: WordSyntax, columns: [ColumnShape]?, of subject: String = "the value",
    wants: ExpressionType? = nil
  ) throws(Diagnostic) {
    let part = try Self.part(word, columns, subject, unwrapping: wants == .bool)
    if let wants, !part.type.fits(wants) {
      throw Diagnostic(
        "E0407", "the expression gives \(part.type.phrase), not \(wants.phrase)", at: part.range,
        label: "this is \(part.type.phrase)",
        remedy: wants == .bool ? "compare it with something: `… > 0`" : "change it to give \(wants.phrase)")
    }
    self.init(text: part.node.text, root: part.node)
  }

  /// What the expression gives over these columns.
  package func type(columns: [ColumnShape]?) throws(Diagnostic) -> ExpressionType {
    var parser = try ExpressionParser(WordSyntax(text, at: 0), columns: columns, subject: "the value")
    return try parser.whole().type
  }

  private static func part(
    _ word: WordSyntax, _ columns: [ColumnShape]?, _ subject: String, unwrapping: Bool
  ) throws(Diagnostic) -> ExpressionParser.Part {
    let isWrapped = unwrapping && word.isQuoted && word.text.utf8.first != UInt8(ascii: "`")
    let inner = isWrapped ? WordSyntax(word.value, at: word.range.lowerBound + 1) : word
    do throws(Diagnostic) {
      var parser = try ExpressionParser(inner, columns: columns, subject: subject)
      return try parser.whole()
    } catch {
      guard isWrapped, inner.text.utf8.count + 2 != word.text.utf8.count else { throw error }
      var diagnostic = error
      diagnostic.range = word.range
      throw diagnostic
    }
  }
}
