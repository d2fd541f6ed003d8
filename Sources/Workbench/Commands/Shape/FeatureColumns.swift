import Numerics
import Values

extension Value {
  /// Names and numbers of what detectors would see, part by part (the slots of a bundle, else one part).
  var featureParts: [FeaturePart] {
    switch self {
    case .table(let frame), .series(let frame): [FeaturePart(frame)]
    case .embedding(let embedding): [FeaturePart(embedding)]
    case .bundle(let bundle):
      bundle.slots.map { slot in
        switch slot.content {
        case .frame(let frame): FeaturePart(frame)
        case .embedding(let embedding): FeaturePart(embedding)
        case .scores, .audio, .log: FeaturePart(names: [], columns: [])
        }
      }
    default: []
    }
  }

  /// The same value with other numbers in its features, given in the order of `featureParts`.
  func replacingFeatures(_ parts: [[[Double]]]) -> Value {
    switch self {
    case .table(let frame): .table(frame.replacingFeatures(parts.first ?? []))
    case .series(let frame): .series(frame.replacingFeatures(parts.first ?? []))
    case .embedding(let embedding): .embedding(embedding.replacing(columns: parts.first ?? []))
    case .bundle(let bundle):
      .bundle(
        Bundle(
          index: bundle.index,
          slots: zip(bundle.slots, parts).map { slot, columns in
            let content: SlotContent =
              switch slot.content {
              case .frame(let frame): .frame(frame.replacingFeatures(columns))
              case .embedding(let embedding): .embedding(embedding.replacing(columns: columns))
              case .scores, .audio, .log: slot.content
              }
            return Slot(name: slot.name, content: content, presence: slot.presence, staleness: slot.staleness)
          }))
    default: self
    }
  }
}

struct FeaturePart {
  let names: [String]
  /// NaN where a cell is missing.
  let columns: [[Double]]

  init(names: [String], columns: [[Double]]) {
    self.names = names
    self.columns = columns
  }

  init(_ frame: Frame) {
    self.init(names: frame.features.map(\.name), columns: frame.features.map { $0.numbers ?? [] })
  }

  init(_ embedding: Embedding) {
    self.init(
      names: embedding.features, columns: embedding.features.indices.map { embedding.matrix.column($0) })
  }
}

extension Frame {
  /// The unit goes: scaled numbers no longer carry it.
  fileprivate func replacingFeatures(_ numbers: [[Double]]) -> Frame {
    var left = numbers[...]
    return with(
      columns: columns.map { column in
        let isFeature = column.role == .feature && (column.type == .number || column.type == .bool)
        guard isFeature, let numbers = left.popFirst() else { return column }
        return Column(numbers: numbers, name: column.name)
      })
  }
}

extension Embedding {
  fileprivate func replacing(columns: [[Double]]) -> Embedding {
    var matrix = matrix
    for (place, column) in columns.enumerated() {
      for (row, number) in column.enumerated() { matrix[row, place] = number }
    }
    return Embedding(
      index: index, matrix: matrix, features: features, blocks: blocks, voices: voices)
  }
}

extension Embedding {
  /// The same numbers as columns.
  var asFrame: Frame {
    Frame(
      index: index,
      columns: features.enumerated().map { place, name in
        Column(numbers: matrix.column(place), name: name)
      })
  }
}
