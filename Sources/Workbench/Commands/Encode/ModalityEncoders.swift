import Chronology
import Encoding
import Language
import Numerics
import Values

/// The encoders of pictures, documents, event logs and graphs: their declarations, and what they make of a value that stands alone.
enum ModalityEncoders {
  static let kinds: [ValueKind] = [.images, .video, .text, .events, .graph, .cloud]

  private static let cells = Parameter<Int>.integer(
    "cells", in: 1...64, default: 8, help: "Cells along each side of the grid.", placement: .positional)
  private static let orientations = Parameter<Int>.integer(
    "orientations", in: 2...36, default: 9, help: "Bins over half a turn.", placement: .positional)

  private static let grid = Parameter<Int>.integer(
    "grid", in: 2...128, default: 32, help: "Cells along each side.", placement: .positional)
  private static let scales = Parameter<Int>.integer(
    "scales", in: 1...4, default: 3, help: "Scales, each half as fine as the one before.",
    placement: .positional)

  private static let level = Parameter<String>.choice(
    "level",
    of: [
      Choice("absolute", "brightness as it is"),
      Choice("relative", "from the picture's median, in its median deviations: for exposures that vary"),
      Choice("contrast", "the logarithm over that of the surroundings: for light that falls unevenly"),
    ], default: "absolute", help: "What brightness counts from.", placement: .positional)

  private static let terms = Parameter<Int>.integer(
    "terms", in: 1...20_000, default: 2000, help: "The most common terms to keep.", placement: .positional)
  private static let counting = Parameter<String>.choice(
    "counting", of: [Choice("plain", "each time a word occurs"), Choice("log", "1 + ln of the count")],
    default: "plain", help: "What counts.", placement: .positional)
  private static let skipping = Parameter<String>.choice(
    "skip", of: [Choice("none", "no word"), Choice("english", "English words that every text has")],
    default: "none", help: "Words to leave out.", placement: .positional)
  private static let length = Parameter<Int>.integer(
    "length", in: 1...10, default: 3, help: "Characters in a run.", placement: .positional)
  private static let places = Parameter<Int>.integer(
    "places", in: 1...20_000, default: 512, help: "Numbers a document.", placement: .positional)

  private static let topics = Parameter<Int>.integer(
    "dimensions", in: 1...1000, default: 100, help: "Numbers a document, at most.", placement: .positional)
  private static let lengths = Parameter<String>.choice(
    "length", of: [Choice("unit", "1: only the direction counts"), Choice("plain", "as it comes out")],
    default: "unit", help: "The length of a document's vector.", placement: .positional)
  private static let dimensions = Parameter<Int>.integer(
    "dimensions", in: 1...500, default: 16, help: "Numbers a node, at most.", placement: .positional)

  private static let walkWindow = Parameter<Int>.integer(
    "window", in: 1...20, default: 5, help: "Steps between two nodes on a walk that count.",
    placement: .positional)
  private static let filters = Parameter<Int>.integer(
    "filters", in: 1...256, default: 32, help: "Filters a scale.", placement: .positional)
  private static let filterScales = Parameter<Int>.integer(
    "scales", in: 1...4, default: 2, help: "Scales, each half as fine as the one before.",
    placement: .positional)
  private static let side = Parameter<Int>.integer(
    "side", in: 1...16, default: 4, help: "Pixels along each side of a cell.", placement: .positional)
  private static let wavelengths = Parameter<Int>.integer(
    "scales", in: 1...4, default: 3, help: "Wavelengths: 4 pixels, 8, 16…", placement: .positional)
  private static let turns = Parameter<Int>.integer(
    "orientations", in: 1...16, default: 4, help: "Directions over half a turn.", placement: .positional)

  private static let neighbors = Parameter<Int>.integer(
    "k", in: 3...200, default: 16, help: "Neighbours of each point.", placement: .positional)

  private static let vocabulary = Parameter<Int>.integer(
    "terms", in: 1...10_000, default: 50, help: "The most common activities, and pairs of them, to count.",
    placement: .positional)

