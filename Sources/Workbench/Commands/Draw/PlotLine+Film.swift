import Encoding
import Numerics
import Values

extension PlotLine {
  /// Frames are made so small before they are compared.
  private static let frameSide = 64

  /// How much brightness changes from each frame to the next: the mean over the pixels, 1 from black to white; of long films at
  /// evenly spread frames. Nothing is known of the first frame of a clip.
  static func changes(in film: Images, name: String, work: Work) throws(EncodingError) -> PlotLine {
    let starts = Set(film.index.runs.map(\.rows.lowerBound))
    let rows = Array(stride(from: 0, to: film.count, by: max(1, film.count / mostPoints)))
    let found: [Result<Double, PictureError>]
    do throws(Cancelled) {
      found = try work.map(rows.count, stage: "comparing frames") { place in
        if starts.contains(rows[place]) { return .success(.nan) }
        do throws(PictureError) {
          let (before, after) = (try plane(film, rows[place] - 1), try plane(film, rows[place]))
          guard before.width == after.width, before.height == after.height else { return .success(.nan) }
          let sum = zip(before.values, after.values).reduce(0.0) { $0 + Double(abs($1.0 - $1.1)) }
          return .success(sum / Double(max(1, after.values.count)))
        } catch {
          return .failure(error)
        }
      }
    } catch {
      throw .cancelled
    }
    var changes: [Double] = []
    for result in found {
      switch result {
      case .success(let change): changes.append(change)
      case .failure(let error): throw .picture(error)
      }
    }
    return PlotLine(
      name: "\(name) change", unit: nil, x: moments(of: film.index.selecting(rows)), y: changes,
      index: rows.count == film.count ? film.index : nil)
  }

  private static func plane(_ film: Images, _ row: Int) throws(PictureError) -> Plane {
    Plane(try film.picture(row)).reduced(toFit: frameSide)
  }
}
