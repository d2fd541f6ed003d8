import Evaluation
import Testing

@Suite struct `The search for causes` {
  private func order(_ departures: [Double], _ edges: [(Int, Int)], from start: Int, limit: Double = 5)
    -> [Int]
  {
    var below = [[Int]](repeating: [], count: departures.count)
    for (source, target) in edges { below[source].append(target) }
    return CauseSearch(departures: departures, dependencies: below, limit: limit).causes(of: start).map(
      \.node)
  }

  @Test func `follows unusual nodes to the last one`() {
    #expect(order([20, 30, 40, 1], [(0, 1), (1, 2), (2, 3)], from: 0).first == 2)
  }

  @Test func `does not walk through what is usual`() {
    #expect(order([20, 1, 40], [(0, 1), (1, 2)], from: 0) == [0])
  }

  @Test func `does not let a trembling dependency hide its cause`() {
    #expect(order([20, 60, 7], [(0, 1), (1, 2)], from: 0) == [1, 2, 0])
  }

  @Test func `prefers what explains more unusual entries`() {
    // Nodes 0 and 1 are entries; both depend on 3, only 0 on 2, which departs farther.
    #expect(order([20, 20, 90, 50], [(0, 2), (0, 3), (1, 3)], from: 0).prefix(2) == [3, 2])
  }

  @Test func `ends in a circle and at itself`() {
    #expect(Set(order([20, 30, 40], [(0, 1), (1, 2), (2, 0), (1, 1)], from: 0)) == [0, 1, 2])
  }

  @Test func `finds nothing where nothing is unusual`() {
    #expect(order([1, 2, .nan], [(0, 1), (1, 2)], from: 0).isEmpty)
  }

  @Test func `tells the shortest way`() throws {
    let search = CauseSearch(
      departures: [20, 30, 90, 40], dependencies: [[1, 3], [2], [], [2]], limit: 5)
    let first = try #require(search.causes(of: 0).first)
    #expect(first.node == 2 && first.path.count == 3 && first.path.first == 0)
    #expect(first.own == 90 && first.departure == 90 && first.entries == 1)
  }
}
