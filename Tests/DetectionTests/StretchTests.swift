import Detection
import Numerics
import TestKit
import Testing

@Suite struct `Detectors of stretches` {
  /// Cycles of 24 rows with noise; one cycle is flat in the middle.
  private static func series(_ count: Int = 960, odd: Range<Int> = 600..<624, seed: UInt64 = 3) -> [Double] {
    var random = SeededGenerator(seed: seed)
    return (0..<count).map { row in
      let clean = odd.contains(row) ? 0.2 * cosine(Double(row) / 2) : sine(2 * Double.pi * Double(row) / 24)
      return clean + 0.05 * random.normal()
    }
  }

  private static let methods: [any Detector] = [
    StretchDetector(ShapeClusters(window: 24)), StretchDetector(NormalModel(window: 24)),
    StretchDetector(WarpedTemplates(window: 24)), StretchDetector(NormalModel()),
    StretchDetector(StreamingShapes(window: 24)), StretchDetector(SeriesGraph(window: 24)),
  ]

  @Test(arguments: methods.indices) func `find the odd cycle`(_ place: Int) throws {
    var random = SeededGenerator(seed: 1)
    let rows = try Observations(rows: Self.series().map { [$0] })
    let found = try Self.scores(Self.methods[place], rows, &random)
    let peak = try #require(found.indices.max { found[$0] < found[$1] })
    #expect((588..<636).contains(peak), "\(peak)")
  }

  private static func scores(
    _ detector: some Detector, _ rows: Observations, _ random: inout SeededGenerator
  ) throws -> [Double] {
    try detector.fit(rows, using: &random, work: Work()).scores(of: rows, work: Work())
  }

