package import Notation
import Workbench

/// The notations in which model servers are asked. What comes back is told apart by its shape alone.
package enum WireFormat: String, Sendable, CaseIterable {
  /// OpenAI's chat completions, as most servers speak them.
  case chat
  /// Anthropic's messages.
  case messages
  /// OpenAI's responses.
  case responses

  /// What an address says by itself: by its path, else by a host that speaks only one of them.
  package init(address url: String) {
    let path = Self.trimmed(url)
    if path.hasSuffix("/messages") || ModelSettings.host(of: url).hasSuffix("api.anthropic.com") {
      self = .messages
    } else {
      self = path.hasSuffix("/responses") ? .responses : .chat
    }
  }

  private var path: String {
    switch self {
    case .chat: "/chat/completions"
    case .messages: "/messages"
    case .responses: "/responses"
    }
  }

  /// The address of a request; the base may be given with `/v1`, with the whole path, or bare.
  package func address(base: String) -> String {
    let root = Self.root(of: base)
    let last = root.split(separator: "/").last ?? ""
    let isVersion = last.first == "v" && last.count > 1 && last.dropFirst().allSatisfy(\.isNumber)
    return root + (isVersion ? path : "/v1" + path)
  }

  /// The address of another page of the same server: `models` below the version, `/props` at the top.
  static func address(base: String, page: String) -> String {
    let root = root(of: base)
    let parts = root.split(separator: "/", omittingEmptySubsequences: false)
    let isVersion = parts.last.map { $0.first == "v" && $0.dropFirst().allSatisfy(\.isNumber) } ?? false
    let top = isVersion && parts.count > 3 ? parts.dropLast().joined(separator: "/") : root
    return page.hasPrefix("/") ? top + page : top + "/v1/" + page
  }

  private static func root(of base: String) -> String {
    let trimmed = trimmed(base)
    for format in allCases where trimmed.hasSuffix(format.path) {
      return String(trimmed.dropLast(format.path.count))
    }
    return trimmed
  }

  private static func trimmed(_ url: String) -> String {
    var rest = Substring(url)
    while rest.hasSuffix("/") { rest = rest.dropLast() }
    return String(rest)
  }

  func headers(key: String?) -> [HTTPHeader] {
    let common = [HTTPHeader("content-type", "application/json"), HTTPHeader("accept", "text/event-stream")]
    switch self {
    case .chat, .responses:
      return common + (key.map { [HTTPHeader("authorization", "Bearer \($0)")] } ?? [])
    case .messages:
      return common + [HTTPHeader("anthropic-version", "2023-06-01")]
        + (key.map { [HTTPHeader("x-api-key", $0)] } ?? [])
    }
  }

  package func body(
    _ request: ChatRequest, model: String, maximumOutput: Int, dialect: ChatDialect = ChatDialect()
  ) -> JSON {
    switch self {
    case .chat:
      ChatCompletions.body(request, model: model, maximumOutput: maximumOutput, dialect: dialect)
    case .messages:
      AnthropicMessages.body(request, model: model, maximumOutput: maximumOutput, dialect: dialect)
    case .responses:
      OpenAIResponses.body(request, model: model, maximumOutput: maximumOutput, dialect: dialect)
    }
  }
}

extension ToolCall {
  /// Servers parse the arguments of a history again and refuse the whole request if they are broken; endless ones
  /// would fill the window with what was refused anyway.
  private static let longestArguments = 8192

  /// The arguments as an object, which is empty if they are broken or endless.
  var soundArguments: JSON {
    guard arguments.utf8.count <= Self.longestArguments, let parsed = try? JSON(parsing: arguments),
      parsed.members != nil
    else { return .object([]) }
    return parsed
  }
}
