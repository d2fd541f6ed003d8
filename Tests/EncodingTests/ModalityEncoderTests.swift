import Encoding
import Numerics
import Testing
import Values

@Suite struct `Picture encoders` {
  private func images(_ pictures: [Picture]) -> Images {
    Images(
      frame: Frame(index: .rows(pictures.count), columns: []), shapes: pictures.map(\.shape),
      digests: pictures.map { _ in 0 }, pictures: PicturesInMemory(pictures))
  }

  private func picture(_ width: Int, _ height: Int, _ sample: (Int, Int) -> UInt8) -> Picture {
    Picture(
      width: width, height: height, channels: 1,
      samples: .unsigned8((0..<width * height).map { sample($0 % width, $0 / width) }))
  }

  @Test func `put all gradients of a ramp along the lines into the bins around zero`() throws {
    let ramp = picture(20, 20) { x, _ in UInt8(x * 10) }
    let encoded = try GradientEncoder(cells: 1, orientations: 9).encode(images([ramp]), work: Work())
    let bins = Array(encoded.matrix.row(0))
    // The angle 0 lies between the last and the first bin; L2-Hys makes both equal.
    #expect(abs(bins[0] - 0.5.squareRoot()) < 1e-6 && abs(bins[8] - 0.5.squareRoot()) < 1e-6)
    #expect(bins[1...7].allSatisfy { abs($0) < 1e-6 })
  }

  /// Computed in NumPy from the definition of Dalal and Triggs (section 6): masks [-1 0 1], votes by length shared between
  /// neighbouring bins of half a turn, L2-Hys.
  @Test func `give the histograms of gradients of the definition`() throws {
    let pattern = picture(24, 18) { x, y in UInt8((x * x * 3 + y * 7 + x * y % 11 * 5) % 256) }
    let encoded = try GradientEncoder(cells: 3, orientations: 6).encode(images([pattern]), work: Work())
    let found = Array(encoded.matrix.row(0))
    let expected = [
      0.3190841, 0.2237620, 0.0183360, 0.0009632, 0.0169619, 0.1041552, 0.3190841, 0.2616652,
      0.1249731, 0.0418755, 0.1267590, 0.3190841, 0.3190841, 0.1473117, 0.0663830, 0.0285524,
      0.0587801, 0.2778156, 0.3190841, 0.2212048, 0.2275595, 0.1120591, 0.0694951, 0.3190841,
      0.3061054, 0.2413057, 0.1152493, 0.0386173, 0.1168962, 0.3061054, 0.2773761, 0.0085241,
      0.2069432, 0.1101910, 0.0923826, 0.2121740, 0.3061054, 0.2039934, 0.2098536, 0.1033400,
      0.0640879, 0.3061054, 0.3061054, 0.0457478, 0.1621416, 0.1865797, 0.0443501, 0.3061054,
      0.3156662, 0.1404940, 0.0633107, 0.0272310, 0.0560597, 0.2649580, 0.3156662, 0.2109673,
      0.2170278, 0.1068729, 0.0662788, 0.3156662, 0.2930930, 0.3156662, 0.0465521, 0.0009186,
      0.0161769, 0.2830957, 0.3156662, 0.1043940, 0.1170583, 0.0077355, 0.0611192, 0.3156662,
      0.3251855, 0.2162364, 0.2224483, 0.1095421, 0.0679342, 0.3251855, 0.3251855, 0.0484934,
      0.1718727, 0.1977775, 0.0470118, 0.3251855, 0.3251855, 0.1070014, 0.1199819, 0.0079287,
      0.0626457, 0.3251855, 0.2313758, 0.0124443, 0.1118868, 0.0854599, 0.1309712, 0.2428063,
    ]
    #expect(found.count == expected.count && zip(found, expected).allSatisfy { abs($0 - $1) < 1e-6 })
  }