  @Test(arguments: methods.indices) func `do not care for units`(_ place: Int) throws {
    var (first, second) = (SeededGenerator(seed: 1), SeededGenerator(seed: 1))
    let values = Self.series()
    let plain = try Self.scores(Self.methods[place], Observations(rows: values.map { [$0] }), &first)
    let scaled = try Self.scores(
      Self.methods[place], Observations(rows: values.map { [1024 * $0 + 4096] }), &second)
    for (a, b) in zip(plain, scaled) { #expect(abs(a - b) < 1e-6 * max(1, a)) }
  }

  /// A sine goes around once a cycle: every edge weighs as many turns as there are, between nodes of two edges. A level
  /// that never changes takes no step at all.
  @Test func `a graph counts the turns of a cycle`() throws {
    var random = SeededGenerator(seed: 1)
    let rows = try Observations(rows: (0..<960).map { [sine(2 * Double.pi * Double($0) / 24)] })
    let model = try StretchDetector(SeriesGraph(window: 24)).fit(rows, using: &random, work: Work())
    let flat = try model.scores(of: Observations(rows: (0..<60).map { _ in [0.0] }), work: Work())
    #expect(flat.allSatisfy { (36...41).contains($0) }, "\(flat)")
    #expect(try model.scores(of: rows, work: Work()).allSatisfy { $0 < 3 })
  }

  /// Triangles after sines: k-Shape keeps calling them odd, SAND gets used to them.
  @Test func `shapes that go on become normal`() throws {
    let values = (0..<2400).map { row -> Double in
      let place = Double(row % 24) / 24
      if row < 720 { return sine(2 * Double.pi * place) }
      return place < 0.2 ? 5 * place : 1.25 * (1 - place) * (1 - place)
    }
    let training = try Observations(rows: values.prefix(720).map { [$0] })
    let all = try Observations(rows: values.map { [$0] })
    func late(_ detector: some Detector) throws -> (base: Double, early: Double, late: Double) {
      var random = SeededGenerator(seed: 1)
      let found = try detector.fit(training, using: &random, work: Work()).scores(of: all, work: Work())
      return (
        Statistics.mean(found[200..<700]), Statistics.mean(found[760..<900]),
        Statistics.mean(found[2200..<2380])
      )
    }
    let fixed = try late(StretchDetector(ShapeClusters(window: 24)))
    let moving = try late(StretchDetector(StreamingShapes(window: 24, batch: 240)))
    #expect(abs(fixed.early - fixed.late) < 0.05)
    #expect(moving.late - moving.base < 0.5 * (moving.early - moving.base), "\(moving)")
  }

  // MARK: - Distances

  @Test(arguments: 1...3) func `shape-based distance is the best correlation over shifts`(_ seed: Int) {
    var random = SeededGenerator(seed: UInt64(seed))
    let a = (0..<20).map { _ in random.normal() }, b = (0..<20).map { _ in random.normal() }
    let size = (a.map { $0 * $0 }.reduce(0, +) * b.map { $0 * $0 }.reduce(0, +)).squareRoot()
    let naive = (-5...5).map { shift -> Double in
      var sum = 0.0
      for place in 0..<20 where (0..<20).contains(place - shift) { sum += a[place] * b[place - shift] }
      return sum / size
    }
    let found = ShapeDistance.between(a, b, reach: 5)
    #expect(abs(found.distance - (1 - (naive.max() ?? 0))) < 1e-12)
    #expect(naive[found.shift + 5] == naive.max())
    #expect(ShapeDistance.between(a, [Double](repeating: 0, count: 20), reach: 5).distance == 1)
  }

  /// The leading eigenvector of Q Σ x xᵀ Q, with Q taking the mean out.
  @Test func `shape extraction is the leading eigenvector`() throws {
    var random = SeededGenerator(seed: 2)
    let members = (0..<12).map { _ -> [Double] in
      let raw = (0..<16).map { sine(Double($0) / 2) + 0.4 * random.normal() }
      let deviation = Statistics.standardDeviation(raw, degreesLost: 0)
      return raw.map { ($0 - Statistics.mean(raw)) / deviation }
    }
    var sum = Matrix(rows: 16, columns: 16)
    for member in members {
      for i in 0..<16 { for j in 0..<16 { sum[i, j] += member[i] * member[j] } }
    }
    let eigen = try #require(SymmetricEigen(sum))
    let expected = eigen.vectors.column(0)
    let found = ShapeDistance.extract(members, near: [Double](repeating: 0, count: 16), reach: 4)
    #expect(abs(abs(Statistics.correlation(found, expected)) - 1) < 1e-6)
    #expect(members.count { Statistics.correlation($0, found) > 0 } > 6)
  }

  /// The recursion over all cells of the band.
  @Test(arguments: [(1, 0), (2, 2), (3, 5), (4, 20)]) func `warping adds the least differences`(
    _ seed: Int, _ band: Int
  ) {
    var random = SeededGenerator(seed: UInt64(seed))
    let a = (0..<18).map { _ in random.normal() }, b = (0..<18).map { _ in random.normal() }
    var table = [[Double]](repeating: [Double](repeating: .infinity, count: 19), count: 19)
    table[0][0] = 0
    for i in 1...18 {
      for j in 1...18 where abs(i - j) <= band {
        let step = (a[i - 1] - b[j - 1]) * (a[i - 1] - b[j - 1])
        table[i][j] = step + min(table[i - 1][j], table[i][j - 1], table[i - 1][j - 1])
      }
    }
    let found = Warping.squared(a, b, band: band)
    #expect(abs(found - table[18][18]) < 1e-12)
    #expect(Warping.bound(a, Warping.envelope(b, band: band)) <= found + 1e-12)
    #expect(Warping.squared(a, b, band: band, within: found / 2) == .infinity)
  }

  // MARK: - Streams

  @Test func `xstream finds rows that the last window did not hold`() throws {
    var random = SeededGenerator(seed: 4)
    var rows = (0..<900).map { _ in (0..<4).map { _ in random.normal() } }
    for row in [400, 650, 820] { rows[row] = [9, -9, 9, 9] }
    var generator = SeededGenerator(seed: 1)
    let model = try StreamDetector(XStream(window: 200)).fit(
      Observations(rows: Array(rows.prefix(300))), using: &generator, work: Work())
    let found = try model.scores(of: Observations(rows: rows), work: Work())
    let highest = found.indices.filter { $0 >= 200 }.sorted { found[$0] > found[$1] }.prefix(3)
    #expect(Set(highest) == [400, 650, 820])
  }
}
