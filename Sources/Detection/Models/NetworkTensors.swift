import Learning
package import Numerics
package import Values

/// A matrix by name; a vector is one row.
package struct NamedTensor: Sendable, Equatable {
  package let name: String
  package let matrix: Matrix
  package let isVector: Bool

  init(_ name: String, _ matrix: Matrix) {
    self.name = name
    self.matrix = matrix
    isVector = false
  }

  init(_ name: String, vector: [Double]) {
    self.name = name
    matrix = Matrix(rows: 1, columns: vector.count, values: vector)
    isVector = true
  }
}

/// A model of rows that is all matrices, so that a file of tensors can hold it.
package protocol TensorModel: FittedDetector {
  var tensors: [NamedTensor] { get }
  /// nil if they do not fit together for rows of so many features; all numbers are finite.
  init?(tensors: [String: Matrix], features: Int)
}

extension FittedModel {
  /// What models of tensors there are.
  package static let tensorModels: [any TensorModel.Type] = [
    Autoencoder.Model.self, VariationalAutoencoder.Model.self, DeepSVDD.Model.self, DeepSAD.Model.self,
  ]

  /// nil for models that are not made of tensors alone, or of several segments.
  package var tensors: [NamedTensor]? {
    parts.count == 1 && !isPerSegment ? (parts[0].model as? any TensorModel)?.tensors : nil
  }

  /// A model as it stands in a file.
  ///
  /// - Returns: nil if the method is unknown, or its tensors do not fit together.
  package init?(method: String, features: [String], blocks: [Block], tensors: [String: Matrix]) {
    guard let type = Self.tensorModels.first(where: { $0.method == method }), !features.isEmpty,
      tensors.values.allSatisfy({ $0.values.allSatisfy(\.isFinite) }),
      let model = type.init(tensors: tensors, features: features.count)
    else { return nil }
    self.init(
      method: method,
      rows: ScorableRows(
        index: Index(.row(count: 0)), matrix: Matrix(rows: 0, columns: features.count), features: features,
        blocks: blocks), isPerSegment: false,
      parts: [Part(segment: "", model: model, fittedRows: [])])
  }
}

extension NetworkRows {
  var tensors: [NamedTensor] {
    [
      NamedTensor("input.center", vector: standardisation.centers),
      NamedTensor("input.scale", vector: standardisation.scales),
    ]
  }

  init?(tensors: [String: Matrix], features: Int) {
    guard let centers = tensors["input.center"], let scales = tensors["input.scale"], centers.rows == 1,
      scales.rows == 1, centers.columns == features, scales.columns == features,
      scales.values.allSatisfy({ $0 > 0 })
    else { return nil }
    standardisation = Standardisation(centers: centers.values, scales: scales.values)
  }
}

extension Network {
  /// Outputs × inputs and one bias an output, as PyTorch's linear layers name and lay them out.
  func tensors(_ name: String, biases: Bool = true) -> [NamedTensor] {
    layers.enumerated().flatMap { place, layer in
      [NamedTensor("\(name).\(place).weight", layer.weights.transposed())]
        + (biases ? [NamedTensor("\(name).\(place).bias", vector: layer.bias.values)] : [])
    }
  }

  /// nil if a layer does not take what the one before gives, or the ends have other widths.
  init?(
    tensors: [String: Matrix], _ name: String, inputs: Int, outputs: Int? = nil, activation: Activation,
    output: Activation = .identity, biases: Bool = true
  ) {
    var weights: [Matrix] = []
    while let matrix = tensors["\(name).\(weights.count).weight"] { weights.append(matrix.transposed()) }
    var width = inputs
    for matrix in weights {
      if matrix.rows != width || matrix.columns == 0 { return nil }
      width = matrix.columns
    }
    guard !weights.isEmpty, outputs ?? width == width else { return nil }
    var random = SeededGenerator(seed: 0)
    self.init(
      widths: [inputs] + weights.map(\.columns), activation: activation, output: output, using: &random)
    self.weights = weights
    guard biases else { return }
    for place in layers.indices {
      guard let bias = tensors["\(name).\(place).bias"], bias.rows == 1,
        bias.columns == layers[place].weights.columns
      else { return nil }
      layers[place].bias = bias
    }
  }
}

extension Autoencoder.Model: TensorModel {
  package var tensors: [NamedTensor] { rows.tensors + network.tensors("network") }

  package init?(tensors: [String: Matrix], features: Int) {
    guard let rows = NetworkRows(tensors: tensors, features: features),
      let network = Network(
        tensors: tensors, "network", inputs: features, outputs: features, activation: .tanh)
    else { return nil }
    self.init(rows: rows, network: network)
  }
}

extension VariationalAutoencoder.Model: TensorModel {
  package var tensors: [NamedTensor] {
    rows.tensors + encoder.tensors("encoder") + decoder.tensors("decoder")
  }

  package init?(tensors: [String: Matrix], features: Int) {
    guard let rows = NetworkRows(tensors: tensors, features: features),
      let encoder = Network(tensors: tensors, "encoder", inputs: features, activation: .rectifier),
      let codes = encoder.layers.last?.weights.columns, codes % 2 == 0, codes > 0,
      let decoder = Network(
        tensors: tensors, "decoder", inputs: codes / 2, outputs: features, activation: .rectifier)
    else { return nil }
    self.init(rows: rows, latent: codes / 2, encoder: encoder, decoder: decoder)
  }
}

extension HiddenSphere {
  var tensors: [NamedTensor] {
    rows.tensors + network.tensors("network", biases: false) + [NamedTensor("center", vector: center)]
  }

  init?(tensors: [String: Matrix], features: Int) {
    guard let rows = NetworkRows(tensors: tensors, features: features), let center = tensors["center"],
      center.rows == 1,
      let network = Network(
        tensors: tensors, "network", inputs: features, outputs: center.columns, activation: .rectifier,
        output: .rectifier, biases: false)
    else { return nil }
    self.init(rows: rows, network: network, center: center.values)
  }
}

extension DeepSVDD.Model: TensorModel {
  package var tensors: [NamedTensor] { sphere.tensors }

  package init?(tensors: [String: Matrix], features: Int) {
    guard let sphere = HiddenSphere(tensors: tensors, features: features) else { return nil }
    self.init(sphere: sphere)
  }
}

extension DeepSAD.Model: TensorModel {
  package var tensors: [NamedTensor] { sphere.tensors }

  package init?(tensors: [String: Matrix], features: Int) {
    guard let sphere = HiddenSphere(tensors: tensors, features: features) else { return nil }
    self.init(sphere: sphere)
  }
}
