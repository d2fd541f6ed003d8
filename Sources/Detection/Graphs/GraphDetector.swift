package import Numerics
package import Values

/// A way of judging the nodes of a graph by how they are joined. Nothing is learned: a graph is judged by itself.
package protocol GraphDetector: Sendable {
  static var name: String { get }
  /// One score a node, higher for stranger ones, all finite.
  func scores(of graph: Graph, work: Work) throws(DetectionError) -> [Double]
  /// Why each node scores as it does, if the method can say.
  func contributions(of graph: Graph, work: Work) throws(DetectionError) -> Contributions?
}

extension GraphDetector {
  package func contributions(of graph: Graph, work: Work) throws(DetectionError) -> Contributions? { nil }
}
