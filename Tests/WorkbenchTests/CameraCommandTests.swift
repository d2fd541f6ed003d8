import Language
import Numerics
import TestKit
import Testing
import Values
import Workbench

@Suite struct `Clouds and pictures` {
  private let session = Session(world: .memory())

  @Test func `meet through the camera that lifted them`() throws {
    session.type("tile = generate tiles --count 2 --seed 7", "points = lift tile --focal 50 --center 32,32")
    let events = session.type("project points --onto tile --focal 50 --center 32,32")
    guard case .cloud(let cloud)? = events.results.last?.value,
      case .images(let images)? = session.type("tile").results.last?.value
    else {
      Issue.record("\(events.diagnostics)")
      return
    }
    #expect(cloud.gridWidths == [64, 64] && cloud.points.index.segments.count == 2)
    let grey = try #require(cloud.points.column("grey")?.numbers)
    let picture = try images.picture(1).grey
    let second = cloud.points.index.segments[1].rows
    #expect(zip(second, picture).allSatisfy { $1 <= 0 || abs(grey[$0] - Double($1)) < 1e-7 })
    #expect(events.results.last?.value != nil)
  }

  @Test func `are told what is wrong with a camera`() {
    session.type("tile = generate tiles --count 2 --seed 7", "points = lift tile --focal 50 --center 32,32")
    for (line, code) in [
      ("lift tile --focal 1,2,3 --center 1,2", "R0323"), ("lift tile --focal 50 --center 1", "R0323"),
      ("project points --onto tile --focal 50 --center 1,2 --pose 1,2,3", "R0323"),
    ] { #expect(session.type(line).diagnostics.first?.code == code, "\(line)") }
    session.type("other = generate tiles --count 2 --seed 8 | where anomaly == true")
    #expect(session.type("project points --onto other --focal 50 --center 32,32").diagnostics.count <= 1)
  }
}
