/// The samples of a picture, row after row, the channels of a pixel side by side.
package enum PictureSamples: Sendable, Equatable {
  /// 0 is black, 255 full scale.
  case unsigned8([UInt8])
  /// 0 is black, 65,535 full scale.
  case unsigned16([UInt16])
  /// As measured, without a full scale; NaN where nothing was.
  case single([Float])

  package var count: Int {
    switch self {
    case .unsigned8(let samples): samples.count
    case .unsigned16(let samples): samples.count
    case .single(let samples): samples.count
    }
  }
}

/// What is known of a picture before it is decoded.
package struct PictureShape: Sendable, Equatable, Hashable {
  package enum Depth: UInt8, Sendable {
    case unsigned8, unsigned16, single

    package var bytes: Int {
      switch self {
      case .unsigned8: 1
      case .unsigned16: 2
      case .single: 4
      }
    }
  }

  package let width: Int
  package let height: Int
  package let channels: Int
  package let depth: Depth

  package init(width: Int, height: Int, channels: Int, depth: Depth) {
    self.width = width
    self.height = height
    self.channels = channels
    self.depth = depth
  }

  package var decodedBytes: Int { width * height * channels * depth.bytes }
}

/// One decoded raster of grey (1 channel), grey and alpha (2), colour (3) or colour and alpha (4).
package struct Picture: Sendable, Equatable {
  package let width: Int
  package let height: Int
  package let channels: Int
  package let samples: PictureSamples

  package init(width: Int, height: Int, channels: Int, samples: PictureSamples) {
    precondition(samples.count == width * height * channels, "the samples do not fill the picture")
    self.width = width
    self.height = height
    self.channels = channels
    self.samples = samples
  }

  package var shape: PictureShape {
    let depth: PictureShape.Depth =
      switch samples {
      case .unsigned8: .unsigned8
      case .unsigned16: .unsigned16
      case .single: .single
      }
    return PictureShape(width: width, height: height, channels: channels, depth: depth)
  }

  /// One channel: whole-number samples as shares of full scale, others as measured.
  package func plane(_ channel: Int) -> [Float] {
    var plane = [Float](repeating: 0, count: width * height)
    switch samples {
    case .unsigned8(let samples):
      for pixel in plane.indices { plane[pixel] = Float(samples[pixel * channels + channel]) / 255 }
    case .unsigned16(let samples):
      for pixel in plane.indices { plane[pixel] = Float(samples[pixel * channels + channel]) / 65_535 }
    case .single(let samples):
      for pixel in plane.indices { plane[pixel] = samples[pixel * channels + channel] }
    }
    return plane
  }

  /// Brightness by the weights of Recommendation ITU-R BT.601; the only channel where there is one.
  package var grey: [Float] {
    guard channels >= 3 else { return plane(0) }
    var grey = plane(0)
    let (green, blue) = (plane(1), plane(2))
    for pixel in grey.indices {
      grey[pixel] = 0.299 * grey[pixel] + 0.587 * green[pixel] + 0.114 * blue[pixel]
    }
    return grey
  }
}

/// Why a picture of a value cannot be had.
package enum PictureError: Error, Sendable, Equatable {
  /// The sample's name, and what is wrong with it.
  case unreadable(String, reason: String)
  /// The file is no longer the one that was loaded.
  case changed(String)
  case cancelled
}

/// Gives the pictures of a value when they are needed.
package protocol PictureSource: Sendable {
  func picture(_ number: Int) throws(PictureError) -> Picture
  /// Marks the anomalous pixels with values above 0; nil where there is no mask.
  func mask(_ number: Int) throws(PictureError) -> Picture?
}

/// Pictures in memory.
package struct PicturesInMemory: PictureSource {
  private let pictures: [Picture]
  private let masks: [Picture?]

  package init(_ pictures: [Picture], masks: [Picture?] = []) {
    self.pictures = pictures
    self.masks = masks
  }

  package func picture(_ number: Int) throws(PictureError) -> Picture {
    guard pictures.indices.contains(number) else {
      throw .unreadable(String(number), reason: "there is no such picture")
    }
    return pictures[number]
  }

  package func mask(_ number: Int) throws(PictureError) -> Picture? {
    masks.indices.contains(number) ? masks[number] : nil
  }
}
