import Numerics
import Testing

@Suite struct `Products and factors of matrices` {
  private func random(_ rows: Int, _ columns: Int, seed: UInt64) -> Matrix {
    var generator = SeededGenerator(seed: seed)
    return Matrix(rows: rows, columns: columns, values: (0..<rows * columns).map { _ in generator.normal() })
  }

  private func naive(_ a: Matrix, _ b: Matrix) -> Matrix {
    var result = Matrix(rows: a.rows, columns: b.columns)
    for i in 0..<a.rows {
      for j in 0..<b.columns { for k in 0..<a.columns { result[i, j] += a[i, k] * b[k, j] } }
    }
    return result
  }

  private func isClose(_ a: Matrix, _ b: Matrix, within tolerance: Double = 1e-10) -> Bool {
    a.rows == b.rows && a.columns == b.columns
      && zip(a.values, b.values).allSatisfy { abs($0 - $1) <= tolerance }
  }

  @Test func `multiply as written, turned or not`() throws {
    let (a, b) = (random(37, 19, seed: 1), random(19, 23, seed: 2))
    let expected = naive(a, b)
    #expect(isClose(try a.product(b), expected))
    #expect(isClose(try a.transposed().product(b, turning: .yes), expected))
    #expect(isClose(try a.product(b.transposed(), other: .yes), expected))
    #expect(isClose(try a.transposed().product(b.transposed(), turning: .yes, other: .yes), expected))
    #expect(try a.product(Matrix(rows: 19, columns: 0)).columns == 0)
  }

  @Test func `multiply to the same bits at one and two threads`() throws {
    let (a, b) = (random(900, 700, seed: 3), random(700, 600, seed: 4))
    #expect(try a.product(b, work: Work(threads: 1)) == a.product(b, work: Work(threads: 2)))
    #expect(
      try a.product(a, turning: .yes, work: Work(threads: 1))
        == a.product(a, turning: .yes, work: Work(threads: 2)))
  }

  @Test(arguments: [(12, 5), (5, 12), (7, 7), (1, 4)]) func `decompose and come back`(
    _ rows: Int, _ columns: Int
  ) throws {
    let a = random(rows, columns, seed: 5)
    let svd = try #require(SingularValues(a))
    var scaled = svd.left
    for row in 0..<scaled.rows {
      for column in 0..<scaled.columns { scaled[row, column] *= svd.values[column] }
    }
    #expect(isClose(try scaled.product(svd.right, other: .yes), a))
    #expect(zip(svd.values, svd.values.dropFirst()).allSatisfy { $0 >= $1 })
  }

  @Test func `solve positive definite systems and say what is not`() throws {
    let a = random(9, 6, seed: 6)
    let gram = try a.product(a, turning: .yes)
    let right = random(6, 2, seed: 7)
    let factor = try #require(Cholesky(gram))
    #expect(isClose(try gram.product(factor.solve(right)), right, within: 1e-8))
    #expect(Cholesky(Matrix(rows: 2, columns: 2, values: [1, 2, 2, 1])) == nil)
    let diagonal = try #require(Cholesky(Matrix(rows: 2, columns: 2, values: [4, 0, 0, 9])))
    #expect(abs(diagonal.logDeterminant - logarithm(36)) < 1e-12)
  }
}
