import Chronology
import Encoding
import Language
import Numerics
import Values

/// `picture`: series and sound as pictures, for what works on pictures.
struct PictureSeries: PureCommand {
  static let input = Parameter<Reference>.value(
    "value", [.series, .table, .embedding, .audio], help: "What to draw; labels stay beside the pictures.")
  static let form = Parameter<String>.choice(
    "as",
    of: [
      Choice("line", "the curve, over the range of the fit rows"),
      Choice("gasf", "Gramian angular field of sums: cos(φi + φj)"),
      Choice("gadf", "Gramian angular field of differences: sin(φi - φj)"),
      Choice("mtf", "Markov transition field: how often one bin follows the other"),
      Choice("recurrence", "how far numbers are from each other"),
      Choice("spectrogram", "mel bands over time, of sound"),
    ], default: "line", help: "How a window becomes a picture.")
  static let width = Parameter<Int>.integer(
    "width", in: 4...100_000, default: 64, help: "Rows in a window.")
  static let hop = Parameter<Int?>.optional(
    "hop", .integer(1...100_000), help: "Rows from one window to the next; half a window if absent."
  ) { if case .integer(let hop) = $0 { hop } else { nil } }
  static let side = Parameter<Int>.integer(
    "side", in: 8...512, default: 64,
    help: "Pixels along each side of a column's picture; mel bands of sound.")
  static let bins = Parameter<Int>.integer(
    "bins", in: 2...64, default: 8, help: "Bins of equal share, for mtf.")
  static let seconds = Parameter<TimeSpan>.span(
    "length", in: TimeSpan(nanoseconds: 1_000_000)...TimeSpan(seconds: 3600), default: TimeSpan(seconds: 2),
    help: "Length of a stretch of sound; the next begins half of it later.")

  let spec = CommandSpec(
    "picture", nil, "Draws windows of a series or stretches of sound as grey pictures.",
    discussion: """
      What works on pictures then works on series: `encode --use hog`, patch detectors, `encode onnx`. A picture stands at the last row of \
      its window; windows never cross segments, and those with a missing cell are left out. Several columns stand side by side in one \
      picture. Pictures are drawn when they are needed. A line spans the range of the fit rows, so that a level that is out of it \
      shows; the fields span each window's own range. A spectrogram shows --side mel bands from -100 to 0 dB of full scale, low ones below, \
      512 samples a pixel. Wang and Oates, IJCAI 2015 (fields); Eckmann et al., 1987 (recurrence).
      """,
    parameters: [
      input.base, form.base, width.base, hop.base, side.base, bins.base, seconds.base,
    ], output: .images,
    examples: [
      Example("pump = generate pump-station --minutes 5 --seed 7"),
      Example("curves = picture pump.Flow --width 32"),
      Example("fields = picture pump --as gasf --width 60 --hop 30 --side 32"),
      Example("encode fields --use hog(4)"),
      Example("mic = generate pump-station --part mic --minutes 5 --seed 7"),
      Example("picture mic --as spectrogram --length 4s"),
    ])

  func run(_ call: Invocation, work: Work) throws(Failure) -> Value {
    if case .audio(let audio) = call[Self.input].value {
      guard call[Self.form] == "spectrogram" else {
        throw mismatch(call, "sound becomes a spectrogram", "spectrogram")
      }
      return .images(try spectrograms(of: audio, call, work: work))
    }
    let frame: Frame
    switch call[Self.input].value {
    case .series(let series), .table(let series): frame = series
    case .embedding(let embedding): frame = embedding.asFrame
    default: throw call.noRows(Self.input.base)
    }
    let kind: SeriesPicture
    switch call[Self.form] {
    case "line": kind = .line
    case "gasf": kind = .sums
    case "gadf": kind = .differences
    case "mtf": kind = .transitions(bins: call[Self.bins])
    case "recurrence": kind = .recurrence
    default: throw mismatch(call, "a spectrogram is made of sound", "line")
    }
    let width = call[Self.width]
    do throws(EncodingError) {
      return .images(
        try PicturesOfSeries.images(
          of: frame, kind, width: width, hop: call[Self.hop] ?? max(1, width / 2), side: call[Self.side],
          work: work))
    } catch {
      throw call.failure(error, at: Self.input.base)
    }
  }

  private func spectrograms(of audio: Audio, _ call: Invocation, work: Work) throws(Failure) -> Images {
    let length = call[Self.seconds]
    do throws(EncodingError) {
      return try PicturesOfSound.images(
        of: audio, width: length, hop: TimeSpan(nanoseconds: length.nanoseconds / 2), bands: call[Self.side],
        work: work)
    } catch {
      throw call.failure(error, at: Self.input.base)
    }
  }

  private func mismatch(_ call: Invocation, _ summary: String, _ form: String) -> Failure {
    call.blame(Self.form.base, "R0208", summary, label: "another kind", remedy: "Use `--as \(form)`.")
  }
}
