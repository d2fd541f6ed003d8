import Chronology
package import Numerics
package import Values

extension PumpStation {
  /// How long after the other instruments the recorder was switched on.
  static let microphoneDelay = 4

  /// One channel of sound: rotor and blade harmonics, flow noise, room noise.
  ///
  /// The recording starts 4 s after the sensors. During its outage the recorder writes digital silence.
  package func microphone(rate: Int, work: Work) throws(Cancelled) -> Audio {
    let phases = rotorPhases()
    let turn = Self.turn()
    let sounds = try work.map(seconds - Self.microphoneDelay, stage: "sound") { second in
      sound(
        ofSecond: second + Self.microphoneDelay, rate: rate, phase: phases[second + Self.microphoneDelay],
        turn: turn)
    }
    return Audio(
      sampleRate: Double(rate), channels: [Array(sounds.joined())],
      start: Self.start + TimeSpan(seconds: Double(Self.microphoneDelay)))
  }

  /// 1500 revolutions a minute.
  private static let ratedHertz = 25.0
  private static let blades = 7
  /// Rolling elements pass the outer ring this many times a turn.
  private static let passesPerTurn = 3.58

  /// Turns of the rotor at every full second; the speed is linear in between.
  private func rotorPhases() -> [Double] {
    var turns = 0.0
    return speed.indices.dropLast().map { second in
      let before = turns
      turns += Self.ratedHertz * (speed[second] + speed[second + 1]) / 2
      return before
    }
  }

  private func sound(ofSecond second: Int, rate: Int, phase: Double, turn: [Float]) -> [Float] {
    if isOut(.microphone, at: second) { return [Float](repeating: 0, count: rate) }
    let noise = Noise(seed: seed)
    let first = UInt64(second * rate)
    var samples: [Float] = []
    samples.reserveCapacity(rate)
    var rumble: Float = 0
    // The low-pass filter of the flow noise has forgotten its start after this many samples.
    for back in stride(from: UInt64(96), to: 0, by: -1) { rumble += 0.08 * (noise[first &- back] - rumble) }
    let knock = knocks(rate: rate)
    let slope = speed[second + 1] - speed[second]
    let hasCavitation = isOn(.cavitation, in: second)
    let hasBearing = isOn(.bearing, in: second)
    for i in 0..<rate {
      let share = Double(i) / Double(rate)
      let time = Double(second) + share
      let turns = phase + Self.ratedHertz * share * (speed[second] + slope * share / 2)
      let now = speed[second] + slope * share
      let index = first &+ UInt64(i)
      rumble += 0.08 * (noise[index] - rumble)
      var value = Float(0.05 * now * now) * Self.value(of: turn, at: turns)
      value += Float(0.10 * now) * rumble + 0.004 * noise[index &+ (1 << 40)]
      if hasCavitation {
        let cavitation = strength(of: .cavitation, at: time, rise: 4)
        value += Float(cavitation) * crackle(at: index, turns: turns, noise: noise)
      }
      if hasBearing {
        let bearing = strength(of: .bearing, at: time, delay: 5, rise: 40)
        let since = turns * Self.passesPerTurn
        let sinceKnock = (since - since.rounded(.down)) / (Self.passesPerTurn * Self.ratedHertz * now)
        let sample = Int(sinceKnock * Double(rate))
        if sample < knock.count { value += Float(0.05 * bearing) * knock[sample] }
      }
      samples.append(value)
    }
    return samples
  }

  private func isOn(_ kind: Kind, in second: Int) -> Bool {
    incidents.contains { $0.kind == kind && $0.span.contains(second) }
  }

  /// One turn: rotor harmonics 1 to 6 falling off, and the blades' passing frequency with its double.
  private static func turn() -> [Float] {
    (0...turnPoints).map { point in
      let angle = 2 * Double.pi * Double(point) / Double(turnPoints)
      var sum = 0.8 * sine(Double(blades) * angle) + 0.3 * sine(Double(2 * blades) * angle)
      for k in 1...6 { sum += sine(Double(k) * angle) / Double(k) }
      return Float(sum)
    }
  }

  private static let turnPoints = 4096

  /// Between the points of the turn the sound is taken as straight.
  private static func value(of turn: [Float], at turns: Double) -> Float {
    let position = (turns - turns.rounded(.down)) * Double(turnPoints)
    let point = min(Int(position), turnPoints - 1)
    return turn[point] + Float(position - Double(point)) * (turn[point + 1] - turn[point])
  }

  /// Collapsing bubbles: high-passed noise in bursts that follow the blades.
  private func crackle(at index: UInt64, turns: Double, noise: Noise) -> Float {
    let difference = noise[index &+ (2 << 40)] - noise[(index &- 1) &+ (2 << 40)]
    let pass = Double(Self.blades) * turns
    let position = Float(pass - pass.rounded(.down))
    return 0.02 * difference * (0.4 + 0.6 * (1 - position) * (1 - position))
  }

  /// A struck ring: a decaying 2.6 kHz tone.
  private func knocks(rate: Int) -> [Float] {
    (0..<rate / 100).map { i in
      let time = Double(i) / Double(rate)
      return Float(exponential(-time * 600) * sine(2 * .pi * 2600 * time))
    }
  }
}

/// Noise whose sample `i` can be had without those before it: about normal, mean 0, variance 1.
private struct Noise {
  let seed: UInt64

  subscript(index: UInt64) -> Float {
    // The output function of SplitMix64 over a counter; four 16-bit uniform parts sum to about a normal.
    var z = seed &* 0xd134_2543_de82_ef95 &+ index &* 0x9e37_79b9_7f4a_7c15
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    z ^= z >> 31
    let sum = (z & 0xffff) &+ (z >> 16 & 0xffff) &+ (z >> 32 & 0xffff) &+ (z >> 48)
    // Mean 4 · 32767.5; variance 4 · 2³² / 12.
    return (Float(sum) - 131_070) / 37_837.2
  }
}
