/// The metrics that `evaluate` knows, in the order in which they are shown.
package enum MetricName: String, Sendable, CaseIterable {
  case precision, recall, f1, far, mar, fdr, mcc
  case balancedAccuracy = "balanced-accuracy"
  case eventRecall = "event-recall"
  case eventF1 = "event-f1"
  case delay
  case falseAlarmsPerDay = "false-alarms-per-day"
  case rangePrecision = "range-precision"
  case rangeRecall = "range-recall"
  case rangeF1 = "range-f1"
  case affiliationPrecision = "affiliation-precision"
  case affiliationRecall = "affiliation-recall"
  case affiliationF1 = "affiliation-f1"
  case adjustedF1 = "pa-f1"
  case adjustedArea = "pak-f1"
  case nab
  case nabFewAlarms = "nab-low-fp"
  case nabFewMisses = "nab-low-fn"
  case auroc
  case partialAUROC = "pauc"
  case ap
  case precisionAtAnomalies = "p-at-n"
  case falseRateAt95 = "fpr95"
  case bestF1 = "best-f1"
  case separation = "ks"
  case calibrationError = "ece"
  case brier
  case vusROC = "vus-roc"
  case vusPR = "vus-pr"

  /// Those read off the scores' ranking alone.
  package static let ranking: [MetricName] = [
    .auroc, .partialAUROC, .ap, .precisionAtAnomalies, .falseRateAt95, .bestF1, .separation,
  ]
  /// Those that judge probabilities.
  package static let probabilities: [MetricName] = [.calibrationError, .brier]

  /// Those shown unless others are asked for.
  package static let usual: [MetricName] = [
    .precision, .recall, .f1, .far, .mar, .eventRecall, .delay, .auroc, .ap, .bestF1, .vusROC, .vusPR,
  ]

  package var needsThreshold: Bool {
    switch self {
    case .vusROC, .vusPR, .calibrationError, .brier: false
    default: !Self.ranking.contains(self)
    }
  }

  /// The chance of an anomaly must be known for each row.
  package var needsProbability: Bool { Self.probabilities.contains(self) }

  /// Rows must follow one another for events and buffers to mean anything.
  package var needsOrder: Bool {
    switch self {
    case .precision, .recall, .f1, .far, .mar, .fdr, .mcc, .balancedAccuracy, .calibrationError, .brier: false
    default: !Self.ranking.contains(self)
    }
  }

  /// Rates by the clock need one.
  package var needsTimes: Bool { self == .falseAlarmsPerDay }

  package var help: String {
    switch self {
    case .precision: "share of alarmed rows that are anomalous"
    case .recall: "share of anomalous rows that are alarmed"
    case .f1: "harmonic mean of precision and recall at the given threshold"
    case .far: "false-alarm rate: share of normal rows that are alarmed"
    case .mar: "missing-alarm rate: share of anomalous rows without alarm"
    case .fdr: "share of alarmed rows that are normal; 0 if none is alarmed"
    case .mcc: "correlation of alarms and truth (Matthews), 0 for chance"
    case .balancedAccuracy: "mean of recall and the share of normal rows left alone"
    case .eventRecall: "share of anomalous stretches with an alarm inside"
    case .eventF1: "F1 over stretches: found, missed and falsely alarmed ones count once"
    case .delay: "median time from onset to first alarm, over the stretches found"
    case .falseAlarmsPerDay: "stretches of alarm without an anomalous row, a day"
    case .rangePrecision: "mean share of each alarm that is anomalous"
    case .rangeRecall: "mean share of each anomaly that is alarmed"
    case .rangeF1: "harmonic mean of range precision and recall"
    case .affiliationPrecision: "how near alarms are to anomalies; at random about 0.5"
    case .affiliationRecall: "how near anomalies are to alarms"
    case .affiliationF1: "harmonic mean of affiliation precision and recall"
    case .adjustedF1: "F1 once an alarmed row grants its whole anomaly; read it beside random"
    case .adjustedArea: "mean F1 over the share of an anomaly that must be alarmed to grant it"
    case .nab: "Numenta's score, labelled stretches as windows: 0 for silence, 100 for the best"
    case .nabFewAlarms: "the same where a false alarm costs twice as much"
    case .nabFewMisses: "the same where a missed window costs twice as much"
    case .auroc: "chance that an anomalous row scores above a normal one"
    case .partialAUROC: "ROC area up to 10 % false alarms, scaled to 0.5 for chance"
    case .ap: "average precision, without interpolation"
    case .precisionAtAnomalies: "precision among as many highest rows as there are anomalies"
    case .falseRateAt95: "false-alarm rate at which 95 % of the anomalies are found"
    case .bestF1: "largest F1 of any threshold; an oracle, chosen with the labels"
    case .separation: "largest distance between the shares of both above a score (Kolmogorov-Smirnov)"
    case .calibrationError: "mean distance of probability from frequency over ten bins"
    case .brier: "mean squared distance of probabilities from what came true"
    case .vusROC: "ROC area averaged over buffer widths"
    case .vusPR: "average precision averaged over buffer widths"
    }
  }
}
