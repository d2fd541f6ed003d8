/// Texts on their way through an expression.
package enum Texts: Sendable, Equatable {
  /// Codes into levels; -1 is missing.
  case coded([Int32], levels: [String])
  case plain(TextColumn, nulls: Mask?)
  case all(String?)

  package func slice(_ rows: Range<Int>) -> Texts {
    switch self {
    case .coded(let codes, let levels): .coded(Array(codes[rows]), levels: levels)
    case .plain(let texts, let nulls):
      .plain(texts.selecting(Array(rows)), nulls: nulls?.selecting(Array(rows)))
    case .all: self
    }
  }

  package var isMissing: Lane<Truth> {
    switch self {
    case .coded(let codes, _): return .each(codes.map { Truth($0 < 0) })
    case .plain(let texts, let nulls):
      guard let nulls else { return .all(.no) }
      return .each((0..<texts.count).map { Truth(nulls[$0]) })
    case .all(let text): return .all(Truth(text == nil))
    }
  }

  package func isMissing(_ row: Int) -> Bool {
    switch self {
    case .coded(let codes, _): codes[row] < 0
    case .plain(_, let nulls): nulls?[row] ?? false
    case .all(let text): text == nil
    }
  }

  func cells(_ count: Int) -> (Cells, Mask?) {
    switch self {
    case .coded(let codes, let levels):
      let nulls = Mask(codes.map { $0 < 0 })
      return (.category(codes: codes, levels: levels), nulls.isEmpty ? nil : nulls)
    case .plain(let texts, let nulls): return (.text(texts), nulls)
    case .all(let text):
      let codes = [Int32](repeating: text == nil ? -1 : 0, count: count)
      return (
        .category(codes: codes, levels: text.map { [$0] } ?? []),
        text == nil ? Mask(count: count, repeating: true) : nil
      )
    }
  }

  /// In lower case.
  package var lowered: Texts {
    switch self {
    case .all(let text): return .all(text?.lowercased())
    case .coded(let codes, let levels):
      var union = LevelUnion()
      let places = union.add(levels.map { $0.lowercased() })
      return .coded(codes.map { $0 < 0 ? $0 : places[Int($0)] }, levels: union.levels)
    case .plain(let texts, let nulls):
      var bytes = texts.bytes
      var isPlain = true
      for i in bytes.indices {
        if bytes[i] >= 0x80 { isPlain = false }
        if bytes[i] >= UInt8(ascii: "A"), bytes[i] <= UInt8(ascii: "Z") { bytes[i] |= 0x20 }
      }
      if isPlain { return .plain(TextColumn(offsets: texts.offsets, bytes: bytes), nulls: nulls) }
      return .plain(TextColumn((0..<texts.count).lazy.map { texts[$0].lowercased() }), nulls: nulls)
    }
  }

  /// The rows that are named, -1 for a missing text.
  package func selecting(_ rows: [Int]) -> Texts {
    switch self {
    case .coded(let codes, let levels): return .coded(rows.map { $0 < 0 ? -1 : codes[$0] }, levels: levels)
    case .plain(let texts, let nulls):
      var picked = TextColumn()
      for row in rows {
        picked.append(row < 0 ? [] : texts.bytes[texts.offsets[row]..<texts.offsets[row + 1]])
      }
      return .plain(picked, nulls: Mask(rows.map { $0 < 0 || nulls?[$0] ?? false }))
    case .all(let text):
      return .coded(rows.map { $0 < 0 || text == nil ? -1 : 0 }, levels: text.map { [$0] } ?? [])
    }
  }

  /// Row by row the text of one of several candidates, -1 for none.
  package static func choosing(_ choice: [Int], of candidates: [Texts]) -> Texts {
    var union = LevelUnion()
    var coded: [[Int32]] = []
    for texts in candidates {
      switch texts {
      case .all(let text):
        coded.append([Int32](repeating: text.map { union.add([$0])[0] } ?? -1, count: choice.count))
      case .coded(let codes, let levels):
        let places = union.add(levels)
        coded.append(codes.map { $0 < 0 ? -1 : places[Int($0)] })
      case .plain: return plain(choice, candidates)
      }
    }
    return .coded(
      choice.enumerated().map { $0.element < 0 ? -1 : coded[$0.element][$0.offset] }, levels: union.levels)
  }

  private static func plain(_ choice: [Int], _ candidates: [Texts]) -> Texts {
    let sources = candidates.map(TextBytes.init)
    var picked = TextColumn()
    var nulls = Mask(count: choice.count)
    for (row, candidate) in choice.enumerated() {
      if candidate >= 0, let place = sources[candidate].place(row) {
        let texts = sources[candidate].texts
        picked.append(texts.bytes[texts.offsets[place]..<texts.offsets[place + 1]])
      } else {
        picked.append([])
        nulls[row] = true
      }
    }
    return .plain(picked, nulls: nulls.isEmpty ? nil : nulls)
  }
}

/// Levels of several categories, each once.
private struct LevelUnion {
  private(set) var levels: [String] = []
  private var places: [String: Int32] = [:]

  /// Where these levels stand among all.
  mutating func add(_ texts: [String]) -> [Int32] {
    texts.map { text in
      if let place = places[text] { return place }
      let place = Int32(levels.count)
      places[text] = place
      levels.append(text)
      return place
    }
  }
}

/// Texts as bytes, whatever their storage.
struct TextBytes: Sendable {
  let texts: TextColumn
  private let codes: [Int32]?
  private let nulls: Mask?
  private let isShared: Bool

  init(_ source: Texts) {
    switch source {
    case .coded(let codes, let levels):
      (texts, self.codes, nulls, isShared) = (TextColumn(levels), codes, nil, false)
    case .plain(let texts, let nulls): (self.texts, codes, self.nulls, isShared) = (texts, nil, nulls, false)
    case .all(let text):
      (texts, codes, nulls, isShared) = (
        TextColumn([text ?? ""]), nil, text == nil ? Mask(count: 1, repeating: true) : nil, true
      )
    }
  }

  /// Where the text of a row stands; nil if it is missing.
  @inline(__always)
  func place(_ row: Int) -> Int? {
    if let codes { return codes[row] < 0 ? nil : Int(codes[row]) }
    let row = isShared ? 0 : row
    return nulls?[row] ?? false ? nil : row
  }

  /// One result for each distinct place, then one a row.
  @inline(__always)
  func map<Result>(_ rows: Range<Int>, table: [Result]?, missing: Result, _ body: (Range<Int>) -> Result)
    -> [Result]
  {
    var results = [Result](repeating: missing, count: rows.count)
    for row in rows {
      guard let place = place(row) else { continue }
      results[row - rows.lowerBound] = table?[place] ?? body(texts.offsets[place]..<texts.offsets[place + 1])
    }
    return results
  }

  var isCoded: Bool { codes != nil || isShared }
}
