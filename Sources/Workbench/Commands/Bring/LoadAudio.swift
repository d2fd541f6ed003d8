import Chronology
import Formats
import Language
import Notation
import Numerics
import Values

struct LoadAudio: WorldCommand {
  static let path = Parameter<String>.input("path", help: "A WAV, FLAC, OGG or MP3 file, or a film.")
  static let start = Parameter<Instant?>.optional(
    "start", .instant,
    help: "When the first sample was taken; without it the sound cannot be aligned by time."
  ) { if case .instant(let instant) = $0 { instant } else { nil } }

  let spec = CommandSpec(
    "load", "audio", "Reads sound with its rate and all its channels.",
    discussion: """
      Samples become numbers with full scale 1 and keep their rate; nothing is resampled or mixed. What libsndfile \
      decodes can be read: WAV, FLAC, OGG, Opus, MP3, AIFF and others. Sound tracks of films, AAC, WMA and AMR are decoded by ffmpeg \
      (`scripts/ffmpeg`); a track begins when its film does and silence fills its holes, so that both keep one clock.
      """,
    parameters: [path.base, start.base], output: .audio, reach: .read,
    examples: [
      Example("generate pump-station --part mic --minutes 5 --seed 7 | export --to mic.wav --overwrite"),
      Example("mic = load audio mic.wav"),
      Example("mic = load audio mic.wav --start 2026-03-01T08:00"),
    ])

  func run(_ call: Invocation, work: Work, world: World) throws(Failure) -> Value {
    let files = try world.files.open([call[Self.path]], for: Self.path.base, of: call.call)
    guard let file = files.first else { return .answer(Answer("")) }
    let sound = SoundFile(
      path: file.path, source: file.source, parameter: Self.path.base, call: call, world: world)
    let decoded = try sound.read(work: work)
    for remark in decoded.remarks { call.note(remark) }
    var audio = decoded.audio
    audio.start = call[Self.start]
    if let samples = try? WaveFile.Samples(file.source), samples.absent > 0 {
      let whole = Double(samples.frames + samples.absent) / samples.rate
      call.note(
        "the file is cut off: \(audio.length.seconds.shortText(digits: 4)) s of the \(whole.shortText(digits: 4)) s that its header tells"
      )
    }
    return .audio(audio)
  }
}