  @Test func `count local patterns as shares of all pixels`() throws {
    var random = SeededGenerator(seed: 2)
    let noise = picture(16, 12) { _, _ in UInt8(random.below(256)) }
    let flat = picture(9, 9) { _, _ in 7 }
    let encoded = try TextureEncoder().encode(images([noise, flat]), work: Work())
    #expect(abs(encoded.matrix.row(0).reduce(0, +) - 1) < 1e-12)
    // In a flat picture all neighbours are as bright as the centre: the last uniform pattern, all ones.
    #expect(encoded.matrix[1, 57] == 1)
  }

  /// Counted in Python from the paper's definition, uniform patterns in the order of their numbers.
  @Test func `count the local patterns of the definition`() throws {
    let mixed = picture(13, 11) { x, y in
      UInt8((x * x * 7 + y * 13 + x * y * 5 + (x * 3 + y) % 7 * 11) % 256)
    }
    let encoded = try TextureEncoder().encode(images([mixed]), work: Work())
    let expected: [Int: Int] = [
      0: 10, 1: 1, 3: 2, 4: 1, 7: 2, 12: 1, 16: 3, 22: 3, 28: 2, 29: 2, 35: 1, 36: 1, 38: 6, 49: 2, 50: 2,
      53: 4,
      57: 12, 58: 44,
    ]
    for place in 0..<59 {
      #expect(abs(encoded.matrix[0, place] * 99 - Double(expected[place] ?? 0)) < 1e-9, "\(place)")
    }
  }

  @Test func `describe brightness and sharpness`() throws {
    let flat = picture(8, 8) { _, _ in 51 }
    let sharp = picture(8, 8) { x, y in (x + y) % 2 == 0 ? 0 : 255 }
    let encoded = try ColourEncoder().encode(images([flat, sharp]), work: Work())
    let names = encoded.features
    func value(_ row: Int, _ name: String) -> Double {
      names.firstIndex(of: name).map { encoded.matrix[row, $0] } ?? .nan
    }
    #expect(abs(value(0, "mean") - 0.2) < 1e-6 && value(0, "sd") < 1e-6 && value(0, "sharpness") < 1e-9)
    #expect(abs(value(1, "mean") - 0.5) < 1e-6 && value(1, "sharpness") > 10 && value(1, "black") == 0.5)
  }

  @Test func `find a tilted plane smooth whatever its slope`() throws {
    let depth = Picture(
      width: 20, height: 10, channels: 1,
      samples: .single((0..<200).map { 5 + 0.1 * Float($0 % 20) - 0.2 * Float($0 / 20) }))
    let encoded = try SurfaceEncoder().encode(images([depth]), work: Work())
    #expect(encoded.matrix[0, 0] == 1 && encoded.matrix[0, 3] < 1e-5)
  }

  @Test func `do not depend on threads`() throws {
    var random = SeededGenerator(seed: 3)
    let pictures = (0..<20).map { _ in picture(40, 30) { _, _ in UInt8(random.below(256)) } }
    let one = try GradientEncoder().encode(images(pictures), work: Work(threads: 1))
    #expect(try GradientEncoder().encode(images(pictures), work: Work(threads: 2)) == one)
  }
}

@Suite struct `Text encoders` {
  private func documents(_ texts: [String], splits: [Split]? = nil) -> Documents {
    var index = Index.rows(texts.count)
    index.splits = splits
    return Documents(
      frame: Frame(index: index, columns: [Column("text", .text(TextColumn(texts)))]), column: "text")
  }

  @Test func `weigh words as scikit-learn does`() throws {
    // TfidfVectorizer().fit_transform(["the cat", "the dog", "the cat sat"]), to six digits.
    let encoded = try FrequencyEncoder().encode(
      documents(["the cat", "The dog!", "the cat sat"]), work: Work())
    #expect(encoded.features == ["cat", "dog", "sat", "the"])
    let expected = [
      [0.789807, 0, 0, 0.613356], [0, 0.861037, 0, 0.508542], [0.547832, 0, 0.720333, 0.425441],
    ]
    for (row, numbers) in expected.enumerated() {
      for (column, number) in numbers.enumerated() {
        #expect(abs(encoded.matrix[row, column] - number) < 1e-6)
      }
    }
  }

