/// The kinds of value that the language knows; a command declares which it takes and gives.
package enum ValueKind: String, Sendable, CaseIterable, Codable {
  case scalar, table, series, audio, images, video, cloud, log, text, events, graph, bundle, embedding,
    tokens,
    map, scores, alarms, rules, model, report, answer, figure
}
