package import Numerics

/// The order of rows by the cells of one or more columns, the most important first.
///
/// Equal rows keep their order; missing cells come last. Every cell becomes an unsigned number with the same order;
/// the rows are sorted by these, the least important column first, each time keeping the order of equals.
package struct RowOrder: Sendable, Equatable {
  package let rows: [Int]

  package init(
    _ keys: [(cells: Cells, nulls: Mask?)], isDescending: Bool, work: Work
  ) throws(Cancelled) {
    var order: [Int32] = []
    for (cells, nulls) in keys.reversed() {
      try work.check()
      var ranks = cells.ranks
      if isDescending { for row in ranks.indices { ranks[row] = ~ranks[row] } }
      if case .number(let numbers) = cells {
        for row in ranks.indices where numbers[row].isNaN { ranks[row] = .max }
      }
      if let nulls { for row in ranks.indices where nulls[row] { ranks[row] = .max } }
      order = try RadixSort.order(of: ranks, after: order.isEmpty ? nil : order, work: work)
    }
    rows = order.map(Int.init)
  }
}

extension Cells {
  /// Unsigned numbers in the order of the cells; neither the smallest nor the largest of all stands for a cell.
  fileprivate var ranks: [UInt64] {
    switch self {
    case .number(let numbers): return numbers.map { RadixSort.key(of: $0) }
    case .time(let times): return times.map { UInt64(bitPattern: $0) ^ 1 << 63 }
    case .bool(let bits): return bits.map { $0 ? 2 : 1 }
    case .category(let codes, let levels):
      let ranks = Self.ranks(of: TextColumn(levels))
      return codes.map { $0 < 0 ? 0 : ranks[Int($0)] }
    case .text(let texts): return Self.ranks(of: texts)
    }
  }

  /// The place of each text among the different texts.
  private static func ranks(of texts: TextColumn) -> [UInt64] {
    let (bytes, offsets) = (texts.bytes, texts.offsets)
    let heads = (0..<texts.count).map { row -> UInt64 in
      var head: UInt64 = 0
      for place in offsets[row]..<min(offsets[row] + 8, offsets[row + 1]) {
        head |= UInt64(bytes[place]) << UInt64(56 - 8 * (place - offsets[row]))
      }
      return head
    }
    func isBefore(_ a: Int, _ b: Int) -> Bool {
      if heads[a] != heads[b] { return heads[a] < heads[b] }
      return bytes[offsets[a]..<offsets[a + 1]].lexicographicallyPrecedes(bytes[offsets[b]..<offsets[b + 1]])
    }
    let order = (0..<texts.count).sorted(by: isBefore)
    var ranks = [UInt64](repeating: 0, count: texts.count)
    var rank: UInt64 = 1
    for (place, row) in order.enumerated() {
      if place > 0, isBefore(order[place - 1], row) { rank += 1 }
      ranks[row] = rank
    }
    return ranks
  }
}
