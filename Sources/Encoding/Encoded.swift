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

  /// Puts encodings of the same rows side by side; a row is present if any of them has something to say.
  package static func joined(_ parts: [Encoded]) -> Encoded {
    guard let first = parts.first else {
      return Encoded(features: [], matrix: Matrix(rows: 0, columns: 0), presence: Mask(count: 0))
    }
    if parts.count == 1 { return first }
    let features = parts.flatMap(\.features)
    var values: [Double] = []
    values.reserveCapacity(first.matrix.rows * features.count)
    var presence = Mask(count: first.matrix.rows)
    for row in 0..<first.matrix.rows {
      for part in parts {
        values += part.matrix.row(row)
        if part.presence[row] { presence[row] = true }
      }
    }
    let matrix = Matrix(rows: first.matrix.rows, columns: features.count, values: values)
    return Encoded(features: features, matrix: matrix, presence: presence)
  }
}

/// Computes one vector a row in parallel; rows are grouped so that a chunk stays short.
///
/// `body` appends the row's features, or gives false for an absent row (what it has appended is dropped).
func encodeRows(
  _ count: Int, features: [String], stage: String, perChunk: Int = 256, work: Work,
  _ body: @Sendable (Int, inout [Double]) -> Bool
) throws(EncodingError) -> Encoded {
  let width = features.count
  let chunks = (count + perChunk - 1) / perChunk
  let pieces = try orCancelled { () throws(Cancelled) in
    try work.map(chunks, stage: stage) { chunk in
      let rows = chunk * perChunk..<min(count, (chunk + 1) * perChunk)
      var values: [Double] = []
      values.reserveCapacity(rows.count * width)
      var present: [Bool] = []
      for row in rows {
        let start = values.count
        present.append(body(row, &values))
        if present.last == false {
          values.removeLast(values.count - start)
          for _ in 0..<width { values.append(.nan) }
        }
      }
      return (values: values, present: present)
    }
  }
  var values: [Double] = []
  values.reserveCapacity(count * width)
  for piece in pieces { values += piece.values }
  return Encoded(
    features: features, matrix: Matrix(rows: count, columns: width, values: values),
    presence: Mask(pieces.flatMap(\.present)))
}

/// Runs a computation that can be cancelled, as part of one that can fail in more ways.
func orCancelled<Result>(_ body: () throws(Cancelled) -> Result) throws(EncodingError) -> Result {
  do { return try body() } catch { throw .cancelled }
}
