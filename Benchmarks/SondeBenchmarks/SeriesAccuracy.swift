import Detection
import Evaluation
import Foundation
import Numerics

/// Detectors and parsers beside published numbers, on sets in a folder of data; nothing is ever chosen by its labels.
enum SeriesAccuracy: String, CaseIterable {
  case vus = "series-vus"
  case nab
  case nabScorer = "nab-scorer"
  case discords = "series-discords"
  case heartbeats = "series-heartbeats"
  case drift = "stream-drift"
  case sequences = "event-sequences"
  case drain

  func lines(data: String) throws -> [String] {
    switch self {
    case .vus: try PublishedVUS(data: data).lines()
    case .nab: try NABBoard(data: data).lines()
    case .nabScorer: try NABBoard(data: data).scorerLines()
    case .discords: try Discords(data: data).lines()
    case .heartbeats: try Heartbeats(data: data).lines()
    case .drift: try DriftingAttacks(data: data).lines()
    case .sequences: try EventSequences(data: data).lines()
    case .drain: try DrainAccuracy(data: data).lines()
    }
  }
}

/// Detects in one channel, with two threads.
func seriesScores(_ detector: any Detector, _ values: [Double], fit: Int? = nil) throws -> [Double] {
  let work = Work(threads: 2)
  func rows(_ values: [Double]) throws -> Observations {
    try Observations(matrix: Matrix(rows: values.count, columns: 1, values: values), features: ["value"])
  }
  var random = SeededGenerator(seed: 1)
  guard let fit else {
    let model = try detector.fit(rows(values), using: &random, work: work)
    return try model.scoresOfTraining(rows(values), work: work)
  }
  return try detector.fit(rows(Array(values.prefix(fit))), using: &random, work: work)
    .scores(of: rows(values), work: work)
}

/// VUS-PR of ours beside the table of TSB-AD, on the NAB series from which its files were made.
private struct PublishedVUS {
  let data: String

  /// The table's number, the file in NAB; the published files lack the first row, their labels do not.
  private static let files = [
    ("001", "realKnownCause/ec2_request_latency_system_failure"), ("005", "realTraffic/occupancy_6005"),
    ("006", "realKnownCause/nyc_taxi"), ("008", "artificialWithAnomaly/art_load_balancer_spikes"),
    ("009", "realTraffic/TravelTime_451"), ("013", "realTraffic/speed_t4013"),
    ("014", "realAdExchange/exchange-3_cpm_results"),
    ("016", "realKnownCause/ambient_temperature_system_failure"),
    ("017", "artificialWithAnomaly/art_increase_spike_density"),
    ("018", "realKnownCause/rogue_agent_key_hold"),
    ("023", "realKnownCause/cpu_utilization_asg_misconfiguration"), ("025", "realTweets/Twitter_volume_FB"),
    ("026", "realTraffic/speed_6005"),
  ]

  private static let methods: [(column: String, make: @Sendable (Int) -> any Detector)] = [
    ("SR", { _ in ChannelDetector(SpectralResidual()) }),
    ("POLY", { ChannelDetector(PolynomialForecast(degree: 4, window: $0)) }),
    ("MatrixProfile", { MatrixProfile(window: max($0, 4)) }),
    (
      "Sub-PCA",
      {
        WindowedDetector(PrincipalComponents(score: .vectors, scaling: .standard, explained: 1), window: $0)
      }
    ),
    ("Sub-KNN", { WindowedDetector(NearestNeighbors(neighbors: 50), window: $0) }),
    ("Sub-LOF", { WindowedDetector(LocalOutlierFactor(neighbors: 30), window: $0) }),
    ("Sub-IForest", { WindowedDetector(IsolationForest(trees: 150), window: $0) }),
    ("Sub-HBOS", { WindowedDetector(HistogramScore(bins: .count(10)), window: $0) }),
  ]

