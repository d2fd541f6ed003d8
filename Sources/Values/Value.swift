package import Chronology

/// A single number, text, time or truth value: what `param` and a typed literal give.
package enum Scalar: Sendable, Equatable {
  case number(Double)
  case text(String)
  case span(TimeSpan)
  case instant(Instant)
  case bool(Bool)
}

/// Everything a name can stand for. Values never change.
package enum Value: Sendable {
  case scalar(Scalar)
  case table(Frame)
  /// A frame whose features are numbers over time.
  case series(Frame)
  case audio(Audio)
  case images(Images)
  /// Images addressed by time.
  case video(Images)
  case cloud(Cloud)
  case log(Log)
  case text(Documents)
  case events(EventLog)
  case graph(Graph)
  case bundle(Bundle)
  case embedding(Embedding)
  case tokens(Tokens)
  case map(FeatureMap)
  case scores(Scores)
  case alarms(Alarms)
  case model(any StoredModel)
  case figure(Figure)
  case report(Report)
  case answer(Answer)
}

/// A fitted model as a value: `Detection` makes them, `score` uses them.
package protocol StoredModel: Sendable {
  /// `iforest`, `pca`…
  var method: String { get }
  /// The features that it was fitted on, in order.
  var features: [String] { get }
  /// How many rows it has seen.
  var fittedRows: Int { get }
  /// The bytes that decide the model's digest.
  func encoded() -> [UInt8]
}

extension Value {
  /// The index of the rows, for the kinds that have rows.
  package var index: Index? {
    switch self {
    case .table(let frame), .series(let frame): frame.index
    case .log(let log): log.frame.index
    case .images(let images), .video(let images): images.index
    case .cloud(let cloud): cloud.points.index
    case .text(let documents): documents.frame.index
    case .events(let events): events.frame.index
    case .graph(let graph): graph.nodes.index
    case .tokens(let tokens): tokens.index
    case .map(let map): map.index
    case .bundle(let bundle): bundle.index
    case .embedding(let embedding): embedding.index
    case .scores(let scores): scores.index
    case .alarms(let alarms): alarms.scores.index
    case .audio(let audio):
      audio.start.map { start in
        Index(
          .time(
            .regular(
              start: start, step: TimeSpan(seconds: 1 / audio.sampleRate), count: audio.frameCount)))
      } ?? .rows(audio.frameCount)
    case .scalar, .model, .figure, .report, .answer: nil
    }
  }
}
