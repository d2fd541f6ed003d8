import Encoding
import Numerics
import Testing
import Values

@Suite struct `Encoders by leading directions` {
  private func documents(_ texts: [String]) -> Documents {
    Documents(
      frame: Frame(
        index: .rows(texts.count), columns: [Column("text", .text(TextColumn(texts)))]), column: "text")
  }

  @Test func `leading eigenvectors are those of the whole decomposition`() throws {
    var random = SeededGenerator(seed: 3)
    let factor = Matrix(rows: 60, columns: 40, values: (0..<2400).map { _ in random.normal() })
    let matrix = try factor.product(factor, turning: .yes)
    let whole = try #require(SymmetricEigen(matrix))
    let found = try LeadingEigen(5, size: 40, work: Work()) { block throws(Cancelled) in
      try matrix.product(block)
    }
    for place in 0..<5 {
      #expect(abs(found.values[place] / whole.values[place] - 1) < 1e-8)
      let cosine = (0..<40).reduce(0.0) { $0 + found.vectors[$1, place] * whole.vectors[$1, place] }
      #expect(abs(abs(cosine) - 1) < 1e-5)
    }
  }

  @Test func `an operator of rank two has two directions, and zero has none`() throws {
    let found = try LeadingEigen(4, size: 6, work: Work()) { block throws(Cancelled) in
      Matrix(
        rows: 6, columns: block.columns,
        values: (0..<6).flatMap { row in
          (0..<block.columns).map { row < 2 ? block[row, $0] * Double(row + 1) : 0 }
        })
    }
    #expect(found.values.count == 2 && abs(found.values[0] - 2) < 1e-9 && abs(found.values[1] - 1) < 1e-9)
    let none = try LeadingEigen(2, size: 4, work: Work()) { block throws(Cancelled) in
      Matrix(rows: 4, columns: block.columns)
    }
    #expect(none.values.isEmpty && none.vectors.columns == 0)
  }

  @Test func `lsa is the truncated decomposition of tf-idf`() throws {
    let (parts, sums) = (["bearing", "valve", "seal", "rotor", "shaft"], ["debt", "gold", "euro"])
    let texts = (0..<30).map { row in
      row % 2 == 0 ? "pump motor noise \(parts[row % 5])" : "bank loan rate money \(sums[row % 3])"
    }
    let weighed = try FrequencyEncoder().encode(documents(texts), work: Work())
    let whole = try #require(SingularValues(weighed.matrix))
    var encoder = LatentEncoder(dimensions: 3)
    let unit = try encoder.encode(documents(texts), work: Work())
    #expect((0..<30).allSatisfy { abs(unit.matrix.row($0).reduce(0) { $0 + $1 * $1 } - 1) < 1e-12 })
    encoder.isUnit = false
    let found = try encoder.encode(documents(texts), work: Work())
    for place in 0..<3 {
      let length = found.matrix.column(place).reduce(0) { $0 + $1 * $1 }.squareRoot()
      #expect(abs(length - whole.values[place]) < 1e-6)
    }
    // The first two directions tell pumps from banks.
    let first = found.matrix.row(0), second = found.matrix.row(1)
    #expect(zip(first, second).reduce(0) { $0 + $1.0 * $1.1 } < 0.1)
  }

  @Test func `eigenmaps place two cliques on two sides`() throws {
    var edges = [(4, 5)]
    for base in [0, 5] { for i in 0..<5 { for j in 0..<i { edges.append((base + i, base + j)) } } }
    let graph = Graph(
      nodes: Frame(index: Index(.sample(TextColumn((0..<11).map { "\($0)" }))), columns: []),
      sources: edges.map { Int32($0.0) }, targets: edges.map { Int32($0.1) },
      edges: Frame(index: .rows(edges.count), columns: []), isDirected: false)
    let found = try EigenmapEncoder(dimensions: 2).encode(graph, work: Work(threads: 2))
    let first = found.matrix.column(0)
    #expect(Set(first[0..<5].map { $0 > 0 }).count == 1 && Set(first[5..<10].map { $0 > 0 }).count == 1)
    #expect(first[0] * first[9] < 0 && first[10] == 0)
    let alone = try EigenmapEncoder(dimensions: 2).encode(graph, work: Work(threads: 1))
    #expect(alone == found)
  }
}
