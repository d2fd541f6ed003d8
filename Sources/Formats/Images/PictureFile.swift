import CImages
import Numerics
package import Values

/// A picture in the bytes of a file: PNG, JPEG, TIFF, BMP, PGM, PPM, PFM or a NumPy array.
package struct PictureFile: Sendable {
  private enum Format { case png, jpeg, tiff, bitmap, netpbm, array }

  /// Once upright.
  package let shape: PictureShape
  /// Only TIFF has several.
  package let pageCount: Int
  /// Of an animation, of which only the first is read.
  package let frameCount: Int
  private let page: Int
  private let stored: PictureShape
  private let orientation: Orientation
  private let format: Format
  private let bytes: [UInt8]

  /// A picture that takes more memory when decoded is refused, whatever it claims to be.
  package static let mostBytes = 1 << 29

  /// What file names of pictures end in, in lower case.
  package static let extensions: Set<String> = [
    "png", "jpg", "jpeg", "tif", "tiff", "bmp", "pgm", "ppm", "pnm", "pbm", "pfm", "npy",
  ]

  package static func isPicture(_ path: String) -> Bool {
    guard let dot = path.lastIndex(of: ".") else { return false }
    return extensions.contains(path[path.index(after: dot)...].lowercased())
  }

  /// Reads a whole file, if it can be a picture.
  package static func bytes(of source: any ByteSource) throws(FormatError) -> [UInt8] {
    guard source.count <= mostBytes else { throw .unsupported("it has more than 512 MB") }
    return try source.read(at: 0, count: source.count)
  }

  /// Looks at the header of a page, the first being 0.
  package init(_ bytes: [UInt8], page: Int = 0) throws(FormatError) {
    self.bytes = bytes
    self.page = page
    let format = try Self.format(of: bytes)
    self.format = format
    var orientation = Orientation.upright
    var pages = 1
    switch format {
    case .png, .jpeg, .tiff:
      let facts = try Self.header(format, bytes, page: page)
      stored = try facts.shape
      orientation = Orientation(exif: facts.orientation)
      pages = max(1, Int(facts.pages))
    case .bitmap: stored = try Bitmap(bytes).shape
    case .netpbm: stored = try Netpbm(bytes).shape
    case .array: stored = try Self.arrayShape(bytes)
    }
    self.orientation = orientation
    pageCount = pages
    frameCount = format == .png ? Self.frames(ofPNG: bytes) ?? 1 : 1
    guard page < pages else { throw .malformed("it has no page \(page + 1)", offset: 0) }
    shape = orientation.swapsAxes ? stored.transposed : stored
    guard stored.width > 0, stored.height > 0 else { throw .malformed("it has no pixels", offset: 0) }
    let (pixels, overflow) = stored.width.multipliedReportingOverflow(by: stored.height)
    guard !overflow, pixels <= Self.mostBytes, stored.decodedBytes <= Self.mostBytes else {
      throw .unsupported("its \(stored.width) x \(stored.height) pixels take more than 512 MB")
    }
  }

  /// The samples, turned upright as the camera says.
  package func decode() throws(FormatError) -> Picture {
    let picture =
      switch format {
      case .png, .jpeg, .tiff: try decodeByLibrary()
      case .bitmap: try Bitmap(bytes).decode()
      case .netpbm: try Netpbm(bytes).decode()
      case .array: try decodeArray()
      }
    return orientation.turned(picture)
  }

  /// Animated PNG tells its frames in front of its pixels; nil for one that is not.
  static func frames(ofPNG bytes: [UInt8]) -> Int? {
    var at = 8
    while at + 16 <= bytes.count {
      let length = (0..<4).reduce(0) { $0 << 8 | Int(bytes[at + $1]) }
      let name = bytes[at + 4..<at + 8]
      if name.elementsEqual("acTL".utf8) { return (8..<12).reduce(0) { $0 << 8 | Int(bytes[at + $1]) } }
      if name.elementsEqual("IDAT".utf8) || length > bytes.count { return nil }
      at += length + 12
    }
    return nil
  }

  private static func format(of bytes: [UInt8]) throws(FormatError) -> Format {
    if bytes.isEmpty { throw .malformed("it is empty", offset: 0) }
    if bytes.starts(with: [0x89, 0x50, 0x4E, 0x47]) { return .png }
    if bytes.starts(with: [0xFF, 0xD8]) { return .jpeg }
    if bytes.starts(with: [0x49, 0x49, 0x2A, 0]) || bytes.starts(with: [0x4D, 0x4D, 0, 0x2A]) {
      return .tiff
    }
    if bytes.starts(with: [0x49, 0x49, 0x2B, 0]) || bytes.starts(with: [0x4D, 0x4D, 0, 0x2B]) {
      return .tiff
    }
    if bytes.starts(with: [0x42, 0x4D]) { return .bitmap }
    if bytes.starts(with: [0x93, 0x4E, 0x55, 0x4D]) { return .array }
    if bytes.count > 2, bytes[0] == 0x50, [0x31, 0x32, 0x33, 0x34, 0x35, 0x36, 0x46, 0x66].contains(bytes[1])
    {
      return .netpbm
    }
    throw .unsupported("it begins like no picture that is known")
  }
}

