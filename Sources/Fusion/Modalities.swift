package import Numerics
package import Values

/// The features of several modalities on the same rows, scaled, complete, and with who is present.
///
/// Every feature is scaled on the fit rows and divided by √*d*, as in `Concatenation`. A missing cell of a present row is 0,
/// the middle of the fit rows; rows in which a modality is absent hold zeros that nobody may read.
package struct Modalities: Sendable, Equatable {
  package struct Part: Sendable, Equatable {
    package let name: String
    package let features: [String]
    package let matrix: Matrix
    package let presence: Mask

    package init(name: String, features: [String], matrix: Matrix, presence: Mask) {
      self.name = name
      self.features = features
      self.matrix = matrix
      self.presence = presence
    }

    package var dimensions: Int { features.count }
  }

  package let index: Index
  package let parts: [Part]

  package init(index: Index, parts: [Part]) {
    self.index = index
    self.parts = parts
  }

  /// Scales the slots of a bundle; needs a modality at least. One that is absent everywhere is left out, so that the others give
  /// what they give alone.
  package init(_ bundle: Bundle, scaling: Scaling.Method? = .robust, work: Work) throws(FusionError) {
    if bundle.slots.isEmpty { throw .nothingToFuse }
    let fitRows = bundle.index.rows(in: .fit)
    var parts: [Part] = []
    for slot in bundle.slots {
      var (names, columns) = try slot.numbers()
      if names.isEmpty { continue }
      var presence = Mask(count: bundle.index.count)
      for column in columns { for row in column.indices where !column[row].isNaN { presence[row] = true } }
      if presence.isEmpty { continue }
      if let scaling {
        let weight = 1 / Double(columns.count).squareRoot()
        columns = try Scaling.fit(scaling, to: columns, rows: fitRows, name: slot.name, work: work)
          .apply(to: columns).map { column in
            column.map { min(max($0, -Self.farthest), Self.farthest) * weight }
          }
      }
      columns = columns.map { column in column.map { $0.isNaN ? 0 : $0 } }
      parts.append(
        Part(
          name: slot.name, features: names,
          matrix: Concatenation.matrix(of: columns, rows: bundle.index.count), presence: presence))
    }
    if parts.isEmpty { throw .nothingToFuse }
    self.init(index: bundle.index, parts: parts)
  }

  /// A cell farther out than so many scales counts as that far: products of cells must stay finite.
  private static let farthest = 1e6

  /// Rows to learn from in which all the given parts are present.
  package func rows(_ split: Split, where parts: [Int]) -> [Int] {
    index.rows(in: split).filter { row in parts.allSatisfy { self.parts[$0].presence[row] } }
  }

  /// Rows to choose options on: calibrate rows if there are any, else every fifth of the fit rows.
  ///
  /// Both lists are disjoint. `isSetApart` says that the second holds calibrate rows, which teach nothing else.
  package func learningRows(where parts: [Int]) -> (fit: [Int], choose: [Int], isSetApart: Bool) {
    let fit = rows(.fit, where: parts)
    let calibrate = index.splits == nil ? [] : rows(.calibrate, where: parts)
    if !calibrate.isEmpty { return (fit, calibrate, true) }
    return (
      fit.enumerated().filter { $0.offset % 5 != 4 }.map(\.element),
      fit.enumerated().filter { $0.offset % 5 == 4 }.map(\.element), false
    )
  }

  /// Modalities all of whose features stay in the middle of the fit rows.
  package var unvarying: [String] {
    parts.indices.filter { number in
      let part = parts[number]
      return rows(.fit, where: [number]).allSatisfy { row in part.matrix.row(row).allSatisfy { $0 == 0 } }
    }.map { parts[$0].name }
  }

  func matrix(_ part: Int, rows: [Int]) -> Matrix { parts[part].matrix.selecting(rows: rows) }
}

extension Embedding {
  /// One slot a block, so that what was joined can be fused again by modality.
  package var asBundle: Bundle {
    Bundle(
      index: index,
      slots: blocks.map { block in
        let prefix = block.name + "."
        let names = features[block.columns].map {
          $0.hasPrefix(prefix) ? String($0.dropFirst(prefix.count)) : $0
        }
        let part = matrix.selecting(columns: Array(block.columns))
        return Slot(
          name: block.name,
          content: .embedding(
            Embedding(
              index: index, matrix: part, features: names,
              blocks: [Block(name: block.name, columns: 0..<names.count)])))
      })
  }
}