  static let specs = [
    CallSpec(
      "colour", "Pictures: brightness, contrast, sharpness, colour.",
      gives: "15 numbers, shares of full scale; cost O(pixels)"),
    CallSpec(
      "hog", "Pictures: histograms of oriented gradients over a grid.",
      gives: "(cells - 1)² · 4 · orientations numbers from 0 to 1; cost O(pixels)",
      parameters: [cells.base, orientations.base]),
    CallSpec(
      "lbp", "Pictures: how often each local binary pattern occurs.",
      gives: "59 shares with sum 1; cost O(pixels)"),
    CallSpec(
      "gabor", "Pictures: mean and spread of what Gabor filters answer.",
      gives: "2 · scales · orientations numbers, shares of full scale; cost O(pixels · wavelength) a filter",
      parameters: [wavelengths.base, turns.base]),
    CallSpec(
      "patches", "Pictures: grain, edges and colour place by place, over a pyramid of scales.",
      gives: "a map, grid² places of 9 · scales numbers, and 2 of colour; cost O(256 · grid²)",
      parameters: [grid.base, scales.base, level.base]),
    CallSpec(
      "filters", "Pictures: what random filters see place by place, at several scales.",
      gives:
        "a map, grid² places of filters · scales numbers, shares of full scale; cost O(1600 · filters · grid²)",
      parameters: [grid.base, filters.base, filterScales.base]),
    CallSpec(
      "sift", "Pictures: how gradients turn place by place (dense SIFT).",
      gives: "a map, grid² places of 128 numbers with length 1; cost O(512 · grid²)", parameters: [grid.base]),
    CallSpec(
      "raw", "Pictures: the pixels or depths of each place as they are.",
      gives:
        "a map, grid² places of side² numbers, shares of full scale or deviations of depth; cost O(pixels)",
      parameters: [grid.base, side.base]),
    CallSpec(
      "motion", "Videos: what changes from frame to frame, and how fast it moves (Lucas-Kanade).",
      gives: "10 numbers, shares of full scale and pixels a frame at a width of 180; cost O(pixels)"),
    CallSpec(
      "surface", "Depth maps: distances, slope, curvature, what was measured.",
      gives: "9 numbers in the unit of the depths, slopes a pixel; cost O(pixels)"),
    CallSpec(
      "tfidf", "Documents: words, weighed by how seldom they are.",
      gives: "a weight a word, rows of length 1; cost O(characters + documents · terms)",
      parameters: [terms.base, counting.base, skipping.base]),
    CallSpec(
      "ngrams", "Documents: runs of characters, weighed by how seldom they are.",
      gives: "a weight a run, rows of length 1; cost O(characters + documents · terms)",
      parameters: [length.base, terms.base]),
    CallSpec(
      "lsa", "Documents: what their words have in common (latent semantic analysis).",
      gives: "at most so many dimensions, without unit; cost O(documents · terms · dimensions) a turn",
      parameters: [topics.base, terms.base, lengths.base]),
    CallSpec(
      "hashing", "Documents: words added up in places that a hash finds.",
      gives: "a sum a place, rows of length 1; cost O(characters)", parameters: [places.base]),
    CallSpec(
      "writing", "Documents: length, words, letters, digits, signs.",
      gives: "counts and shares from 0 to 1; cost O(characters)"),
    CallSpec(
      "traces", "Event logs: what each case consists of, and how surprising its steps are.",
      gives: "a row a case: counts, durations in seconds, surprise in nats; cost O(events + cases · terms)",
      parameters: [vocabulary.base]),
    CallSpec(
      "normals", "Clouds: the normal of each point and how uneven the surface is there.",
      gives: "a unit vector and a share from 0 to 1/3; cost O(points²) at worst", parameters: [neighbors.base]
    ),
    CallSpec(
      "curvature", "Clouds: how each point's surroundings bend (mean, Gaussian, principal).",
      gives: "4 numbers per unit of the coordinates, the Gaussian per unit squared; cost O(points²) at worst",
      parameters: [neighbors.base]),
    CallSpec(
      "fpfh", "Clouds: fast point feature histograms of each point.",
      gives: "33 numbers, three histograms with sum 100; cost O(points²) at worst",
      parameters: [neighbors.base]),
    CallSpec(
      "structure", "Graphs: degree, core, clustering, egonet of each node.",
      gives: "9 counts, shares and logarithms a node; cost O(Σ degree²)"),
    CallSpec(
      "eigenmaps", "Graphs: places of nodes, neighbours close together (Laplacian eigenmaps).",
      gives: "so many dimensions a node, without unit; cost O(edges · dimensions) a turn",
      parameters: [dimensions.base]),
    CallSpec(
      "walks", "Graphs: places of nodes, those that random walks meet together close (DeepWalk, factorised).",
      gives: "so many dimensions a node, without unit; cost O(nodes · edges · window) at most",
      parameters: [dimensions.base, walkWindow.base]),
    CallSpec(
      "contrast", "Graphs: attributes of each node beside those of its neighbours.",
      gives: "2 numbers an attribute, in its unit; cost O(edges · attributes)"),
  ]

