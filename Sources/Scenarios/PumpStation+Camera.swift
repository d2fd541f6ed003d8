import Numerics
package import Values

extension PumpStation {
  /// A picture of the floor every 5 s, reduced to numbers: brightness, contrast, edges, reflection, motion.
  package func camera() -> Frame {
    var random = generator(.camera)
    var times: [Int64] = []
    var rows: [[Double]] = []
    for second in stride(from: 0, to: seconds, by: 5) {
      let time = Double(second) + 0.1 * random.unit()
      let leak = strength(of: .leak, at: time, delay: 5, rise: 15)
      // Daylight drifts; now and then somebody walks through the picture.
      let daylight = 118 + 3 * sine(2 * .pi * time / 1700) + 1.2 * random.normal()
      let passer = random.below(40) == 0 ? 0.5 + random.unit() : 0
      let row = [
        daylight - 9 * leak - 4 * passer,
        31 + 8 * leak + 2 * passer + 0.7 * random.normal(),
        0.082 - 0.02 * leak + 0.01 * passer + 0.0025 * random.normal(),
        0.021 + 0.07 * leak + 0.004 * random.normal(),
        max(0, 0.8 + 0.5 * speed(at: time) + 6 * passer + 0.2 * random.normal()),
      ]
      if second > 0, isOut(.camera, at: second) { continue }
      times.append(moment(time))
      rows.append(row)
    }
    return Frame(
      index: Index(.time(.listed(times))),
      columns: Self.measures.enumerated().map { place, measure in
        Column(numbers: rows.map { $0[place] }, name: measure)
      })
  }

  static let measures = ["Brightness", "Contrast", "Edges", "Reflection", "Motion"]
}
