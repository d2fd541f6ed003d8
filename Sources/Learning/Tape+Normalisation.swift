package import Numerics

extension Tape {
  /// Rows that take turns in so many channels: all cells of a channel together get mean 0 and variance 1, or are moved by the
  /// given moments where they are known.
  ///
  /// - Source: Ioffe and Szegedy, *Batch normalization*, ICML 2015, algorithm 1 without gain and bias, over all places of a
  ///   channel as in section 3.2.
  package mutating func channelNormalised(
    _ a: Node, channels: Int, by known: ChannelMoments? = nil
  ) -> Node {
    let x = value(of: a)
    let moments = known ?? ChannelMoments(of: x, channels: channels)
    var unit = x
    for cell in unit.values.indices {
      let channel = cell / x.columns % channels
      unit.values[cell] = (x.values[cell] - moments.means[channel]) * moments.inverse(channel)
    }
    let normal = unit
    let isFixed = known != nil
    let cells = Double(max(1, x.rows / channels * x.columns))
    return record([a], unit) { g in
      var (means, along) = (
        [Double](repeating: 0, count: channels), [Double](repeating: 0, count: channels)
      )
      if !isFixed {
        for cell in g.values.indices {
          let channel = cell / x.columns % channels
          means[channel] += g.values[cell] / cells
          along[channel] += g.values[cell] * normal.values[cell] / cells
        }
      }
      var back = g
      for cell in g.values.indices {
        let channel = cell / x.columns % channels
        back.values[cell] =
          (g.values[cell] - means[channel] - normal.values[cell] * along[channel]) * moments.inverse(channel)
      }
      return [back]
    }
  }

  /// Each channel times a factor plus an offset, both of one row with a cell a channel.
  package mutating func channelAffine(_ a: Node, gain: Node, bias: Node) -> Node {
    let (x, gains, offsets) = (value(of: a), value(of: gain).values, value(of: bias).values)
    precondition(gains.count == offsets.count && !gains.isEmpty, "a gain and a bias for each channel")
    let channels = gains.count
    var moved = x
    for cell in moved.values.indices {
      let channel = cell / x.columns % channels
      moved.values[cell] = x.values[cell] * gains[channel] + offsets[channel]
    }
    return record([a, gain, bias], moved) { g in
      var back = g
      var (byGain, byBias) = (Matrix(rows: 1, columns: channels), Matrix(rows: 1, columns: channels))
      for cell in g.values.indices {
        let channel = cell / x.columns % channels
        back.values[cell] = g.values[cell] * gains[channel]
        byGain.values[channel] += g.values[cell] * x.values[cell]
        byBias.values[channel] += g.values[cell]
      }
      return [back, byGain, byBias]
    }
  }

  /// Each column times a factor plus an offset, both of one row: the gain and bias after a normalisation.
  package mutating func affine(_ a: Node, gain: Node, bias: Node) -> Node {
    biased(cellProduct(a, repeated(gain, count: value(of: a).rows)), by: bias)
  }

  /// Cells left out by chance, the others enlarged so that the mean stays.
  ///
  /// - Randomness: one number a cell.
  /// - Source: Srivastava et al., *Dropout*, JMLR 2014, section 10 (scaled while training).
  package mutating func dropped(_ a: Node, rate: Double, using random: inout SeededGenerator) -> Node {
    if rate <= 0 { return a }
    let scale = rate < 1 ? 1 / (1 - rate) : 0
    let mask = value(of: a).values.map { _ in random.unit() < rate ? 0 : scale }
    let shape = value(of: a)
    return cellProduct(a, leaf(Matrix(rows: shape.rows, columns: shape.columns, values: mask)))
  }
}

/// Mean and variance of each channel.
package struct ChannelMoments: Sendable, Equatable, Codable {
  package let means: [Double]
  package let variances: [Double]

  /// Keeps constant channels finite; the usual value.
  private static let floor = 1e-5

  /// Of rows that take turns in so many channels.
  package init(of matrix: Matrix, channels: Int) {
    let width = matrix.columns
    let cells = Double(max(1, matrix.rows / channels * width))
    var means = [Double](repeating: 0, count: channels)
    for cell in matrix.values.indices { means[cell / width % channels] += matrix.values[cell] / cells }
    var variances = [Double](repeating: 0, count: channels)
    for cell in matrix.values.indices {
      let difference = matrix.values[cell] - means[cell / width % channels]
      variances[cell / width % channels] += difference * difference / cells
    }
    self.means = means
    self.variances = variances
  }

  func inverse(_ channel: Int) -> Double { 1 / (variances[channel] + Self.floor).squareRoot() }
}
