package import Values

extension PumpStation {
  /// What is known of a column before anything is computed.
  package struct ColumnOutline: Sendable, Equatable {
    package let name: String
    package let type: ColumnType
    package let unit: String?

    init(_ name: String, _ type: ColumnType = .number, unit: String? = nil) {
      self.name = name
      self.type = type
      self.unit = unit
    }
  }

  package static let sensorColumns =
    channels.map { ColumnOutline($0.name, unit: $0.unit) }
    + [ColumnOutline("fault"), ColumnOutline("cause", .category)]

  package static let cameraColumns = measures.map { ColumnOutline($0) }

  package static let logColumns = [ColumnOutline("level", .category), ColumnOutline("message", .text)]

  package static let truthColumns = [
    ColumnOutline("end", .time), ColumnOutline("kind", .category), ColumnOutline("fault", .bool),
  ]
}
