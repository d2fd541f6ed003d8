package import Numerics
package import Values

/// Turns each picture into a square grid of vectors.
package protocol PlaceEncoder: Sendable {
  /// Cells along each side.
  var grid: Int { get }
  func features(isColoured: Bool) -> [String]
  /// The vectors of all cells, line after line.
  func cells(of picture: Picture, isDepth: Bool, isColoured: Bool) -> [Double]
}

extension PlaceEncoder {
  /// Pictures are decoded in parallel, one a thread in memory at a time.
  ///
  /// - Throws: `picture` for the first picture that cannot be decoded; `noRows` without pictures.
  package func encode(_ images: Images, work: Work) throws(EncodingError) -> FeatureMap {
    if images.count == 0 { throw .noRows }
    let isColoured = images.content == .light && images.shapes.allSatisfy { $0.channels >= 3 }
    let results = try orCancelled { () throws(Cancelled) in
      try work.map(images.count, stage: "encoding patches") { row -> Result<[Double], PictureError> in
        do throws(PictureError) {
          let picture = try images.picture(row)
          return .success(cells(of: picture, isDepth: images.content == .depth, isColoured: isColoured))
        } catch {
          return .failure(error)
        }
      }
    }
    let features = features(isColoured: isColoured)
    var values: [Double] = []
    values.reserveCapacity(images.count * grid * grid * features.count)
    for result in results {
      switch result {
      case .success(let cells): values += cells
      case .failure(let error): throw .picture(error)
      }
    }
    return FeatureMap(
      index: images.index, gridHeight: grid, gridWidth: grid,
      matrix: Matrix(rows: images.count * grid * grid, columns: features.count, values: values),
      features: features, shapes: images.shapes)
  }
}

extension Plane {
  /// A square of so many pixels a side; depths are counted from their median, in their median deviations, unmeasured ones as the median.
  static func square(_ picture: Picture, side: Int, isDepth: Bool) -> Plane {
    var base = Plane(picture)
    if isDepth { base.values = PatchEncoder.centred(base.values) }
    for place in base.values.indices where !base.values[place].isFinite { base.values[place] = 0 }
    return base.stretched(width: side, height: side)
  }
}
