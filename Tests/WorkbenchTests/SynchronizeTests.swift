import Chronology
import Language
import TestKit
import Testing
import Values
import Workbench

@Suite struct `Clocks as commands` {
  /// A pump whose clock is 12 s behind in `late.csv`.
  private static func table(_ lag: Int, pace: Double = 1) -> String {
    var (state, level, lines) = (UInt64(7), 0.0, ["time,flow,fault"])
    for row in 0..<400 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      level = 0.8 * level + Double(state >> 40) / Double(1 << 24) - 0.5
      let second = Double(row) * pace + Double(lag)
      let time = Instant(nanoseconds: 1_772_323_200_000_000_000 + Int64(second * 1e9)).description
      lines.append("\(time),\(level),0")
    }
    return lines.joined(separator: "\n")
  }

  private let session = Session(
    world: .memory(
      MemoryFiles(["right.csv": table(0), "late.csv": table(-12), "slow.csv": table(-12, pace: 1.02)])))

  private func start(_ line: String) throws -> [Int64] {
    session.type("right = load table right.csv --time time", "late = load table late.csv --time time")
    session.type("slow = load table slow.csv --time time")
    let events = session.type(line)
    guard let value = events.results.last?.value, let index = value.index, let axis = index.time else {
      throw Diagnostic("", "\(events.diagnostics)", remedy: "")
    }
    return (0..<index.count).map { (axis[$0].nanoseconds - 1_772_323_200_000_000_000) / 100_000_000 }
  }

  @Test(arguments: [
    "offset late --within 30s", "drift late --within 30s --window 60s", "dtw late --band 30s --open",
  ])
  func `are set`(_ call: String) throws {
    let times = try start("sync \(call) --to right --every 1s")
    // Tenths of a second.
    #expect(abs(times[200] - 2000) <= 10 && abs(times[100] - 1000) <= 10)
  }

  @Test func `that drift are followed`() throws {
    let times = try start(
      "sync drift slow --to right --every 1s --within 30s --window 60s --wander 10s --least 40%")
    for row in stride(from: 50, to: 350, by: 50) {
      #expect(abs(times[row] - Int64(10 * row)) <= 12, "\(row)")
    }
  }

  @Test func `need something that moves, and near enough`() throws {
    _ = try start("right")
    for (line, code) in [
      ("sync offset late --to right.flow --on flo --every 1s", "E0203"),
      ("sync offset late --to right --every 1s --within 24h", "R0322"),
      ("sync offset late --to right --every 1ms --within 24h", "E0550"),
      ("sync dtw late --to right --every 1s --band 1s", "R0322"),
    ] {
      let found = session.type(line).diagnostics.first?.code
      if line.contains("24h"), found == nil { continue }
      #expect(found == code, "\(line)")
    }
  }
}
