import Fusion
import Learning
import Numerics
import Testing
import Values

/// 0.8 sin(0.5 + 1.7 k + 2.3 t) in cell k: parameters that anyone can make again.
private func wave(_ rows: Int, _ columns: Int, _ number: Int) -> Matrix {
  Matrix(
    rows: rows, columns: columns,
    values: (0..<rows * columns).map { 0.8 * sine(0.5 + 1.7 * Double($0) + 2.3 * Double(number)) })
}

private func agrees(_ found: [Double], _ expected: [Double], _ tolerance: Double = 1e-9) -> Bool {
  found.count == expected.count && zip(found, expected).allSatisfy { abs($0 - $1) < tolerance }
}

/// Each operator beside the formula that it is documented with, worked out with NumPy on the same parameters.
@Suite struct `Learned operators` {
  /// A modality of three features and one of two; both are there, then the first alone, then the second alone.
  private var batch: FusionNetwork.Batch {
    FusionNetwork.Batch(
      inputs: [3, 2].enumerated().map { number, width in
        Matrix(
          rows: 3, columns: width,
          values: (0..<3 * width).map { cosine(0.3 + 0.9 * Double($0) + Double(number)) })
      }, presence: [[true, true, false], [true, false, true]])
  }

  private func network(_ kind: FusionKind) -> FusionNetwork {
    var random = SeededGenerator(seed: 0)
    return FusionNetwork(kind, widths: [3, 2], hidden: 2, neighbors: [[1], [0]], using: &random)
  }

  private func joint(_ kind: FusionKind, _ parameters: [Matrix]? = nil) -> [Double] {
    let network = network(kind)
    let own = network.book.matrices.enumerated().map { wave($1.rows, $1.columns, $0) }
    var tape = Tape()
    let nodes = (parameters ?? own).map { tape.leaf($0) }
    let recorded = network.record(batch, on: &tape, nodes)
    return tape.value(of: recorded.joint).values
  }

  static let expected: [(String, FusionKind, [Double])] = [
    // h = tanh(x W + b) of each modality; α are shares among those present.
    (
      "Σ softmax(w) ⊙ h", .weightedSum(.softmax),
      [
        0.114828453933, 0.396499529823, 0.333921639967, -0.772660017709, 0.816586783536, -0.165267057689,
      ]
    ),
    (
      "M / present · Σ w ⊙ h", .weightedSum(.vector),
      [
        -0.081623383943, 0.781299222897, -0.145194806479, 1.136525431873, -0.701053365188, -0.239559159457,
      ]
    ),
    (
      "M / present · Σ w h", .weightedSum(.scalar),
      [
        -0.081623383943, -0.154060731649, -0.145194806479, 0.335965712664, -0.701053365188, 0.141884523829,
      ]
    ),
    (
      "Σ softmaxₘ(Wₘ [h₁; h₂]) ⊙ hₘ", .gate,
      [
        0.11640972238, -0.134473733284, 0.333921639967, -0.772660017709, 0.816586783536, -0.165267057689,
      ]
    ),
    (
      "Σ softmaxₘ(Wₘ [x₁; x₂]) ⊙ tanh(xₘ)", .gatedUnit,
      [
        0.103625348913, 0.012422160623, 0.333921639967, -0.772660017709, 0.816586783536, -0.165267057689,
      ]
    ),
    (
      "h₁ + σ(W [h₁; h₂]) ⊙ MLP([h₁; h₂])", .residualGate,
      [
        0.341759676585, -0.876888946841, 0.333921639967, -0.772660017709, 0.162091683096, -0.301980682823,
      ]
    ),
    (
      "Σᵣ wᵣ ⊙ Πₘ [1; hₘ] Fₘʳ", .lowRank(rank: 3),
      [
        -0.097902847071, -0.03780364522, -0.203470033915, -0.166235222591, -0.773253780025, -0.793016197313,
      ]
    ),
    (
      "pooled U h₁ ⊙ V h₂, signed root, length one", .factorized(pool: 2),
      [
        -0.719440057338, -0.694554536302, 0.669787678019, -0.742552669091, -0.684932566674, 0.728606463812,
      ]
    ),
    (
      "[1; h₁]ᵀ W [1; h₂] + b", .bilinear,
      [
        -0.351167516258, -0.474932136826, 0.183273365739, -0.140465525033, -0.220266116857, 0.584209102328,
      ]
    ),
    (
      "(1 + γ(h₁)) ⊙ h₂ + β(h₁)", .film,
      [
        -0.153901592663, 0.176742187118, 0.205014724693, -0.818078192519, -0.156621561886, -0.702893509118,
      ]
    ),
    (
      "H + softmax(Q Kᵀ / √d) V W, two heads", .crossAttention(heads: 2, isPaperForm: false),
      [0.669083713772, 3.154236633969, -0.587011710026, -0.135619040277, 0.1084384864, 1.788147331924]
    ),
    (
      "H + softmax(Q Kᵀ) H′ W, equation 16 as printed", .crossAttention(heads: 1, isPaperForm: true),
      [0.201105110558, 0.12653766545, -0.587011710026, -0.135619040277, 0.1084384864, 1.788147331924]
    ),
    (
      "Z = mean softmax(B Kᵀ / √d) V, H + softmax(H Zᵀ / √d) Z", .bottleneck(tokens: 2),
      [0.434794049482, 0.820109721974, -0.105562238414, -1.753723722725, 1.854429753806, 2.29399262636]
    ),
    (
      "tanh(W h + Θ mean h′), twice", .graph(ModalityGraph(.mean)),
      [
        0.933649542013, -0.694936661955, 0.809537503769, -0.449260043908, 0.807992877839, -0.442494018239,
      ]
    ),
    (
      "tanh(D^(−½) (A + I) D^(−½) H W), twice", .graph(ModalityGraph(.gcn)),
      [
        -0.879375352564, -0.077533133064, -0.817124188381, -0.260090586007, -0.80091249981, -0.26747600809,
      ]
    ),
    (
      "tanh(Σ softmax(LeakyReLU(a [W h; W h′])) W h′), twice", .graph(ModalityGraph(.gat)),
      [0.387867639757, -0.880295989538, 0.495814375092, -0.819390883223, 0.493266305901, -0.803372097837]
    ),
    (
      "tanh(W h + Σ Θᵢⱼ h′), twice", .graph(ModalityGraph(.relation)),
      [0.087819529619, 0.233920448198, 0.772354688044, 0.481756503519, 0.753042070561, 0.479769352471]
    ),
  ]

