import Chronology
import Formats
import Language
import Notation
import Numerics
import Values

/// The rows of a table or the samples of a sound, read part by part: what `describe file` and `window file` work on.
struct FileRows {
  static let path = Parameter<String>.input(
    "path", help: "A table as text, such as CSV, or a plain WAV file.")
  static let time = Parameter<String?>.name("time", help: "The column that tells when a row was.")
  static let labels = Parameter<[String]>.names(
    "labels", help: "Columns of ground truth; a window is anomalous if one of its rows is.")

  private let path: String
  let stream: RowStream
  /// Samples a second, of sound.
  let rate: Double?
  private let time: String?

  init(_ call: Invocation, world: World, work: Work) throws(Failure) {
    let files = try world.files.open([call[Self.path]], for: Self.path.base, of: call.call)
    guard let file = files.first else { throw .cancelled }
    path = file.path
    time = call[Self.time]
    var options = DelimitedOptions()
    options.time = time
    do throws(FormatError) {
      if WaveFile.isWave(try file.source.read(at: 0, count: 12)) {
        guard let sound = try RowStream.wave(file.source) else {
          throw .unsupported("its samples are coded; only plain ones are read part by part")
        }
        (stream, rate) = (sound.rows, sound.rate)
      } else {
        stream = try RowStream(delimited: file.source, options: options, work: work)
        rate = nil
      }
    } catch {
      throw Self.failure(error, path, call)
    }
    guard let time else { return }
    guard let field = stream.fields.first(where: { $0.name == time }) else {
      let names = stream.fields.map(\.name)
      throw call.blame(
        Self.time.base, "E0524", "the file has no column `\(time)`", label: "not in the header",
        remedy: Suggestion.remedy(for: time, among: names, else: "It has \(Suggestion.some(names))."))
    }
    guard field.type == .time else {
      throw call.blame(
        Self.time.base, "E0525", "`\(time)` holds \(field.type.rawValue) cells, not times",
        label: "not times",
        remedy: "Choose another column.")
    }
  }

  /// Whether rows follow one another in time.
  var hasOrder: Bool { rate != nil || time != nil }

  func reduce<Result: Sendable>(
    _ call: Invocation, _ work: Work, _ map: @Sendable (RowStream.Part) -> Result, take: (Result) -> Void
  ) throws(Failure) {
    do throws(FormatError) {
      try stream.reduce(work: work, map, take)
    } catch {
      throw Self.failure(error, path, call)
    }
  }

  private static func failure(_ error: FormatError, _ path: String, _ call: Invocation) -> Failure {
    error.failure(
      path, at: Self.path.base, of: call.call,
      remedy: "Give text with a record a line, or plain WAV; `ffmpeg -i IN OUT.wav` makes it of other sound.")
  }

  /// How much there is; of sound, how loud it is.
  func facts(_ lines: [DescribedColumn]) -> [String] {
    guard let rate else { return ["\(stream.rowCount) rows"] }
    let seconds = (Double(stream.rowCount) / rate).shortText(digits: 6)
    return ["\(seconds) s at \(rate.shortText(digits: 6)) Hz, \(counted(lines.count, "channel"))"]
      + lines.compactMap { line in
        let summary = line.summary
        let peak = max(abs(summary.quantiles[0]), abs(summary.quantiles[4]))
        guard peak > 0 else { return nil }
        let level = (summary.mean * summary.mean + summary.deviation * summary.deviation).squareRoot()
        func decibels(_ size: Double) -> String { (20 * logarithm10(max(size, 1e-10))).shortText(digits: 3) }
        return "\(line.name): level \(decibels(level)) dB of full scale, peak \(decibels(peak)) dB"
      }
  }
}
