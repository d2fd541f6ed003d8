import Encoding
import Numerics
import Testing
import Values

@Suite struct `Surfaces of clouds` {
  static func cloud(_ points: [[Double]]) -> Cloud {
    Cloud(
      points: Frame(
        index: .rows(points.count),
        columns: ["x", "y", "z"].enumerated().map { axis, name in
          Column(numbers: points.map { $0[axis] }, name: name)
        }))
  }

  /// A tilted plane: z = x / 2, on a grid.
  static let plane: [[Double]] = (0..<100).map { (place: Int) -> [Double] in
    let (x, y) = (Double(place % 10), Double(place / 10))
    return [x, y, x / 2]
  }

  @Test func `have the normal of a plane, and no variation`() throws {
    let encoded = try CloudEncoder(.normals, neighbors: 8).encode(Self.cloud(Self.plane), work: Work())
    let length = 1.25.squareRoot()
    for row in 0..<100 {
      #expect(abs(encoded.matrix[row, 0] + 0.5 / length) < 1e-9 && abs(encoded.matrix[row, 1]) < 1e-9)
      #expect(abs(encoded.matrix[row, 2] - 1 / length) < 1e-9 && encoded.matrix[row, 3] < 1e-12)
    }
  }

  @Test func `vary most where they bend`() throws {
    let edge = (0..<200).map { place -> [Double] in
      let (x, y) = (Double(place % 20) - 9.5, Double(place / 20))
      return [min(x, 0), y, max(x, 0)]
    }
    let encoded = try CloudEncoder(.normals, neighbors: 8).encode(Self.cloud(edge), work: Work())
    let strongest = (0..<200).max { encoded.matrix[$0, 3] < encoded.matrix[$1, 3] } ?? 0
    #expect((8...11).contains(strongest % 20))
  }

  /// On a plane all normals agree: theta and alpha are 0, phi is 0, so that the middle bins hold everything.
  @Test func `have point feature histograms with all in the middle bins on a plane`() throws {
    let encoded = try CloudEncoder(.histograms, neighbors: 10).encode(Self.cloud(Self.plane), work: Work())
    #expect(encoded.features.count == 33)
    for row in [0, 44, 99] {
      for part in 0..<3 {
        let bins = (0..<11).map { encoded.matrix[row, part * 11 + $0] }
        #expect(abs(bins.reduce(0, +) - 100) < 1e-9 && bins[4...6].reduce(0, +) > 99.9, "\(bins)")
      }
    }
  }

  /// Written anew in NumPy from the paper's equations and the pair features of the Point Cloud Library; two of 64 points, whose pairs leave
  /// no doubt which normal is nearer to the line.
  @Test func `have the point feature histograms of the definition`() throws {
    let points = (0..<64).map { place -> [Double] in
      let (i, x, y) = (Double(place), Double(place % 8), Double(place / 8))
      return [
        0.1 * x + 0.013 * sine(3 * i), 0.1 * y + 0.017 * sine(5 * i + 1),
        0.15 * sine(0.9 * x) * sine(0.7 * y + .pi / 2),
      ]
    }
    let encoded = try CloudEncoder(.histograms, neighbors: 10).encode(Self.cloud(points), work: Work())
    let expected: [Int: [Double]] = [
      27: [
        0, 0, 0, 0, 26.668808, 55.599523, 16.983134, 0.748534, 0, 0, 0, 0, 5.196389, 2.023759, 10.64751,
        14.539667,
        24.296236, 29.65538, 7.595181, 3.655214, 1.435988, 0.954676, 0, 0.748534, 9.546041, 16.383972,
        18.480969,
        8.031111, 12.693984, 25.098228, 9.017161, 0, 0,
      ],
      45: [
        0, 0, 0, 0, 5.437003, 37.658861, 53.831578, 3.072558, 0, 0, 0, 0, 1.975447, 1.413922, 12.059418,
        17.160103,
        27.861539, 33.550695, 4.212322, 1.766554, 0, 0, 0, 3.400016, 15.912137, 38.404002, 28.735265,
        2.562275,
        0.618201, 7.244304, 3.1238, 0, 0,
      ],
    ]
    for (row, numbers) in expected {
      let found = Array(encoded.matrix.row(row))
      #expect(zip(found, numbers).allSatisfy { abs($0 - $1) < 2e-6 }, "\(row): \(found)")
    }
  }

  @Test func `do not depend on where the cloud is, how large, or how it is turned about the vertical`() throws
  {
    var random = SeededGenerator(seed: 2)
    let points = (0..<80).map { _ -> [Double] in
      let (x, y) = (random.unit(), random.unit())
      return [x, y, 0.3 * x * x - 0.2 * x * y]
    }
    let (c, s) = (0.6, 0.8)
    let moved = points.map { (point: [Double]) -> [Double] in
      let x: Double = c * point[0] - s * point[1]
      let y: Double = s * point[0] + c * point[1]
      return [1000 + 7 * x, -50 + 7 * y, 3 + 7 * point[2]]
    }
    for features in [CloudEncoder.Features.histograms] {
      let one = try CloudEncoder(features, neighbors: 12).encode(Self.cloud(points), work: Work(threads: 1))
      let other = try CloudEncoder(features, neighbors: 12).encode(Self.cloud(moved), work: Work(threads: 2))
      let differing = zip(one.matrix.values, other.matrix.values).count { abs($0 - $1) > 1 }
      // A point at the border of two bins may change sides.
      #expect(differing * 50 < one.matrix.values.count)
    }
  }

  static let corners: [[Double]] = [[0, 0, 0], [1, 1, 1], [2, 0, 1], [0, 3, 1]]
  static let line: [[Double]] = (0..<6).map { (place: Int) -> [Double] in [Double(place), 0, 0] }
  static let odd: [[[Double]]] = [
    [[0, 0, 0], [1, 0, 0]], [[Double]](repeating: [1, 1, 1], count: 9), [[.nan, 0, 0]] + corners,
    [[1e300, 0, 0]] + corners, line,
  ]

  @Test(arguments: odd) func `are finite or absent, whatever comes`(_ points: [[Double]]) throws {
    for features in [CloudEncoder.Features.normals, .histograms] {
      let encoded = try CloudEncoder(features, neighbors: 4).encode(Self.cloud(points), work: Work())
      for row in 0..<points.count {
        #expect(encoded.matrix.row(row).allSatisfy { encoded.presence[row] ? $0.isFinite : $0.isNaN })
      }
    }
  }
}
