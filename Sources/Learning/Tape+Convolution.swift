import Numerics

/// How a kernel goes over a grid of one, two or three dimensions.
///
/// A row of the matrix is one sample: its positions one after another, the last dimension fastest, and at each position its
/// channels.
package struct ConvolutionShape: Sendable, Equatable, Codable {
  /// Steps; rows and columns; or frames, rows and columns.
  package let size: [Int]
  package let channels: Int
  package let kernel: [Int]
  package let stride: [Int]
  package let dilation: [Int]
  /// Zeros before the first position of each dimension, and after the last.
  package let before: [Int]
  package let after: [Int]

  package enum Padding: String, Sendable {
    /// None: the kernel stays inside.
    case none
    /// With a stride of 1 the output is as large as the input.
    case same
    /// All zeros come before: an output sees no later position.
    case causal
  }

  package init(
    size: [Int], channels: Int, kernel: [Int], stride: [Int]? = nil, dilation: [Int]? = nil,
    padding: Padding = .none
  ) {
    precondition(
      (1...3).contains(size.count) && kernel.count == size.count, "a kernel has the dimensions of its grid")
    self.size = size
    self.channels = channels
    self.kernel = kernel
    self.stride = stride ?? size.map { _ in 1 }
    let dilation = dilation ?? size.map { _ in 1 }
    self.dilation = dilation
    let reach = kernel.indices.map { (kernel[$0] - 1) * dilation[$0] }
    before =
      switch padding {
      case .none: size.map { _ in 0 }
      case .same: reach.map { $0 / 2 }
      case .causal: reach
      }
    after = padding == .same ? reach.map { $0 - $0 / 2 } : size.map { _ in 0 }
  }

  /// Positions of the output in each dimension.
  package var outputSize: [Int] {
    size.indices.map { d in
      let room = size[d] + before[d] + after[d] - (kernel[d] - 1) * dilation[d] - 1
      return room < 0 ? 0 : room / stride[d] + 1
    }
  }
  package var outputCount: Int { outputSize.reduce(1, *) }
  /// Weights that an output channel has.
  package var patch: Int { kernel.reduce(channels, *) }

  /// For each output position the places that its kernel sees, position by position and channel by channel; nil outside.
  package var places: [Int?] {
    let outputs = Self.positions(outputSize)
    let offsets = Self.positions(kernel)
    var result: [Int?] = []
    result.reserveCapacity(outputs.count * offsets.count * channels)
    for output in outputs {
      for offset in offsets {
        var place: Int? = 0
        for d in size.indices {
          let at = output[d] * stride[d] + offset[d] * dilation[d] - before[d]
          if let found = place, size[d] > at, at >= 0 { place = found * size[d] + at } else { place = nil }
        }
        for channel in 0..<channels { result.append(place.map { $0 * channels + channel }) }
      }
    }
    return result
  }

  private static func positions(_ size: [Int]) -> [[Int]] {
    size.reduce([[]]) { found, length in found.flatMap { start in (0..<length).map { start + [$0] } } }
  }
}

extension Tape {
  /// A convolution of each row, as the field says it (a correlation): patch × weights + bias at each position.
  ///
  /// - Input: `weights` of `patch` rows and a column an output channel; `bias` one row.
  /// - Output: a row a sample, its positions one after another with their output channels.
  /// - Complexity: O(positions · patch · output channels) a row, as one matrix product.
  /// - Source: Chellapilla, Puri and Simard, *High performance convolutional neural networks for document processing*, 2006,
  ///   section 2 (unrolled to a product).
  package mutating func convolved(
    _ a: Node, weights: Node, bias: Node, shape: ConvolutionShape
  ) -> Node {
    let patches = reshaped(gathered(a, places: shape.places), columns: shape.patch)
    let output = biased(product(patches, weights), by: bias)
    return reshaped(output, columns: shape.outputCount * value(of: weights).columns)
  }

  /// The greatest cell of each channel under the kernel; cells outside of the grid count as 0.
  package mutating func maximumPooled(_ a: Node, shape: ConvolutionShape) -> Node {
    pooled(a, shape: shape) { tape, cells in tape.topMean(cells, count: 1) }
  }

  /// The mean of each channel under the kernel; cells outside of the grid count as 0.
  package mutating func meanPooled(_ a: Node, shape: ConvolutionShape) -> Node {
    pooled(a, shape: shape) { tape, cells in
      let width = tape.value(of: cells).columns
      return tape.product(
        cells, tape.leaf(Matrix(rows: width, columns: 1, repeating: 1 / Double(max(1, width)))))
    }
  }

  private mutating func pooled(
    _ a: Node, shape: ConvolutionShape, _ pool: (inout Tape, Node) -> Node
  ) -> Node {
    let cells = shape.kernel.reduce(1, *)
    let places = shape.places
    // Channel by channel instead of position by position.
    let order = (0..<shape.outputCount * shape.channels).flatMap { output in
      let (position, channel) = output.quotientAndRemainder(dividingBy: shape.channels)
      return (0..<cells).map { places[(position * cells + $0) * shape.channels + channel] }
    }
    let rows = reshaped(gathered(a, places: order), columns: cells)
    return reshaped(pool(&self, rows), columns: shape.outputCount * shape.channels)
  }
}