  /// The encoders that give a map.
  static func isMap(_ literal: CallLiteral) -> Bool {
    ["patches", "filters", "sift", "raw"].contains(literal.name)
  }

  /// Which values an encoder works on; empty for those that work on slots of a bundle.
  static func kinds(of name: String) -> [ValueKind] {
    switch name {
    case "colour", "hog", "lbp", "gabor", "patches", "filters", "sift", "raw": [.images, .video]
    case "motion": [.video]
    case "surface": [.images]
    case "tfidf", "ngrams", "lsa", "hashing", "writing": [.text]
    case "traces": [.events]
    case "normals", "curvature", "fpfh": [.cloud]
    case "structure", "eigenmaps", "walks", "contrast": [.graph]
    default: []
    }
  }

  /// One value that stands alone, encoded by one or several encoders side by side; nil for kinds of other encoders.
  static func encode(
    _ value: Value, by literals: [CallLiteral], name: String, work: Work
  ) throws(EncodingError) -> Value? {
    guard kinds.contains(value.kind) else { return nil }
    switch value {
    case .images(let images), .video(let images):
      if let encoder = literals.first.flatMap(placeEncoder) {
        return .map(try encoder.encode(images, work: work))
      }
      var parts: [Encoded] = []
      for literal in literals {
        if literal.name == "motion" {
          parts.append(try MotionEncoder().encode(images, work: work).prefixed(by: "motion"))
        }
        guard let encoder = pictureEncoder(literal) else { continue }
        let part = try encoder.encode(images, work: work)
        // Features of several encoders must not share names.
        parts.append(part.features.first?.contains(".") == true ? part : part.prefixed(by: literal.name))
      }
      return .embedding(embedding(Encoded.joined(parts), of: images.index, name: name))
    case .text(let documents):
      var parts: [Encoded] = []
      for literal in literals {
        if let part = try encode(documents, by: literal, work: work) {
          parts.append(literals.count == 1 ? part : part.prefixed(by: literal.name))
        }
      }
      return .embedding(embedding(Encoded.joined(parts), of: documents.frame.index, name: name))
    case .events(let log):
      guard let literal = literals.first else { return nil }
      let (index, encoded) = try TraceEncoder(most: literal[vocabulary]).encode(log, work: work)
      return .embedding(embedding(encoded, of: index, name: name))
    case .cloud(let cloud):
      var parts: [Encoded] = []
      for literal in literals {
        let features: CloudEncoder.Features =
          switch literal.name {
          case "fpfh": .histograms
          case "curvature": .curvature
          default: .normals
          }
        parts.append(try CloudEncoder(features, neighbors: literal[neighbors]).encode(cloud, work: work))
      }
      return .embedding(embedding(Encoded.joined(parts), of: cloud.points.index, name: name))
    case .graph(let graph):
      var parts: [Encoded] = []
      for literal in literals {
        switch literal.name {
        case "contrast": parts.append(try ContrastEncoder().encode(graph, work: work))
        case "eigenmaps":
          parts.append(try EigenmapEncoder(dimensions: literal[dimensions]).encode(graph, work: work))
        case "walks":
          parts.append(
            try WalkEncoder(dimensions: literal[dimensions], window: literal[walkWindow]).encode(
              graph, work: work))
        default: parts.append(try StructureEncoder().encode(graph, work: work))
        }
      }
      return .embedding(embedding(Encoded.joined(parts), of: graph.nodes.index, name: name))
    default: return nil
    }
  }

  private static func encode(
    _ documents: Documents, by literal: CallLiteral, work: Work
  ) throws(EncodingError) -> Encoded? {
    switch literal.name {
    case "tfidf": try words(literal).encode(documents, work: work)
    case "ngrams":
      try FrequencyEncoder(terms: .characters(literal[length]), most: literal[terms]).encode(
        documents, work: work)
    case "lsa":
      try latent(literal).encode(documents, work: work)
    case "hashing": try HashEncoder(places: literal[places]).encode(documents, work: work)
    case "writing": try WritingEncoder().encode(documents, work: work)
    default: nil
    }
  }

