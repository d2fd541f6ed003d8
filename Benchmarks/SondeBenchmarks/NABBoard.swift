import Detection
import Evaluation
import Foundation

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
      let scored = try all.map { one in
        // What is learned is learned before the rows that count.
        let probation = one.probation
        let scores = try seriesScores(detector, one.values, fit: probation)
        return NABScore.Series(scores: scores, windows: one.windows)
      }
      let cells = NABScore.Profile.all.map { profile in
        String(format: "%@ %.2f", profile.name, NABScore(best: scored, profile: profile)?.value ?? .nan)
      }
      lines.append("\(name): " + cells.joined(separator: ", "))
    }
    let remembered = try all.map { one in
      let detector = StreamDetector(HierarchicalMemory(warmup: one.probation))
      return NABScore.Series(
        scores: try seriesScores(detector, one.values, fit: one.probation), windows: one.windows)
    }
    let cells = NABScore.Profile.all.map { profile in
      String(format: "%@ %.2f", profile.name, NABScore(best: remembered, profile: profile)?.value ?? .nan)
    }
    lines.append("htm, warmed up by the probation: " + cells.joined(separator: ", "))
    return lines + (try publishedLines())
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
