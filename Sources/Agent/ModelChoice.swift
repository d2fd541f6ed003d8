/// The model that answers and what is known of it.
struct ModelChoice: Sendable {
  var settings: ModelSettings
  var dialect: ChatDialect
  var window: Int?

  init(_ settings: ModelSettings, server: ModelServer?) {
    self.settings = settings
    dialect = server?.dialect ?? ChatDialect()
    window = server?.window
  }

  /// A model of a server that was found.
  init(_ server: ModelServer, model: String) {
    self.init(server.settings, server: server)
    settings.model = model
  }
}
