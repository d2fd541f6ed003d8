import Chronology
import Encoding
import Formats
import Language
import Notation
import Numerics
import Values

/// The rows of a value as what a network takes, one at a time.
struct NetworkFeed: Sendable {
  enum Problem: Error, Sendable {
    case network(NetworkError)
    case picture(PictureError)
  }

  private enum Source: Sendable {
    case pictures(Images, PictureTensor)
    /// Stretches of this many samples.
    case sound([Float], Int)
    case texts(TextColumn, any TextPieces, most: Int, fixed: Int?)
    case numbers(Matrix)
  }

  let index: Index
  /// Of pictures, so that maps can be laid over them.
  let shapes: [PictureShape]?
  private let source: Source
  private let inputs: [NetworkPort]
  private let main: NetworkPort

  var count: Int { index.count }

  init(
    _ value: Value, _ recipe: NetworkRecipe, _ network: any Network, _ model: String, _ call: Invocation,
    world: World
  ) throws(Failure) {
    inputs = network.inputs
    let named = recipe.input.flatMap { name in network.inputs.first { $0.name == name } }
    guard let main = named ?? network.inputs.first, recipe.input == nil || named != nil else {
      throw Self.mismatch(
        "it has no input `\(recipe.input ?? "")`, but \(Suggestion.some(network.inputs.map(\.name)))", call)
    }
    self.main = main
    func extent(_ place: Int) -> Int? { main.extents.indices.contains(place) ? main.extents[place] : nil }
    switch value {
    case .images(let images), .video(let images):
      guard main.extents.count == 4 else {
        throw Self.mismatch("it takes \(Self.words(main)), no pictures", call)
      }
      let rows = recipe.isInterleaved ? 1 : 2
      let channels = extent(recipe.isInterleaved ? 3 : 1) ?? recipe.mean.count
      var (mean, deviation) = (recipe.mean, recipe.deviation)
      if channels == 1, mean.count == 3 { (mean, deviation) = ([0], [1]) }
      guard channels == mean.count else { throw Self.mismatch("it takes \(channels) channels", call) }
      source = .pictures(
        images,
        PictureTensor(
          width: recipe.width ?? extent(rows + 1) ?? 224, height: recipe.height ?? extent(rows) ?? 224,
          fit: recipe.fit, mean: mean, deviation: deviation, range: recipe.range,
          isReversed: recipe.isReversed,
          isInterleaved: recipe.isInterleaved))
      (index, shapes) = (images.index, images.shapes)
    case .audio(let audio):
      let rate = recipe.rate ?? audio.sampleRate
      let mixed = audio.channels.dropFirst().reduce(audio.channels.first ?? []) { zip($0, $1).map(+) }
      let share = 1 / Float(max(1, audio.channels.count))
      let samples = RateChange.samples(mixed.map { $0 * share }, from: audio.sampleRate, to: rate)
      let length = main.extents.last.flatMap { $0 } ?? max(1, Int((recipe.seconds * rate).rounded()))
      let count = samples.count / length
      let step = TimeSpan(seconds: Double(length) / rate)
      index = Index(
        audio.start.map { .time(.regular(start: $0, step: step, count: count)) } ?? .row(count: count),
        extent: step)
      source = .sound(samples, length)
      shapes = nil
    case .text(let documents):
      let pieces = try Self.pieces(recipe, model, call, world: world)
      source = .texts(
        documents.texts, pieces, most: min(recipe.most, extent(1) ?? recipe.most), fixed: extent(1))
      (index, shapes) = (documents.frame.index, nil)
    case .table(let frame), .series(let frame):
      let columns = frame.features
      var matrix = Matrix(rows: frame.rowCount, columns: columns.count, repeating: 0)
      for (place, column) in columns.enumerated() {
        for (row, number) in (column.numbers ?? []).enumerated() { matrix[row, place] = number }
      }
      source = .numbers(matrix)
      (index, shapes) = (frame.index, nil)
    case .embedding(let embedding):
      source = .numbers(embedding.matrix)
      (index, shapes) = (embedding.index, nil)
    default: throw call.noRows(EncodeNetwork.input.base)
    }
    if case .numbers(let matrix) = source, let wanted = extent(main.extents.count - 1),
      wanted != matrix.columns
    {
      throw Self.mismatch("it takes \(wanted) numbers a row, and there are \(matrix.columns)", call)
    }
  }

