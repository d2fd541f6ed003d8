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
        let probation = Int(0.15 * Double(min(one.values.count, 5000)))
        let scores = try seriesScores(detector, one.values, fit: probation)
        return NABScore.Series(scores: scores, windows: one.windows)
      }
      let cells = NABScore.Profile.all.map { profile in
        String(format: "%@ %.2f", profile.name, NABScore(best: scored, profile: profile)?.value ?? .nan)
      }
      lines.append("\(name): " + cells.joined(separator: ", "))
    }
    return lines
  }

  private static let detectors: [(String, any Detector)] = [
    ("ar", ChannelDetector(Autoregression())),
    ("kalman", ChannelDetector(KalmanResidual())),
    ("ewma", ChannelDetector(WeightedMeanChart())),
    ("bocpd surprise", ChannelDetector(BayesianChange(score: .surprise))),
  ]
}
