import Fusion
import Testing

@Suite struct `A pinhole camera` {
  private let camera = PinholeCamera(focal: (100, 200), center: (32, 24))

  @Test func `sees points where its formula says`() {
    func numbers(_ seen: PinholeCamera.Seen?) -> [Double] { seen.map { [$0.u, $0.v, $0.depth] } ?? [] }
    #expect(numbers(camera.project(1, 1, 2)) == [82, 124, 2])
    #expect(
      camera.project(1, 1, 0) == nil && camera.project(1, 1, -1) == nil && camera.project(.nan, 1, 1) == nil)
    // A quarter turn about its axis, and two steps back.
    let turned = PinholeCamera(
      focal: (100, 200), center: (32, 24), pose: [0, -1, 0, 0, 1, 0, 0, 0, 0, 0, 1, 2])
    #expect(numbers(turned.project(1, 0, 2)) == [32, 74, 4])
  }

  @Test func `lifts what it projects`() {
    let point = camera.lift(10, 50, depth: 3)
    let seen = camera.project(point.x, point.y, point.z)
    #expect(seen.map { abs($0.u - 10) < 1e-9 && abs($0.v - 50) < 1e-9 && $0.depth == 3 } == true)
  }

  @Test func `sees the nearest of what lies in a pixel`() {
    let points = [
      camera.project(0, 0, 2), camera.project(0, 0, 1), camera.project(9, 0, 1), nil,
      camera.project(0, 0, 1.005),
    ]
    #expect(
      camera.pixels(points, width: 64, height: 48, slack: 0.01) == [-1, 24 * 64 + 32, -1, -1, 24 * 64 + 32])
  }
}
