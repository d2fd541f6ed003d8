import Notation

/// The model that answers and what is known of it.
struct ModelChoice: Sendable {
  var settings: ModelSettings
  var dialect: ChatDialect
  var window: Int?

  init(_ settings: ModelSettings, server: ModelServer?) {
    self.settings = settings
    // Whatever speaks messages or responses sees; others are asked by `/model probe`.
    dialect = server?.dialect ?? ChatDialect(seesPictures: settings.wire != .chat)
    window = server?.window
  }

  /// How the model is asked, for a recording.
  var json: JSON {
    [
      "name": .string(settings.model), "api": .string(settings.wire.rawValue),
      "calls": .string(dialect.callForm.rawValue), "pictures": .bool(dialect.seesPictures),
      "window": window.map { .number(Double($0)) } ?? .null,
    ]
  }

  /// The model of a recording; it has no address.
  init(recorded json: JSON) {
    settings = ModelSettings(
      url: "http://127.0.0.1:0", model: json["name"]?.string ?? "",
      wire: json["api"]?.string.flatMap { WireFormat(rawValue: $0) })
    dialect = ChatDialect(
      callForm: json["calls"]?.string.flatMap { CallForm(rawValue: $0) } ?? .native,
      seesPictures: json["pictures"]?.bool ?? false)
    window = json["window"]?.number.flatMap { Int(exactly: $0) }
  }

  /// A model of a server that was found.
  init(_ server: ModelServer, model: String) {
    self.init(server.settings, server: server)
    settings.model = model
  }
}