  func lines() throws -> [String] {
    let published = try table()
    var lines = [
      "VUS-PR, ours / published (TSB-AD); SR and POLY agree to six digits where the data are the same"
    ]
    lines.append("series  window  " + Self.methods.map { $0.column }.joined(separator: "  "))
    var worst = 0.0
    for (number, file) in Self.files {
      let series = try NABSeries(data: data, name: file)
      let values = Array(series.values.dropFirst())
      var labels = [Bool](repeating: false, count: values.count)
      for window in series.windows {
        for row in window.lowerBound..<min(window.upperBound - 1, labels.count) { labels[row] = true }
      }
      let window = Period.window(for: values)
      var cells: [String] = []
      for method in Self.methods {
        let scores = try seriesScores(method.make(window), values)
        let ours =
          try VolumeUnderSurface(
            LabelledScores(scores: scores, labels: labels), window: window, work: Work(threads: 2))?
          .precisionRecall ?? .nan
        let theirs = published[number]?[method.column] ?? .nan
        if method.column == "SR" || method.column == "POLY" { worst = max(worst, abs(ours - theirs)) }
        cells.append(String(format: "%.6f/%.6f", ours, theirs))
      }
      lines.append("\(number)  \(window)  " + cells.joined(separator: "  "))
    }
    return lines + [String(format: "largest difference of SR and POLY: %.2e", worst)]
  }

  private func table() throws -> [String: [String: Double]] {
    let path = data + "/tsb_published/TSB-AD/uni_mergedTable_VUS-PR.csv"
    let rows = try String(contentsOfFile: path, encoding: .utf8).split(whereSeparator: \.isNewline)
      .map { $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init) }
    var table: [String: [String: Double]] = [:]
    for row in rows.dropFirst() {
      for (name, cell) in zip(rows[0], row) {
        table[String(row[0].prefix(3)), default: [:]][name] = Double(cell)
      }
    }
    return table
  }
}

/// A series of the Numenta anomaly benchmark with its windows.
struct NABSeries {
  let name: String
  let values: [Double]
  let times: [String]
  let windows: [Range<Int>]
  /// Rows at the start that never count.
  var probation: Int { Int(0.15 * Double(min(values.count, 5000))) }

  init(data: String, name: String) throws {
    let text = try String(contentsOfFile: data + "/nab/data/\(name).csv", encoding: .utf8)
    let rows = text.split(whereSeparator: \.isNewline).dropFirst().map {
      $0.split(separator: ",").map(String.init)
    }
    let times = rows.map { $0[0] }
    self.name = name
    self.times = times
    values = rows.map { Double($0[1]) ?? 0 }
    let labels = try Data(contentsOf: URL(fileURLWithPath: data + "/nab/labels/combined_windows.json"))
    let all = try JSONDecoder().decode([String: [[String]]].self, from: labels)
    windows = (all[name + ".csv"] ?? []).compactMap { pair in
      let bounds = pair.map { String($0.prefix(19)) }
      guard let first = times.firstIndex(where: { $0 >= bounds[0] }),
        let last = times.lastIndex(where: { $0 <= bounds[1] })
      else { return nil }
      return first..<last + 1
    }
  }

  static func names(data: String) throws -> [String] {
    let labels = try Data(contentsOf: URL(fileURLWithPath: data + "/nab/labels/combined_windows.json"))
    return try JSONDecoder().decode([String: [[String]]].self, from: labels).keys
      .map { String($0.dropLast(4)) }.sorted()
  }
}

/// How often the highest score lies in the anomaly, give or take 100 rows: the archive has one a series.
private struct Discords {
  let data: String

