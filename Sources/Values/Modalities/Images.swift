/// Pictures, decoded when they are needed; the frames of a video are pictures addressed by time.
package struct Images: Sendable, Equatable {
  /// What the samples measure.
  package enum Content: Sendable, Equatable {
    /// Light: grey or colour.
    case light
    /// The distance of each pixel, in metres if a scale was given; 0 and NaN are "not measured".
    case depth
  }

  /// One row a picture: sample identifiers or times, and the columns of what is known (class, anomaly…).
  package let frame: Frame
  package let shapes: [PictureShape]
  /// A digest of the bytes of each picture and its mask.
  package let digests: [UInt64]
  package let hasMask: Mask
  package let content: Content
  /// Of depth, if it is known.
  package let unit: String?
  package let pictures: any PictureSource
  /// Where the source keeps the picture of each row.
  package let numbers: [Int]

  package init(
    frame: Frame, shapes: [PictureShape], digests: [UInt64], hasMask: Mask? = nil, content: Content = .light,
    unit: String? = nil, pictures: any PictureSource, numbers: [Int]? = nil
  ) {
    precondition(
      shapes.count == frame.rowCount && digests.count == frame.rowCount, "one shape and digest a picture")
    self.frame = frame
    self.shapes = shapes
    self.digests = digests
    self.hasMask = hasMask ?? Mask(count: frame.rowCount)
    self.content = content
    self.unit = unit
    self.pictures = pictures
    self.numbers = numbers ?? Array(0..<frame.rowCount)
  }

  package var index: Index { frame.index }
  package var count: Int { frame.rowCount }

  package func picture(_ row: Int) throws(PictureError) -> Picture { try pictures.picture(numbers[row]) }

  package func mask(_ row: Int) throws(PictureError) -> Picture? {
    hasMask[row] ? try pictures.mask(numbers[row]) : nil
  }

  package func with(index: Index) -> Images { with(frame: frame.with(index: index)) }

  /// The same pictures with other columns.
  package func with(frame: Frame) -> Images {
    Images(
      frame: frame, shapes: shapes, digests: digests, hasMask: hasMask, content: content, unit: unit,
      pictures: pictures, numbers: numbers)
  }

  package func selecting(rows: [Int]) -> Images {
    Images(
      frame: frame.with(index: frame.index.naming(rows), rows: rows), shapes: rows.map { shapes[$0] },
      digests: rows.map { digests[$0] }, hasMask: hasMask.selecting(rows), content: content,
      unit: unit, pictures: pictures, numbers: rows.map { numbers[$0] })
  }

  /// Equal bytes give equal pictures.
  package static func == (one: Images, other: Images) -> Bool {
    one.frame == other.frame && one.shapes == other.shapes && one.digests == other.digests
      && one.content == other.content
  }

  /// `120 of 256x256 colour, 8 bit`.
  package var sizeText: String {
    guard let first = shapes.first else { return "0" }
    let isUniform = shapes.allSatisfy { $0 == first }
    return "\(count)" + (isUniform ? " of \(first.text)" : " of several sizes")
  }
}

extension PictureShape {
  /// `256x256 colour, 8 bit`.
  package var text: String {
    let channels =
      switch channels {
      case 1: "grey"
      case 2: "grey+alpha"
      case 3: "colour"
      case 4: "colour+alpha"
      default: "\(self.channels) channels"
      }
    let depth =
      switch depth {
      case .unsigned8: "8 bit"
      case .unsigned16: "16 bit"
      case .single: "float"
      }
    return "\(width)x\(height) \(channels), \(depth)"
  }
}

extension Frame {
  /// The chosen rows under an index of their own.
  func with(index: Index, rows: [Int]) -> Frame {
    Frame(index: index, columns: columns.map { $0.selecting(rows) })
  }
}
