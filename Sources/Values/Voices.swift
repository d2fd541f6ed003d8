package import Numerics

/// What fusing knows of each row beside its score: who was there, what each weighs, whether they contradict each other.
package struct Voices: Sendable, Equatable {
  package let modalities: [String]
  /// One a modality; cleared where it was absent.
  package let presence: [Mask]
  /// One row a row, one column a modality, in `meaning`; nil where contributions by modality say it.
  package let weights: Matrix?
  package let meaning: String
  /// One a row: 0 all agree, near 1 they contradict each other; nil where no modality is judged by itself.
  package let conflict: [Double]?

  package init(
    modalities: [String], presence: [Mask], weights: Matrix? = nil, meaning: String = "",
    conflict: [Double]? = nil
  ) {
    precondition(presence.count == modalities.count, "one mask a modality")
    self.modalities = modalities
    self.presence = presence
    self.weights = weights
    self.meaning = meaning
    self.conflict = conflict
  }

  package func with(conflict: [Double]?) -> Voices {
    Voices(
      modalities: modalities, presence: presence, weights: weights, meaning: meaning, conflict: conflict)
  }

  package func selecting(_ rows: [Int]) -> Voices {
    Voices(
      modalities: modalities, presence: presence.map { $0.selecting(rows) },
      weights: weights?.selecting(rows: rows), meaning: meaning,
      conflict: conflict.map { conflict in rows.map { conflict[$0] } })
  }

  /// Contradiction between modalities that each say how odd a row is: the highest percentile less the lowest.
  ///
  /// - Parameter evidence: one column a modality, higher is odder; percentiles are taken among `reference` rows.
  /// - Complexity: O(*m n* log *n*).
  package static func conflict(
    of evidence: Matrix, presence: [Mask], reference: [Int]
  ) -> [Double] {
    let percentiles = presence.indices.map { part -> [Double] in
      let own = reference.filter { presence[part][$0] }.map { evidence[$0, part] }.sorted()
      return (0..<evidence.rows).map { row in
        guard presence[part][row], !own.isEmpty else { return Double.nan }
        return share(of: own, below: evidence[row, part])
      }
    }
    return (0..<evidence.rows).map { row in
      let present = percentiles.map { $0[row] }.filter { !$0.isNaN }
      guard let high = present.max(), let low = present.min() else { return 0 }
      return high - low
    }
  }

  /// The share of ascending numbers below a number; ties count half.
  private static func share(of sorted: [Double], below value: Double) -> Double {
    func count(_ isBefore: (Double) -> Bool) -> Int {
      var (low, high) = (0, sorted.count)
      while low < high {
        let middle = (low + high) / 2
        if isBefore(sorted[middle]) { low = middle + 1 } else { high = middle }
      }
      return low
    }
    return Double(count { $0 < value } + count { $0 <= value }) / Double(2 * sorted.count)
  }
}

/// Rows in which modalities are gone, or are those of other rows.
package struct RowExchange: Sendable, Equatable {
  /// By modality, then by row: whose content stands there; nil for nobody's.
  package var sources: [[Int?]]

  /// Everything in its place.
  package init(modalities: Int, rows: Int) {
    sources = [[Int?]](repeating: (0..<rows).map { $0 }, count: modalities)
  }

  /// Rows that are not as they were.
  package var touched: [Int] {
    (0..<(sources.first?.count ?? 0)).filter { row in sources.contains { $0[row] != row } }
  }
}

/// Makes fused scores anew after modalities went missing or were exchanged in rows that taught nothing.
package protocol Refusable: Sendable {
  var modalities: [String] { get }
  /// One score a row for each exchange, NaN where a row cannot be scored; nil if it cannot be done.
  ///
  /// What was learned stays as it is.
  func scores(after exchanges: [RowExchange], work: Work) throws(Cancelled) -> [[Double]]?
}

/// As `Refusable`, of joint vectors: the touched rows of each exchange, in ascending order.
package protocol Rejoinable: Sendable {
  var modalities: [String] { get }
  func vectors(after exchanges: [RowExchange], work: Work) throws(Cancelled) -> [Matrix]?
}

/// Who can fuse again. Scores that agree in every number are the same scores, whoever made them.
package struct Refusion: Sendable, Equatable {
  package let base: any Refusable
  package init(_ base: any Refusable) { self.base = base }
  package static func == (one: Refusion, other: Refusion) -> Bool { true }
}

/// Who can join again.
package struct Rejoining: Sendable, Equatable {
  package let base: any Rejoinable
  package init(_ base: any Rejoinable) { self.base = base }
  package static func == (one: Rejoining, other: Rejoining) -> Bool { true }
}

extension Contributions {
  /// One column a block: the sum over its features, missing cells left out.
  package var byBlock: Matrix {
    var result = Matrix(rows: matrix.rows, columns: blocks.count)
    for row in 0..<matrix.rows {
      for (place, block) in blocks.enumerated() {
        var sum = 0.0
        for column in block.columns where matrix[row, column].isFinite { sum += matrix[row, column] }
        result[row, place] = sum
      }
    }
    return result
  }
}

extension Scores {
  /// What each modality adds to each row, one column a modality; nil if nothing was fused or nothing says it.
  package var modalityShares: Matrix? {
    guard let voices else { return nil }
    if let weights = voices.weights { return weights }
    guard let contributions, contributions.blocks.map(\.name) == voices.modalities else { return nil }
    return contributions.byBlock
  }

  /// What the shares are, for the reader.
  package var shareMeaning: String {
    guard let voices, voices.weights != nil else { return contributions?.meaning ?? "" }
    return voices.meaning
  }

  /// `conflict`, and for each modality `flow.share` and `flow.present`; empty if nothing was fused.
  package var voiceColumns: [Column] {
    guard let voices else { return [] }
    var columns: [Column] = []
    if let conflict = voices.conflict { columns.append(Column(numbers: conflict, name: "conflict")) }
    let shares = modalityShares
    for (place, name) in voices.modalities.enumerated() {
      if let shares { columns.append(Column(numbers: shares.column(place), name: "\(name).share")) }
      let presence = voices.presence[place]
      columns.append(Column("\(name).present", .bool((0..<presence.count).map { presence[$0] })))
    }
    return columns
  }

  package var voiceColumnNames: [String] {
    guard let voices else { return [] }
    let hasShares =
      voices.weights != nil || contributions.map { $0.blocks.map(\.name) == voices.modalities } ?? false
    return (voices.conflict == nil ? [] : ["conflict"])
      + voices.modalities.flatMap { hasShares ? ["\($0).share", "\($0).present"] : ["\($0).present"] }
  }
}
