import Numerics

/// Points written as lines of numbers: XYZ, PTS, ASC, and the vertices of Wavefront OBJ.
enum CoordinateLines {
  /// Words for numbers that are not finite.
  static func special(_ word: ArraySlice<UInt8>) -> Double? {
    switch word.text.lowercased() {
    case "nan", "-nan": .nan
    case "inf", "+inf", "infinity": .infinity
    case "-inf", "-infinity": -.infinity
    default: nil
    }
  }

  static func points(_ bytes: [UInt8], work: Work) throws(FormatError) -> [(name: String, numbers: [Double])]
  {
    let scanner = NumberScanner()
    var lines = LineCursor(bytes)
    var columns: [[Double]] = []
    var names: [String]?
    while let line = lines.next() {
      if lines.number % 4096 == 0, work.isCancelled() { throw .cancelled }
      let words = line.words(44, 59)
      guard let first = words.first, first.first != 35, !first.starts(with: [47, 47]) else { continue }
      let numbers = words.compactMap { scanner.number($0) ?? special($0) }
      if numbers.count < words.count {
        // One line of names may come first.
        guard columns.isEmpty, names == nil, words.count >= 3 else {
          throw .malformedLine("`\(line.text.prefix(40))` is no point", line: lines.number)
        }
        names = words.map { $0.text }
        continue
      }
      // PTS files begin with the number of their points.
      if numbers.count == 1, columns.isEmpty { continue }
      if columns.isEmpty {
        guard numbers.count >= 3, numbers.count <= 64 else {
          throw .malformedLine("a point has three numbers at least", line: lines.number)
        }
        columns = [[Double]](repeating: [], count: numbers.count)
      }
      guard numbers.count == columns.count else {
        throw .malformedLine(
          "a point has \(numbers.count) numbers, the others have \(columns.count)", line: lines.number)
      }
      for (place, number) in numbers.enumerated() { columns[place].append(number) }
    }
    if columns.isEmpty { throw .malformed("it holds no point", offset: 0) }
    return Array(zip(Self.names(names, columns), columns)).map { ($0, $1) }
  }

  /// The names in the file; else what the numbers behind the coordinates look like.
  private static func names(_ found: [String]?, _ columns: [[Double]]) -> [String] {
    if let found, found.count == columns.count, Set(found).isSuperset(of: ["x", "y", "z"]),
      Set(found).count == found.count
    {
      return found
    }
    func areColours(_ range: Range<Int>) -> Bool {
      columns.count >= range.upperBound
        && columns[range].allSatisfy { $0.allSatisfy { (0...255).contains($0) && $0 == $0.rounded() } }
    }
    var names = ["x", "y", "z"]
    if columns.count == 6 {
      names += areColours(3..<6) ? ["red", "green", "blue"] : ["nx", "ny", "nz"]
    } else if columns.count == 7, areColours(4..<7) {
      names += ["intensity", "red", "green", "blue"]
    } else if columns.count == 4 {
      names.append("intensity")
    }
    while names.count < columns.count { names.append("c\(names.count + 1)") }
    return names
  }

  static func vertices(_ bytes: [UInt8], work: Work) throws(FormatError) -> [(
    name: String, numbers: [Double]
  )] {
    let scanner = NumberScanner()
    var lines = LineCursor(bytes)
    var columns = [[Double]](repeating: [], count: 6)
    var isColoured: Bool?
    while let line = lines.next() {
      if lines.number % 4096 == 0, work.isCancelled() { throw .cancelled }
      let words = line.words()
      guard words.first?.elementsEqual([118]) == true else { continue }
      let numbers = words.dropFirst().compactMap { scanner.number($0) ?? special($0) }
      guard numbers.count >= 3, numbers.count == words.count - 1 else {
        throw .malformedLine("a vertex has three numbers at least", line: lines.number)
      }
      let hasColour = numbers.count >= 6
      if isColoured == nil { isColoured = hasColour }
      if isColoured != hasColour { isColoured = false }
      for place in 0..<6 { columns[place].append(place < 3 || hasColour ? numbers[place] : .nan) }
    }
    if columns[0].isEmpty { throw .malformed("it holds no vertex", offset: 0) }
    let names = ["x", "y", "z", "red", "green", "blue"]
    return (0..<(isColoured == true ? 6 : 3)).map { (names[$0], columns[$0]) }
  }
}
