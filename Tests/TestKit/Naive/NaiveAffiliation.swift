extension NaiveMetrics {
  /// One series; moments are drawn on a fine grid and compared one by one.
  package static func affiliation(
    _ flags: [Bool], _ labels: [Bool], steps: Int
  ) -> (precision: Double?, recall: Double) {
    func intervals(_ marks: [Bool]) -> [(Double, Double)] {
      var found: [(Double, Double)] = []
      for row in marks.indices where marks[row] {
        if let last = found.last, last.1 == Double(row) {
          found[found.count - 1].1 = Double(row + 1)
        } else {
          found.append((Double(row), Double(row + 1)))
        }
      }
      return found
    }
    func distance(_ x: Double, _ interval: (Double, Double)) -> Double {
      max(interval.0 - x, x - interval.1, 0)
    }
    let events = intervals(labels)
    let alarms = intervals(flags)
    let grid = (0..<(labels.count * steps)).map { (Double($0) + 0.5) / Double(steps) }
    var precisions: [Double] = []
    var recalls: [Double] = []
    for (place, event) in events.enumerated() {
      let start = place == 0 ? 0 : (events[place - 1].1 + event.0) / 2
      let end = place + 1 == events.count ? Double(labels.count) : (event.1 + events[place + 1].0) / 2
      let zone = grid.filter { $0 > start && $0 < end }
      let fromEvent = zone.map { distance($0, event) }.sorted()
      let alarmed = zone.filter { flags[Int($0)] }
      if !alarmed.isEmpty {
        let chances = alarmed.map { moment -> Double in
          let own = distance(moment, event)
          return Double(fromEvent.count { $0 >= own }) / Double(zone.count)
        }
        precisions.append(chances.reduce(0, +) / Double(chances.count))
      }
      let inside = alarms.map { (max($0.0, start), min($0.1, end)) }.filter { $0.1 > $0.0 }
      let truth = zone.filter { labels[Int($0)] }
      let chances = truth.map { moment -> Double in
        guard let own = inside.map({ distance(moment, $0) }).min() else { return 0 }
        let left = max(0, moment - own - start)
        let right = max(0, end - moment - own)
        return own == 0 ? 1 : (left + right) / (end - start)
      }
      recalls.append(chances.reduce(0, +) / Double(chances.count))
    }
    return (
      precisions.isEmpty ? nil : precisions.reduce(0, +) / Double(precisions.count),
      recalls.reduce(0, +) / Double(recalls.count)
    )
  }
}
