import Detection
import Numerics
import TestKit
import Testing
import Values

/// Stream methods beside what they must equal: the same detector on the rows that are remembered.
@Suite struct `Streams of windows` {
  private func numbers(_ method: some StreamMethod, _ rows: [[Double]]) throws -> [Double] {
    var random = SeededGenerator(seed: 1)
    var state = try method.start(features: rows[0].count, using: &random)
    return rows.map { if case .score(let score) = state.take($0) { score } else { -1 } }
  }

  private func wave(_ count: Int, odd: Range<Int>? = nil) -> [Double] {
    var random = SeededGenerator(seed: 4)
    return (0..<count).map { step in
      let phase = Double(step) * 0.4
      let isOdd = odd?.contains(step) ?? false
      return cosine(isOdd ? 2.2 * phase : phase) + 0.1 * random.normal()
    }
  }

  @Test(arguments: [(25, 200), (25, 40), (60, 40)]) func `the local factor is that of the remembered rows`(
    _ warmup: Int, memory: Int
  ) throws {
    var random = SeededGenerator(seed: 2)
    var rows = (0..<120).map { _ in [random.normal(), 3 * random.normal()] }
    rows[100] = [8, 8]
    let k = 5
    let found = try numbers(StreamOutlierFactor(neighbors: k, memory: memory, warmup: warmup), rows)
    let scales = (0..<2).map { column -> Double in
      let values = rows[..<warmup].map { $0[column] }
      let mean = values.reduce(0, +) / Double(warmup)
      return (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(warmup)).squareRoot()
    }
    let scaled = rows.map { zip($0, scales).map { $0 / $1 } }
    for row in warmup..<rows.count {
      let window = Array(scaled[max(0, row - memory + 1)...row])
      let expected = NaiveLocalFactor(window, neighbors: k).factor(of: window.count - 1)
      #expect(abs(found[row] - expected) < 1e-9 * expected, "row \(row)")
    }
    #expect(found.indices.max { found[$0] < found[$1] } == 100)
  }

  @Test func `the online profile is the left profile while all is remembered`() throws {
    let values = wave(300, odd: 200..<214)
    let window = 16
    let found = try numbers(OnlineProfile(window: window, memory: 400), values.map { [$0] })
    let exclusion = (window + 3) / 4 + 1
    for row in 2 * window..<values.count {
      let start = row - window + 1
      let expected = (0...start - exclusion).map { naiveShapeDistance(values, $0, start, window) }.min() ?? 0
      #expect(abs(found[row] - expected) < 1e-6, "row \(row)")
    }
    #expect((200..<230).contains(found.indices.max { found[$0] < found[$1] } ?? 0))
  }

  @Test func `the online profile forgets what is older than its memory`() throws {
    let values = wave(500)
    let (window, memory) = (16, 64)
    let found = try numbers(OnlineProfile(window: window, memory: memory), values.map { [$0] })
    for row in [130, 200, 333, 499] {
      let start = row - window + 1
      let last = start - ((window + 3) / 4 + 1)
      let expected =
        (row - memory + 1...last).map { naiveShapeDistance(values, $0, start, window) }.min() ?? 0
      #expect(abs(found[row] - expected) < 1e-6, "row \(row)")
    }
  }

  @Test(arguments: [120, 200, 290]) func `the pruned search finds the oddest window exactly`(at place: Int)
    throws
  {
    let values = wave(360, odd: place..<place + 13)
    let (window, learned) = (16, 60)
    let rows = try Observations(rows: values.map { [$0] })
    var random = SeededGenerator(seed: 1)
    let model = try DiscordSearch(window: window).fit(
      Observations(rows: values[..<learned].map { [$0] }), using: &random, work: Work())
    let found = try model.scores(of: rows, work: Work())
    let profile = (0...values.count - window).map { start -> Double in
      if start < learned - window + 1 { return 0 }
      return (0...start - window).map { naiveShapeDistance(values, $0, start, window) }.min() ?? 0
    }
    let best = profile.indices.max { profile[$0] < profile[$1] } ?? 0
    #expect(abs(found[best + window / 2] - profile[best]) < 1e-6)
    #expect(abs((found.max() ?? 0) - profile[best]) < 1e-6)
    for start in profile.indices { #expect(found[start + window / 2] >= profile[start] - 1e-6) }
  }

  @Test func `a memory of sequences finds what leaves the range`() throws {
    let values = (0..<900).map { [Double($0 * 3 % 8)] }
    let found = try numbers(HierarchicalMemory(warmup: 300, columns: 512, memory: 2000), values)
    #expect(found[..<300].allSatisfy { $0 == -1 })
    #expect(found.allSatisfy { $0 <= 1 })
    let far = try numbers(HierarchicalMemory(warmup: 300, columns: 512, memory: 2000), values + [[9]])
    #expect(far.last == 1)
  }

  @Test func `a memory of sequences keeps within its segments`() throws {
    var random = SeededGenerator(seed: 8)
    let values = (0..<600).map { _ in [random.normal()] }
    let found = try numbers(HierarchicalMemory(warmup: 100, columns: 128, memory: 1000), values)
    #expect(found.allSatisfy { $0.isFinite })
    #expect(found[100...].allSatisfy { (0...1).contains($0) })
  }

  @Test func `histograms judge by the last whole window`() throws {
    let rows = (0..<64).map { [Double($0 % 8)] }
    let found = try numbers(StreamHistograms(projections: 4, bins: 4, window: 16), rows)
    // Two of eight values in each of the four bins.
    for row in 16..<64 { #expect(abs(found[row] - logarithm(4)) < 1e-12) }
    let behind = try numbers(StreamHistograms(projections: 4, bins: 4, window: 16), rows + [[99]])
    #expect(abs((behind.last ?? 0) - logarithm(17)) < 1e-12)
  }
}

/// The z-normalised distance of two windows, word for word.
private func naiveShapeDistance(_ values: [Double], _ one: Int, _ other: Int, _ window: Int) -> Double {
  func shape(_ start: Int) -> [Double] {
    let part = values[start..<start + window]
    let mean = part.reduce(0, +) / Double(window)
    let deviation = (part.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(window)).squareRoot()
    return part.map { ($0 - mean) / deviation }
  }
  return zip(shape(one), shape(other)).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }.squareRoot()
}

/// Definitions 3 to 7 of the paper on LOF, for exactly k neighbours.
private struct NaiveLocalFactor {
  let rows: [[Double]]
  let neighbors: Int

  init(_ rows: [[Double]], neighbors: Int) {
    self.rows = rows
    self.neighbors = neighbors
  }

  private func distance(_ a: Int, _ b: Int) -> Double {
    zip(rows[a], rows[b]).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }.squareRoot()
  }

  private func nearest(_ row: Int) -> [Int] {
    Array(
      rows.indices.filter { $0 != row }.sorted { distance(row, $0) < distance(row, $1) }.prefix(neighbors))
  }

  private func reach(_ row: Int) -> Double {
    let near = nearest(row)
    let sum = near.reduce(0.0) { total, other in
      total + max(distance(row, other), distance(other, nearest(other)[neighbors - 1]))
    }
    return sum / Double(neighbors) + 1e-10
  }

  func factor(of row: Int) -> Double {
    nearest(row).reduce(0) { $0 + reach(row) / reach($1) } / Double(neighbors)
  }
}
