import Formats
import Language
import Values

extension Invocation {
  /// Writes a figure, if a path was given, as its ending says; what is there and differs only with --overwrite.
  func write(
    _ figure: Figure, to path: String?, at parameter: AnyParameter, world: World
  ) throws(Failure) {
    guard let path, let format = FigureWriter.Format(path: path) else { return }
    let bytes: [UInt8]
    do throws(FormatError) {
      bytes = try FigureWriter.write(figure, as: format)
    } catch {
      throw blame(
        parameter, "D0408", "the picture could not be packed", remedy: "Write an `.svg` file instead.")
    }
    let isNew = try OutputFile.write(bytes, to: path, at: parameter, self, world: world)
    note(isNew ? "written to \(path)" : "\(path) holds it already")
  }
}