  private static func latent(_ literal: CallLiteral) -> LatentEncoder {
    var encoder = LatentEncoder(dimensions: literal[topics], most: literal[terms])
    encoder.isUnit = literal[lengths] == "unit"
    return encoder
  }

  private static func words(_ literal: CallLiteral) -> FrequencyEncoder {
    var encoder = FrequencyEncoder(most: literal[terms])
    encoder.isLogarithmic = literal[counting] == "log"
    encoder.skipsFunctionWords = literal[skipping] == "english"
    return encoder
  }

  private static func placeEncoder(_ literal: CallLiteral) -> (any PlaceEncoder)? {
    switch literal.name {
    case "patches":
      PatchEncoder(
        grid: literal[grid], scales: literal[scales],
        level: PatchEncoder.Level(rawValue: literal[level]) ?? .absolute)
    case "filters":
      FilterEncoder(grid: literal[grid], filters: literal[filters], scales: literal[filterScales])
    case "sift": SiftEncoder(grid: literal[grid])
    case "raw": RawEncoder(grid: literal[grid], side: literal[side])
    default: nil
    }
  }

  private static func pictureEncoder(_ literal: CallLiteral) -> (any PictureEncoder)? {
    switch literal.name {
    case "colour": ColourEncoder()
    case "hog": GradientEncoder(cells: literal[cells], orientations: literal[orientations])
    case "lbp": TextureEncoder()
    case "gabor": GaborEncoder(scales: literal[wavelengths], orientations: literal[turns])
    case "surface": SurfaceEncoder()
    default: nil
    }
  }

  private static func embedding(_ encoded: Encoded, of index: Index, name: String) -> Embedding {
    Embedding(
      index: index, matrix: encoded.matrix, features: encoded.features,
      blocks: [Block(name: name, columns: 0..<encoded.features.count)])
  }
}

extension Encoded {
  fileprivate func prefixed(by name: String) -> Encoded {
    Encoded(features: features.map { "\(name).\($0)" }, matrix: matrix, presence: presence)
  }
}

extension Encode {
  /// A value of a kind that is encoded by itself, without windows of time; nil for the others.
  func encodeModality(_ call: Invocation, work: Work) throws(Failure) -> Value? {
    let input = call[Self.input]
    guard ModalityEncoders.kinds.contains(input.value.kind) else {
      for literal in call[Self.use] where !ModalityEncoders.kinds(of: literal.name).isEmpty {
        throw misfit(literal, call, among: ModalityEncoders.kinds(of: literal.name))
      }
      return nil
    }
    for literal in call[Self.use] where !ModalityEncoders.kinds(of: literal.name).contains(input.value.kind) {
      throw misfit(literal, call, among: ModalityEncoders.kinds(of: literal.name))
    }
    do throws(EncodingError) {
      let name = input.name.isEmpty ? input.value.kind.rawValue : input.name
      let result = try ModalityEncoders.encode(input.value, by: call[Self.use], name: name, work: work)
      if case .embedding(let embedding) = result, embedding.features.count > 0 {
        let absent = (0..<embedding.matrix.rows).count { row in embedding.matrix.row(row).allSatisfy(\.isNaN)
        }
        if absent > 0 { call.note("\(absent) of \(embedding.matrix.rows) rows have nothing to encode") }
      }
      return result
    } catch {
      throw call.failure(error, at: Self.input.base)
    }
  }

  private func misfit(_ literal: CallLiteral, _ call: Invocation, among kinds: [ValueKind]) -> Failure {
    let kind = call[Self.input].value.kind
    let fitting = ModalityEncoders.specs.map(\.name).filter { ModalityEncoders.kinds(of: $0).contains(kind) }
    let wanted = kinds.map(\.rawValue).joined(separator: " or ")
    return call.blame(
      Self.use.base, "R0208",
      kinds.isEmpty
        ? "`\(literal.name)` does not encode \(kind.rawValue)"
        : "`\(literal.name)` encodes \(wanted), not \(kind.rawValue)",
      label: "wrong kind of value",
      remedy: fitting.isEmpty
        ? "Give it \(wanted)." : "Use \(fitting.map { "`\($0)`" }.joined(separator: ", ")).")
  }
}
