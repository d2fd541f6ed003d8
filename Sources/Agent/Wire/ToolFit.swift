import Notation

/// Which tools of other programs a question can mean, for models that have to choose one.
///
/// A model that is held to a schema takes some tool, whether one fits or not; a small one cannot tell. A tool whose name
/// and description share no word with the question is not offered to it. The shell's own tools always are.
enum ToolFit {
  /// The request without the tools that cannot be meant.
  static func narrowed(_ request: ChatRequest) -> ChatRequest {
    let question = question(of: request)
    // Words are compared in English, as tools are described; a question in another language says nothing here.
    guard isEnglish(question) else { return request }
    let asked = words(question)
    var request = request
    request.tools = request.tools.filter { tool in
      guard let function = tool["function"], let name = function["name"]?.string else { return true }
      if request.forms[name] != nil { return true }
      return !asked.isDisjoint(with: words(name + " " + (function["description"]?.string ?? "")))
    }
    return request
  }

  private static func question(of request: ChatRequest) -> String {
    if !request.question.isEmpty { return request.question }
    return request.messages.lazy.reversed().compactMap { message -> String? in
      if case .user(let text) = message { text } else { nil }
    }.first ?? ""
  }

  /// Whether the question, or the error that the last call ended in, speaks of an option: small models fill whatever
  /// place there is, and what nobody spoke of they make up. Questions in other languages speak of all.
  static func speaks(_ request: ChatRequest, tools: String) -> (String) -> Bool {
    var asked = words(request.question)
    // `Plot pump.Flow.` has no word that ties, but names a tool.
    let namesTool = !asked.isDisjoint(with: words(tools))
    guard !request.question.isEmpty, namesTool || isEnglish(request.question) else { return { _ in true } }
    if case .toolResult(_, let text, _)? = request.messages.last, text.contains("error[") {
      asked.formUnion(words(text))
    }
    return { name in name == "as" || !asked.isDisjoint(with: words(name)) }
  }

  /// Words that tie sentences together; two of them make a question English enough.
  private static let ties: Set = [
    "the", "a", "an", "of", "to", "in", "for", "and", "or", "is", "are", "be", "with", "on", "at",
    "from", "as", "it", "its", "this", "that", "what", "which", "how", "i", "my", "me", "you", "your",
    "can", "by", "there", "was", "who", "do", "does", "have", "has", "then", "them", "only", "please",
    "all", "any", "their", "these", "where", "when", "why", "into", "most", "not",
  ]

  /// Words that nearly every description of a function has.
  private static let common: Set = [
    "find", "get", "calculate", "compute", "given", "using", "use", "between", "provide", "provided",
    "determine", "based", "function", "value", "values", "number", "will", "would", "return", "returns",
  ]

  private static func isEnglish(_ text: String) -> Bool {
    Set(split(text)).intersection(ties).count >= 2
  }

  private static func words(_ text: String) -> Set<String> {
    Set(split(text).filter { $0.count > 2 && !ties.contains($0) && !common.contains($0) }.map(stem))
  }

  /// Letters that stand together, in lower case; `getUserName` and `get_user_name` are three words each.
  private static func split(_ text: String) -> [String] {
    var words: [String] = []
    var word = ""
    var before: Character = " "
    for character in text.prefix(4000) {
      let isLetter = character.isASCII && character.isLetter
      if !isLetter || (character.isUppercase && before.isLowercase) {
        if !word.isEmpty { words.append(word) }
        word = ""
      }
      if isLetter { word += character.lowercased() }
      before = character
    }
    if !word.isEmpty { words.append(word) }
    return words
  }

  private static let endings = [
    "ations", "ation", "ities", "ity", "ings", "ing", "ers", "ed", "es", "s", "al", "e",
  ]

  /// The word without its ending, so that `triangles` and `triangle` are one.
  private static func stem(_ word: String) -> String {
    let ending = endings.first { word.hasSuffix($0) && word.count - $0.count >= 3 }
    return ending.map { String(word.dropLast($0.count)) } ?? word
  }
}
