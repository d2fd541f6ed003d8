extension Reference {
  /// The value that a pipe hands on.
  package static let pipe = Reference(root: .pipe)

  /// Reads `pump`, `pump@2`, `pump.Temp*`, `pump."Volume Flow"`, `_`, `r12`; nil for anything else.
  package init?(_ word: WordSyntax) {
    let dot = word.offsets(of: UInt8(ascii: ".")).first
    let head = dot.map { word.part(0..<$0) } ?? word
    let names = head.text.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
    guard let name = names.first.map(String.init), let root = Root(name) else { return nil }
    self.init(root: root)
    if names.count == 2 {
      guard names[1].utf8.allSatisfy(Nesting.isDigit), let number = Int(names[1]), number > 0 else {
        return nil
      }
      version = number
    }
    if let dot {
      let column = word.part(dot + 1..<word.text.utf8.count).value
      guard !column.isEmpty else { return nil }
      self.column = column
    }
  }
}

extension Reference.Root {
  init?(_ text: String) {
    if text == "_" {
      self = .last
    } else if text == "|" {
      self = .pipe
    } else if Word.isResult(text), let number = Int(text.dropFirst()) {
      self = .result(number)
    } else if Word.isName(text) {
      self = .name(text)
    } else {
      return nil
    }
  }
}
