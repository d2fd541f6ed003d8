package import Notation

/// A call that a model wants made.
package struct ToolCall: Sendable, Equatable {
  package enum Form: Sendable, Equatable {
    /// A tool call of the protocol: it needs an answer with its id.
    case native
    /// JSON that the model printed as text.
    case printedJSON
    /// A command line that the model printed as text; stands in `arguments`.
    case printedLine
  }

  package var id: String
  package var name: String
  /// The arguments as JSON text, as the model wrote it; it may be broken.
  package var arguments: String
  package var form: Form
  /// What the server wants back, unchanged, in front of the call: signed thoughts and the like.
  package var carried: [JSON] = []

  package init(id: String, name: String, arguments: String, form: Form = .native, carried: [JSON] = []) {
    self.carried = carried
    self.id = id
    self.name = name
    self.arguments = arguments
    self.form = form
  }
}

/// One message of a conversation, free of any provider's notation.
package enum ChatMessage: Sendable, Equatable {
  case system(String)
  case user(String)
  case assistant(text: String, calls: [ToolCall])
  /// `summary` is the one line that replaces the text when the turn is over.
  case toolResult(id: String, text: String, summary: String)
  /// A drawing that a call made, for models that see: PNG in base 64, and what it shows.
  case picture(base64: String, caption: String)
}

extension ChatMessage {
  /// What stands in the place of a picture for models that do not see.
  static let unseen = " (left out: this model does not see pictures)"
}

/// What a model is asked: everything of a request but the address and the key.
package struct ChatRequest: Sendable, Equatable {
  package var messages: [ChatMessage]
  /// Tool declarations in the notation of chat completions; empty means that calls are not wanted.
  package var tools: [JSON]
  /// The arguments that a model which is held to a schema can give the shell's own tools, by tool.
  package var forms: [String: [JSON]] = [:]
  /// Above 0 where the model must leave a rut.
  package var temperature = 0.0
  /// What was asked, without what stands around it in the messages; empty if that is not known.
  package var question = ""
  /// A model that is held to a schema must call something first: small ones answer without having looked.
  package var mustLook = false

  package init(messages: [ChatMessage], tools: [JSON]) {
    self.messages = messages
    self.tools = tools
  }
}

/// Tokens of one or more requests, as the server counts them.
package struct TokenUse: Sendable, Equatable {
  package var input: Int
  package var cachedInput: Int
  package var output: Int

  package init(input: Int = 0, cachedInput: Int = 0, output: Int = 0) {
    self.input = input
    self.cachedInput = cachedInput
    self.output = output
  }

  package static func + (a: TokenUse, b: TokenUse) -> TokenUse {
    TokenUse(
      input: a.input + b.input, cachedInput: a.cachedInput + b.cachedInput, output: a.output + b.output)
  }
}

/// A complete answer of a model.
package struct ModelReply: Sendable, Equatable {
  package var text: String
  package var calls: [ToolCall]
  package var use: TokenUse
  /// The server cut the answer at its length limit.
  package var isCut: Bool
  /// The server withheld (part of) the answer.
  package var isWithheld: Bool

  package init(
    text: String = "", calls: [ToolCall] = [], use: TokenUse = TokenUse(), isCut: Bool = false,
    isWithheld: Bool = false
  ) {
    self.text = text
    self.calls = calls
    self.use = use
    self.isCut = isCut
    self.isWithheld = isWithheld
  }
}
