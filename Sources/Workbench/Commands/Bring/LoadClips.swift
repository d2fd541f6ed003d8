import Encoding
import Formats
import Language
import Numerics
import Values

struct LoadClips: WorldCommand {
  static let paths = Parameter<[String]>.inputs(
    "paths", help: "Sound or film files, globs, or a folder with a slash at its end for all below it.")
  static let use = Parameter<[CallLiteral]>.required(
    "use", .list(.call(EncoderList.soundSpecs)), placement: .option,
    help: "Encoders of sound, separated by commas."
  ) { argument in
    switch argument {
    case .list(let items): items.compactMap { if case .call(let literal) = $0 { literal } else { nil } }
    case .call(let literal): [literal]
    default: []
    }
  }
  static let pool = Parameter<[ClipPooling]>(
    AnyParameter(
      "pool",
      .list(
        .choice([
          Choice("mean", "over the frames"), Choice("sd", "standard deviation over the frames"),
          Choice("min", "the lowest frame"), Choice("max", "the highest frame"),
          Choice("gwrp", "sorted, the highest weighing most, by --decay"),
          Choice("start", "mean over the first third of the frames"),
          Choice("middle", "over the second third"), Choice("end", "over the last third"),
        ])), default: .list([.choice("mean"), .choice("sd")]), help: "What is made of the frames of a clip.")
  ) { argument in
    guard case .list(let items) = argument else { return [] }
    return items.compactMap { if case .choice(let name) = $0 { ClipPooling(rawValue: name) } else { nil } }
  }
  static let decay = Parameter<Double>.fraction(
    "decay", in: 0...1, default: 0.99, help: "Of the weights of gwrp: 0 is the maximum, 1 the mean.")
  static let normal = Parameter<[String]>.names(
    "normal", help: "Folders that hold what is normal, besides those called good, normal or ok.")

  static let labels = Parameter<String?>.optional(
    "labels", .input(many: false),
    help: "A table with the columns clip, label and perhaps split, instead of classes by folder."
  ) { if case .path(let path) = $0 { path } else { nil } }

  let spec = CommandSpec(
    "load", "clips", "Reads many sounds as one row of features each.",
    discussion: """
      Each file is decoded, encoded frame by frame, and its frames are pooled; one file a thread is in memory. The \
      encoders are those of `encode` for sound. Rows are named by their paths; the innermost folder names the class, and \
      `anomaly` is true for all classes but the normal ones, both labels, which no detector sees. Folders train, validation \
      and test divide the rows; a table of --labels overrules both for the clips that it names. Files that cannot be decoded are left out and told. gwrp is the global weighted rank \
      pooling of Kolesnikov and Lampert (ECCV 2016), over time as in Guan et al. (ICASSP 2023).
      """,
    parameters: [paths.base, use.base, pool.base, decay.base, normal.base, labels.base], output: .table,
    reach: .read,
    examples: [
      Example("generate pump-station --part mic --minutes 5 --seed 7 | export --to mic.wav --overwrite"),
      Example("clips = load clips mic.wav --use mfcc(13)"),
      Example("clips = load clips mic.wav --use logmel(16),chroma --pool mean,gwrp --decay 0.9"),
    ])

  func run(_ call: Invocation, work: Work, world: World) throws(Failure) -> Value {
    for literal in call[Self.use] {
      if let (summary, remedy) = EncoderList.complaint(about: literal) {
        throw call.blame(Self.use.base, "R0206", summary, remedy: remedy)
      }
    }
    let files = try world.files.open(call[Self.paths], for: Self.paths.base, of: call.call)
    let sources = Dictionary(files.map { ($0.path, $0.source) }) { first, _ in first }
    let items = try labelled(PictureFolder(files.map(\.path).filter(Self.isSound)).items, call, world, work)
    guard !items.isEmpty else {
      throw call.blame(
        Self.paths.base, "E0547", "there is no sound file", label: "no sound",
        remedy: "Give WAV, FLAC, OGG, MP3 or AIFF files, or a folder such as `clips/`.")
    }
    let encoders = call[Self.use].compactMap { literal in
      EncoderList.sound(literal).map { (literal.name, $0) }
    }
    let (pools, decay) = (call[Self.pool], call[Self.decay])
    let features = encoders.flatMap { encoder in
      encoder.1.names.flatMap { name in pools.map { "\(name).\($0.rawValue)" } }
    }
    let rows: [Result<[Double], FormatError>]
    do throws(Cancelled) {
      rows = try work.map(items.count, stage: "encoding clips") { place in
        do throws(FormatError) {
          guard let source = sources[items[place].path] else { throw .unreadable("it is gone") }
          let file = SoundFile(
            path: items[place].path, source: source, parameter: Self.paths.base, call: call, world: world)
          let sound: Audio
          do throws(Failure) {
            sound = try file.read(work: Work(isCancelled: work.isCancelled)).audio
          } catch {
            throw FormatError.unsupported(error.diagnostic.summary)
          }
          guard sound.frameCount > 0 else { throw .malformed("it holds no sound", offset: 0) }
          return .success(try Self.vector(of: sound, encoders.map(\.1), pools, decay))
        } catch {
          return .failure(error)
        }
      }
    } catch {
      throw .cancelled
    }
    return try table(items, rows, features, call)
  }

