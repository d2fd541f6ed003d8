import Numerics

/// How well maps of scores find the anomalous pixels, over many pictures and in bounded memory.
///
/// - Input: a score a pixel and a mask, picture by picture; thresholds to look at.
/// - Output: AUROC and average precision of pixels; AU-PRO: the mean share of each anomalous region that is found, over the share of
///   normal pixels that is flagged, up to a limit, divided by that limit.
/// - Complexity: O(pixels log thresholds).
/// - Source: Bergmann, Batzner, Fauser, Sattlegger and Steger, *The MVTec anomaly detection dataset*, IJCV 129, 2021,
///   section 5.2.1, with the limit 0.3. Regions are connected over sides and corners.
/// - Differs: the curves have a point a threshold instead of one a pixel.
package struct PixelJudgement: Sendable {
  /// Ascending.
  private let thresholds: [Float]
  private var normal: [Int]
  private var anomalous: [Int]
  /// One a region: pixels by threshold, and all.
  private var regions: [(counts: [Int: Int], area: Int)] = []
  /// The same for regions that are found once a part of them is, with the pixels that are enough.
  private var defects: [(counts: [Int: Int], enough: Double)] = []

  package init(thresholds: [Float]) {
    self.thresholds = Set(thresholds).sorted()
    normal = [Int](repeating: 0, count: self.thresholds.count + 1)
    anomalous = normal
  }

  package var normalPixels: Int { normal.reduce(0, +) }
  package var anomalousPixels: Int { anomalous.reduce(0, +) }
  package var regionCount: Int { regions.count }

  /// - Parameter mask: true where it is anomalous; empty for a normal picture.
  package mutating func add(scores: [Float], mask: [Bool], width: Int) {
    let bins = scores.map(bin)
    guard mask.contains(true) else {
      for bin in bins { normal[bin] += 1 }
      return
    }
    precondition(mask.count == scores.count, "a mask covers its picture")
    for (place, bin) in bins.enumerated() where !mask[place] { normal[bin] += 1 }
    for region in Self.regions(of: mask, width: width) {
      var counts: [Int: Int] = [:]
      for place in region {
        counts[bins[place], default: 0] += 1
        anomalous[bins[place]] += 1
      }
      regions.append((counts, region.count))
    }
  }

  /// Adds a defect of a picture that was added, of which `enough` pixels are all that need be found.
  ///
  /// - Parameter places: the scores of its pixels.
  package mutating func add(defect scores: [Float], enough: Double) {
    if scores.isEmpty { return }
    var counts: [Int: Int] = [:]
    for score in scores { counts[bin(score), default: 0] += 1 }
    defects.append((counts, max(1, min(enough, Double(scores.count)))))
  }

  package var defectCount: Int { defects.count }

  /// How many thresholds are at most the score.
  private func bin(_ score: Float) -> Int {
    var (low, high) = (0, thresholds.count)
    while low < high {
      let middle = (low + high) / 2
      if thresholds[middle] <= score { low = middle + 1 } else { high = middle }
    }
    return low
  }

  /// Connected anomalous pixels.
  package static func regions(of mask: [Bool], width: Int) -> [[Int]] {
    var isOpen = mask
    var regions: [[Int]] = []
    let height = width > 0 ? mask.count / width : 0
    for start in mask.indices where isOpen[start] {
      var region = [start]
      isOpen[start] = false
      var next = 0
      while next < region.count {
        let (x, y) = (region[next] % width, region[next] / width)
        next += 1
        for line in max(0, y - 1)...min(height - 1, y + 1) {
          for column in max(0, x - 1)...min(width - 1, x + 1) where isOpen[line * width + column] {
            isOpen[line * width + column] = false
            region.append(line * width + column)
          }
        }
      }
      regions.append(region)
    }
    return regions
  }

  /// Shares of normal pixels, anomalous pixels and (on average) regions at or above each threshold, from the highest down.
  private var curve: [(normal: Double, anomalous: Double, region: Double, precision: Double)] {
    var found = [Double](repeating: 0, count: normal.count)
    for region in regions {
      for (bin, count) in region.counts { found[bin] += Double(count) / Double(region.area) }
    }
    var curve = [(normal: 0.0, anomalous: 0.0, region: 0.0, precision: 1.0)]
    var (n, a, r) = (0, 0, 0.0)
    for bin in normal.indices.reversed() {
      n += normal[bin]
      a += anomalous[bin]
      r += found[bin]
      guard n + a > 0 else { continue }
      curve.append(
        (
          Double(n) / Double(max(1, normalPixels)), Double(a) / Double(max(1, anomalousPixels)),
          r / Double(max(1, regions.count)), Double(a) / Double(n + a)
        ))
    }
    return curve
  }

  private var hasBoth: Bool { normalPixels > 0 && anomalousPixels > 0 }

  /// Ties count one half.
  package var areaUnderROC: Double? {
    guard hasBoth else { return nil }
    let points = curve
    return zip(points, points.dropFirst()).reduce(0) {
      $0 + ($1.1.normal - $1.0.normal) * ($1.1.anomalous + $1.0.anomalous) / 2
    }
  }

  package var averagePrecision: Double? {
    guard hasBoth else { return nil }
    let points = curve
    return zip(points, points.dropFirst()).reduce(0) {
      $0 + ($1.1.anomalous - $1.0.anomalous) * $1.1.precision
    }
  }

  /// AU-PRO up to a share of flagged normal pixels.
  package func areaUnderRegions(upTo limit: Double = 0.3) -> Double? {
    guard hasBoth else { return nil }
    return Self.area(of: curve.map { ($0.normal, $0.region) }, upTo: limit)
  }

  /// AU-sPRO up to a share of flagged normal pixels: what is found of a defect counts until it is enough.
  ///
  /// - Source: Bergmann, Batzner, Fauser, Sattlegger and Steger, *Beyond dents and scratches: logical constraints in
  ///   unsupervised anomaly detection and localization*, IJCV 130, 2022, section 4.2, equation 1.
  package func areaUnderSaturatedRegions(upTo limit: Double) -> Double? {
    guard hasBoth, !defects.isEmpty else { return nil }
    var gains = [Double](repeating: 0, count: normal.count)
    for defect in defects {
      var (found, share) = (0, 0.0)
      for (bin, count) in defect.counts.sorted(by: { $0.key > $1.key }) {
        found += count
        let reached = min(Double(found) / defect.enough, 1)
        gains[bin] += reached - share
        share = reached
      }
    }
    var points = [(0.0, 0.0)]
    var (flagged, sum) = (0, 0.0)
    for bin in normal.indices.reversed() {
      flagged += normal[bin]
      sum += gains[bin]
      points.append((Double(flagged) / Double(normalPixels), sum / Double(defects.count)))
    }
    return Self.area(of: points, upTo: limit)
  }

  /// Under a curve of shares of normal pixels and of regions, up to a limit, over that limit.
  private static func area(of points: [(normal: Double, region: Double)], upTo limit: Double) -> Double? {
    guard limit > 0 else { return nil }
    var area = 0.0
    for (one, other) in zip(points, points.dropFirst()) {
      if one.normal >= limit { break }
      let end = min(limit, other.normal)
      let width = other.normal - one.normal
      if width <= 0 { continue }
      let share = (end - one.normal) / width
      let last = one.region + (other.region - one.region) * share
      area += (end - one.normal) * (one.region + last) / 2
    }
    return area / limit
  }
}
