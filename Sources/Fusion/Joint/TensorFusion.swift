package import Numerics
import Values

/// All products of features of different modalities, and the features themselves.
///
/// z = vec([1; h₁] ⊗ [1; h₂] ⊗ …). An absent modality is [1; 0]: the products without it stay.
///
/// - Input: two modalities or more; the product of their widths + 1 at most 65,536.
/// - Output: Π (d + 1) − 1 columns (the constant is left out).
/// - Complexity: O(*n* Π *d*).
/// - Source: Zadeh et al., *Tensor fusion network for multimodal sentiment analysis*, EMNLP 2017, equation 2.
package struct TensorFusion: JointOperator, Equatable {
  package static let name = "tensor"
  package init() {}

  package func width(of modalities: Modalities) -> Int {
    modalities.parts.reduce(1) { min($0 * ($1.dimensions + 1), 2 * widestJoint) }
  }

  package func join(
    _ modalities: Modalities, using random: inout SeededGenerator, work: Work
  ) throws(FusionError) -> JointRows {
    var width = 1
    for part in modalities.parts {
      let (product, overflows) = width.multipliedReportingOverflow(by: part.dimensions + 1)
      width = overflows ? Int.max : product
      if width > widestJoint { throw .tooWide(columns: width, limit: widestJoint) }
    }
    let parts = modalities.parts
    let columns = width
    let values = try orCancelled { () throws(Cancelled) in
      try work.fill(
        modalities.index.count, stride: columns - 1, size: max(1, 1_000_000 / columns), stage: "tensor"
      ) { range, target in
        for row in range {
          var product: [Double] = [1]
          for part in parts {
            let features: [Double] = [1] + part.matrix.row(row)
            product = product.flatMap { left in features.map { left * $0 } }
          }
          let base = (row - range.lowerBound) * (columns - 1)
          for place in 1..<columns { target[base + place - 1] = product[place] }
        }
      }
    }
    var names = [""]
    for part in parts {
      let features = [""] + part.features.map { "\(part.name).\($0)" }
      names = names.flatMap { left in
        features.map { left.isEmpty || $0.isEmpty ? left + $0 : "\(left)*\($0)" }
      }
    }
    return JointRows(
      matrix: Matrix(rows: modalities.index.count, columns: columns - 1, values: values),
      features: Array(names.dropFirst()))
  }
}
