package import Chronology
import Numerics
package import Values

/// An invented pump station: four instruments watch one machine, and faults show in some of them, each with its
/// own delay.
///
/// All parts come from one seed, so that they share the operating speed, the faults and the clock. The first 40 %
/// of the recording hold no fault. What makes it hard, as real stations are: three operating speeds that the
/// instruments follow at different pace, slow drift of the temperatures, jitter in the time stamps, one outage in
/// each instrument, a fault that only the camera sees, a glitch of one sensor, and warnings in the log that mean
/// nothing.
///
/// - Randomness: the same seed and length give the same values on every machine.
package struct PumpStation: Sendable, Equatable {
  package let seed: UInt64
  package let seconds: Int
  /// What happened, by onset.
  package let incidents: [Incident]
  package let outages: [Outage]
  /// The speed of the rotor relative to its rating, at every full second and one beyond the end.
  package let speed: [Double]

  /// When the recording begins.
  package static let start = Instant(nanoseconds: 1_772_352_000_000_000_000)
  /// The share of the recording that is certainly normal.
  package static let normalShare = 0.4

  package init(seed: UInt64, minutes: Int) {
    precondition(minutes >= 5, "shorter recordings have no room for the faults")
    self.seed = seed
    seconds = minutes * 60
    var random = SeededGenerator(seed: seed).stream(1)
    speed = Self.operatingSpeed(seconds: seconds, using: &random)
    incidents = Self.incidents(seconds: seconds, using: &random)
    outages = Self.outages(seconds: seconds, avoiding: incidents, using: &random)
  }

  /// An independent generator for one instrument.
  func generator(_ part: Part) -> SeededGenerator { SeededGenerator(seed: seed).stream(part.rawValue) }

  package enum Part: Int, Sendable, CaseIterable {
    case sensors = 10
    case microphone, log, camera, truth
  }

  package enum Kind: String, Sendable, CaseIterable {
    /// Vapour bubbles: heard at once, seen in the pressure later.
    case cavitation
    /// A worn bearing: grows slowly in acceleration and sound.
    case bearing
    /// A valve that sticks: flow falls, pressure rises, the controller complains.
    case valve
    /// A puddle under the pump: only the camera sees it.
    case leak
    /// One thermometer reports nonsense: only the sensors have it.
    case glitch
    /// A harmless warning: no fault at all.
    case warning

    package var isFault: Bool { self != .warning }
  }

  package struct Incident: Sendable, Equatable {
    package let kind: Kind
    /// In seconds since the start.
    package let span: Range<Int>

    /// How strongly the incident shows at `time` seconds when it needs `delay` to appear and `rise` to grow: 0...1.
    func strength(at time: Double, delay: Double = 0, rise: Double = 3) -> Double {
      let since = time - Double(span.lowerBound) - delay
      let left = Double(span.upperBound) - time
      if since <= 0 || left <= 0 { return 0 }
      return min(1, since / rise, left / 2)
    }
  }

  package struct Outage: Sendable, Equatable {
    package let part: Part
    package let span: Range<Int>
  }

  func isOut(_ part: Part, at second: Int) -> Bool {
    outages.contains { $0.part == part && $0.span.contains(second) }
  }

  /// The strongest showing of a kind of incident at a time.
  func strength(of kind: Kind, at time: Double, delay: Double = 0, rise: Double = 3) -> Double {
    var strongest = 0.0
    for incident in incidents where incident.kind == kind {
      strongest = max(strongest, incident.strength(at: time, delay: delay, rise: rise))
    }
    return strongest
  }

  func speed(at time: Double) -> Double {
    let second = min(max(0, Int(time)), seconds - 1)
    let share = min(1, max(0, time - Double(second)))
    return speed[second] + (speed[second + 1] - speed[second]) * share
  }
}

// MARK: - The plan

extension PumpStation {
  /// The set points of the controller, relative to the rating.
  static let setPoints = [0.85, 1, 1.12]

  /// Stays 25 to 60 s at a set point, then runs to another one with a time constant of 3 s.
  private static func operatingSpeed(seconds: Int, using random: inout SeededGenerator) -> [Double] {
    var speed: [Double] = []
    speed.reserveCapacity(seconds + 1)
    var target = 1
    var current = setPoints[target]
    var left = 0
    for _ in 0...seconds {
      if left == 0 {
        target = (target + 1 + random.below(2)) % setPoints.count
        left = 25 + random.below(36)
      }
      left -= 1
      current += (setPoints[target] - current) / 3 + 0.002 * random.normal()
      speed.append(current)
    }
    return speed
  }

  /// One incident of each kind, in random order, in the last 58 % of the recording.
  private static func incidents(seconds: Int, using random: inout SeededGenerator) -> [Incident] {
    let first = Int(Double(seconds) * (normalShare + 0.02))
    let room = (seconds - first) / Kind.allCases.count
    let order = random.sample(Kind.allCases.count, of: Kind.allCases.count)
    return order.enumerated().map { place, kind in
      let longest = min(60, room * 2 / 3)
      let length = Kind.allCases[kind] == .warning ? 5 : longest * 2 / 3 + random.below(longest / 3 + 1)
      let slack = room - length
      let onset = first + place * room + slack / 4 + random.below(slack / 2 + 1)
      return Incident(kind: Kind.allCases[kind], span: onset..<onset + length)
    }
  }

  /// Every instrument is out once for 15 to 30 s; never while a fault is on.
  private static func outages(
    seconds: Int, avoiding incidents: [Incident], using random: inout SeededGenerator
  ) -> [Outage] {
    [Part.sensors, .microphone, .log, .camera].compactMap { part in
      for _ in 0..<200 {
        let length = 15 + random.below(16)
        let onset = seconds / 10 + random.below(seconds * 8 / 10)
        let span = onset..<onset + length
        if incidents.allSatisfy({ !$0.span.overlaps(span) }) { return Outage(part: part, span: span) }
      }
      return nil
    }
  }
}

// MARK: - The truth

extension PumpStation {
  /// One row an incident: onset, end, kind and whether it is a fault.
  package func truth() -> Frame {
    let starts = incidents.map { moment(Double($0.span.lowerBound)) }
    let kinds = Kind.allCases.map(\.rawValue)
    let codes = incidents.map { incident in Int32(Kind.allCases.firstIndex(of: incident.kind) ?? -1) }
    return Frame(
      index: Index(.time(.listed(starts))),
      columns: [
        Column("end", .time(incidents.map { moment(Double($0.span.upperBound)) }), role: .label),
        Column("kind", .category(codes: codes, levels: kinds), role: .label),
        Column("fault", .bool(incidents.map(\.kind.isFault)), role: .label),
      ])
  }

  /// The fault that is on at a time, if any.
  func fault(at time: Double) -> Kind? {
    incidents.first {
      $0.kind.isFault && Double($0.span.lowerBound) <= time && time < Double($0.span.upperBound)
    }?.kind
  }

  /// Nanoseconds since 1970.
  func moment(_ seconds: Double) -> Int64 { (Self.start + TimeSpan(seconds: seconds)).nanoseconds }
}
