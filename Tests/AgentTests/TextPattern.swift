import Numerics

/// The regular expressions that model servers read: groups, alternatives, classes, escapes, `?` and counts.
struct TextPattern {
  private indirect enum Node {
    case scalar(Unicode.Scalar)
    case members([ClosedRange<UInt32>])
    case sequence([Node])
    case alternatives([Node])
    case repeated(Node, ClosedRange<Int>)
  }

  private let root: Node

  init(_ pattern: String) {
    var rest = Array(pattern.unicodeScalars)[...]
    root = Self.alternatives(&rest)
    precondition(rest.isEmpty, "the brackets do not fit")
  }

  private typealias Rest = ArraySlice<Unicode.Scalar>

  private static func alternatives(_ rest: inout Rest) -> Node {
    var found = [sequence(&rest)]
    while rest.first == "|" {
      rest = rest.dropFirst()
      found.append(sequence(&rest))
    }
    return found.count == 1 ? found[0] : .alternatives(found)
  }

  private static func sequence(_ rest: inout Rest) -> Node {
    var items: [Node] = []
    while let first = rest.first, first != "|", first != ")" {
      rest = rest.dropFirst()
      if first == "^" || first == "$" { continue }
      let item = item(first, &rest)
      items.append(repeats(&rest).map { .repeated(item, $0) } ?? item)
    }
    return .sequence(items)
  }

  private static func item(_ first: Unicode.Scalar, _ rest: inout Rest) -> Node {
    switch first {
    case "(":
      defer { rest = rest.dropFirst() }
      return alternatives(&rest)
    case "[":
      var members: [ClosedRange<UInt32>] = []
      while let low = rest.popFirst(), low != "]" {
        if rest.first == "-", let high = rest.dropFirst().first, high != "]" {
          rest = rest.dropFirst(2)
          members.append(low.value...high.value)
        } else {
          members.append(low.value...low.value)
        }
      }
      return .members(members)
    case "\\": return .scalar(rest.removeFirst())
    default: return .scalar(first)
    }
  }

  private static func repeats(_ rest: inout Rest) -> ClosedRange<Int>? {
    switch rest.first {
    case "?":
      rest = rest.dropFirst()
      return 0...1
    case "{":
      let end = rest.firstIndex(of: "}") ?? rest.endIndex
      let text = rest[rest.startIndex + 1..<end].reduce(into: "") { $0.unicodeScalars.append($1) }
      let bounds = text.split(separator: ",").compactMap { Int($0) }
      rest = rest[end...].dropFirst()
      return bounds[0]...(bounds.last ?? bounds[0])
    default: return nil
    }
  }

  /// A text that fits.
  func drawn(using generator: inout SeededGenerator) -> String {
    var text = String.UnicodeScalarView()
    Self.draw(root, &text, &generator)
    return String(text)
  }

  private static func draw(
    _ node: Node, _ text: inout String.UnicodeScalarView, _ generator: inout SeededGenerator
  ) {
    func below(_ count: Int) -> Int { Int.random(in: 0..<count, using: &generator) }
    switch node {
    case .scalar(let scalar): text.append(scalar)
    case .members(let members):
      let range = members[below(members.count)]
      if let scalar = Unicode.Scalar(range.lowerBound + UInt32(below(range.count))) { text.append(scalar) }
    case .sequence(let items): for item in items { draw(item, &text, &generator) }
    case .alternatives(let nodes): draw(nodes[below(nodes.count)], &text, &generator)
    case .repeated(let item, let range):
      for _ in 0..<range.lowerBound + below(min(range.count, 4)) { draw(item, &text, &generator) }
    }
  }

  func fits(_ text: String) -> Bool {
    let scalars = Array(text.unicodeScalars)
    return Self.ends(of: root, in: scalars, from: [0]).contains(scalars.count)
  }

  /// Where a part can end that begins at one of the places.
  private static func ends(of node: Node, in text: [Unicode.Scalar], from places: Set<Int>) -> Set<Int> {
    if places.isEmpty { return [] }
    switch node {
    case .scalar(let scalar):
      return Set(places.filter { $0 < text.count && text[$0] == scalar }.map { $0 + 1 })
    case .members(let members):
      return Set(
        places.filter { place in place < text.count && members.contains { $0.contains(text[place].value) } }
          .map { $0 + 1 })
    case .sequence(let items): return items.reduce(places) { ends(of: $1, in: text, from: $0) }
    case .alternatives(let nodes):
      return nodes.reduce(into: []) { $0.formUnion(ends(of: $1, in: text, from: places)) }
    case .repeated(let item, let range):
      var reached = places
      var all = range.lowerBound == 0 ? places : []
      for time in 1...range.upperBound where !reached.isEmpty {
        reached = ends(of: item, in: text, from: reached)
        if time >= range.lowerBound { all.formUnion(reached) }
      }
      return all
    }
  }
}