  @Test(arguments: expected) func `equal their formulas, also where a modality is absent`(
    _ formula: String, _ kind: FusionKind, _ values: [Double]
  ) {
    let found = joint(kind)
    #expect(agrees(found, values), "\(formula): \(found)")
  }

  /// [1; h₁]ᵀ W [1; h₂] = Σᵢ [1; h₁]ᵢ · (Wᵢ [1; h₂]): as many products as [1; h₁] has cells.
  @Test func `of low rank at full rank equal the bilinear one`() {
    let book = network(.bilinear).book.matrices.enumerated().map { wave($1.rows, $1.columns, $0) }
    let (encoders, tensor, constant) = (Array(book[..<4]), book[4], book[5])
    var factors: [Matrix] = []
    for i in 0..<3 {
      var (first, one) = (Matrix(rows: 2, columns: 2), Matrix(rows: 1, columns: 2))
      for k in 0..<2 { if i == 0 { one[0, k] = 1 } else { first[i - 1, k] = 1 } }
      var (second, rest) = (Matrix(rows: 2, columns: 2), Matrix(rows: 1, columns: 2))
      for k in 0..<2 {
        rest[0, k] = tensor[3 * i, k] + (i == 0 ? constant[0, k] : 0)
        for j in 1..<3 { second[j - 1, k] = tensor[3 * i + j, k] }
      }
      factors += [first, one, second, rest, Matrix(rows: 1, columns: 2, repeating: 1)]
    }
    let shape = network(.lowRank(rank: 3)).book.matrices
    let parameters = encoders + factors + shape[(4 + factors.count)...]
    #expect(zip(parameters, shape).allSatisfy { $0.rows == $1.rows && $0.columns == $1.columns })
    // An absent modality is a factor of 1 in the one and [1; 0] in the other: rows with both are compared.
    #expect(
      agrees(Array(joint(.lowRank(rank: 3), parameters)[..<2]), Array(joint(.bilinear, book)[..<2]), 1e-12))
  }
}

/// Forty rows of two modalities with something in common, beside what NumPy makes of them.
@Suite struct `Mappings and their formulas` {
  private static func matrix(_ columns: Int, _ cell: (Double, Double) -> Double) -> Matrix {
    Matrix(
      rows: 40, columns: columns,
      values: (0..<40).flatMap { i in (0..<columns).map { cell(Double(i), Double($0)) } })
  }

  private let a = Self.matrix(2) { i, j in sine(1.1 * i + 2 * j) + 0.2 * cosine(5.3 * i + 3 * j) }
  private let b = Self.matrix(2) { i, j in sine(1.1 * i + 2 * j + 1) + 0.5 * cosine(3.1 * i + j * j) }
  private let c = Self.matrix(1) { i, _ in cosine(0.7 * i + 1) + 0.4 * sine(1.1 * i) }

  private func modalities(_ matrices: [Matrix]) -> Modalities {
    Modalities(
      index: .rows(40),
      parts: matrices.enumerated().map { number, matrix in
        Modalities.Part(
          name: "m\(number)", features: (0..<matrix.columns).map { "f\($0)" }, matrix: matrix,
          presence: Mask(count: 40, repeating: true))
      })
  }

