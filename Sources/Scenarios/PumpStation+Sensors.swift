import Numerics
package import Values

extension PumpStation {
  /// Eight channels at about 1 Hz with the ground truth as label columns `fault` (0 or 1) and `cause`.
  ///
  /// The time stamps jitter by some 20 ms, one row in two hundred is lost, and so are all rows of the outage.
  package func sensors() -> Frame {
    var random = generator(.sensors)
    var times: [Int64] = []
    var channels = [[Double]](repeating: [], count: Self.channels.count)
    var faults: [Double] = []
    var causes: [Int32] = []
    var state = Thermal()
    for second in 0..<seconds {
      let time = Double(second) + Self.phase + 0.02 * random.normal()
      let reading = read(at: time, state: &state, using: &random)
      let isLost = random.below(200) == 0
      if second > 0, isLost || isOut(.sensors, at: second) { continue }
      times.append(moment(time))
      for channel in channels.indices { channels[channel].append(reading[channel]) }
      let fault = fault(at: time)
      faults.append(fault == nil ? 0 : 1)
      causes.append(fault.flatMap { Kind.allCases.firstIndex(of: $0) }.map(Int32.init) ?? -1)
    }
    var columns = zip(Self.channels, channels).map { channel, numbers in
      Column(numbers: numbers, name: channel.name, unit: channel.unit)
    }
    columns.append(Column(numbers: faults, name: "fault", role: .label))
    columns.append(
      Column(
        "cause", .category(codes: causes, levels: Kind.allCases.map(\.rawValue)),
        nulls: Mask(causes.map { $0 < 0 }), role: .label))
    return Frame(index: Index(.time(.listed(times))), columns: columns)
  }

  /// The sensors are read this long after the full second, as no clock agrees with another.
  private static let phase = 0.37

  static let channels: [(name: String, unit: String)] = [
    ("Accelerometer1", "g"), ("Accelerometer2", "g"), ("Current", "A"), ("Pressure", "bar"),
    ("Temperature", "°C"), ("Thermocouple", "°C"), ("Voltage", "V"), ("Flow", "l/min"),
  ]

  /// What has a memory of minutes.
  private struct Thermal {
    var motor = 62.0
    var water = 24.0
  }

  private func read(
    at time: Double, state: inout Thermal, using random: inout SeededGenerator
  ) -> [Double] {
    let speed = speed(at: time)
    // Pressure follows the rotor at once, flow two seconds later: the water has inertia.
    let late = self.speed(at: time - 2)
    let cavitation = strength(of: .cavitation, at: time, delay: 8, rise: 10)
    let bearing = strength(of: .bearing, at: time, rise: 40)
    let valve = strength(of: .valve, at: time, rise: 5)
    let glitch = strength(of: .glitch, at: time, rise: 1)

    let current = 2.6 * power(speed, 2.4) * (1 + 0.05 * valve - 0.02 * cavitation) + 0.03 * random.normal()
    // Heat comes with the current and leaves slowly; the room warms up by 0.6 K an hour.
    let room = 22 + 0.6 * time / 3600
    state.motor += (room + 6 * current * current - state.motor) / 240 + 0.02 * random.normal()
    state.water += (room + 2 - state.water) / 400 + 0.01 * random.normal()
    let vibration = 0.028 * power(speed, 1.5)
    return [
      vibration * (1 + 0.9 * bearing + 0.15 * cavitation) * exponential(0.06 * random.normal()),
      0.041 * power(speed, 1.5) * (1 + 0.35 * bearing) * exponential(0.06 * random.normal()),
      current,
      0.9 * speed * speed * (1 - 0.13 * cavitation + 0.3 * valve)
        + (0.012 + 0.03 * cavitation) * random.normal(),
      state.motor + glitch * (18 + 6 * random.normal()) + 0.08 * random.normal(),
      state.water + 0.05 * random.normal(),
      231 - 1.4 * current + 0.8 * random.normal(),
      32 * late * (1 - 0.4 * valve - 0.04 * cavitation) + 0.35 * random.normal(),
    ]
  }
}
