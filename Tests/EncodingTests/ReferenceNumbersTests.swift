import Chronology
import Encoding
import Numerics
import Testing
import Values

/// Numbers that well-known libraries give for the same small inputs.
@Suite struct `Reference numbers` {
  private static let start = Instant(nanoseconds: 0)

  private static func near(_ found: [Double], _ expected: [Double], _ tolerance: Double) -> Bool {
    found.count == expected.count
      && zip(found, expected).allSatisfy { abs($0 - $1) <= tolerance * max(1, abs($1)) }
  }

  private static let sound = Audio(
    sampleRate: 16_000,
    channels: [
      (0..<16_000).map { place in
        let i = Double(place)
        return Float(
          0.3 * sine(0.05 * i) + 0.2 * sine(0.0007 * i * i) + 0.1 * (Double(place * 7919 % 101) / 50 - 1))
      }
    ], start: start)

  /// librosa 0.11.0, centred frames with zeros beyond the ends, 10 log10 of powers; frame 10.
  @Test func `of librosa for spectra, mel bands, cepstra with derivatives and chroma`() throws {
    func frame(_ encoder: SoundEncoder) throws -> [Double] {
      Array(try encoder.encode(Self.sound, work: Work(threads: 2)).matrix.row(10))
    }
    let bins = try frame(SoundEncoder(.bins))
    #expect(bins.count == 1025)
    let chosen = [0, 16, 57, 158, 400].map { bins[$0] }
    #expect(Self.near(chosen, [9.97774, 43.25282, 10.43054, 14.83962, 15.26718], 1e-4), "\(chosen)")
    let mel = try frame(SoundEncoder(.mel(bands: 40)))
    let bands = [0, 5, 12, 25, 39].map { mel[$0] }
    #expect(Self.near(bands, [21.15645, 2.942418, 5.700287, 7.806145, -12.95067], 1e-4), "\(bands)")
    let cepstra = try frame(SoundEncoder(.cepstrum(coefficients: 13, bands: 40), derivatives: 1))
    let expected = [
      25.05849, 21.05099, -13.91847, 18.42759, 6.150914, 6.50575, 12.34557, 3.559047, 11.00373, 4.792109,
      6.464051, 6.746471, 2.300905,
    ]
    #expect(Self.near(Array(cepstra.prefix(13)), expected, 1e-4), "\(cepstra)")
    let slopes = Array(cepstra[13..<17])
    #expect(Self.near(slopes, [-7.243067, -3.705918, 5.252626, -1.268791], 1e-4), "\(slopes)")
    let chroma = try frame(SoundEncoder(.chroma))
    let classes = [
      0.912149, 0.3373736, 0.1443557, 0.1583185, 0.155572, 0.1530107, 0.163577, 0.1978609, 0.2102587,
      0.1721761, 0.294683, 1,
    ]
    #expect(Self.near(chroma, classes, 1e-3), "\(chroma)")
  }

  /// scikit-learn 1.9.1, `TfidfVectorizer` with its defaults.
  @Test func `of scikit-learn for TF-IDF`() throws {
    let texts = ["the pump hums and the pump leaks", "a valve closes", "the valve leaks oil, oil, oil"]
    let documents = Documents(
      frame: Frame(index: .rows(3), columns: [Column("text", .text(TextColumn(texts)))]), column: "text")
    let found = try FrequencyEncoder().encode(documents, work: Work())
    let weights = [
      "and": [0.33535157, 0, 0], "closes": [0, 0.79596054, 0], "hums": [0.33535157, 0, 0],
      "leaks": [0.25504351, 0, 0.23211804], "oil": [0, 0, 0.915622], "pump": [0.67070313, 0, 0],
      "the": [0.51008702, 0, 0.23211804], "valve": [0, 0.60534851, 0.23211804],
    ]
    for (place, name) in found.features.enumerated() {
      let expected = try #require(weights[name])
      #expect(Self.near(found.matrix.column(place), expected, 1e-7), "\(name)")
    }
    #expect(found.features.count == 8)
  }

