/// One logical line, read but not yet checked.
package struct Statement: Sendable, Equatable {
  package enum Body: Sendable, Equatable {
    case blank
    /// The text behind the `#`.
    case comment(String)
    case pipeline(PipelineSyntax)
    /// `param name = literal`.
    case parameter(NameSyntax, WordSyntax)
    case definition(DefinitionSyntax)
    case session(SessionSyntax)
    /// `?role text`; the role is nil for `? text`.
    case question(role: String?, text: String)
    /// `!…`, without the mark.
    case shell(String)
  }

  package let source: String
  package let body: Body
  /// The remark behind the line, with its `#`.
  package let comment: String?

  package init(source: String, body: Body, comment: String? = nil) {
    self.source = source
    self.body = body
    self.comment = comment
  }
}

/// A name that a line gives to something.
package struct NameSyntax: Sendable, Equatable {
  package let text: String
  package let range: Range<Int>

  package init(_ text: String, range: Range<Int>) {
    self.text = text
    self.range = range
  }
}

/// `[name =] stage | stage | …`.
package struct PipelineSyntax: Sendable, Equatable {
  package let name: NameSyntax?
  package let stages: [StageSyntax]

  package init(name: NameSyntax?, stages: [StageSyntax]) {
    self.name = name
    self.stages = stages
  }
}

/// The words between two pipes; never empty.
package struct StageSyntax: Sendable, Equatable {
  package let words: [WordSyntax]

  package init(words: [WordSyntax]) { self.words = words }

  package var range: Range<Int> {
    guard let first = words.first, let last = words.last else { return 0..<0 }
    return first.range.lowerBound..<last.range.upperBound
  }
}

/// `def name(a, b) = pipeline`.
package struct DefinitionSyntax: Sendable, Equatable {
  package let name: NameSyntax
  package let parameters: [NameSyntax]
  package let body: PipelineSyntax

  package init(name: NameSyntax, parameters: [NameSyntax], body: PipelineSyntax) {
    self.name = name
    self.parameters = parameters
    self.body = body
  }
}

/// `/name words…`.
package struct SessionSyntax: Sendable, Equatable {
  /// Without the slash.
  package let name: NameSyntax
  package let words: [WordSyntax]

  package init(name: NameSyntax, words: [WordSyntax]) {
    self.name = name
    self.words = words
  }
}
