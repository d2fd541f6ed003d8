/// Points in space, one or several clouds one behind the other, each a segment of the index.
package struct Cloud: Sendable, Equatable {
  /// One row a point: `x`, `y`, `z` first, then what else was measured (normals, colour, intensity).
  package let points: Frame
  /// How many points lie in a row of the grid, one a run of the index; 0 for points in no order.
  package let gridWidths: [Int]

  package init(points: Frame, gridWidths: [Int] = []) {
    precondition(
      ["x", "y", "z"].allSatisfy { points.column($0)?.type == .number }, "points have three coordinates")
    self.points = points
    self.gridWidths = gridWidths.isEmpty ? points.index.runs.map { _ in 0 } : gridWidths
    precondition(self.gridWidths.count == points.index.runs.count, "one grid a cloud")
  }

  package var isOrganised: Bool { gridWidths.contains { $0 > 0 } }

  /// The chosen points; a grid does not survive that.
  package func selecting(rows: [Int]) -> Cloud {
    Cloud(points: points.with(index: points.index.naming(rows), rows: rows))
  }

  package func with(index: Index) -> Cloud {
    Cloud(
      points: points.with(index: index),
      gridWidths: index.runs.count == gridWidths.count ? gridWidths : [])
  }
}