  func lines() throws -> [String] {
    let folder = data + "/ucr_anomaly"
    let files = try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".txt") }
      .sorted()
    let methods: [(String, @Sendable ([Double]) -> any Detector)] = [
      ("matrixprofile, window 100", { _ in MatrixProfile(window: 100) }),
      ("matrixprofile, one cycle", { MatrixProfile(window: max(8, Period.window(for: $0))) }),
      (
        "matrixprofile left, one cycle",
        { MatrixProfile(window: max(8, Period.window(for: $0)), neighbors: .left) }
      ),
      ("damp, one cycle", { DiscordSearch(window: max(8, Period.window(for: $0))) }),
      ("merlin, 50 to 200", { _ in ManyLengthsProfile(shortest: 50, longest: 200, lengths: 4) }),
      (
        "sub-knn, one cycle",
        { WindowedDetector(NearestNeighbors(neighbors: 1), window: Period.window(for: $0)) }
      ),
      ("sub-iforest, one cycle", { WindowedDetector(IsolationForest(), window: Period.window(for: $0)) }),
      ("ar", { _ in ChannelDetector(Autoregression()) }),
    ]
    var lines: [String] = []
    for (name, make) in methods {
      var hits = 0
      var missed: [String] = []
      for file in files {
        let parts = file.dropLast(4).split(separator: "_")
        let train = Int(parts[parts.count - 2].dropFirst(5)) ?? 0
        let bounds = parts[parts.count - 1].dropFirst(4).split(separator: "-").compactMap { Int($0) }
        let text = try String(contentsOfFile: folder + "/" + file, encoding: .utf8)
        let values = text.split(whereSeparator: { $0.isWhitespace }).compactMap { Double($0) }
        let learned = Array(values.prefix(train))
        let detector = make(learned)
        let scores = try seriesScores(detector, values, fit: train)
        let best = scores.indices.dropFirst(train).max { scores[$0] < scores[$1] } ?? 0
        if best >= bounds[0] - 100, best <= bounds[1] + 100 {
          hits += 1
        } else {
          missed.append(String(parts[0]))
        }
      }
      lines.append(
        String(format: "%@: %d of %d (%.3f)", name, hits, files.count, Double(hits) / Double(files.count)))
    }
    return lines
  }
}

/// AUROC on three long electrocardiograms beside the published table of TSB-UAD.
private struct Heartbeats {
  let data: String

  func lines() throws -> [String] {
    let published = [
      "805": "NORMA .974 PCA .936 IForest .930 HBOS .894 LOF .462 MP .244",
      "806": "NORMA .987 MP .915 OCSVM .775", "820": "NORMA .972 MP .836 AE .792",
    ]
    var lines: [String] = []
    for record in published.keys.sorted() {
      let text = try unzipped(data + "/mba_ecg/MBA_ECG\(record)_data.out.gz")
      let rows = text.split(whereSeparator: \.isNewline).map {
        $0.split(separator: ",").compactMap { Double($0) }
      }
      let values = rows.map { $0[0] }
      let labels = rows.map { $0[1] > 0 }
      let window = Period.window(for: values)
      let methods: [(String, any Detector)] = [
        ("norma", StretchDetector(NormalModel(window: window))),
        (
          "sub-pca",
          WindowedDetector(
            PrincipalComponents(score: .vectors, scaling: .standard, explained: 1), window: window)
        ),
        ("sub-pca, rest", WindowedDetector(PrincipalComponents(score: .q), window: window)),
        ("sub-iforest", WindowedDetector(IsolationForest(), window: window)),
        ("sub-hbos", WindowedDetector(HistogramScore(), window: window)),
        ("ar", ChannelDetector(Autoregression())),
      ]
      for (name, detector) in methods {
        let scores = try seriesScores(detector, values)
        let area = RankingCurve(LabelledScores(scores: scores, labels: labels)).areaUnderROC ?? .nan
        lines.append(
          String(format: "MBA %@ %@ %.3f (published: %@)", record, name, area, published[record] ?? ""))
      }
    }
    return lines
  }
}

/// The text of a file that gzip made.
func unzipped(_ path: String) throws -> String { try output(["gzip", "-dc", path]) }

/// What a program writes.
func output(_ words: [String]) throws -> String {
  let process = Process()
  process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
  process.arguments = words
  let pipe = Pipe()
  process.standardOutput = pipe
  try process.run()
  let bytes = pipe.fileHandleForReading.readDataToEndOfFile()
  process.waitUntilExit()
  return String(decoding: bytes, as: UTF8.self)
}