  private static func words(_ port: NetworkPort) -> String {
    port.extents.map { $0.map(String.init) ?? "n" }.joined(separator: " × ") + " numbers"
  }

  private static func mismatch(_ words: String, _ call: Invocation) -> Failure {
    call.blame(
      EncodeNetwork.model.base, "E0552", "the network does not fit: \(words)", label: "another kind of input",
      remedy: "Choose another network, or say in its recipe how it is fed.")
  }

  private static func pieces(
    _ recipe: NetworkRecipe, _ model: String, _ call: Invocation, world: World
  ) throws(Failure) -> any TextPieces {
    let folder = model.lastIndex(of: "/").map { String(model[...$0]) } ?? ""
    let path = folder + (recipe.vocabulary ?? "vocab.txt")
    func bytes(_ path: String) -> [UInt8]? {
      (try? world.files.open(path)).flatMap { source in
        try? source.read(at: 0, count: min(source.count, 64 << 20))
      }
    }
    let content = bytes(path)
    if path.lowercased().hasSuffix(".json") {
      let merges = folder + (recipe.merges ?? "merges.txt")
      let members = content.flatMap { try? JSON(parsing: $0) }?.members ?? []
      var numbers: [String: Int64] = [:]
      for member in members { numbers[member.key] = member.value.number.flatMap { Int64(exactly: $0) } }
      guard let pairs = bytes(merges),
        let pieces = BytePairs(vocabulary: numbers, merges: String(decoding: pairs, as: UTF8.self))
      else {
        throw call.blame(
          EncodeNetwork.model.base, "E0553", "`\(path)` and `\(merges)` are no pieces joined from pairs",
          label: "texts need them",
          remedy: "Put `vocab.json` and `merges.txt` of the model beside it, or name them in the recipe.")
      }
      return pieces
    }
    guard let content,
      let pieces = WordPieces(
        vocabulary: String(decoding: content, as: UTF8.self), isLowercase: recipe.isLowercase)
    else {
      throw call.blame(
        EncodeNetwork.model.base, "E0553", "`\(path)` is no vocabulary of word pieces",
        label: "texts need one",
        remedy: "Put the `vocab.txt` of the model beside it, or name it in the recipe as `vocabulary`.")
    }
    return pieces
  }

  /// What one row is to the network; nil if cells are missing.
  func tensors(_ row: Int) throws(Problem) -> [NetworkTensor]? {
    switch source {
    case .pictures(let images, let form):
      let picture: Picture
      do throws(PictureError) { picture = try images.picture(row) } catch { throw .picture(error) }
      let shape =
        form.isInterleaved
        ? [1, form.height, form.width, form.mean.count] : [1, form.mean.count, form.height, form.width]
      return [NetworkTensor(name: main.name, shape: shape, values: .single(form.values(of: picture)))]
    case .sound(let samples, let length):
      let stretch = Array(samples[row * length..<(row + 1) * length])
      return [NetworkTensor(name: main.name, shape: shape(of: length), values: .single(stretch))]
    case .texts(let texts, let pieces, let most, let fixed):
      var numbers = pieces.numbers(of: texts[row], most: most)
      var mask = [Int64](repeating: 1, count: numbers.count)
      if let fixed, numbers.count < fixed {
        let missing = fixed - numbers.count
        numbers += [Int64](repeating: pieces.padding, count: missing)
        mask += [Int64](repeating: 0, count: missing)
      }
      let shape = [1, numbers.count]
      return inputs.map { port in
        let name = port.name.lowercased()
        let values =
          name.contains("mask")
          ? mask : name.contains("type") ? [Int64](repeating: 0, count: numbers.count) : numbers
        return NetworkTensor(name: port.name, shape: shape, values: .whole64(values))
      }
    case .numbers(let matrix):
      let numbers = matrix.row(row)
      guard numbers.allSatisfy(\.isFinite) else { return nil }
      return [
        NetworkTensor(
          name: main.name, shape: shape(of: numbers.count), values: .single(numbers.map { Float($0) }))
      ]
    }
  }

  /// Ones before the only index that runs.
  private func shape(of count: Int) -> [Int] {
    [Int](repeating: 1, count: max(0, main.extents.count - 1)) + [count]
  }
}
