import Encoding
import Notation
import Numerics
import Values

/// Sentences about values that are neither tables nor sound nor logs.
extension Value {
  var modalityFacts: [String] {
    switch self {
    case .images(let images): images.facts
    case .video(let video): ["frames: " + video.sizeText] + video.facts.dropFirst()
    case .cloud(let cloud): cloud.facts
    case .text(let documents): documents.facts
    case .events(let events): events.facts
    case .graph(let graph): graph.facts
    default: []
    }
  }
}

extension Images {
  /// So many pictures are decoded to see how they look.
  private static let mostLooked = 64

  fileprivate var facts: [String] {
    var facts = ["pictures: " + sizeText]
    if !hasMask.isEmpty { facts.append("\(hasMask.setCount) of \(count) have a mask") }
    var twins = Set<UInt64>()
    let copies = digests.count { !twins.insert($0).inserted }
    if copies > 0 {
      facts.append("\(copies) \(copies == 1 ? "is a copy of another" : "are copies of others"), byte by byte")
    }
    guard count > 0 else { return facts }
    let step = max(1, count / Self.mostLooked)
    let rows = Array(Swift.stride(from: 0, to: count, by: step).prefix(Self.mostLooked))
    var (levels, sharpness, dark, bright, unreadable, missing):
      ([Double], [(Double, Int)], Int, Int, Int, Double) =
        ([], [], 0, 0, 0, 0)
    for row in rows {
      guard let picture = try? picture(row) else {
        unreadable += 1
        continue
      }
      let plane = Plane(picture).reduced(toFit: 512)
      let known = plane.values.filter { $0.isFinite && (content == .light || $0 != 0) }
      missing += 1 - Double(known.count) / Double(max(1, plane.values.count))
      guard !known.isEmpty else { continue }
      levels.append(known.reduce(0.0) { $0 + Double($1) / Double(known.count) })
      if content == .light {
        let ends = Double(known.count)
        if Double(known.count { $0 <= 0.004 }) > 0.2 * ends { dark += 1 }
        if Double(known.count { $0 >= 0.996 }) > 0.2 * ends { bright += 1 }
        sharpness.append((plane.laplacianVariance, row))
      }
    }
    let looked = rows.count
    let sample = looked < count ? " (of \(looked) looked at)" : ""
    if unreadable > 0 { facts.append("\(unreadable) cannot be decoded\(sample)") }
    if let low = levels.min(), let high = levels.max() {
      let name = content == .light ? "mean brightness" : "mean distance"
      let unit = content == .light ? "" : " " + depthUnit
      let range =
        low == high
        ? low.shortText(digits: 3) : "from \(low.shortText(digits: 3)) to \(high.shortText(digits: 3))"
      facts.append("\(name) \(range)\(unit)\(sample)")
    }
    if content == .depth {
      facts.append(
        "\((100 * missing / Double(max(1, looked))).shortText(digits: 3)) % of the pixels were not measured\(sample)"
      )
    }
    if dark > 0 { facts.append("\(dark) with more than a fifth black\(sample)") }
    if bright > 0 { facts.append("\(bright) with more than a fifth at full brightness\(sample)") }
    if let middle = Selection.median(of: sharpness.map(\.0)), middle > 0 {
      let blurred = sharpness.filter { $0.0 < middle / 10 }
      if let first = blurred.first {
        facts.append(
          "\(blurred.count) much less sharp than the others\(sample), the first \(index.label(of: first.1))")
      }
    }
    return facts
  }
}

extension Images {
  /// What distances are measured in.
  var depthUnit: String { unit ?? "units of the file" }
}

extension Plane {
  /// Small where a picture is blurred or even.
  fileprivate var laplacianVariance: Double {
    guard width > 2, height > 2 else { return 0 }
    var (sum, squares, count) = (0.0, 0.0, 0.0)
    for y in 1..<height - 1 {
      for place in y * width + 1..<(y + 1) * width - 1 {
        let around = values[place - 1] + values[place + 1] + values[place - width] + values[place + width]
        let value = Double(4 * values[place] - around)
        guard value.isFinite else { continue }
        sum += value
        squares += value * value
        count += 1
      }
    }
    return count > 0 ? squares / count - (sum / count) * (sum / count) : 0
  }
}

extension Cloud {
  fileprivate var facts: [String] {
    var facts = [points.index.runs.count == 1 ? "1 cloud" : "\(points.index.runs.count) clouds"]
    let extents = ["x", "y", "z"].map { name -> String in
      let known = (points.column(name)?.numbers ?? []).filter(\.isFinite)
      guard let low = known.min(), let high = known.max() else { return "\(name) unknown" }
      return "\(name) \(low.shortText(digits: 4)) to \(high.shortText(digits: 4))"
    }
    facts.append("extent: " + extents.joined(separator: ", "))
    if isOrganised { facts.append("the points lie in a grid") }
    let missing = (points.column("x")?.numbers ?? []).count { !$0.isFinite }
    if missing > 0 {
      facts.append("\(counted(missing, "place")) of the grid \(missing == 1 ? "was" : "were") not measured")
    }
    return facts
  }
}

