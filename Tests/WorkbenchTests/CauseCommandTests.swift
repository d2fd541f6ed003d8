import Language
import TestKit
import Testing
import Values
import Workbench

@Suite struct `Causes along a graph` {
  private static let names = "shop,cart,bank"
  /// shop depends on cart and bank, cart on bank; in the last rows bank is slow, and with it all others.
  private static let usual = (0..<20).map { "\($0),\(10 + $0 % 3),\(20 + $0 % 4),\(5 + $0 % 2)" }
  private static let files = [
    "normal.csv": (["t,shop,cart.p50,bank"] + usual).joined(separator: "\n"),
    "issue.csv": "t,shop,cart.p50,bank\n0,11,21,5\n1,40,45,99\n2,41,44,98",
    "matrix.csv": ",shop,cart,bank\nshop,0,1,1\ncart,0,0,1\nbank,0,0,0",
    "pairs.csv": "a,b\nshop,cart\ncart,bank",
    "two.csv": "node,shop,cart,bank\nmeasure,p50,p50,p50\nt,,,\n0,1,2,3\n1,4,5,6",
  ]
  private let session = Session(world: .memory(MemoryFiles(files)))

  private func column(_ line: String, _ name: String) throws -> [String] {
    let events = session.type(line)
    guard case .table(let frame)? = events.results.last?.value else {
      throw Diagnostic("", "no table: \(events.diagnostics)", remedy: "")
    }
    guard case .text(let texts)? = frame.column(name)?.cells else {
      throw Diagnostic("", "no such column", remedy: "")
    }
    return (0..<frame.rowCount).map { texts[$0] }
  }

  @Test func `lead to the node that nothing explains`() throws {
    session.type("normal = load table normal.csv --id t", "issue = load table issue.csv --id t")
    session.type("links = load graph matrix.csv")
    let causes = try column("causes issue --normal normal --graph links --from shop", "cause")
    #expect(causes.first == "bank")
    let paths = try column("causes issue --normal normal --graph links", "path")
    #expect(paths.first == "shop > bank")
    let columns = try column("causes issue --normal normal --graph links", "by")
    #expect(columns.first == "bank")
  }

  @Test func `need directions, nodes and columns that meet`() {
    session.type(
      "issue = load table issue.csv --id t", "both = load graph pairs.csv", "links = load graph matrix.csv")
    #expect(session.type("causes issue --graph both").diagnostics.first?.code == "R0515")
    #expect(session.type("causes issue --graph links --from shp").diagnostics.first?.code == "E0524")
    session.type("other = load table two.csv | select node*")
    session.type("far = load graph pairs.csv --source a --target b --directed")
    #expect(session.type("causes issue.bank --graph far --from zoo").diagnostics.first?.code == "E0524")
  }

  @Test func `are found in tables whose header has several lines`() throws {
    let events = session.type("two = load table two.csv")
    guard case .table(let frame)? = events.results.last?.value else {
      Issue.record("\(events.diagnostics)")
      return
    }
    #expect(frame.columns.map(\.name) == ["t", "shop.p50", "cart.p50", "bank.p50"])
    #expect(frame.rowCount == 2)
  }
}
