package import Numerics
package import Values

/// Turns single pictures into vectors of one length.
package protocol PictureEncoder: Sendable {
  func features(of images: Images) -> [String]
  /// As many numbers as features; nil where the picture has nothing to say (too small, nothing measured).
  func vector(of picture: Picture) -> [Double]?
}

extension PictureEncoder {
  /// One vector a picture, decoded in parallel, a picture a thread in memory at a time.
  ///
  /// - Throws: `unreadable` for the first picture that cannot be decoded.
  package func encode(_ images: Images, work: Work) throws(EncodingError) -> Encoded {
    let features = features(of: images)
    let rows = try orCancelled { () throws(Cancelled) in
      try work.map(images.count, stage: "encoding pictures") { row -> Result<[Double]?, PictureError> in
        do throws(PictureError) {
          return .success(vector(of: try images.picture(row)))
        } catch {
          return .failure(error)
        }
      }
    }
    var matrix = Matrix(rows: images.count, columns: features.count, repeating: .nan)
    var presence = Mask(count: images.count)
    for (row, result) in rows.enumerated() {
      switch result {
      case .failure(let error): throw .picture(error)
      case .success(let vector):
        guard let vector else { continue }
        precondition(vector.count == features.count, "one number a feature")
        presence[row] = true
        for (column, number) in vector.enumerated() {
          matrix[row, column] = number.isFinite ? number : .nan
        }
      }
    }
    return Encoded(features: features, matrix: matrix, presence: presence)
  }
}