  @Test func `learn the vocabulary from fit rows alone`() throws {
    let encoded = try FrequencyEncoder().encode(
      documents(["red green", "red blue", "purple red"], splits: [.fit, .fit, .test]), work: Work())
    #expect(encoded.features == ["blue", "green", "red"])
    #expect(encoded.matrix.row(2) == [0, 0, 1])
  }

  @Test func `hash to rows of unit length`() throws {
    let encoded = try HashEncoder(places: 16).encode(
      documents(["one two three", "", "one two three"]), work: Work())
    #expect(abs(encoded.matrix.row(0).reduce(0) { $0 + $1 * $1 } - 1) < 1e-12)
    #expect(encoded.matrix.row(1).allSatisfy { $0 == 0 })
    #expect(encoded.matrix.row(2).elementsEqual(encoded.matrix.row(0)))
  }

  @Test(arguments: [
    ("punctuation", "Don't stop-it_now a 42", ["don", "stop", "it_now", "42"]),
    ("other letters", "Ünïcode é über", ["ünïcode", "über"]),
  ]) func `cut words`(_ name: String, _ text: String, _ words: [String]) {
    #expect(Words.words(of: text) == words, "\(name)")
  }
}

@Suite struct `Graph encoders` {
  /// A triangle 0-1-2 with a tail 2-3 and a loner 4.
  private let graph = Graph(
    nodes: Frame(
      index: Index(.sample(TextColumn(["0", "1", "2", "3", "4"]))),
      columns: [Column(numbers: [1, 2, 3, 4, 5], name: "x")]),
    sources: [0, 1, 2, 2, 1], targets: [1, 2, 0, 3, 0], edges: Frame(index: .rows(5), columns: []),
    isDirected: true)

  @Test func `count triangles, cores and egonets by hand`() throws {
    let encoded = try StructureEncoder().encode(graph, work: Work())
    func column(_ name: String) -> [Double] {
      encoded.features.firstIndex(of: name).map { encoded.matrix.column($0) } ?? []
    }
    #expect(column("degree") == [2, 2, 3, 1, 0])
    #expect(column("out") == [1, 2, 2, 0, 0])
    #expect(column("core") == [2, 2, 2, 1, 0])
    #expect(column("triangles") == [1, 1, 1, 0, 0])
    #expect(column("egonet edges") == [3, 3, 4, 1, 0])
    #expect(abs(column("clustering")[2] - 1.0 / 3) < 1e-12)
  }

  @Test func `set nodes beside their neighbours`() throws {
    let encoded = try ContrastEncoder().encode(graph, work: Work())
    let third: Double = 7.0 / 3
    let expected: [Double] = [-1.5, 0, 3 - third, 1, 0]
    #expect(encoded.matrix.column(1) == expected)
  }
}

@Suite struct `Trace encoders` {
  @Test func `count activities and steps of each case and find the rare step surprising`() throws {
    let cases = ["a", "a", "a", "b", "b", "b", "c", "c", "c"]
    let codes: [Int32] = [0, 1, 2, 0, 1, 2, 0, 2, 1]
    let frame = Frame(
      index: Index(
        .row(count: 9),
        segments: [
          Segment(name: "a", rows: 0..<3), Segment(name: "b", rows: 3..<6), Segment(name: "c", rows: 6..<9),
        ]),
      columns: [
        Column("case", .text(TextColumn(cases)), role: .identifier),
        Column("activity", .category(codes: codes, levels: ["x", "y", "z"])),
      ])
    let (index, encoded) = try TraceEncoder(most: 3).encode(EventLog(frame: frame), work: Work())
    #expect((0..<3).map { index.label(of: $0) } == ["a", "b", "c"])
    #expect(encoded.matrix.row(0).elementsEqual(encoded.matrix.row(1)))
    let surprise = encoded.matrix.column(5)
    #expect(surprise[2] > surprise[0])
    // From x it goes twice to y and once to z; with one added for each of three activities, 2 of 6.
    #expect(abs(encoded.matrix[2, 6] - logarithm(3)) < 1e-12)
  }
}
