/// How texts are written in a line.
package enum Word {
  /// Whether a column can stand behind a dot without quotes.
  package static func isPlainColumn(_ text: String) -> Bool {
    !text.isEmpty
      && text.unicodeScalars.allSatisfy {
        $0.properties.isAlphabetic || ("0"..."9").contains($0) || $0 == "_" || $0 == "*"
      }
  }

  /// Whether a text can stand in a line as a bare word and comes back as the same text.
  package static func isPlain(_ text: String) -> Bool {
    !text.isEmpty && !text.hasPrefix("--")
      && text.unicodeScalars.allSatisfy {
        $0.properties.isAlphabetic || ("0"..."9").contains($0) || "_./:@%+-*~".unicodeScalars.contains($0)
      }
  }

  /// The text in double quotes, with the escapes that the lexer reads.
  ///
  /// - Parameter escapingBraces: hides `{` where `{name}` would mean a parameter.
  package static func quoted(_ text: String, escapingBraces: Bool = false) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\t": result += "\\t"
      case _ where isHidden(scalar) || (escapingBraces && scalar == "{"):
        result += "\\u{" + String(scalar.value, radix: 16) + "}"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }

  /// Control and format characters, which a reader cannot see.
  package static func isHidden(_ scalar: Unicode.Scalar) -> Bool {
    scalar.value < 0x20 || scalar.properties.generalCategory == .format
      || (0x7f...0x9f).contains(scalar.value) || (0x2028...0x2029).contains(scalar.value)
  }
}

extension Word {
  /// Words that mean something at the start of a line or in an expression.
  static let reserved: Set<String> = ["param", "def", "sweep", "true", "false", "and", "or", "not", "in"]

  /// Whether a text can be given to a value: letters, digits and `_`, but not `_`, `r12` or a reserved word.
  package static func isName(_ text: String) -> Bool {
    guard let first = text.unicodeScalars.first, first == "_" || first.properties.isAlphabetic,
      text != "_", !reserved.contains(text), !isResult(text)
    else { return false }
    return text.unicodeScalars.allSatisfy {
      $0.properties.isAlphabetic || ("0"..."9").contains($0) || $0 == "_"
    }
  }

  /// `r12`.
  static func isResult(_ text: String) -> Bool {
    text.utf8.first == UInt8(ascii: "r") && text.utf8.count > 1
      && text.utf8.dropFirst().allSatisfy { Nesting.isDigit($0) }
  }
}