// MARK: - By library

extension PictureFile {
  private static func header(
    _ format: Format, _ bytes: [UInt8], page: Int
  ) throws(FormatError) -> SondePicture {
    var facts = SondePicture()
    // SAFETY: the libraries read within the count given and keep nothing.
    let status = unsafe bytes.withUnsafeBufferPointer { buffer in
      if format == .png { return unsafe sonde_png_header(buffer.baseAddress, buffer.count, &facts) }
      if format == .jpeg { return unsafe sonde_jpeg_header(buffer.baseAddress, buffer.count, &facts) }
      return unsafe sonde_tiff_header(
        buffer.baseAddress, buffer.count, UInt32(clamping: page), &facts)
    }
    try check(status, facts)
    return facts
  }

  private func decodeByLibrary() throws(FormatError) -> Picture {
    switch stored.depth {
    case .unsigned8: return try decode(UInt8.self) { .unsigned8($0) }
    case .unsigned16: return try decode(UInt16.self) { .unsigned16($0) }
    case .single: return try decode(Float.self) { .single($0) }
    }
  }

  private func decode<Sample: BitwiseCopyable>(
    _: Sample.Type, _ wrap: ([Sample]) -> PictureSamples
  ) throws(FormatError) -> Picture {
    let room = stored.decodedBytes
    var facts = SondePicture()
    var status = Int32(0)
    let samples = unsafe [Sample](unsafeUninitializedCapacity: room / MemoryLayout<Sample>.size) {
      target, filled in
      status = unsafe bytes.withUnsafeBufferPointer { source in
        // SAFETY: the libraries write only if their size is `room`, the bytes of the array, and read within the count.
        let start = unsafe UnsafeMutableRawPointer(target.baseAddress)?.assumingMemoryBound(to: UInt8.self)
        switch format {
        case .png: return unsafe sonde_png_decode(source.baseAddress, source.count, start, room, &facts)
        case .jpeg: return unsafe sonde_jpeg_decode(source.baseAddress, source.count, start, room, &facts)
        default:
          return unsafe sonde_tiff_decode(
            source.baseAddress, source.count, UInt32(clamping: page), start, room, &facts)
        }
      }
      // What was not decoded is not looked at.
      filled = Int(status) == Int(SondePictureFine) ? room / MemoryLayout<Sample>.size : 0
    }
    try Self.check(status, facts)
    return Picture(
      width: stored.width, height: stored.height, channels: stored.channels, samples: wrap(samples))
  }

  private static func check(_ status: Int32, _ facts: SondePicture) throws(FormatError) {
    if Int(status) == Int(SondePictureFine) { return }
    let words = facts.words
    if Int(status) == Int(SondePictureUnsupported) { throw .unsupported(words) }
    throw .malformed(words.isEmpty ? "it is damaged" : words, offset: 0)
  }
}

