import Detection
import Evaluation
import Foundation
import Values

/// Detectors on the score board of the Numenta anomaly benchmark.
struct NABBoard {
  let data: String

  /// The published raw scores of the windowed Gaussian must give the published 39.6495, 20.8680 and 47.4100.
  func scorerLines() throws -> [String] {
    let published = [39.6495, 20.8680, 47.4100]
    let series = try NABSeries.names(data: data).map { name -> NABScore.Series in
      let parts = name.split(separator: "/")
      let path = data + "/nab/results/windowedGaussian/\(parts[0])/windowedGaussian_\(parts[1]).csv.gz"
      let rows = try unzipped(path).split(whereSeparator: \.isNewline).dropFirst()
        .map { $0.split(separator: ",", omittingEmptySubsequences: false) }
      let nab = try NABSeries(data: data, name: name)
      return NABScore.Series(scores: rows.map { Double($0[2]) ?? 0 }, windows: nab.windows)
    }
    return zip(NABScore.Profile.all, published).map { profile, published in
      String(
        format: "windowed Gaussian as published, %@: ours %.4f, published %.4f", profile.name,
        NABScore(best: series, profile: profile)?.value ?? .nan, published)
    }
  }

  func lines() throws -> [String] {
    let names = try NABSeries.names(data: data)
    let all = try names.map { try NABSeries(data: data, name: $0) }
    var lines = ["NAB score at the best common threshold of each profile, as on NAB's own board"]
    for (name, detector) in Self.detectors {
      // What is learned is learned before the rows that count.
      let scores = try all.map { try seriesScores(detector, $0.values, fit: $0.probation) }
      lines.append("\(name): " + Self.scored(all, scores))
      let likely = try zip(all, scores).map { try Self.likelihoods(of: $1, learnedFrom: $0.probation) }
      lines.append("\(name), calibrated by likelihood: " + Self.scored(all, likely))
    }
    let remembered = try all.map { one in
      let detector = StreamDetector(HierarchicalMemory(warmup: one.probation))
      return try seriesScores(detector, one.values, fit: one.probation)
    }
    lines.append("htm, warmed up by the probation: " + Self.scored(all, remembered))
    return lines + (try publishedLines())
  }

  private static func scored(_ all: [NABSeries], _ scores: [[Double]]) -> String {
    let series = zip(all, scores).map { NABScore.Series(scores: $1, windows: $0.windows) }
    return NABScore.Profile.all.map { profile in
      String(format: "%@ %.2f", profile.name, NABScore(best: series, profile: profile)?.value ?? .nan)
    }.joined(separator: ", ")
  }

  private static func likelihoods(of scores: [Double], learnedFrom count: Int) throws -> [Double] {
    var fitted = Mask(count: scores.count)
    for row in 0..<min(count, scores.count) { fitted[row] = true }
    let given = Scores(index: .rows(scores.count), values: scores, method: "", fitted: fitted)
    return try LikelihoodCalibration().calibrate(given).values
  }

  private func publishedLines() throws -> [String] {
    let file = try Data(contentsOf: URL(fileURLWithPath: data + "/nab/results/final_results.json"))
    let all = try JSONDecoder().decode([String: [String: Double]].self, from: file)
    return all.sorted { ($0.value["standard"] ?? 0) > ($1.value["standard"] ?? 0) }.map { name, scores in
      String(
        format: "published %@: standard %.2f, low FP %.2f, low FN %.2f", name, scores["standard"] ?? .nan,
        scores["reward_low_FP_rate"] ?? .nan, scores["reward_low_FN_rate"] ?? .nan)
    }
  }

  private static let detectors: [(String, any Detector)] = [
    ("streamknn", StreamDetector(StreamNeighbors())),
    ("streamlof", StreamDetector(StreamOutlierFactor())),
    ("streamloda", StreamDetector(StreamHistograms())),
    ("spot", StreamDetector(StreamingPeaks())),
    ("hst", StreamDetector(HalfSpaceTrees())),
    ("ar", ChannelDetector(Autoregression())),
    ("kalman", ChannelDetector(KalmanResidual())),
    ("ewma", ChannelDetector(WeightedMeanChart())),
    ("bocpd surprise", ChannelDetector(BayesianChange(score: .surprise))),
  ]
}
