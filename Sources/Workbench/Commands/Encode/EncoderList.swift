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
  private static let lags = Parameter<Int>.integer(
    "lags", in: 1...1000, default: 10, help: "Lags in rows, from 1 on.", placement: .positional)
  private static let kernels = Parameter<Int>.integer(
    "features", in: 84...9996, default: 420,
    help: "Numbers a column: the multiple of 84 that is at most this.",
    placement: .positional)
  private static let commonLevels = Parameter<Int>.integer(
    "levels", in: 1...1000, default: 20, help: "The most common levels of each column to keep.",
    placement: .positional)
  private static let weighting = Parameter<String>.choice(
    "weighting",
    of: [Choice("plain", "as counted"), Choice("tfidf", "seldom ones weigh more, rows of unit length")],
    default: "plain", help: "What a count weighs.", placement: .positional)
  private static let run = Parameter<Int>.integer(
    "length", in: 2...10, default: 3, help: "Messages in a run.", placement: .positional)
  private static let runs = Parameter<Int>.integer(
    "terms", in: 1...10_000, default: 100, help: "The most common runs to count.", placement: .positional)

  /// The encoders of sound.
  static let soundSpecs = specs.filter { ofSound.contains($0.name) }

  private static let ofColumns: Set = [
    "stats", "spectrum", "spectral", "autocorrelation", "wavelets", "catch22", "rocket", "onehot",
    "frequency",
  ]
  private static let ofSound: Set = ["spectrum", "spectral", "stft", "logmel", "mfcc", "chroma"]
  private static let ofLogs: Set = ["counts", "elapsed", "sequences"]

  static let specs =
    [
      CallSpec(
        "stats", "Columns: mean, standard deviation, minimum, maximum and slope of a window.",
        gives: "5 numbers a column in its unit, the slope a second; cost O(rows · window)",
        parameters: [statsWidth.base]),
      CallSpec(
        "spectrum", "Columns or sound: power in bands of equal width.",
        gives: "a number a band in decibels; cost O(w log w) a row for windows of w rows, or a frame",
        parameters: [spectrumWidth.base, bands.base]),
      CallSpec(
        "spectral", "Columns or sound: strongest frequency, centroid, bandwidth, rolloff, flatness, entropy.",
        gives: "6 numbers, frequencies in hertz and shares from 0 to 1; cost O(w log w) a row or frame",
        parameters: [statsWidth.base]),
      CallSpec(
        "autocorrelation", "Columns: the correlation of a window with itself some rows later.",
        gives: "a number a lag from -1 to 1, a column; cost O(w log w) a row",
        parameters: [statsWidth.base, lags.base]),
      CallSpec(
        "wavelets", "Columns: energy of each octave of a window, by Daubechies' wavelets.",
        gives: "a natural logarithm of squared units an octave and column; cost O(rows · window)",
        parameters: [statsWidth.base, levels.base]),
      CallSpec(
        "catch22", "Columns: the 22 canonical characteristics of a window's shape.",
        gives: "22 numbers a column without unit, times in rows; cost O(50 · rows · window)",
        parameters: [statsWidth.base]),
      CallSpec(
        "rocket", "Columns: how often 84 convolutions at several dilations exceed their biases (MiniRocket).",
        gives: "shares from 0 to 1, as many a column as features; cost O(rows · window · features)",
        parameters: [statsWidth.base, kernels.base]),
      CallSpec(
        "onehot", "Columns of categories: a place for each common level.",
        gives: "0 or 1 a level, and `other`, a column; cost O(rows · levels)", parameters: [commonLevels.base]
      ),
      CallSpec(
        "frequency", "Columns of categories: how common the level is in the fit rows.",
        gives: "a share from 0 to 1 a column; cost O(rows)"),
      CallSpec(
        "stft", "Sound: power at each frequency of a short-time Fourier transform.",
        gives: "frame / 2 + 1 numbers in decibels; cost O(f log f) a frame of f samples",
        parameters: [frame.base, hop.base, window.base]),
      CallSpec(
        "logmel", "Sound: power in mel bands.",
        gives: "a number a band in decibels; cost O(f log f) a frame of f samples",
        parameters: [melBands.base, frame.base, hop.base, window.base]),
      CallSpec(
        "mfcc", "Sound: mel-frequency cepstral coefficients.",
        gives:
          "a number a coefficient in decibels, twice or thrice as many with derivatives; cost that of logmel",
        parameters: [
          coefficients.base, cepstrumBands.base, frame.base, hop.base, window.base, derivatives.base,
        ]),
      CallSpec(
        "chroma", "Sound: power by pitch class, as shares of the strongest.",
        gives: "12 numbers from 0 to 1, from C on; cost that of logmel",
        parameters: [frame.base, hop.base, window.base]),
      CallSpec(
        "counts", "Logs: events by template in a window.",
        gives: "a count a template and their total; cost O(rows · templates + events)",
        parameters: [countsWidth.base, weighting.base]),
      CallSpec(
        "elapsed", "Logs: time since the last event of each template.",
        gives: "seconds a template, at most the width; cost O(rows · templates)",
        parameters: [countsWidth.base]),
      CallSpec(
        "sequences", "Logs: runs of templates that follow each other in a window (n-grams).",
        gives: "a count a common run, and that of all others; cost O(events · length + rows · terms)",
        parameters: [countsWidth.base, run.base, runs.base]),
    ] + ModalityEncoders.specs

  /// Where an encoder works.
  static func applies(_ literal: CallLiteral, to content: SlotContent) -> Bool {
    applies(literal, to: content.kind)
  }

  static func applies(_ literal: CallLiteral, to kind: ValueKind) -> Bool {
    switch kind {
    case .table, .series: ofColumns.contains(literal.name)
    case .audio: ofSound.contains(literal.name)
    case .log: ofLogs.contains(literal.name)
    default: false
    }
  }

  /// What is wrong with the arguments, beyond their ranges.
  static func complaint(about literal: CallLiteral) -> (summary: String, remedy: String)? {
    guard ["stft", "logmel", "mfcc", "chroma"].contains(literal.name) else { return nil }
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
    case ("counts", .log(let log)) where literal[weighting] == "plain":
      return try CountsEncoder(width: literal[countsWidth]).encode(
        log, rows: index, presence: slot.presence, work: work)
    case (_, .log(let log)):
      guard let features = messages(literal) else { return nil }
      return try MessageEncoder(features, width: literal[countsWidth]).encode(
        log, rows: index, presence: slot.presence, work: work)
    case ("onehot", .frame(let frame)), ("frequency", .frame(let frame)):
      let features =
        literal.name == "onehot" ? CategoryEncoder.Features.oneHot(most: literal[commonLevels]) : .frequency
      return try CategoryEncoder(features).encode(frame, presence: slot.presence, work: work)
    case (_, .frame(let frame)):
      guard let features = shape(literal) else { return nil }
      return try WindowEncoder(features, width: literal[statsWidth]).encode(
        frame, presence: slot.presence, work: work)
    case (_, .audio(let audio)):
      guard let encoder = sound(literal) else { return nil }
      return try encoder.encode(
        audio, rows: index, width: soundWindow(literal), presence: slot.presence, work: work)
    default: return nil
    }
  }

  private static func shape(_ literal: CallLiteral) -> WindowEncoder.Features? {
    switch literal.name {
    case "wavelets": .wavelets(levels: literal[levels])
    case "catch22": .catch22
    case "rocket": .rocket(features: literal[kernels])
    case "autocorrelation": .autocorrelation(lags: literal[lags])
    case "spectral": .spectral
    default: nil
    }
  }

  private static func messages(_ literal: CallLiteral) -> MessageEncoder.Features? {
    switch literal.name {
    case "counts": .weighted
    case "elapsed": .elapsed
    case "sequences": .runs(length: literal[run], most: literal[runs])
    default: nil
    }
  }

  static func sound(_ literal: CallLiteral) -> SoundEncoder? {
    switch literal.name {
    case "spectral": SoundEncoder(.summary)
    case "stft": SoundEncoder(.bins, frameLength: literal[frame], hop: literal[hop])
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
    if literal.name == "spectral" {
      return literal.arguments[statsWidth.base.name] == nil ? nil : literal[statsWidth]
    }
    return literal[window]
  }
}
