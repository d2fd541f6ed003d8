import Detection
import Language

struct SelfOrganizingMapMethod: DetectionMethod {
  static let side = Parameter<Int?>.rows(
    "side", in: 1...200, help: "Nodes along each edge of the map; about 5 √n nodes in all if absent.")
  static let passes = Parameter<Int>.integer(
    "passes", in: 1...1000, default: 20, help: "Passes over the rows.")

  let name = "som"
  let measure = "their distance to a map stretched over the others"
  let discussion = """
    The distance to the nearest node of a self-organizing map (Kohonen 2001, batch form): nodes on a square grid that lie \
    among the rows, neighbours on the grid near each other. Columns are standardised. Contributions are each column's \
    squared distance to that node.
    """
  let parameters = [side.base, passes.base]
  let isRandom = true
  let exampleOptions = "--side 6 --passes 10"
  func detector(_ call: Invocation) -> any Detector {
    SelfOrganizingMap(side: call[Self.side], passes: call[Self.passes])
  }
}
