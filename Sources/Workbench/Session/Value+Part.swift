import Language
import Numerics
package import Values

extension Value {
  /// The part that stands behind a dot: a column, a slot, or what a glob picks; nil if there is none.
  package func part(_ column: String) -> Value? {
    switch self {
    case .table(let frame): frame.picking(column).map { .table($0) }
    case .series(let frame): frame.picking(column).map { .series($0) }
    case .log(let log): log.frame.picking(column).map { .table($0) }
    case .embedding(let embedding): embedding.picking(column).map { .embedding($0) }
    case .bundle(let bundle): bundle.picking(column)
    case .scores, .alarms: column == "score" ? self : cellFrame?.picking(column).map { .table($0) }
    case .report(let report):
      report.metrics.first { $0.name == column }.map { .scalar(.number($0.value)) }
    case .graph(let graph):
      column == "edges"
        ? .table(graph.edgeTable)
        : graph.nodes.picking(column).map { .table($0) } ?? graph.edgeTable.picking(column).map { .table($0) }
    case .images, .video, .cloud, .text, .events: cellFrame?.picking(column).map { .table($0) }
    case .scalar, .audio, .tokens, .map, .model, .figure, .answer: nil
    }
  }
}

/// Names that equal the pattern; if there are none, names that fit it.
private func picked(_ names: [String], _ pattern: String) -> [Int] {
  let exact = names.indices.filter { names[$0] == pattern }
  return exact.isEmpty ? names.indices.filter { Glob.matches(names[$0], pattern) } : exact
}

extension Frame {
  fileprivate func picking(_ pattern: String) -> Frame? {
    let chosen = picked(columns.map(\.name), pattern)
    return chosen.isEmpty ? nil : with(columns: chosen.map { columns[$0] })
  }
}

extension Embedding {
  fileprivate func picking(_ pattern: String) -> Embedding? {
    let chosen = picked(features, pattern)
    return chosen.isEmpty ? nil : selecting(chosen)
  }

  /// The chosen features, each still in the block of its modality.
  func selecting(_ chosen: [Int]) -> Embedding {
    var blocks: [Block] = []
    for (position, feature) in chosen.enumerated() {
      let name = self.blocks.first { $0.columns.contains(feature) }?.name ?? ""
      if let last = blocks.last, last.name == name {
        blocks[blocks.count - 1] = Block(name: name, columns: last.columns.lowerBound..<position + 1)
      } else {
        blocks.append(Block(name: name, columns: position..<position + 1))
      }
    }
    return Embedding(
      index: index, matrix: matrix.selecting(columns: chosen), features: chosen.map { features[$0] },
      blocks: blocks, voices: voices)
  }
}

extension Bundle {
  /// A slot, a part of a slot (`all.pump.Temp*` has two dots), or the slots that fit a glob.
  fileprivate func picking(_ pattern: String) -> Value? {
    if let slot = slot(pattern) { return slot.value }
    if let dot = pattern.firstIndex(of: "."), let slot = slot(String(pattern[..<dot])) {
      return slot.value.part(String(pattern[pattern.index(after: dot)...]))
    }
    let chosen = slots.filter { Glob.matches($0.name, pattern) }
    return chosen.isEmpty ? nil : .bundle(Bundle(index: index, slots: chosen))
  }
}

extension Slot {
  /// The content as a value of its own.
  package var value: Value {
    switch content {
    case .frame(let frame): .table(frame)
    case .embedding(let embedding): .embedding(embedding)
    case .scores(let scores): .scores(scores)
    case .audio(let audio): .audio(audio)
    case .log(let log): .log(log)
    }
  }
}
