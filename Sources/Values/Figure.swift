/// A drawing as data; the console draws it with characters, `Formats` as SVG or PNG.
package struct Figure: Sendable, Equatable {
  package enum Body: Sendable, Equatable {
    /// Lanes above one another that share the horizontal axis.
    case lanes([Lane], axis: Axis)
    case histogram(counts: [Int], edges: [Double], name: String)
    case scatter(x: [Double], y: [Double], marks: Mask?, xName: String, yName: String)
    /// Row-major, `rows` of `columns`.
    case heat(values: [Double], rows: Int, columns: Int, rowNames: [String], axis: Axis)
    case picture(Raster)
  }

  /// What the horizontal axis counts.
  package enum Axis: Sendable, Equatable {
    case time
    case row
  }

  /// One strip of the drawing.
  package struct Lane: Sendable, Equatable {
    package let name: String
    package let unit: String?
    /// Nanoseconds since 1970 or row numbers, ascending.
    package let x: [Double]
    /// NaN leaves a gap.
    package let y: [Double]
    /// A dashed line across, such as a threshold.
    package let level: Double?
    /// Shaded stretches of x, such as alarms.
    package let marks: [ClosedRange<Double>]
    /// Stretches of ground truth, drawn apart from alarms.
    package let truth: [ClosedRange<Double>]

    package init(
      name: String, unit: String? = nil, x: [Double], y: [Double], level: Double? = nil,
      marks: [ClosedRange<Double>] = [], truth: [ClosedRange<Double>] = []
    ) {
      self.name = name
      self.unit = unit
      self.x = x
      self.y = y
      self.level = level
      self.marks = marks
      self.truth = truth
    }
  }

  package let title: String
  package let body: Body

  package init(title: String, body: Body) {
    self.title = title
    self.body = body
  }
}
