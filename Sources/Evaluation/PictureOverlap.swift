import Numerics

/// How much of each anomalous picture is found where hardly any pixel of a normal picture is flagged.
///
/// - Input: first the scores of all normal pictures, then those of anomalous ones with their masks.
/// - Output: for each anomalous picture the mean share of its mask that is found, over the logarithm of the shared false-positive
///   rate between two limits; that rate is the mean over the normal pictures of the share of their pixels that is flagged.
/// - Complexity: O(pixels log *k*) with the *k* highest pixels of normal pictures kept, up to the upper limit.
/// - Source: Bertoldo, Ameln, Vaidya and Akçay, *AUPIMO: redefining visual anomaly detection benchmarks with high speed and low
///   tolerance*, BMVC 2024, sections 3.2 and 3.3, with its limits 1e-5 and 1e-4.
/// - Differs: the integral is taken over `points` thresholds, evenly spaced in the logarithm of the rate, by trapezoids.
package struct PictureOverlap: Sendable {
  package let lower: Double
  package let upper: Double
  private static let points = 300
  /// Scores of normal pixels with their weight, highest first once sorted.
  private var highest: [(score: Float, weight: Double)] = []
  private let normalPictures: Int
  private var smallest = 0
  private var levels: [Float] = []
  package private(set) var overlaps: [Double] = []

  /// - Parameter normalPictures: how many will be added.
  package init(normalPictures: Int, lower: Double = 1e-5, upper: Double = 1e-4) {
    precondition(lower > 0 && lower < upper && upper <= 1, "the limits ascend")
    self.lower = lower
    self.upper = upper
    self.normalPictures = normalPictures
  }

  package mutating func add(normal scores: [Float]) {
    if scores.isEmpty { return }
    smallest = smallest == 0 ? scores.count : min(smallest, scores.count)
    let weight = 1 / Double(scores.count)
    highest += scores.map { ($0, weight) }
    if highest.count > 4_000_000 { trim() }
  }

  /// Keeps the pixels with the highest scores, up to the upper limit and one more.
  private mutating func trim() {
    highest.sort { $0.score > $1.score }
    let allowed = upper * Double(normalPictures) * (1 + 1e-9)
    var (sum, kept) = (0.0, 0)
    while kept < highest.count, sum <= allowed {
      sum += highest[kept].weight
      kept += 1
    }
    highest.removeLast(highest.count - kept)
  }

  /// Whether the normal pictures have pixels enough for rates as low as the lower limit.
  package var canResolve: Bool {
    normalPictures > 0 && Double(normalPictures) * Double(smallest) * lower >= 1
  }

  /// Ends the normal pictures.
  package mutating func setLevels() {
    highest.sort { $0.score > $1.score }
    levels = []
    var place = 0
    var sum = 0.0
    for number in 0..<Self.points {
      let share = Double(number) / Double(Self.points - 1)
      let rate = exponential(logarithm(lower) + share * (logarithm(upper) - logarithm(lower)))
      // A hair, for sums that are equal but for rounding.
      let allowed = rate * Double(normalPictures) * (1 + 1e-9)
      while place < highest.count {
        // Equal scores are flagged together or not at all.
        var end = place
        var weight = 0.0
        while end < highest.count, highest[end].score == highest[place].score {
          weight += highest[end].weight
          end += 1
        }
        if sum + weight > allowed { break }
        (sum, place) = (sum + weight, end)
      }
      levels.append(place < highest.count ? highest[place].score : -.infinity)
    }
    highest = []
  }

  /// - Parameter mask: at least one pixel is anomalous.
  package mutating func add(scores: [Float], mask: [Bool]) {
    precondition(!levels.isEmpty, "normal pictures come first")
    let anomalous = zip(scores, mask).filter(\.1).map(\.0).sorted()
    if anomalous.isEmpty { return }
    let shares = levels.map { level -> Double in
      // Flagged is what lies above the highest normal pixel that is not.
      var (low, high) = (0, anomalous.count)
      while low < high {
        let middle = (low + high) / 2
        if anomalous[middle] > level { high = middle } else { low = middle + 1 }
      }
      return Double(anomalous.count - low) / Double(anomalous.count)
    }
    let inner = shares.dropFirst().dropLast().reduce(0, +)
    overlaps.append((inner + (shares[0] + shares[shares.count - 1]) / 2) / Double(shares.count - 1))
  }

  /// The mean over the anomalous pictures.
  package var mean: Double? {
    canResolve && !overlaps.isEmpty ? overlaps.reduce(0, +) / Double(overlaps.count) : nil
  }
}
