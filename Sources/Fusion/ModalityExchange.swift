package import Numerics
package import Values

extension Modalities {
  /// Who is present, and whether what says how odd each is contradicts itself.
  func voices(judging evidence: Matrix) -> Voices {
    let presence = parts.map(\.presence)
    return Voices(
      modalities: parts.map(\.name), presence: presence,
      conflict: Voices.conflict(of: evidence, presence: presence, reference: index.rows(in: .fit)))
  }

  /// These rows, and behind them for each exchange the rows that it touches, as rows to test on.
  ///
  /// An operator that learns from the fit rows alone learns the same from both, so that one run tells what it says of all.
  func extended(by exchanges: [RowExchange]) -> Modalities {
    let touched = exchanges.map { exchange in exchange.touched.map { row in (exchange, row) } }
      .flatMap(\.self)
    let own = index.splits ?? [Split](repeating: .fit, count: index.count)
    let parts = parts.enumerated().map { place, part in
      let sources = touched.map { exchange, row in exchange.sources[place][row] }
      var matrix = Matrix(rows: index.count + touched.count, columns: part.dimensions)
      matrix.values.replaceSubrange(0..<part.matrix.values.count, with: part.matrix.values)
      var presence = Mask(count: matrix.rows)
      for row in 0..<index.count { presence[row] = part.presence[row] }
      for (position, source) in sources.enumerated() {
        guard let source, part.presence[source] else { continue }
        let row = index.count + position
        presence[row] = true
        for column in 0..<part.dimensions { matrix[row, column] = part.matrix[source, column] }
      }
      return Part(name: part.name, features: part.features, matrix: matrix, presence: presence)
    }
    return Modalities(
      index: Index(
        .row(count: index.count + touched.count), splits: own + touched.map { _ in Split.test }),
      parts: parts)
  }
}

/// Scores modalities again after some went missing or were exchanged, by learning the same once more.
package struct JointRefusion: Refusable {
  private let base: Modalities
  private let score: @Sendable (Modalities, Work) throws(FusionError) -> Scores

  package init(
    of base: Modalities, score: @escaping @Sendable (Modalities, Work) throws(FusionError) -> Scores
  ) {
    self.base = base
    self.score = score
  }

  package var modalities: [String] { base.parts.map(\.name) }

  package func scores(after exchanges: [RowExchange], work: Work) throws(Cancelled) -> [[Double]]? {
    let all: [Double]
    do throws(FusionError) {
      all = try score(base.extended(by: exchanges), work).valuesWithGaps
    } catch {
      if error == .cancelled { throw Cancelled() }
      return nil
    }
    var next = base.index.count
    return exchanges.map { exchange in
      var own = Array(all[..<base.index.count])
      for row in exchange.touched {
        own[row] = all[next]
        next += 1
      }
      return own
    }
  }
}

/// Joins modalities again after some went missing or were exchanged, by learning the same once more.
package struct JointRejoining: Rejoinable {
  private let base: Modalities
  private let join: @Sendable (Modalities, Work) throws(FusionError) -> Matrix

  package init(
    of base: Modalities, join: @escaping @Sendable (Modalities, Work) throws(FusionError) -> Matrix
  ) {
    self.base = base
    self.join = join
  }

  package var modalities: [String] { base.parts.map(\.name) }

  package func vectors(after exchanges: [RowExchange], work: Work) throws(Cancelled) -> [Matrix]? {
    let all: Matrix
    do throws(FusionError) {
      all = try join(base.extended(by: exchanges), work)
    } catch {
      if error == .cancelled { throw Cancelled() }
      return nil
    }
    var next = base.index.count
    return exchanges.map { exchange in
      let count = exchange.touched.count
      defer { next += count }
      return all.selecting(rows: Array(next..<next + count))
    }
  }
}

/// Puts blocks side by side again after some went missing or were exchanged.
package struct BlockRejoining: Rejoinable {
  let index: Index
  let matrix: Matrix
  let blocks: [Block]
  /// What stands where a modality is absent, one a column.
  let absent: [Double]

  package var modalities: [String] { blocks.map(\.name) }

  package func vectors(after exchanges: [RowExchange], work: Work) throws(Cancelled) -> [Matrix]? {
    exchanges.map { exchange in
      let touched = exchange.touched
      var result = Matrix(rows: touched.count, columns: matrix.columns)
      for (position, row) in touched.enumerated() {
        for (part, block) in blocks.enumerated() {
          let source = exchange.sources[part][row]
          for column in block.columns {
            result[position, column] = source.map { matrix[$0, column] } ?? absent[column]
          }
        }
      }
      return result
    }
  }
}
