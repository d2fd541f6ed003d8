/// A server that turns texts into vectors.
package protocol EmbeddingService: Sendable {
  /// Where texts would go, for messages; nil if no server is set.
  var host: String? { get }
  /// One vector a text, in order and all of one length; an empty `model` is the server's own choice.
  func vectors(
    of texts: [String], model: String, isCancelled: () -> Bool
  ) throws(Failure) -> [[Double]]
}

/// Where no server is set.
package struct NoEmbeddings: EmbeddingService {
  package init() {}
  package var host: String? { nil }
  package func vectors(
    of texts: [String], model: String, isCancelled: () -> Bool
  ) throws(Failure) -> [[Double]] { [] }
}
