package import Numerics
import Values

/// Products of all features of all modalities, folded by chance into a vector of fixed length.
///
/// Every modality is folded into D places with random places and signs (a count sketch); the circular convolution of the
/// sketches is the sketch of the outer product, without ever making it. So inner products of results approximate the
/// product of the modalities' inner products. An absent modality leaves the convolution as it is.
///
/// - Input: any number of modalities.
/// - Output: D columns; with `normalised` the signed root of each and length one.
/// - Complexity: O(*n* (*d* + *D* log *D*)).
/// - Randomness: places and signs; nothing is learned.
/// - Source: Fukui et al., *Multimodal compact bilinear pooling*, EMNLP 2016, algorithm 1; Pham and Pagh, KDD 2013.
/// - Differs: D is a power of two.
package struct SketchFusion: JointOperator, Equatable {
  package static let name = "sketch"
  package let dimensions: Int
  package let isNormalised: Bool

  package init(dimensions: Int = 1024, isNormalised: Bool = true) {
    precondition(dimensions.nonzeroBitCount == 1, "a sketch has a power of two of places")
    self.dimensions = dimensions
    self.isNormalised = isNormalised
  }

  package func width(of modalities: Modalities) -> Int { dimensions }

  /// Where each feature of a modality goes, and with which sign.
  struct Hash: Sendable {
    let places: [Int]
    let signs: [Double]

    init(_ count: Int, into dimensions: Int, using random: inout SeededGenerator) {
      places = (0..<count).map { _ in random.below(dimensions) }
      signs = (0..<count).map { _ in random.below(2) == 0 ? -1 : 1 }
    }

    func sketch(_ features: ArraySlice<Double>, into dimensions: Int) -> [Double] {
      var result = [Double](repeating: 0, count: dimensions)
      for (place, feature) in features.enumerated() { result[places[place]] += signs[place] * feature }
      return result
    }
  }

  package func join(
    _ modalities: Modalities, using random: inout SeededGenerator, work: Work
  ) throws(FusionError) -> JointRows {
    let parts = modalities.parts
    // The same hashes for a modality whatever the order in which they are given.
    let hashes = parts.map { part in
      var own = random.stream(part.name.utf8.reduce(7) { ($0 &* 31 &+ Int($1)) & 0xff_ffff })
      return Hash(part.dimensions, into: dimensions, using: &own)
    }
    let width = dimensions
    let values = try orCancelled { () throws(Cancelled) in
      try work.fill(
        modalities.index.count, stride: width, size: max(1, 100_000 / width), stage: "sketch"
      ) { range, target in
        for row in range {
          let present = parts.indices.filter { parts[$0].presence[row] }
          let sketches = present.map { hashes[$0].sketch(parts[$0].matrix.row(row), into: width) }
          if sketches.isEmpty { continue }
          let joint = finished(CircularConvolution.of(sketches))
          let base = (row - range.lowerBound) * width
          for place in 0..<width { target[base + place] = joint[place] }
        }
      }
    }
    return JointRows(
      matrix: Matrix(rows: modalities.index.count, columns: width, values: values),
      features: jointNames(width))
  }

  private func finished(_ values: [Double]) -> [Double] {
    if !isNormalised { return values }
    let roots = values.map { ($0 < 0 ? -1 : 1) * abs($0).squareRoot() }
    let length = roots.reduce(0) { $0 + $1 * $1 }.squareRoot()
    return length > 0 ? roots.map { $0 / length } : roots
  }
}

/// Convolution on a circle by the fast Fourier transform.
enum CircularConvolution {
  /// At least one sequence; all have the same power of two of values.
  static func of(_ sequences: [[Double]]) -> [Double] {
    guard let first = sequences.first else { return [] }
    if sequences.count == 1 { return first }
    var (real, imaginary) = transformed(first)
    for sequence in sequences.dropFirst() {
      let (re, im) = transformed(sequence)
      for place in real.indices {
        (real[place], imaginary[place]) = (
          real[place] * re[place] - imaginary[place] * im[place],
          real[place] * im[place] + imaginary[place] * re[place]
        )
      }
    }
    // The inverse is the forward transform of the conjugate, conjugated and divided.
    for place in imaginary.indices { imaginary[place].negate() }
    transform(&real, &imaginary)
    return real.map { $0 / Double(real.count) }
  }

  private static func transformed(_ values: [Double]) -> ([Double], [Double]) {
    var real = values
    var imaginary = [Double](repeating: 0, count: values.count)
    transform(&real, &imaginary)
    return (real, imaginary)
  }

  /// Radix two, in place.
  ///
  /// Source: Cooley and Tukey, *An algorithm for the machine calculation of complex Fourier series*, 1965.
  private static func transform(_ real: inout [Double], _ imaginary: inout [Double]) {
    let count = real.count
    var reversed = 0
    for place in 1..<max(2, count) where place < count {
      var bit = count >> 1
      while reversed & bit != 0 {
        reversed ^= bit
        bit >>= 1
      }
      reversed |= bit
      if place < reversed {
        real.swapAt(place, reversed)
        imaginary.swapAt(place, reversed)
      }
    }
    var length = 2
    while length <= count {
      let half = length / 2
      for offset in 0..<half {
        let angle = -2 * Double.pi * Double(offset) / Double(length)
        let (c, s) = (cosine(angle), sine(angle))
        var start = offset
        while start < count {
          let other = start + half
          let (re, im) = (real[other] * c - imaginary[other] * s, real[other] * s + imaginary[other] * c)
          real[other] = real[start] - re
          imaginary[other] = imaginary[start] - im
          real[start] += re
          imaginary[start] += im
          start += length
        }
      }
      length *= 2
    }
  }
}