  private func disagreement(_ mapping: any PairMapping) throws -> [Double] {
    var random = SeededGenerator(seed: 1)
    let rows = PairedRows(source: a, target: b, fit: Array(0..<40), choose: [])
    return Array(try mapping.disagreement(rows, using: &random, work: Work())[..<4])
  }

  static let pairs: [(String, any PairMapping, [Double], Double)] = [
    (
      "Σ (a − ρ b)² / (1 − ρ²), both ways", CanonicalCorrelation(),
      [0.4950579134, 2.0231140212, 2.0593584082, 0.5367274185], 1e-6
    ),
    (
      "Σ (a² − 2 ρ a b + b²) / (1 − ρ²)", CanonicalCorrelation(score: .joint),
      [1.694925581, 3.0175890241, 2.5494657319, 1.8219136938], 1e-6
    ),
    (
      "the same of Gaussian likenesses to all rows", KernelCanonicalCorrelation(),
      [2.1662582585, 3.2571558374, 2.8890155273, 1.4193334917], 1e-4
    ),
    (
      "‖b − mean of three‖ / √d", NeighborMapping(count: 3, residual: .norm),
      [0.622978482, 0.6841932619, 0.3465968898, 0.6428743085], 1e-8
    ),
    (
      "each feature over its usual error", NeighborMapping(count: 3),
      [1.3037237713, 1.6779096308, 1.0421434938, 1.3465440552], 1e-8
    ),
    (
      "‖b̂/‖b̂‖ − b/‖b‖‖", NeighborMapping(count: 3, residual: .direction),
      [0.6646014591, 0.8606086877, 0.6804176575, 0.6673731985], 1e-8
    ),
  ]

  @Test(arguments: pairs.indices) func `score pairs`(_ number: Int) throws {
    let (formula, mapping, expected, tolerance) = Self.pairs[number]
    let found = try disagreement(mapping)
    #expect(agrees(found, expected, tolerance), "\(formula): \(found)")
  }

  @Test func `join both directions`() throws {
    let expected: [(CrossModal.Combination, [Double])] = [
      (.product, [2.0304902704, 2.0535145849, 1.6725662542, 2.020447197]),
      (.sum, [2.0305385751, 2.0617172102, 1.798415502, 2.0223409748]),
      (.max, [2.0445445205, 2.2454444657, 2.4593394335, 2.1098403602]),
    ]
    for (combination, values) in expected {
      let scores = try CrossModal(NeighborMapping(count: 3, residual: .norm), combination: combination)
        .score(modalities([a, b]), seed: 0, work: Work())
      #expect(agrees(Array(scores.values[..<4]), values, 1e-8), "\(combination)")
    }
  }

  /// Roots of the eigenvalues of C₁₁⁻¹ C₁₂ C₂₂⁻¹ C₂₁; with a ridge of 0.1 of the mean variance on both diagonals.
  @Test func `find canonical correlations`() throws {
    let plain = try CanonicalFit(a, b, ridge: 0, work: Work()).correlations
    #expect(agrees(plain, [0.9796266106, 0.6977686602], 1e-9))
    let held = try CanonicalFit(a, b, ridge: 0.1, work: Work()).correlations
    #expect(agrees(held, [0.8679869964, 0.6324806393], 1e-9))
  }

  @Test func `measure the spread about what three share`() throws {
    let found = try GeneralizedCorrelation().score(modalities([a, b, c]), work: Work())
    #expect(agrees(Array(found.values[..<4]), [1.013784023, 0.5717567863, 1.0409911377, 1.6768090216], 1e-8))
    let shares = try #require(found.contributions).matrix
    #expect(agrees(Array(shares.row(0)), [0.0443346287, 0.3398199425, 0.6296294518], 1e-8))
  }

  /// Σ w P h / Σ w and Π tanh(P h), P the projections of generalised correlation, whose signs are free.
  @Test func `lend their directions to sums and products`() throws {
    let sum = try SharedFusion(.sum, weights: [2, 1]).fuse(modalities([a, b]), seed: 0, work: Work()).matrix
    let first = (0..<4).map { abs(sum[$0, 0]) }
    #expect(agrees(first, [0.8928221868, 1.3389780856, 0.5789666828, 1.0619775611], 1e-8))
    let product = try SharedFusion(.product).fuse(modalities([a, b]), seed: 0, work: Work()).matrix
    let expected = [
      0.5157255002, 0.6497227361, 0.7169905158, 0.0837328739, 0.2901089456, 0.1460755071, 0.621018282,
      0.5707782945,
    ]
    #expect(agrees((0..<4).flatMap { Array(product.row($0)) }, expected, 1e-8))
  }
}