  /// pyts 0.14.1, 24 numbers brought to 6 × 6 (all 24 for distances); lines 0 and 4.
  @Test func `of pyts for fields of angles, transitions and recurrence`() {
    let window = `Shapes of windows`.signal(24)
    func lines(_ picture: SeriesPicture, _ side: Int) -> [Double] {
      let values = picture.values(of: window, side: side, scale: 0...1)
      return Array(values[..<6]) + Array(values[4 * side..<4 * side + 6])
    }
    let sums = [
      -0.58518731, 0.45541887, -0.99974446, -0.45541887, -0.90142929, -0.32856929, -0.90142929, -0.025103403,
      -0.88913671, 0.025103403, -0.99873964, -0.73977578,
    ]
    #expect(Self.near(lines(.sums, 6), sums.map { ($0 + 1) / 2 }, 1e-6), "\(lines(.sums, 6))")
    let differences = [
      0, 0.89027729, -0.79746234, -0.89027729, -0.47762434, 0.2862614, 0.47762434, 0.99968486, -0.41243824,
      -0.99968486, 0, 0.70913551,
    ]
    #expect(Self.near(lines(.differences, 6), differences.map { ($0 + 1) / 2 }, 1e-6))
    let transitions = [
      0.22916667, 0.27083333, 0.23958333, 0.20833333, 0.23958333, 0.3125, 0.2625, 0.2125, 0.27083333,
      0.29583333,
      0.27083333, 0.1875,
    ]
    let field = lines(.transitions(bins: 4), 6)
    #expect(Self.near(field, transitions, 1e-6), "\(field)")
    let range = (window.max() ?? 0) - (window.min() ?? 0)
    let distances = [
      0, 1.456029, 1.7212938, 0.74828222, 2.1910973, 1.2736372, 2.1910973, 0.73506829, 0.46980353, 1.4428151,
      0,
      0.9174601,
    ]
    #expect(Self.near(lines(.recurrence, 24), distances.map { $0 / range }, 1e-6))
  }

  /// NumPy: singular vectors of ln max(1, vol / T Σ P^r D^-1) for two cliques of five with two edges between, T = 3.
  @Test func `of NetMF for walks over two cliques`() throws {
    var edges = [(4, 5), (0, 9)]
    for base in [0, 5] { for i in 0..<5 { for j in 0..<i { edges.append((base + i, base + j)) } } }
    let graph = Graph(
      nodes: Frame(index: .rows(11), columns: []), sources: edges.map { Int32($0.0) },
      targets: edges.map { Int32($0.1) }, edges: Frame(index: .rows(edges.count), columns: []),
      isDirected: false)
    let found = try WalkEncoder(dimensions: 2, window: 3).encode(graph, work: Work(threads: 2))
    let likeness = (0..<10).map { other in
      (0..<2).reduce(0) { $0 + found.matrix[0, $1] * found.matrix[other, $1] }
    }
    let expected = [0.38878372, 0.50215645, 0.50215645, 0.50215645, 0.38878372, 0, 0, 0, 0, 0]
    #expect(Self.near(likeness, expected, 1e-5), "\(likeness)")
    #expect(found.matrix.row(10).allSatisfy { $0 == 0 })
    #expect(try WalkEncoder(dimensions: 2, window: 3).encode(graph, work: Work(threads: 1)) == found)
  }
}

@Suite struct `Encoders of categories and messages` {
  @Test func `count levels in the fit rows only`() throws {
    var index = Index.rows(6)
    index.splits = [.fit, .fit, .fit, .fit, .test, .test]
    let frame = Frame(
      index: index,
      columns: [
        Column("valve", .text(TextColumn(["open", "open", "shut", "ajar", "open", "stuck"]))),
        Column("class", .text(TextColumn(["a", "b", "a", "b", "a", "b"])), role: .label),
      ])
    let shares = try CategoryEncoder(.frequency).encode(frame, work: Work())
    #expect(shares.features == ["valve.frequency"])
    #expect(shares.matrix.column(0) == [0.5, 0.5, 0.25, 0.25, 0.5, 0])
    let places = try CategoryEncoder(.oneHot(most: 2)).encode(frame, work: Work())
    #expect(places.features == ["valve=ajar", "valve=open", "valve=other"])
    #expect(
      (0..<6).map { Array(places.matrix.row($0)) } == [
        [0, 1, 0], [0, 1, 0], [0, 0, 1], [1, 0, 0], [0, 1, 0], [0, 0, 1],
      ])
    #expect(throws: EncodingError.noFeatures) {
      try CategoryEncoder(.frequency).encode(Frame(index: .rows(1), columns: []), work: Work())
    }
  }

  private static let second = TimeSpan(seconds: 1)

  /// a b a b a at 0, 1, 2, 3, 4 s, c at 9 s.
  private static let log = Log(
    frame: Frame(
      index: Index(.time(.listed([0, 1, 2, 3, 4, 9].map { $0 * 1_000_000_000 }))),
      columns: [Column("message", .text(TextColumn(["a", "b", "a", "b", "a", "c"])))]),
    templates: ["a", "b", "c"], templateOfRow: [0, 1, 0, 1, 0, 2])

  @Test func `tell how long ago a message came`() throws {
    let found = try MessageEncoder(.elapsed, width: TimeSpan(seconds: 5)).encode(
      Self.log, rows: Self.log.frame.index, work: Work())
    #expect(
      (0..<6).map { Array(found.matrix.row($0)) } == [
        [0, 5, 5], [1, 0, 5], [0, 1, 5], [1, 0, 5], [0, 1, 5], [5, 5, 0],
      ])
  }

  @Test func `count runs of messages inside the window`() throws {
    let found = try MessageEncoder(.runs(length: 2, most: 2), width: TimeSpan(seconds: 3)).encode(
      Self.log, rows: Self.log.frame.index, work: Work())
    #expect(found.features == ["a>b", "b>a", "other"])
    #expect(
      (0..<6).map { Array(found.matrix.row($0)) } == [
        [0, 0, 0], [1, 0, 0], [1, 1, 0], [1, 1, 0], [1, 1, 0], [0, 0, 0],
      ])
  }

  @Test func `weigh seldom messages more`() throws {
    let found = try MessageEncoder(.weighted, width: TimeSpan(seconds: 3)).encode(
      Self.log, rows: Self.log.frame.index, work: Work())
    let (common, seldom) = (logarithm(7.0 / 6) + 1, logarithm(7.0 / 5) + 1)
    let length = (common * common + seldom * seldom).squareRoot()
    #expect(abs(found.matrix[1, 0] - common / length) < 1e-12)
    #expect(Array(found.matrix.row(5)) == [0, 0, 1])
  }
}

