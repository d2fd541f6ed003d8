import Chronology
import Encoding
import Language
import Numerics
import Values

/// The encoders of `--use`: their declarations, and what they make of a slot.
enum EncoderList {
  private static let longest = TimeSpan(seconds: 366 * 86_400)
  private static let shortest = TimeSpan(nanoseconds: 1_000_000)

  private static let statsWidth = Parameter<TimeSpan>.span(
    "width", in: shortest...longest, default: TimeSpan(seconds: 10), help: "Length of the window.",
    placement: .positional)
  private static let countsWidth = Parameter<TimeSpan>.span(
    "width", in: shortest...longest, default: TimeSpan(seconds: 60), help: "Length of the window.",
    placement: .positional)
  private static let spectrumWidth = Parameter<TimeSpan>.span(
    "width", in: shortest...longest, default: TimeSpan(seconds: 30), help: "Length of the window.",
    placement: .positional)
  private static let bands = Parameter<Int>.integer(
    "bands", in: 1...4096, default: 8, help: "Bands of equal width.", placement: .positional)
  private static let melBands = Parameter<Int>.integer(
    "bands", in: 2...512, default: 40, help: "Mel bands.", placement: .positional)
  private static let coefficients = Parameter<Int>.integer(
    "coefficients", in: 1...128, default: 13, help: "Cepstral coefficients, from number 0 on.",
    placement: .positional)
  private static let cepstrumBands = Parameter<Int>.integer(
    "bands", in: 2...512, default: 40, help: "Mel bands under the cepstrum.", placement: .positional)
  private static let frame = Parameter<Int>.integer(
    "frame", in: 64...65_536, default: 2048, help: "Samples in a frame, a power of two.",
    placement: .positional)
  private static let hop = Parameter<Int>.integer(
    "hop", in: 1...65_536, default: 512, help: "Samples from one frame to the next.", placement: .positional)
  private static let window = Parameter<TimeSpan?>.optional(
    "window", .span(shortest...longest), placement: .positional,
    help: "Length of the window before each row; one step if absent."
  ) { if case .span(let span) = $0 { span } else { nil } }

  private static let derivatives = Parameter<Int>.integer(
    "derivatives", in: 0...2, default: 0,
    help: "Slopes over time (1), and their slopes (2), beside the features.",
    placement: .positional)

  private static let levels = Parameter<Int>.integer(
    "levels", in: 1...16, default: 4, help: "Octaves, the finest first.", placement: .positional)

  /// The encoders of sound.
  static let soundSpecs = specs.filter { ["spectrum", "logmel", "mfcc", "chroma"].contains($0.name) }

  static let specs =
    [
      CallSpec(
        "stats", "Columns: mean, standard deviation, minimum, maximum and slope of a window.",
        parameters: [statsWidth.base]),
      CallSpec(
        "spectrum", "Columns or sound: power in bands of equal width, in decibels.",
        parameters: [spectrumWidth.base, bands.base]),
      CallSpec(
        "logmel", "Sound: power in mel bands, in decibels.",
        parameters: [melBands.base, frame.base, hop.base, window.base]),
      CallSpec(
        "mfcc", "Sound: mel-frequency cepstral coefficients.",
        parameters: [
          coefficients.base, cepstrumBands.base, frame.base, hop.base, window.base, derivatives.base,
        ]),
      CallSpec(
        "chroma", "Sound: power by pitch class, as shares of the strongest.",
        parameters: [frame.base, hop.base, window.base]),
      CallSpec(
        "wavelets", "Columns: energy of each octave of a window, by Daubechies' wavelets, in logarithms.",
        parameters: [statsWidth.base, levels.base]),
      CallSpec(
        "shape", "Columns: eleven of the catch22 characteristics of a window's shape.",
        parameters: [statsWidth.base]),
      CallSpec(
        "rocket", "Columns: how often 84 convolutions at several dilations exceed their biases (MiniRocket).",
        parameters: [statsWidth.base]),
      CallSpec("counts", "Logs: events by template in a window.", parameters: [countsWidth.base]),
    ] + ModalityEncoders.specs

