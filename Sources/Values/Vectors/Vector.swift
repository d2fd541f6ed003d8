import Chronology

/// Cells of one type on their way through an expression.
///
/// A missing cell is NaN, `Vector.missing`, `Truth.missing` or a nil text. Numbers that arithmetic makes are finite
/// or missing; times and lengths of time that leave their range are missing.
package enum Vector: Sendable, Equatable {
  case numbers(Lane<Double>)
  /// Nanoseconds since 1970.
  case times(Lane<Int64>)
  /// Nanoseconds.
  case spans(Lane<Int64>)
  case truths(Lane<Truth>)
  case texts(Texts)

  /// Stands for a time or a length of time that is not there.
  package static let missing = Int64.min

  package static func number(_ number: Double) -> Vector { .numbers(.all(number)) }

  package func slice(_ rows: Range<Int>) -> Vector {
    switch self {
    case .numbers(let lane): .numbers(lane.slice(rows))
    case .times(let lane): .times(lane.slice(rows))
    case .spans(let lane): .spans(lane.slice(rows))
    case .truths(let lane): .truths(lane.slice(rows))
    case .texts(let texts): .texts(texts.slice(rows))
    }
  }
}

extension Column {
  /// The cells as an expression sees them; numbers and complete times share their storage.
  package var vector: Vector {
    switch cells {
    case .number(let numbers): return .numbers(.each(numbers))
    case .time(let times):
      guard let nulls else { return .times(.each(times)) }
      var times = times
      for row in times.indices where nulls[row] { times[row] = Vector.missing }
      return .times(.each(times))
    case .bool(let bits):
      var truths = [Truth](repeating: .no, count: bits.count)
      for row in bits.indices { truths[row] = Truth(bits[row]) }
      if let nulls { for row in bits.indices where nulls[row] { truths[row] = .missing } }
      return .truths(.each(truths))
    case .category(let codes, let levels): return .texts(.coded(codes, levels: levels))
    case .text(let texts): return .texts(.plain(texts, nulls: nulls))
    }
  }

  /// A column of such cells; lengths of time become seconds.
  package init(_ vector: Vector, count: Int, name: String, unit: String? = nil, role: ColumnRole = .feature) {
    switch vector {
    case .numbers(let lane): self.init(numbers: lane.cells(count), name: name, unit: unit, role: role)
    case .spans(let lane):
      let seconds = lane.map(0.0) { $0 == Vector.missing ? .nan : Double($0) / 1e9 }
      self.init(numbers: seconds.cells(count), name: name, unit: "s", role: role)
    case .times(let lane):
      let times = lane.cells(count)
      let nulls = Mask(times.map { $0 == Vector.missing })
      self.init(
        name, .time(nulls.isEmpty ? times : times.map { $0 == Vector.missing ? 0 : $0 }), nulls: nulls,
        role: role)
    case .truths(let lane):
      let truths = lane.cells(count)
      self.init(
        name, .bool(truths.map { $0 == .yes }), nulls: Mask(truths.map { $0 == .missing }), role: role)
    case .texts(let texts):
      let (cells, nulls) = texts.cells(count)
      self.init(name, cells, nulls: nulls, role: role)
    }
  }
}

extension TimeAxis {
  /// The moments as an expression sees them.
  package var vector: Vector {
    switch self {
    case .listed(let times): return .times(.each(times))
    case .regular(let start, let step, let count):
      return .times(.each((0..<count).map { start.nanoseconds &+ step.nanoseconds &* Int64($0) }))
    }
  }
}