@Suite struct `Grids of pictures` {
  @Test func `by SIFT have the direction of a ramp, and length 1`() throws {
    let ramp = `Patches of pictures`.grey(64, 64) { x, _ in Float(x) / 64 }
    let map = try SiftEncoder(grid: 8).encode(`Patches of pictures`.images([ramp]), work: Work())
    #expect(map.matrix.rows == 64 && map.features.count == 128)
    let middle = Array(map.matrix.row(27))
    #expect(abs(middle.reduce(0) { $0 + $1 * $1 } - 1) < 1e-9)
    // All turns point along the lines: direction 0 of each place.
    #expect(middle.indices.allSatisfy { $0 % 8 == 0 ? middle[$0] > 0.1 : middle[$0] < 1e-6 })
    let flat = `Patches of pictures`.grey(64, 64) { _, _ in 0.5 }
    let none = try SiftEncoder(grid: 4).encode(`Patches of pictures`.images([flat]), work: Work())
    #expect(none.matrix.values.allSatisfy { $0 == 0 })
  }

  @Test func `by random filters are the same each time, and 0 where nothing is`() throws {
    var random = SeededGenerator(seed: 1)
    let values = (0..<1024).map { _ in Float(random.unit()) }
    let noise = `Patches of pictures`.grey(32, 32) { x, y in values[y * 32 + x] }
    let flat = `Patches of pictures`.grey(32, 32) { _, _ in 0.5 }
    let images = `Patches of pictures`.images([noise, flat])
    let encoder = FilterEncoder(grid: 4, filters: 6, scales: 2)
    let map = try encoder.encode(images, work: Work(threads: 2))
    #expect(map.features.count == 12 && map.matrix.row(0).allSatisfy { $0 > 0.01 })
    #expect((16..<32).allSatisfy { map.matrix.row($0).allSatisfy { $0 < 1e-5 } })
    #expect(try encoder.encode(images, work: Work(threads: 1)) == map)
  }

  @Test func `of raw pixels hold them line after line`() throws {
    let picture = `Patches of pictures`.grey(4, 4) { x, y in Float(y * 4 + x) }
    let map = try RawEncoder(grid: 2, side: 2).encode(`Patches of pictures`.images([picture]), work: Work())
    #expect(
      (0..<4).map { Array(map.matrix.row($0)) } == [
        [0, 1, 4, 5], [2, 3, 6, 7], [8, 9, 12, 13], [10, 11, 14, 15],
      ])
  }

  @Test func `answer Gabor filters of their wavelength and direction`() throws {
    let waves = `Patches of pictures`.grey(64, 64) { x, _ in Float(0.5 + 0.4 * sine(2 * .pi * Double(x) / 8))
    }
    let flat = `Patches of pictures`.grey(64, 64) { _, _ in 0.7 }
    let found = try GaborEncoder().encode(`Patches of pictures`.images([waves, flat]), work: Work())
    let means = found.features.indices.filter { found.features[$0].hasSuffix("mean") }
    let strongest = try #require(means.max { found.matrix[0, $0] < found.matrix[0, $1] })
    #expect(found.features[strongest] == "gabor.8px.0deg.mean")
    #expect(means.allSatisfy { found.matrix[1, $0] < 1e-4 })
  }

  @Test func `bend by the curvature of a ball`() throws {
    var random = SeededGenerator(seed: 5)
    let radius = 2.0
    let points = (0..<600).map { _ -> [Double] in
      let v = [random.normal(), random.normal(), random.normal()]
      let length = v.reduce(0) { $0 + $1 * $1 }.squareRoot()
      return v.map { $0 / length * radius }
    }
    let found = try CloudEncoder(.curvature, neighbors: 12).encode(
      `Surfaces of clouds`.cloud(points), work: Work(threads: 2))
    let sizes = SortedSample(found.matrix.column(1))
    #expect(abs((sizes.median ?? 0) - 1 / (radius * radius)) < 0.03)
    let means = SortedSample(found.matrix.column(0).map(abs))
    #expect(abs((means.median ?? 0) - 1 / radius) < 0.03)
  }
}
