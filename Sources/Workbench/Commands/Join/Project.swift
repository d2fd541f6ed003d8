import Encoding
import Fusion
import Language
import Numerics
import Values

struct Project: PureCommand {
  static let input = Parameter<Reference>.value("cloud", [.cloud], help: "Points in space.")
  static let onto = Parameter<Reference>.required(
    "onto", .value([.images, .video]), placement: .option,
    help: "Pictures of the same scene; segments of the cloud meet those of their name."
  ) { if case .reference(let reference) = $0 { reference } else { Reference(root: .last) } }
  static let slack = Parameter<Double>.fraction(
    "slack", in: 0...1, default: 0.01,
    help: "How far behind the nearest point of a pixel another may be and still be seen.")

  let spec = CommandSpec(
    "project", nil, "Finds where points lie in pictures, and what the pictures show there.",
    discussion: """
      A pinhole camera (Hartley and Zisserman 2003, equation 6.2): with (X, Y, Z) the point after --pose, u = fx X / Z + cx and v = fy Y / Z + cy. \
      The points get the columns `u`, `v`, `depth`, `visible`, and `red`, `green`, `blue` (or `grey`) of their pixel, as shares \
      of full scale. A point that is behind the camera, outside the picture, or behind another one in its pixel is not visible and has no \
      colour. How many points are seen and how many pixels they cover is told. A cloud without segments meets the only picture.
      """,
    parameters: [
      input.base, onto.base, CameraOptions.focal.base, CameraOptions.center.base, CameraOptions.pose.base,
      slack.base,
    ], output: .cloud,
    examples: [
      Example("tile = generate tiles --count 2 --seed 7"),
      Example("points = lift tile --focal 50 --center 32,32"),
      Example("project points --onto tile --focal 50 --center 32,32"),
      Example("seen = project points --onto tile --focal 50,50 --center 32,32 --slack 5%"),
    ])

  func run(_ call: Invocation, work: Work) throws(Failure) -> Value {
    let images: Images
    switch call[Self.onto].value {
    case .images(let given), .video(let given): images = given
    default: throw call.unexpectedKind(Self.onto.base)
    }
    guard case .cloud(let cloud) = call[Self.input].value else { throw call.unexpectedKind(Self.input.base) }
    let camera = try CameraOptions.camera(call, posed: true)
    let points = cloud.points
    let coordinates = ["x", "y", "z"].map { points.column($0)?.numbers ?? [] }
    let rows = Dictionary((0..<images.count).map { (images.index.label(of: $0), $0) }) { first, _ in first }
    let isColour = images.shapes.contains { $0.channels >= 3 }
    let names = isColour ? ["red", "green", "blue"] : ["grey"]
    var colours = names.map { _ in [Double](repeating: .nan, count: points.rowCount) }
    var (u, v, depth) = (colours[0], colours[0], colours[0])
    var visible = [Bool](repeating: false, count: points.rowCount)
    var (covered, pixels, unmatched) = (0, 0, 0)
    for run in points.index.runs {
      if work.isCancelled() { throw .cancelled }
      guard let row = rows[run.name] ?? (points.index.segments.isEmpty && images.count == 1 ? 0 : nil) else {
        unmatched += 1
        continue
      }
      let seen = run.rows.map { camera.project(coordinates[0][$0], coordinates[1][$0], coordinates[2][$0]) }
      let shape = images.shapes[row]
      let places = camera.pixels(seen, width: shape.width, height: shape.height, slack: call[Self.slack])
      let planes = try planes(images, row, isColour, call)
      pixels += shape.width * shape.height
      covered += Set(places.filter { $0 >= 0 }).count
      for (offset, point) in run.rows.enumerated() {
        guard let found = seen[offset] else { continue }
        (u[point], v[point], depth[point]) = (found.u, found.v, found.depth)
        guard places[offset] >= 0 else { continue }
        visible[point] = true
        for (channel, plane) in planes.enumerated() {
          colours[channel][point] = Double(plane[places[offset]])
        }
      }
    }
    guard unmatched < points.index.runs.count else {
      throw call.blame(
        Self.onto.base, "R0304", "no segment of the cloud has the name of a picture", label: "other names",
        remedy: "Load both so that they share names, as `load dataset` does.")
    }
    let count = visible.count { $0 }
    call.note("\(count) of \(points.rowCount) points are seen, in \(covered) of \(pixels) pixels")
    if unmatched > 0 { call.note("\(counted(unmatched, "segment")) without a picture") }
    let added =
      [
        Column(numbers: u, name: "u"), Column(numbers: v, name: "v"), Column(numbers: depth, name: "depth"),
        Column("visible", .bool(visible)),
      ] + zip(names, colours).map { Column(numbers: $1, name: $0) }
    let kept = points.columns.filter { column in !added.contains { $0.name == column.name } }
    return .cloud(Cloud(points: points.with(columns: kept + added), gridWidths: cloud.gridWidths))
  }

