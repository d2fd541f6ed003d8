import Numerics
package import Values

extension PumpStation {
  /// The controller's event log: columns `level` and `message`.
  package func log() -> Log {
    var random = generator(.log)
    var events: [Event] = []
    for second in stride(from: 0, to: seconds, by: 10) {
      events.append(Event(Double(second) + 0.3 * random.unit(), .heartbeat, ["\(second / 10)"]))
    }
    for second in 1..<seconds where Self.nearest(speed[second]) != Self.nearest(speed[second - 1]) {
      let percent = Int(Self.setPoints[Self.nearest(speed[second])] * 100)
      events.append(Event(Double(second) + 0.2 * random.unit(), .setPoint, ["\(percent)"]))
    }
    for _ in 0..<seconds / 90 {
      events.append(Event(random.unit() * Double(seconds), .saved, ["\(100 + random.below(900))"]))
    }
    // Harmless warnings also come by themselves, about one in four minutes.
    for _ in 0..<max(2, seconds / 240) {
      events.append(Event(random.unit() * Double(seconds), .network, ["\(200 + random.below(800))"]))
    }
    for incident in incidents {
      let onset = Double(incident.span.lowerBound)
      switch incident.kind {
      case .valve:
        for repetition in 0..<max(1, incident.span.count / 12) {
          let deviation = 12 + random.below(9)
          events.append(Event(onset + 6 + 12 * Double(repetition), .valve, ["\(deviation)"]))
        }
        events.append(Event(onset + 20, .retry, ["2"]))
      case .warning:
        for second in 0..<4 { events.append(Event(onset + Double(second), .certificate, ["\(30 - second)"])) }
      case .cavitation, .bearing, .leak, .glitch: break
      }
    }
    let kept = events.filter { $0.time < Double(seconds) && !isOut(.log, at: Int($0.time)) }
    return Self.log(of: kept.sorted { ($0.time, $0.kind.rawValue) < ($1.time, $1.kind.rawValue) }, in: self)
  }

  private static func nearest(_ speed: Double) -> Int {
    setPoints.indices.min { abs(setPoints[$0] - speed) < abs(setPoints[$1] - speed) } ?? 0
  }

  private static func log(of events: [Event], in station: PumpStation) -> Log {
    let levels = ["INFO", "WARN", "ERROR"]
    let frame = Frame(
      index: Index(.time(.listed(events.map { station.moment($0.time) }))),
      columns: [
        Column("level", .category(codes: events.map { Int32($0.kind.level) }, levels: levels)),
        Column("message", .text(TextColumn(events.map(\.message)))),
      ])
    let used = Event.Kind.allCases.filter { kind in events.contains { $0.kind == kind } }
    return Log(
      frame: frame, templates: used.map(\.template),
      templateOfRow: events.map { event in Int32(used.firstIndex(of: event.kind) ?? 0) })
  }
}

private struct Event {
  enum Kind: Int, CaseIterable {
    case heartbeat, setPoint, saved, network, valve, retry, certificate

    /// `<*>` stands for what varies.
    var template: String {
      switch self {
      case .heartbeat: "controller alive cycle <*>"
      case .setPoint: "set point changed to <*> percent"
      case .saved: "history saved in <*> ms"
      case .network: "slow reply from historian after <*> ms"
      case .valve: "valve V2 position deviates by <*> percent"
      case .retry: "valve V2 commanded again attempt <*>"
      case .certificate: "certificate expires in <*> days"
      }
    }

    /// 0 INFO, 1 WARN, 2 ERROR.
    var level: Int {
      switch self {
      case .heartbeat, .setPoint, .saved: 0
      case .network, .retry, .certificate: 1
      case .valve: 2
      }
    }
  }

  let time: Double
  let kind: Kind
  let parameters: [String]

  init(_ time: Double, _ kind: Kind, _ parameters: [String]) {
    self.time = time
    self.kind = kind
    self.parameters = parameters
  }

  var message: String {
    var left = parameters[...]
    return kind.template.split(separator: " ").map { word in
      word == "<*>" ? left.popFirst() ?? "" : String(word)
    }.joined(separator: " ")
  }
}