  /// The clips with the classes and parts that a table gives them.
  private func labelled(
    _ items: [PictureFolder.Item], _ call: Invocation, _ world: World, _ work: Work
  ) throws(Failure) -> [PictureFolder.Item] {
    guard let path = call[Self.labels],
      let file = try world.files.open([path], for: Self.labels.base, of: call.call).first
    else { return items }
    let table: DelimitedTable
    do throws(TableFailure) {
      var options = DelimitedOptions()
      options.hasHeader = true
      table = try DelimitedReader([file.source], options: options).read(work: work)
    } catch {
      guard case .format(let problem) = error.problem else { throw .cancelled }
      throw problem.failure(
        path, at: Self.labels.base, of: call.call, remedy: "Give a CSV file with a clip a line.")
    }
    guard let entries = ClipList.entries(of: table.columns) else {
      throw call.blame(
        Self.labels.base, "E0524", "`\(path)` has no columns clip and label", label: "no list of clips",
        remedy: "Name the columns `clip`, `label` and perhaps `split`.")
    }
    let unknown = items.count { entries[ClipList.name(of: $0.path)] == nil }
    if unknown > 0 { call.note("\(counted(unknown, "clip")) not in `\(path)` keep their folder as class") }
    return items.map { item in
      guard let entry = entries[ClipList.name(of: item.path)] else { return item }
      return PictureFolder.Item(
        path: item.path, name: item.name, category: entry.label, split: entry.split ?? item.split)
    }
  }

  private static func isSound(_ path: String) -> Bool {
    let endings =
      ["wav", "flac", "ogg", "oga", "opus", "mp3", "aif", "aiff", "au", "caf", "w64"]
      + ["m4a", "aac", "wma", "amr", "mp4", "mov", "avi", "mkv", "webm"]
    return endings.contains { path.lowercased().hasSuffix("." + $0) }
  }

  private static func vector(
    of sound: Audio, _ encoders: [SoundEncoder], _ pools: [ClipPooling], _ decay: Double
  ) throws(FormatError) -> [Double] {
    var vector: [Double] = []
    for encoder in encoders {
      let frames: Matrix
      do throws(EncodingError) {
        frames = try encoder.frames(of: sound, work: Work(threads: 1))
      } catch {
        throw .malformed("it cannot be encoded", offset: 0)
      }
      for column in 0..<frames.columns {
        let values = frames.column(column)
        for pool in pools { vector.append(pool.pool(values, decay: decay)) }
      }
    }
    return vector
  }

  private func table(
    _ items: [PictureFolder.Item], _ rows: [Result<[Double], FormatError>], _ features: [String],
    _ call: Invocation
  ) throws(Failure) -> Value {
    var kept: [PictureFolder.Item] = []
    var vectors: [[Double]] = []
    var refused: [String] = []
    for (item, row) in zip(items, rows) {
      switch row {
      case .success(let vector):
        kept.append(item)
        vectors.append(vector)
      case .failure(let error):
        refused.append((error.words.contains(item.path) ? "" : "\(item.name): ") + error.words)
      }
    }
    guard !kept.isEmpty else {
      throw call.blame(
        Self.paths.base, "E0547", "no clip can be decoded (\(refused.first ?? ""))", label: "no sound",
        remedy: "Convert them with `ffmpeg -i IN OUT.wav`.")
    }
    if !refused.isEmpty { call.note("\(counted(refused.count, "clip")) left out (the first: \(refused[0]))") }
    var index = Index(.sample(TextColumn(kept.map(\.name))))
    let splits = kept.compactMap(\.split)
    if splits.count == kept.count, Set(splits).count > 1 { index.splits = splits }
    let labels = PictureLoading.labels(of: kept, normal: call[Self.normal], call)
    let columns = features.enumerated().map { place, name in
      Column(numbers: vectors.map { $0[place] }, name: name)
    }
    return .table(Frame(index: index, columns: labels + columns))
  }
}
