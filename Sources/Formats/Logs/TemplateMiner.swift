/// Finds the kinds of message in a log: messages that differ in their parameters only share a template.
///
/// A tree leads to the few templates that a message may belong to: by its number of words, then by its first words
/// (words with digits count as parameters). It joins the most similar one, whose differing words become `<*>`, or
/// starts a new one.
///
/// - Input: messages in order; what has the shape of one of the masks is a parameter beforehand.
/// - Output: one template number a message, in the order of first appearance.
/// - Complexity: O(words) a message, times the templates at a leaf.
/// - Source: He, Zhu, Zheng and Lyu, *Drain: An Online Log Parsing Approach with Fixed Depth Tree*, ICWS 2017.
/// - Differs: parameters are known beforehand by chosen shapes and not by expressions made for each system.
package struct TemplateMiner: Sendable {
  /// What decides which messages belong together.
  package struct Options: Sendable, Equatable {
    /// Share of words that must agree with a template; section IV-D of the paper.
    package var similarity = 0.5
    /// Depth of the tree with root, lengths and leaves, so that three less is the number of leading words that must
    /// agree.
    package var depth = 4
    /// Different words below a node; further ones share one branch.
    package var children = 100
    /// Parameters that are known by their shape.
    package var masks: Set<Mask> = [.address, .block, .hex, .clock]

    package init() {}
  }

  /// Shapes of parameters within words.
  package enum Mask: String, Sendable, CaseIterable {
    /// `10.0.0.1:80`.
    case address
    /// `blk_-123`.
    case block
    /// `0x1f`.
    case hex
    /// `12:30:59`.
    case clock
    /// Any digits.
    case number
    /// From a stroke to the end of the word: `/var/log/x`.
    case path
    /// Three names or more with points between them: `ns.example.com`.
    case host
  }

  private static let parameter: Int32 = 0

  private struct Node {
    var children: [Int32: Int] = [:]
    /// Templates, for leaves.
    var templates: [Int] = []
  }

  private let options: Options
  private var words: [[UInt8]] = [Array("<*>".utf8)]
  private var hasDigit: [Bool] = [false]
  private var numbers: [[UInt8]: Int32] = [Array("<*>".utf8): 0]
  private var nodes: [Node] = [Node()]
  private var patterns: [[Int32]] = []

  package init(_ options: Options = Options()) { self.options = options }

  /// The texts of the templates so far.
  package var templates: [String] {
    patterns.map { pattern in
      pattern.map { String(decoding: words[Int($0)], as: UTF8.self) }.joined(separator: " ")
    }
  }

  /// Takes in a message and gives the number of its template.
  package mutating func add(_ message: some Collection<UInt8>) -> Int {
    let tokens = message.split { $0 == 32 || $0 == 9 || $0 == 10 || $0 == 13 }.map { number(of: Array($0)) }
    let leaf = leaf(for: tokens)
    var best: (template: Int, share: Double, parameters: Int)?
    for template in nodes[leaf].templates {
      let (share, parameters) = similarity(tokens, patterns[template])
      if best.map({ share > $0.share || (share == $0.share && parameters > $0.parameters) }) ?? true {
        best = (template, share, parameters)
      }
    }
    guard let best, best.share >= options.similarity || tokens.isEmpty else {
      patterns.append(tokens)
      nodes[leaf].templates.append(patterns.count - 1)
      return patterns.count - 1
    }
    for place in tokens.indices where patterns[best.template][place] != tokens[place] {
      patterns[best.template][place] = Self.parameter
    }
    return best.template
  }

  /// Section IV-E of the paper: equal words over all words; parameters of the template do not count as equal.
  private func similarity(_ tokens: [Int32], _ pattern: [Int32]) -> (share: Double, parameters: Int) {
    if tokens.isEmpty { return (1, 0) }
    var (equal, parameters) = (0, 0)
    for (token, word) in zip(tokens, pattern) {
      if word == Self.parameter { parameters += 1 } else if token == word { equal += 1 }
    }
    return (Double(equal) / Double(tokens.count), parameters)
  }

  private mutating func leaf(for tokens: [Int32]) -> Int {
    var node = child(of: 0, Int32(tokens.count), limited: false)
    for token in tokens.prefix(max(0, options.depth - 3)) {
      node = child(of: node, hasDigit[Int(token)] ? Self.parameter : token, limited: true)
    }
    return node
  }

  private mutating func child(of node: Int, _ key: Int32, limited: Bool) -> Int {
    if let known = nodes[node].children[key] { return known }
    var key = key
    // The last place is kept for parameters and all further words.
    if limited, key != Self.parameter, nodes[node].children.count >= options.children - 1 {
      key = Self.parameter
      if let known = nodes[node].children[key] { return known }
    }
    nodes.append(Node())
    nodes[node].children[key] = nodes.count - 1
    return nodes.count - 1
  }

  private mutating func number(of token: [UInt8]) -> Int32 {
    if let known = numbers[token] { return known }
    let masked = Masking(masks: options.masks).masked(token)
    let number: Int32
    if masked != token, let known = numbers[masked] {
      number = known
    } else {
      number = Int32(words.count)
      words.append(masked)
      hasDigit.append(masked.contains { $0 &- 48 <= 9 })
      numbers[masked] = number
    }
    numbers[token] = number
    return number
  }
}

