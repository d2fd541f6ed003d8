package import Numerics
package import Values

/// What an encoder makes of one modality: named features, one vector a row, and where there is none.
package struct Encoded: Sendable, Equatable {
  package let features: [String]
  /// NaN in every column of an absent row.
  package let matrix: Matrix
  package let presence: Mask

  package init(features: [String], matrix: Matrix, presence: Mask) {
    self.features = features
    self.matrix = matrix
    self.presence = presence
  }

  /// Rows that are nil are absent.
  init(features: [String], rows: [[Double]?]) {
    var values: [Double] = []
    values.reserveCapacity(rows.count * features.count)
    let absent = [Double](repeating: .nan, count: features.count)
    for row in rows { values += row ?? absent }
    self.init(
      features: features, matrix: Matrix(rows: rows.count, columns: features.count, values: values),
      presence: Mask(rows.map { $0 != nil }))
  }

  /// Puts encodings of the same rows side by side; a row is present if any of them has something to say.
  package static func joined(_ parts: [Encoded]) -> Encoded {
    guard let first = parts.first else {
      return Encoded(features: [], matrix: Matrix(rows: 0, columns: 0), presence: Mask(count: 0))
    }
    if parts.count == 1 { return first }
    let features = parts.flatMap(\.features)
    var matrix = Matrix(rows: first.matrix.rows, columns: features.count)
    var presence = Mask(count: first.matrix.rows)
    for row in 0..<matrix.rows {
      var column = 0
      for part in parts {
        for value in part.matrix.row(row) {
          matrix[row, column] = value
          column += 1
        }
        if part.presence[row] { presence[row] = true }
      }
    }
    return Encoded(features: features, matrix: matrix, presence: presence)
  }
}

/// Computes one vector a row in parallel; rows are grouped so that a chunk stays short.
func encodeRows(
  _ count: Int, features: [String], stage: String, perChunk: Int = 256, work: Work,
  _ body: @Sendable (Int) -> [Double]?
) throws(EncodingError) -> Encoded {
  let chunks = (count + perChunk - 1) / perChunk
  let pieces = try orCancelled { () throws(Cancelled) in
    try work.map(chunks, stage: stage) { chunk in
      (chunk * perChunk..<min(count, (chunk + 1) * perChunk)).map(body)
    }
  }
  return Encoded(features: features, rows: Array(pieces.joined()))
}

/// Runs a computation that can be cancelled, as part of one that can fail in more ways.
func orCancelled<Result>(_ body: () throws(Cancelled) -> Result) throws(EncodingError) -> Result {
  do { return try body() } catch { throw .cancelled }
}
