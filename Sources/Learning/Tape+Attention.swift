package import Numerics

extension Tape {
  /// Σ α x over several matrices of one shape, α the softmax over them, cell by cell.
  ///
  /// `presence[m][i]` says whether matrix m speaks in row i; a row without any is 0.
  package mutating func gatedSum(logits: [Node], values: [Node], presence: [[Bool]]) -> Node {
    let scores = logits.map { value(of: $0) }
    let parts = values.map { value(of: $0) }
    let shares = Self.shares(scores, presence: presence)
    var result = Matrix(rows: parts[0].rows, columns: parts[0].columns)
    for (part, share) in zip(parts, shares) {
      for cell in result.values.indices { result.values[cell] += share.values[cell] * part.values[cell] }
    }
    let sum = result
    return record(logits + values, result) { g in
      var backLogits: [Matrix?] = []
      var backValues: [Matrix?] = []
      for (part, share) in zip(parts, shares) {
        backValues.append(g.combined(with: share, *))
        var back = g
        for cell in g.values.indices {
          back.values[cell] = g.values[cell] * share.values[cell] * (part.values[cell] - sum.values[cell])
        }
        backLogits.append(back)
      }
      return backLogits + backValues
    }
  }

  /// Softmax over matrices, cell by cell; zeros where a matrix is absent.
  package static func shares(_ logits: [Matrix], presence: [[Bool]]) -> [Matrix] {
    var shares = logits
    let columns = logits[0].columns
    for cell in logits[0].values.indices {
      let row = cell / columns
      var highest = -Double.infinity
      for m in logits.indices where presence[m][row] { highest = max(highest, logits[m].values[cell]) }
      var total = 0.0
      for m in logits.indices {
        let share = presence[m][row] ? exponential(logits[m].values[cell] - highest) : 0
        shares[m].values[cell] = share
        total += share
      }
      if total > 0 { for m in logits.indices { shares[m].values[cell] /= total } }
    }
    return shares
  }

  /// Attention within each row: a row holds tokens of `width` cells one behind another.
  ///
  /// softmax(q kᵀ / √d) v for each head, heads being equal parts of the width. `presence[i][t]` says whether key token t of row
  /// i speaks, `sight[q][t]` whether query token q may see it (all, if empty); queries without any key get 0. `scales` leaves
  /// out the division by √d where false.
  ///
  /// - Source: Vaswani et al., *Attention is all you need*, NIPS 2017, equation 1.
  package mutating func attention(
    queries: Node, keys: Node, values: Node, width: Int, heads: Int = 1, presence: [[Bool]],
    sight: [[Bool]] = [], scales: Bool = true
  ) -> Node {
    precondition(width % heads == 0, "heads share the width evenly")
    let (q, k, v) = (value(of: queries), value(of: keys), value(of: values))
    let shape = Attention(
      width: width, heads: heads, queryTokens: q.columns / width, keyTokens: k.columns / width,
      sight: sight, factor: scales ? 1 / Double(width / heads).squareRoot() : 1)
    var result = Matrix(rows: q.rows, columns: q.columns)
    for row in 0..<q.rows {
      shape.forEachQuery(row, q, k, presence: presence[row]) { token, offset, weights in
        for (key, weight) in weights.enumerated() where weight != 0 {
          for c in 0..<shape.headWidth {
            result[row, token * width + offset + c] += weight * v[row, key * width + offset + c]
          }
        }
      }
    }
    return record([queries, keys, values], result) { g in
      var (backQ, backK, backV) = (q.zeros, k.zeros, v.zeros)
      for row in 0..<q.rows {
        shape.forEachQuery(row, q, k, presence: presence[row]) { token, offset, weights in
          let base = token * width + offset
          let slopes = weights.indices.map { key -> Double in
            var sum = 0.0
            for c in 0..<shape.headWidth { sum += g[row, base + c] * v[row, key * width + offset + c] }
            return sum
          }
          let mean = zip(weights, slopes).reduce(0) { $0 + $1.0 * $1.1 }
          for (key, weight) in weights.enumerated() where weight != 0 {
            let slope = weight * (slopes[key] - mean) * shape.factor
            let other = key * width + offset
            for c in 0..<shape.headWidth {
              backV[row, other + c] += weight * g[row, base + c]
              backQ[row, base + c] += slope * k[row, other + c]
              backK[row, other + c] += slope * q[row, base + c]
            }
          }
        }
      }
      return [backQ, backK, backV]
    }
  }
}

/// The sizes of an attention.
private struct Attention: Sendable {
  let width: Int
  let heads: Int
  let queryTokens: Int
  let keyTokens: Int
  let sight: [[Bool]]
  let factor: Double
  var headWidth: Int { width / heads }

  /// Calls `body` with each query token, the offset of its head and the weights of the keys.
  func forEachQuery(
    _ row: Int, _ q: Matrix, _ k: Matrix, presence: [Bool], _ body: (Int, Int, [Double]) -> Void
  ) {
    var weights = [Double](repeating: 0, count: keyTokens)
    for token in 0..<queryTokens {
      let seen = sight.isEmpty ? presence : zip(presence, sight[token]).map { $0 && $1 }
      for head in 0..<heads {
        let offset = head * headWidth
        var highest = -Double.infinity
        for key in 0..<keyTokens where seen[key] {
          var sum = 0.0
          for c in 0..<headWidth {
            sum += q[row, token * width + offset + c] * k[row, key * width + offset + c]
          }
          weights[key] = sum * factor
          highest = max(highest, weights[key])
        }
        var total = 0.0
        for key in 0..<keyTokens {
          weights[key] = seen[key] ? exponential(weights[key] - highest) : 0
          total += weights[key]
        }
        if total > 0 { for key in 0..<keyTokens { weights[key] /= total } }
        body(token, offset, weights)
      }
    }
  }
}