  /// Where an encoder works.
  static func applies(_ literal: CallLiteral, to content: SlotContent) -> Bool {
    applies(literal, to: content.kind)
  }

  static func applies(_ literal: CallLiteral, to kind: ValueKind) -> Bool {
    switch kind {
    case .table, .series: ["stats", "spectrum", "wavelets", "shape", "rocket"].contains(literal.name)
    case .audio: ["spectrum", "logmel", "mfcc", "chroma"].contains(literal.name)
    case .log: literal.name == "counts"
    default: false
    }
  }

  /// What is wrong with the arguments, beyond their ranges.
  static func complaint(about literal: CallLiteral) -> (summary: String, remedy: String)? {
    guard ["logmel", "mfcc", "chroma"].contains(literal.name) else { return nil }
    let length = literal[frame]
    if length & (length - 1) != 0 {
      return ("a frame of \(length) samples is no power of two", "Use frame=1024, 2048 or 4096.")
    }
    if literal.name == "mfcc", literal[coefficients] > literal[cepstrumBands] {
      return (
        "\(literal[coefficients]) coefficients need at least as many bands",
        "Use bands=\(literal[coefficients]) or fewer coefficients."
      )
    }
    return nil
  }

  static func encode(
    _ slot: Slot, by literal: CallLiteral, rows index: Index, work: Work
  ) throws(EncodingError) -> Encoded? {
    switch (literal.name, slot.content) {
    case ("stats", .frame(let frame)):
      return try StatisticsEncoder(width: literal[statsWidth]).encode(
        frame, presence: slot.presence, work: work)
    case ("spectrum", .frame(let frame)):
      return try SpectrumEncoder(width: literal[spectrumWidth], bands: literal[bands]).encode(
        frame, presence: slot.presence, work: work)
    case ("wavelets", .frame(let frame)):
      return try WindowEncoder(.wavelets(levels: literal[levels]), width: literal[statsWidth]).encode(
        frame, presence: slot.presence, work: work)
    case ("shape", .frame(let frame)):
      return try WindowEncoder(.shape, width: literal[statsWidth]).encode(
        frame, presence: slot.presence, work: work)
    case ("rocket", .frame(let frame)):
      return try WindowEncoder(.rocket, width: literal[statsWidth]).encode(
        frame, presence: slot.presence, work: work)
    case ("counts", .log(let log)):
      return try CountsEncoder(width: literal[countsWidth]).encode(
        log, rows: index, presence: slot.presence, work: work)
    case (_, .audio(let audio)):
      guard let encoder = sound(literal) else { return nil }
      return try encoder.encode(
        audio, rows: index, width: soundWindow(literal), presence: slot.presence, work: work)
    default: return nil
    }
  }

  static func sound(_ literal: CallLiteral) -> SoundEncoder? {
    switch literal.name {
    case "spectrum": SoundEncoder(.spectrum(bands: literal[bands]))
    case "logmel":
      SoundEncoder(.mel(bands: literal[melBands]), frameLength: literal[frame], hop: literal[hop])
    case "mfcc":
      SoundEncoder(
        .cepstrum(coefficients: literal[coefficients], bands: literal[cepstrumBands]),
        frameLength: literal[frame], hop: literal[hop], derivatives: literal[derivatives])
    case "chroma": SoundEncoder(.chroma, frameLength: literal[frame], hop: literal[hop])
    default: nil
    }
  }

  private static func soundWindow(_ literal: CallLiteral) -> TimeSpan? {
    if literal.name == "spectrum" {
      return literal.arguments[spectrumWidth.base.name] == nil ? nil : literal[spectrumWidth]
    }
    return literal[window]
  }
}
