import Numerics

/// The middle of the calibrated scores: one modality alone neither raises nor lowers it.
///
/// - Output: robust standard deviations.
/// - Source: Kittler et al., *On combining classifiers*, IEEE Transactions on Pattern Analysis and Machine Intelligence
///   1998, equation 20.
package struct MedianRule: PlainCombination {
  package static let name = "median"
  package let scale = ScoreScale.deviation
  package let meaning = "share of the score; the shares add up to it"
  package init() {}

  package func combine(_ values: [Double]) -> Combined {
    let middle = values.count / 2
    var shares = [Double](repeating: 0, count: values.count)
    if values.count % 2 == 1 {
      shares[middle] = values[middle]
    } else {
      shares[middle - 1] = values[middle - 1] / 2
      shares[middle] = values[middle] / 2
    }
    return Combined(ascendingSum(shares), shares: shares)
  }
}

/// The lowest calibrated score: an anomaly is what every modality sees.
///
/// - Output: robust standard deviations.
/// - Source: Kittler et al. 1998, equation 19.
package struct MinimumRule: PlainCombination {
  package static let name = "min"
  package let scale = ScoreScale.deviation
  package let meaning = "deviation of the modality that decided"
  package init() {}

  package func combine(_ values: [Double]) -> Combined {
    Combined(values.first ?? 0, shares: values.indices.map { $0 == 0 ? values[0] : 0 })
  }
}

/// Rewards rows that stand near the top of any list.
///
/// - Output: Σ 1 / (60 + rank) over the modalities present, over their number.
/// - Source: Cormack, Clarke and Büttcher, *Reciprocal rank fusion outperforms Condorcet*, SIGIR 2009, with its constant.
/// - Differs: the rank is that among the reference scores (1 is higher than all of them), not among the scored rows, so
///   that a row scores the same alone.
package struct ReciprocalRankRule: CombinationRule {
  package static let name = "rrf"
  package let scale = ScoreScale.tail
  package let meaning = "1 / (60 + rank) over the number of modalities"
  package init() {}

  private static let constant = 60.0

  package func fitted(reference: [[Double]], unlabelled: [[Double]]) -> any FittedCombination {
    Model(reference: reference.count)
  }

  struct Model: FittedCombination {
    let reference: Int

    func combine(_ values: [Double], parts: [Int]) -> Combined {
      let count = Double(values.count)
      let shares = values.map { 1 / (ReciprocalRankRule.constant + 1 + $0 * Double(reference)) / count }
      return Combined(ascendingSum(shares.reversed()), shares: shares)
    }
  }
}

/// Averages within groups of modalities, then takes the extreme; or the other way round.
///
/// - Output: robust standard deviations.
/// - Source: Aggarwal and Sathe, *Theoretical foundations and algorithms for outlier ensembles*, SIGKDD Explorations 2015,
///   section 4: average of maximum (`aom`) and maximum of average (`moa`).
/// - Differs: groups are dealt in the order in which the modalities are given, without chance, so that the order counts.
package struct BucketRule: CombinationRule {
  package static let name = "buckets"
  package let scale = ScoreScale.deviation
  package let meaning = "deviation over the number of modalities"
  package let buckets: Int
  /// The mean of the groups' maxima; else the maximum of their means.
  package let averagesMaxima: Bool

  package init(buckets: Int = 2, averagesMaxima: Bool = true) {
    self.buckets = buckets
    self.averagesMaxima = averagesMaxima
  }

  package func fitted(reference: [[Double]], unlabelled: [[Double]]) -> any FittedCombination {
    Model(buckets: buckets, averagesMaxima: averagesMaxima)
  }

  struct Model: FittedCombination {
    let buckets: Int
    let averagesMaxima: Bool

    func combine(_ values: [Double], parts: [Int]) -> Combined {
      var groups = [[Double]](repeating: [], count: buckets)
      for (value, part) in zip(values, parts) { groups[part % buckets].append(value) }
      let summaries = groups.filter { !$0.isEmpty }.map { group in
        averagesMaxima ? group.last ?? 0 : ascendingSum(group) / Double(group.count)
      }.sorted()
      let value =
        averagesMaxima ? ascendingSum(summaries) / Double(summaries.count) : summaries.last ?? 0
      return Combined(value, shares: values.map { $0 / Double(values.count) })
    }
  }
}
