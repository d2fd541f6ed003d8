import Fusion
import Language

/// What the commands that look through a camera share.
enum CameraOptions {
  static let focal = numbers(
    "focal", 1...1e9, help: "The focal length in pixels, or that across and that down.")
  static let center = numbers("center", -1e9...1e9, help: "The pixel on the axis, across and down.")

  private static func numbers(
    _ name: String, _ range: ClosedRange<Double>, help: String
  ) -> Parameter<[Double]> {
    Parameter<[Double]>.required(name, .list(.real(range, unit: nil)), placement: .option, help: help) {
      argument in
      guard let argument else { return [] }
      return reals(argument)
    }
  }

  static let pose = Parameter<[Double]>(
    AnyParameter(
      "pose", .list(.real(-1e9...1e9, unit: nil)),
      help: "Twelve numbers: each row of the rotation with its part of the shift; none if absent.")
  ) { argument in argument.map(reals) ?? [] }

  private static func reals(_ argument: Argument) -> [Double] {
    let items = if case .list(let items) = argument { items } else { [argument] }
    return items.compactMap { if case .real(let number) = $0 { number } else { nil } }
  }

  static func camera(_ call: Invocation, posed: Bool) throws(Failure) -> PinholeCamera {
    let (lengths, axis) = (call[focal], call[center])
    func wrong(_ parameter: AnyParameter, _ count: Int, _ needed: String) -> Failure {
      call.blame(
        parameter, "R0323", "`--\(parameter.name)` cannot be \(counted(count, "number"))", label: "how many?",
        remedy: "Give \(needed), divided by commas.")
    }
    guard (1...2).contains(lengths.count) else { throw wrong(focal.base, lengths.count, "one or two") }
    guard axis.count == 2 else { throw wrong(center.base, axis.count, "two") }
    let turned = posed ? call[pose] : []
    guard turned.isEmpty || turned.count == 12 else { throw wrong(pose.base, turned.count, "twelve") }
    return PinholeCamera(
      focal: (lengths[0], lengths[lengths.count - 1]), center: (axis[0], axis[1]),
      pose: turned.isEmpty ? PinholeCamera.still : turned)
  }
}
