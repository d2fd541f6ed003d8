/// A drawing as data; the console draws it with characters, `Formats` as SVG or PNG.
package struct Figure: Sendable, Equatable {
  package enum Body: Sendable, Equatable {
    /// Lanes above one another that share the horizontal axis.
    case lanes([Lane], axis: Axis)
    case histogram(counts: [Int], edges: [Double], name: String)
    case scatter(x: [Double], y: [Double], marks: Mask?, xName: String, yName: String)
    /// Row-major, `rows` of `columns`, which stand for the whole span in equal parts.
    case heat(
      values: [Double], rows: Int, columns: Int, rowNames: [String], axis: Axis, span: ClosedRange<Double>)
    /// Pictures in a grid, line after line.
    case plates([Plate], columns: Int, colours: Colours?)
    case network(Network)
  }

  /// A picture with what its places stand for.
  package struct Plate: Sendable, Equatable {
    package let raster: Raster
    package let caption: String
    package let across: Ruler?
    package let upwards: Ruler?

    package init(_ raster: Raster, caption: String = "", across: Ruler? = nil, upwards: Ruler? = nil) {
      self.raster = raster
      self.caption = caption
      self.across = across
      self.upwards = upwards
    }
  }

  /// What one side of a picture measures.
  package struct Ruler: Sendable, Equatable {
    /// With its unit.
    package let name: String
    /// Share of the side, from the left or from below, and what stands there.
    package let ticks: [Tick]

    package struct Tick: Sendable, Equatable {
      package let share: Double
      package let label: String

      package init(_ share: Double, _ label: String) {
        self.share = share
        self.label = label
      }
    }

    package init(name: String, ticks: [Tick]) {
      self.name = name
      self.ticks = ticks
    }
  }

  /// What the false colours of all plates stand for.
  package struct Colours: Sendable, Equatable {
    package let name: String
    package let low: Double
    package let high: Double

    package init(name: String, low: Double, high: Double) {
      self.name = name
      self.low = low
      self.high = high
    }
  }

  /// Nodes in a plane and the lines between them.
  package struct Network: Sendable, Equatable {
    package let names: [String]
    /// From 0 to 1, to the right and upwards.
    package let x: [Double]
    package let y: [Double]
    /// Neighbours in the whole graph.
    package let degrees: [Int]
    package let edges: [Edge]

    package struct Edge: Sendable, Equatable {
      package let from: Int
      package let to: Int

      package init(_ from: Int, _ to: Int) {
        self.from = from
        self.to = to
      }
    }

    package init(names: [String], x: [Double], y: [Double], degrees: [Int], edges: [Edge]) {
      self.names = names
      self.x = x
      self.y = y
      self.degrees = degrees
      self.edges = edges
    }
  }

  /// What the horizontal axis counts.
  package enum Axis: Sendable, Equatable {
    case time
    case row

    private static let day = 86_400e9

    /// Whether times are counted from a beginning whose date nobody knows: within the first day of 1970.
    package func isElapsed(from low: Double, to high: Double) -> Bool {
      self == .time && low >= 0 && high < Self.day
    }
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
