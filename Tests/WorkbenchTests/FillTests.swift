import Language
import TestKit
import Testing
import Values
import Workbench

@Suite struct `Filling and recoding` {
  static func session() -> Session {
    Session(
      world: .memory(
        MemoryFiles([
          "flows.csv": Array(
            """
            proto,bytes,flag
            tcp,1,a
            tcp,,a
            udp,3,b
            ,8,
            tcp,2,c
            icmp,,a
            tcp,2,a
            udp,1,b

            """.utf8)
        ])))
  }

  static func frame(_ line: String) throws -> Frame {
    let session = session()
    let events = session.type("t = load table flows.csv --category proto,flag", "x = \(line)")
    let value = try #require(events.results.last?.value)
    guard case .table(let frame) = value else { throw Failure.cancelled }
    return frame
  }

  struct Case: Sendable {
    let line: String
    let expected: [Double]
  }

  static let cases: [Case] = [
    Case(line: "fill median t", expected: [1, 2, 3, 8, 2, 2, 2, 1]),
    Case(line: "fill mean t", expected: [1, 17.0 / 6, 3, 8, 2, 17.0 / 6, 2, 1]),
    Case(line: "fill mode t", expected: [1, 1, 3, 8, 2, 1, 2, 1]),
    Case(line: "fill hold t", expected: [1, 1, 3, 8, 2, 2, 2, 1]),
    Case(line: "fill value t --with -5", expected: [1, -5, 3, 8, 2, -5, 2, 1]),
  ]

  @Test(arguments: cases) func `puts in what the method says`(_ example: Case) throws {
    #expect(try Self.frame(example.line).column("bytes")?.numbers == example.expected)
  }

  @Test func `categories take the most frequent level, or the last one`() throws {
    for (line, level) in [("fill mode t", "tcp"), ("fill hold t", "udp")] {
      guard case .category(let codes, let levels)? = try Self.frame(line).column("proto")?.cells else {
        throw Failure.cancelled
      }
      #expect(codes[3] >= 0 && levels[Int(codes[3])] == level)
    }
    #expect(try Self.frame("fill median t").column("proto")?.nullCount == 1)
  }

  @Test func `tells where cells were missing`() throws {
    let frame = try Self.frame("fill median t --columns bytes --mark")
    #expect(frame.column("bytes missing")?.numbers == [0, 1, 0, 0, 0, 1, 0, 0])
  }

  @Test func `recodes into one column a level`() throws {
    let frame = try Self.frame("recode onehot t --columns proto")
    #expect(frame.columns.map(\.name) == ["proto=tcp", "proto=udp", "proto=icmp", "bytes", "flag"])
    let numbers = try #require(frame.column("proto=udp")?.numbers)
    #expect(numbers[2] == 1 && numbers[0] == 0 && numbers[3].isNaN)
    let few = try Self.frame("recode onehot t --columns proto --most 1")
    #expect(few.columns.map(\.name) == ["proto=tcp", "proto=other", "bytes", "flag"])
  }

  @Test func `recodes into shares`() throws {
    let numbers = try #require(try Self.frame("recode frequency t").column("proto")?.numbers)
    #expect(numbers[0] == 4.0 / 7 && numbers[5] == 1.0 / 7 && numbers[3].isNaN)
  }

  @Test func `methods of numbers tell what they leave out, and what helps`() throws {
    let session = Self.session()
    session.type("t = load table flows.csv --category proto,flag")
    let lof = try #require(session.type("r = detect lof t --neighbors 2").results.last)
    #expect(lof.remarks.contains { $0.contains("leaves out proto, flag") && $0.contains("recode") })
    let knn = try #require(session.type("r = detect knn t --neighbors 2").results.last)
    #expect(!knn.remarks.contains { $0.contains("leaves out") })
    session.type("p = select t proto")
    let refused = session.type("detect lof p").diagnostics
    #expect(refused.first?.code == "D0113")
  }
}
