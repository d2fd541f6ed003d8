import Numerics

/// The corners of an STL file (3D Systems, 1988), each once, with the mean of the normals of its facets.
enum Stereolithography {
  private static let head = 84
  private static let facet = 50

  /// The count in the header fits the length to the byte.
  static func isBinary(_ bytes: [UInt8]) -> Bool {
    guard bytes.count >= head else { return false }
    var reader = BinaryReader(bytes, at: 80)
    return Int(reader.number(.unsigned(4))) * facet + head == bytes.count
  }

  static func points(_ bytes: [UInt8], work: Work) throws(FormatError) -> [(name: String, numbers: [Double])]
  {
    var corners = Corners()
    if isBinary(bytes) {
      var reader = BinaryReader(bytes, at: head)
      for facet in 0..<(bytes.count - head) / facet {
        if facet % 4096 == 0, work.isCancelled() { throw .cancelled }
        let numbers = (0..<12).map { _ in reader.number(.single) }
        reader.at += 2
        for corner in 0..<3 {
          corners.add(Array(numbers[3 + corner * 3..<6 + corner * 3]), Array(numbers[..<3]))
        }
      }
    } else {
      try text(bytes, &corners, work)
    }
    return corners.columns
  }

  private static func text(_ bytes: [UInt8], _ corners: inout Corners, _ work: Work) throws(FormatError) {
    guard bytes.starts(with: Array("solid".utf8)) else {
      throw .malformed(
        bytes.count < head ? "it is too short" : "its length does not fit the number of its facets",
        offset: 80)
    }
    var lines = LineCursor(bytes)
    var normal = [0.0, 0, 0]
    while let line = lines.next() {
      if lines.number % 4096 == 0, work.isCancelled() { throw .cancelled }
      let words = line.words()
      switch words.first?.text {
      case "facet": normal = try numbers(words.dropFirst(2), line: lines.number)
      case "vertex": corners.add(try numbers(words.dropFirst(), line: lines.number), normal)
      default: continue
      }
    }
  }

  private static func numbers(
    _ words: ArraySlice<ArraySlice<UInt8>>, line: Int
  ) throws(FormatError) -> [Double] {
    let scanner = NumberScanner()
    let numbers = words.compactMap { scanner.number($0) ?? CoordinateLines.special($0) }
    guard numbers.count == 3, words.count == 3 else {
      throw .malformedLine("three numbers are wanted", line: line)
    }
    return numbers
  }

  private struct Corners {
    private var places: [[UInt64]: Int] = [:]
    private var points: [[Double]] = [[], [], []]
    private var normals: [[Double]] = [[], [], []]

    mutating func add(_ point: [Double], _ normal: [Double]) {
      let key = point.map { ($0 == 0 ? 0 : $0).bitPattern }
      let place: Int
      if let known = places[key] {
        place = known
      } else {
        place = points[0].count
        places[key] = place
        for axis in 0..<3 {
          points[axis].append(point[axis])
          normals[axis].append(0)
        }
      }
      for axis in 0..<3 where normal[axis].isFinite { normals[axis][place] += normal[axis] }
    }

    var columns: [(name: String, numbers: [Double])] {
      var normals = normals
      for row in normals[0].indices {
        let length = (0..<3).reduce(0) { $0 + normals[$1][row] * normals[$1][row] }.squareRoot()
        for axis in 0..<3 { normals[axis][row] = length > 0 ? normals[axis][row] / length : 0 }
      }
      return Array(zip(["x", "y", "z", "nx", "ny", "nz"], points + normals)).map { ($0, $1) }
    }
  }
}