extension SondePicture {
  fileprivate var words: String {
    var copy = message
    // SAFETY: the bytes of a value of our own, read within its size.
    let bytes = unsafe withUnsafeBytes(of: &copy) { unsafe Array($0.prefix { $0 != 0 }) }
    return String(decoding: bytes, as: UTF8.self)
  }

  fileprivate var shape: PictureShape {
    get throws(FormatError) {
      guard let depth = PictureShape.Depth(rawValue: UInt8(truncatingIfNeeded: depth)),
        (1...64).contains(channels)
      else { throw .unsupported("its samples are of no known kind") }
      return PictureShape(width: Int(width), height: Int(height), channels: Int(channels), depth: depth)
    }
  }
}

// MARK: - NumPy arrays

extension PictureFile {
  private static func arrayShape(_ bytes: [UInt8]) throws(FormatError) -> PictureShape {
    let header = try ArrayHeader(MemorySource(bytes))
    guard (2...3).contains(header.shape.count), !header.element.isText else {
      throw .unsupported("its array has \(header.shape.count) indices; a picture has two or three")
    }
    let channels = header.shape.count == 3 ? header.shape[2] : 1
    guard (1...64).contains(channels) else { throw .unsupported("its pixels have \(channels) channels") }
    return PictureShape(width: header.shape[1], height: header.shape[0], channels: channels, depth: .single)
  }

  private func decodeArray() throws(FormatError) -> Picture {
    let file = try ArrayFile(MemorySource(bytes))
    guard let item = file.items.first else { throw .malformed("it holds no array", offset: 0) }
    let columns = try file.columns(of: item, name: "", work: Work())
    let width = columns.count
    var samples = [Float](repeating: 0, count: width * stored.height)
    for (place, column) in columns.enumerated() {
      for (row, number) in (column.numbers ?? []).enumerated() {
        samples[row * width + place] = Float(number)
      }
    }
    return Picture(
      width: stored.width, height: stored.height, channels: stored.channels, samples: .single(samples))
  }
}

// MARK: - Turning

extension PictureShape {
  var transposed: PictureShape {
    PictureShape(width: height, height: width, channels: channels, depth: depth)
  }
}

/// How a camera was held.
struct Orientation: Equatable {
  let swapsAxes: Bool
  /// Behind the swap.
  let mirrorsX: Bool
  let mirrorsY: Bool

  static let upright = Orientation(swapsAxes: false, mirrorsX: false, mirrorsY: false)

  init(swapsAxes: Bool, mirrorsX: Bool, mirrorsY: Bool) {
    self.swapsAxes = swapsAxes
    self.mirrorsX = mirrorsX
    self.mirrorsY = mirrorsY
  }

  /// By the numbers of Exif 2.3, tag 274.
  init(exif: UInt32) {
    self.init(
      swapsAxes: (5...8).contains(exif), mirrorsX: [2, 3, 6, 7].contains(exif),
      mirrorsY: [3, 4, 7, 8].contains(exif))
  }

  func turned(_ picture: Picture) -> Picture {
    if self == .upright { return picture }
    let samples: PictureSamples =
      switch picture.samples {
      case .unsigned8(let samples): .unsigned8(turned(samples, picture))
      case .unsigned16(let samples): .unsigned16(turned(samples, picture))
      case .single(let samples): .single(turned(samples, picture))
      }
    return Picture(
      width: swapsAxes ? picture.height : picture.width, height: swapsAxes ? picture.width : picture.height,
      channels: picture.channels, samples: samples)
  }

  private func turned<Sample>(_ samples: [Sample], _ picture: Picture) -> [Sample] {
    let width = swapsAxes ? picture.height : picture.width
    let height = swapsAxes ? picture.width : picture.height
    var turned: [Sample] = []
    turned.reserveCapacity(samples.count)
    for y in 0..<height {
      for x in 0..<width {
        let (column, line) = (mirrorsX ? width - 1 - x : x, mirrorsY ? height - 1 - y : y)
        let pixel = swapsAxes ? column * picture.width + line : line * picture.width + column
        turned += samples[pixel * picture.channels..<(pixel + 1) * picture.channels]
      }
    }
    return turned
  }
}