  private func planes(
    _ images: Images, _ row: Int, _ isColour: Bool, _ call: Invocation
  ) throws(Failure) -> [[Float]] {
    do throws(PictureError) {
      let picture = try images.picture(row)
      if !isColour { return [picture.grey] }
      return picture.channels >= 3 ? (0..<3).map(picture.plane) : [picture.grey, picture.grey, picture.grey]
    } catch {
      throw call.failure(EncodingError.picture(error), at: Self.onto.base)
    }
  }
}

struct Lift: PureCommand {
  static let input = Parameter<Reference>.value(
    "depth", [.images, .video], help: "Pictures of depth, as `load depth` reads them.")

  let spec = CommandSpec(
    "lift", nil, "Turns pictures of depth into clouds of points.",
    discussion: """
      Each pixel with a depth d becomes the point ((u - cx) d / fx, (v - cy) d / fy, d) in the coordinates of the camera (Hartley and \
      Zisserman 2003, equation 6.2 turned round). Clouds keep the grid of pixels; pixels without a depth have no coordinates. Each picture \
      becomes a segment of its name. Other pictures are taken as if brightness were depth.
      """,
    parameters: [input.base, CameraOptions.focal.base, CameraOptions.center.base], output: .cloud,
    examples: [
      Example("tile = generate tiles --count 2 --seed 7"),
      Example("points = lift tile --focal 50 --center 32,32"),
      Example("lift tile --focal 50,60 --center 31.5,31.5"),
    ])

  /// More points are not made.
  private static let most = 50_000_000

  func run(_ call: Invocation, work: Work) throws(Failure) -> Value {
    let images: Images
    switch call[Self.input].value {
    case .images(let given), .video(let given): images = given
    default: throw call.unexpectedKind(Self.input.base)
    }
    let camera = try CameraOptions.camera(call, posed: false)
    let total = images.shapes.reduce(0) { $0 + $1.width * $1.height }
    guard total <= Self.most else {
      throw call.blame(
        Self.input.base, "E0550", "\(total) points are too many", label: "too many",
        remedy: "Choose fewer pictures with `where`.")
    }
    var (x, y, z) = ([Double](), [Double](), [Double]())
    var segments: [Segment] = []
    for row in 0..<images.count {
      if work.isCancelled() { throw .cancelled }
      let picture: Picture
      do throws(PictureError) { picture = try images.picture(row) } catch {
        throw call.failure(EncodingError.picture(error), at: Self.input.base)
      }
      let start = x.count
      for (place, depth) in picture.grey.enumerated() {
        let isMeasured = depth.isFinite && depth > 0
        let point = camera.lift(
          Double(place % picture.width), Double(place / picture.width),
          depth: isMeasured ? Double(depth) : .nan)
        x.append(point.x)
        y.append(point.y)
        z.append(point.z)
      }
      segments.append(Segment(name: images.index.label(of: row), rows: start..<x.count))
    }
    call.note("\(z.count { !$0.isNaN }) of \(total) pixels have a depth")
    var index = Index(.row(count: total), segments: segments)
    if let splits = images.index.splits {
      index.splits = segments.indices.flatMap { row in
        [Split](repeating: splits[row], count: segments[row].rows.count)
      }
    }
    let columns = zip(["x", "y", "z"], [x, y, z]).map { Column(numbers: $1, name: $0) }
    return .cloud(
      Cloud(points: Frame(index: index, columns: columns), gridWidths: images.shapes.map(\.width)))
  }
}
