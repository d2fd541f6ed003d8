import Chronology
import Numerics
import Scenarios
import Testing
import Values

@Suite struct `Pump station` {
  let station = PumpStation(seed: 7, minutes: 10)

  @Test func `is the same for the same seed, at any thread count`() throws {
    let again = PumpStation(seed: 7, minutes: 10)
    #expect(station.sensors() == again.sensors())
    #expect(station.log() == again.log())
    #expect(station.camera() == again.camera())
    let one = try station.microphone(rate: 4000, work: Work(threads: 1))
    let two = try again.microphone(rate: 4000, work: Work(threads: 2))
    #expect(one == two)
    #expect(PumpStation(seed: 8, minutes: 10).sensors() != station.sensors())
  }

  @Test(arguments: 0..<40) func `has no incident in its first 40 percent, and one of each kind`(
    _ seed: Int
  ) {
    let station = PumpStation(seed: UInt64(seed), minutes: 5 + seed % 20)
    #expect(Set(station.incidents.map(\.kind)).count == PumpStation.Kind.allCases.count)
    for (before, after) in zip(station.incidents, station.incidents.dropFirst()) {
      #expect(before.span.upperBound <= after.span.lowerBound)
    }
    let normalEnd = Int(Double(station.seconds) * PumpStation.normalShare)
    #expect(station.incidents.allSatisfy { $0.span.lowerBound >= normalEnd })
    #expect(station.incidents.allSatisfy { $0.span.upperBound <= station.seconds })
  }

  @Test func `labels exactly the rows inside faults`() throws {
    let sensors = station.sensors()
    let fault = try #require(sensors.column("fault")?.numbers)
    let axis = try #require(sensors.index.time)
    for row in 0..<sensors.rowCount {
      let second = (axis[row] - PumpStation.start).seconds
      let isInside = station.incidents.contains {
        $0.kind.isFault && Double($0.span.lowerBound) <= second && second < Double($0.span.upperBound)
      }
      #expect((fault[row] == 1) == isInside)
    }
    #expect(sensors.column("fault")?.role == .label)
    #expect(sensors.column("cause")?.role == .label)
  }

  @Test func `shows a leak to the camera alone`() throws {
    let leak = try #require(station.incidents.first { $0.kind == .leak })
    func contrast(_ frame: Frame, _ column: String) throws -> Double {
      let numbers = try #require(frame.column(column)?.numbers)
      let axis = try #require(frame.index.time)
      var inside: [Double] = []
      var normal: [Double] = []
      for row in 0..<frame.rowCount {
        let second = Int((axis[row] - PumpStation.start).seconds)
        if leak.span.contains(second - 10), leak.span.contains(second) { inside.append(numbers[row]) }
        if second < station.seconds * 4 / 10 { normal.append(numbers[row]) }
      }
      let mean = normal.reduce(0, +) / Double(normal.count)
      let variance = normal.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(normal.count)
      return abs(inside.reduce(0, +) / Double(inside.count) - mean) / variance.squareRoot()
    }
    #expect(try contrast(station.camera(), "Reflection") > 5)
    #expect(try contrast(station.sensors(), "Voltage") < 2)
  }

  @Test func `misses data once in every instrument`() throws {
    #expect(station.outages.count == 4)
    let sensors = station.sensors()
    let out = try #require(station.outages.first { $0.part == .sensors })
    let axis = try #require(sensors.index.time)
    for row in 1..<sensors.rowCount {
      let second = (axis[row] - PumpStation.start).seconds
      #expect(!(second > Double(out.span.lowerBound) + 0.2 && second < Double(out.span.upperBound) - 1.2))
    }
    let sound = try station.microphone(rate: 4000, work: Work())
    let silent = try #require(station.outages.first { $0.part == .microphone })
    let from = (silent.span.lowerBound - 4) * 4000
    #expect(sound.channels[0][from..<from + 4000].allSatisfy { $0 == 0 })
    #expect(sound.channels[0].allSatisfy { abs($0) < 1 })
  }

  @Test func `logs the sticking valve, and the log fits its templates`() throws {
    let log = station.log()
    #expect(log.templates.count == 7)
    #expect(log.templateOfRow.allSatisfy { (0..<7).contains($0) })
    let valve = try #require(log.templates.firstIndex { $0.contains("deviates") })
    #expect(log.templateOfRow.contains(Int32(valve)))
    #expect(log.frame.index.time?.isSorted == true)
  }
}

@Suite struct `Column outlines` {
  @Test func `say what the frames hold`() {
    let station = PumpStation(seed: 3, minutes: 5)
    func check(_ outlines: [PumpStation.ColumnOutline], _ frame: Frame) {
      #expect(outlines.map(\.name) == frame.columns.map(\.name))
      #expect(outlines.map(\.type) == frame.columns.map(\.type))
      #expect(outlines.map(\.unit) == frame.columns.map(\.unit))
    }
    check(PumpStation.sensorColumns, station.sensors())
    check(PumpStation.cameraColumns, station.camera())
    check(PumpStation.logColumns, station.log().frame)
    check(PumpStation.truthColumns, station.truth())
  }
}
