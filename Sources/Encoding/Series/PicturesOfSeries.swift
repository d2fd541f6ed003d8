import Chronology
package import Numerics
package import Values

/// Pictures of windows of columns, drawn when they are needed; several columns stand side by side.
package struct PicturesOfSeries: PictureSource {
  package let kind: SeriesPicture
  package let side: Int
  /// The numbers of each column, in the order of the rows.
  let columns: [[Double]]
  /// The rows of each picture.
  let windows: [Range<Int>]
  /// What a line spans, a column.
  let scales: [ClosedRange<Double>]

  /// Columns along each line of pictures.
  private var across: Int { Int(Double(columns.count).squareRoot().rounded(.up)) }

  package var shape: PictureShape {
    PictureShape(
      width: across * side, height: (columns.count + across - 1) / across * side, channels: 1,
      depth: .unsigned8)
  }

  package func picture(_ number: Int) throws(PictureError) -> Picture {
    guard windows.indices.contains(number) else {
      throw .unreadable(String(number), reason: "there is no such window")
    }
    let shape = shape
    var samples = [UInt8](repeating: 0, count: shape.width * shape.height)
    for (place, column) in columns.enumerated() {
      let values = kind.values(of: Array(column[windows[number]]), side: side, scale: scales[place])
      let (left, top) = (place % across * side, place / across * side)
      for y in 0..<side {
        for x in 0..<side {
          samples[(top + y) * shape.width + left + x] = UInt8(
            (max(0, min(1, values[y * side + x])) * 255).rounded())
        }
      }
    }
    return Picture(width: shape.width, height: shape.height, channels: 1, samples: .unsigned8(samples))
  }

  package func mask(_ number: Int) throws(PictureError) -> Picture? { nil }
}

extension PicturesOfSeries {
  /// A picture for every window of `width` rows that ends with a row of the run, `hop` rows apart; windows with missing cells are left out.
  ///
  /// - Parameter scale: lines span the fit rows' least and largest number.
  /// - Throws: `noFeatures` without numbers; `noRows` if no run is as long as a window or all have gaps.
  package static func images(
    of frame: Frame, _ kind: SeriesPicture, width: Int, hop: Int, side: Int, work: Work
  ) throws(EncodingError) -> Images {
    let chosen = frame.features
    if chosen.isEmpty { throw .noFeatures }
    let columns = chosen.map { $0.numbers ?? [] }
    var windows: [Range<Int>] = []
    for run in frame.index.runs {
      for last in stride(from: run.rows.lowerBound + width - 1, to: run.rows.upperBound, by: hop) {
        let rows = last - width + 1..<last + 1
        if columns.allSatisfy({ $0[rows].allSatisfy { abs($0) <= 1e150 } }) { windows.append(rows) }
      }
    }
    if windows.isEmpty { throw .noRows }
    let fitRows = frame.index.rows(in: .fit)
    let scales = columns.map { column -> ClosedRange<Double> in
      let known = fitRows.map { column[$0] }.filter { abs($0) <= 1e150 }
      let (low, high) = (known.min() ?? 0, known.max() ?? 0)
      return low...max(low, high)
    }
    let source = PicturesOfSeries(kind: kind, side: side, columns: columns, windows: windows, scales: scales)
    let last = windows.map { $0.upperBound - 1 }
    return try pictures(
      of: source, source.shape, count: windows.count,
      frame: Frame(index: frame.index.selecting(last), columns: frame.labels.map { $0.selecting(last) }),
      work: work)
  }

  /// A picture is known by its pixels, so that equal ones are equal.
  static func pictures(
    of source: any PictureSource, _ shape: PictureShape, count: Int, frame: Frame, work: Work
  ) throws(EncodingError) -> Images {
    let results = try orCancelled { () throws(Cancelled) in
      try work.map(count, stage: "drawing") { row -> Result<UInt64, PictureError> in
        do throws(PictureError) {
          let picture = try source.picture(row)
          guard case .unsigned8(let samples) = picture.samples else { return .success(0) }
          var builder = FingerprintBuilder()
          builder.add(bytes: samples)
          return .success(builder.finish().high)
        } catch {
          return .failure(error)
        }
      }
    }
    var digests: [UInt64] = []
    for result in results {
      switch result {
      case .success(let digest): digests.append(digest)
      case .failure(let error): throw .picture(error)
      }
    }
    return Images(
      frame: frame, shapes: [PictureShape](repeating: shape, count: count), digests: digests, pictures: source
    )
  }
}