extension Documents {
  fileprivate var facts: [String] {
    let offsets = texts.offsets
    let lengths = zip(offsets, offsets.dropFirst()).map { Double($1 - $0) }
    guard let shortest = lengths.min(), let longest = lengths.max(),
      let middle = Selection.median(of: lengths)
    else { return ["no document"] }
    var facts = [
      shortest == longest
        ? "\(counted(lengths.count, "document")) of \(Int(shortest)) bytes"
        : "\(counted(lengths.count, "document")) of \(Int(shortest)) to \(Int(longest)) bytes, the median \(middle.countText)"
    ]
    let empty = lengths.count { $0 == 0 }
    if empty > 0 { facts.append("\(empty) \(empty == 1 ? "is" : "are") empty") }
    var seen = Set<String>()
    let copies = (0..<texts.count).count { !seen.insert(texts[$0]).inserted }
    if copies > 0 {
      facts.append("\(copies) \(copies == 1 ? "is a copy of another" : "are copies of others")")
    }
    return facts
  }
}

extension EventLog {
  fileprivate var facts: [String] {
    let (codes, levels) = activities
    var variants: [[Int32]: Int] = [:]
    var lengths: [Double] = []
    for run in frame.index.runs where !run.rows.isEmpty {
      variants[Array(codes[run.rows]), default: 0] += 1
      lengths.append(Double(run.rows.count))
    }
    var facts = [
      "\(counted(frame.rowCount, "event")) of \(levels.count == 1 ? "1 activity" : "\(levels.count) activities") in \(counted(caseCount, "case"))"
    ]
    guard let shortest = lengths.min(), let longest = lengths.max() else { return facts }
    facts.append(
      "cases of \(Int(shortest)) to \(Int(longest)) events, the median \((Selection.median(of: lengths) ?? 0).countText)"
    )
    let most = variants.values.max() ?? 0
    let single = variants.values.count { $0 == 1 }
    facts.append(
      "\(variants.count) different ways through; the usual one in \(most) cases, \(single) taken once only")
    return facts
  }
}

extension Graph {
  fileprivate var facts: [String] {
    let count = nodes.rowCount
    var degrees = [Int](repeating: 0, count: count)
    var components = DisjointSets(count: count)
    var loops = 0
    var pairs = Set<UInt64>()
    for (source, target) in zip(sources, targets) {
      let (a, b) = (Int(source), Int(target))
      degrees[a] += 1
      degrees[b] += 1
      if a == b { loops += 1 }
      let (low, high) = isDirected ? (a, b) : (min(a, b), max(a, b))
      pairs.insert(UInt64(low) << 32 | UInt64(high))
      components.join(a, b)
    }
    var sizes: [Int: Int] = [:]
    for node in 0..<count { sizes[components.leader(of: node), default: 0] += 1 }
    var facts = [
      "\(counted(count, "node")), \(counted(sources.count, isDirected ? "directed edge" : "edge"))"
    ]
    guard count > 0 else { return facts }
    let sorted = degrees.map(Double.init)
    let highest = degrees.indices.max { degrees[$0] < degrees[$1] } ?? 0
    facts.append(
      "degrees to \(degrees[highest]) (\(nodes.index.label(of: highest))), the median "
        + "\((Selection.median(of: sorted) ?? 0).countText); \(counted(degrees.count { $0 == 0 }, "node")) without an edge"
    )
    facts.append(
      sizes.count == 1
        ? "all nodes hang together"
        : "\(sizes.count) components, the largest of \(sizes.values.max() ?? 0) nodes")
    let repeated = sources.count - pairs.count
    if repeated > 0 {
      facts.append(
        "\(counted(repeated, "edge")) \(repeated == 1 ? "joins" : "join") two nodes that another edge joins")
    }
    if loops > 0 { facts.append("\(counted(loops, "edge")) from a node to itself") }
    if case .category(let codes, let levels)? = edges.column("relation")?.cells {
      var counts = [Int](repeating: 0, count: levels.count)
      for code in codes where code >= 0 { counts[Int(code)] += 1 }
      let order = counts.indices.sorted { (counts[$1], $0) < (counts[$0], $1) }.prefix(3)
      facts.append(
        "\(levels.count) relations, most often \(order.map { "\(levels[$0]) (\(counts[$0]))" }.joined(separator: ", "))"
      )
    }
    return facts
  }
}

extension Double {
  /// A whole number as it is, however long; a half with its half.
  fileprivate var countText: String { self == rounded() ? "\(Int(self))" : shortText(digits: 9) }
}