/// Replaces parameters that are known by their shape.
private struct Masking {
  let masks: Set<TemplateMiner.Mask>

  private static let mark = Array("<*>".utf8)

  func masked(_ word: [UInt8]) -> [UInt8] {
    guard word.contains(where: { Self.isDigit($0) || $0 == 47 || $0 == 46 }) else { return word }
    var result: [UInt8] = []
    var at = 0
    while at < word.count {
      let isInside = at > 0 && (Self.isLetter(word[at - 1]) || Self.isDigit(word[at - 1]))
      if let end = end(word, at, isInside: isInside) {
        if !result.suffix(3).elementsEqual(Self.mark) { result += Self.mark }
        at = end
      } else {
        result.append(word[at])
        at += 1
      }
    }
    return result
  }

  /// The end of the parameter that begins here.
  private func end(_ word: [UInt8], _ start: Int, isInside: Bool) -> Int? {
    if !isInside {
      if masks.contains(.address), let end = Self.address(word, start) { return end }
      if masks.contains(.block), let end = Self.block(word, start) { return end }
      if masks.contains(.hex), let end = Self.hexadecimal(word, start) { return end }
      if masks.contains(.clock), let end = Self.clock(word, start) { return end }
      if masks.contains(.host), let end = Self.host(word, start) { return end }
      if masks.contains(.path), word[start] == 47, word.count > start + 1 { return word.count }
    }
    guard masks.contains(.number), Self.isDigit(word[start]) else { return nil }
    return Self.digits(word, start)
  }

  private static func isDigit(_ byte: UInt8) -> Bool { byte &- 48 <= 9 }
  private static func isLetter(_ byte: UInt8) -> Bool { (byte | 32) &- 97 <= 25 || byte == 95 }

  private static func digits(_ word: [UInt8], _ start: Int) -> Int {
    var end = start
    while end < word.count, isDigit(word[end]) { end += 1 }
    return end
  }

  /// Numbers with a byte between them, each of a given length; nil if they are not all there.
  private static func numbers(
    _ word: [UInt8], _ start: Int, count: Int, between: UInt8, lengths: ClosedRange<Int>
  ) -> Int? {
    var at = start
    for part in 0..<count {
      if part > 0 {
        guard at < word.count, word[at] == between else { return nil }
        at += 1
      }
      let end = digits(word, at)
      guard lengths.contains(end - at) else { return nil }
      at = end
    }
    return at
  }

  /// Four numbers with points between them and perhaps a port, or several of them with commas.
  private static func address(_ word: [UInt8], _ start: Int) -> Int? {
    var (at, found) = (start, Int?.none)
    while var end = numbers(word, at, count: 4, between: 46, lengths: 1...3) {
      if end + 1 < word.count, word[end] == 58, isDigit(word[end + 1]) { end = digits(word, end + 1) }
      found = end
      guard end < word.count, word[end] == 44 else { break }
      at = end + 1
    }
    return found
  }

  private static func host(_ word: [UInt8], _ start: Int) -> Int? {
    var (at, names, end) = (start, 0, start)
    while at < word.count {
      let first = at
      while at < word.count, isLetter(word[at]) || isDigit(word[at]) || word[at] == 45 { at += 1 }
      if at == first { break }
      names += 1
      end = at
      guard at < word.count, word[at] == 46 else { break }
      at += 1
    }
    return names >= 3 ? end : nil
  }

  private static func clock(_ word: [UInt8], _ start: Int) -> Int? {
    numbers(word, start, count: 3, between: 58, lengths: 2...2)
  }

  private static func block(_ word: [UInt8], _ start: Int) -> Int? {
    guard word[start...].starts(with: Array("blk_".utf8)) else { return nil }
    let number = start + (start + 4 < word.count && word[start + 4] == 45 ? 5 : 4)
    let end = digits(word, min(number, word.count))
    return end > number ? end : nil
  }

  private static func hexadecimal(_ word: [UInt8], _ start: Int) -> Int? {
    guard start + 2 < word.count, word[start] == 48, word[start + 1] | 32 == 120 else { return nil }
    var at = start + 2
    while at < word.count, isDigit(word[at]) || (word[at] | 32) &- 97 <= 5 { at += 1 }
    return at > start + 2 ? at : nil
  }
}
