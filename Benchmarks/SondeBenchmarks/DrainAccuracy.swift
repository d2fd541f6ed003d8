import Formats
import Foundation
import Numerics
import Values

/// Drain's grouping accuracy on the samples of loghub, beside the published table.
///
/// - Source: Zhu et al., *Tools and Benchmarks for Automated Log Parsing*, ICSE-SEIP 2019, table 3; formats and settings are those of
///   its benchmark. A message counts if those that share its template are exactly those that share its event.
struct DrainAccuracy {
  let data: String

  private struct System {
    let name: String
    let pattern: String
    let similarity: Double
    let depth: Int
    let masks: Set<TemplateMiner.Mask>
    let published: Double
  }

  private static let systems = [
    System(
      name: "HDFS", pattern: "<Date> <Time> <Pid> <Level> <Component>: <Content>", similarity: 0.5, depth: 4,
      masks: [.block, .address], published: 0.998),
    System(
      name: "Hadoop", pattern: "<Date> <Time> <Level> \\[<Process>\\] <Component>: <Content>",
      similarity: 0.5, depth: 4, masks: [.address], published: 0.948),
    System(
      name: "Zookeeper", pattern: "<Date> <Time> - <Level>  \\[<Node>:<Component>@<Id>\\] - <Content>",
      similarity: 0.5, depth: 4, masks: [.address], published: 0.967),
    System(
      name: "BGL",
      pattern: "<Label> <Timestamp> <Date> <Node> <Time> <NodeRepeat> <Type> <Component> <Level> <Content>",
      similarity: 0.5, depth: 4, masks: [], published: 0.963),
    System(
      name: "Linux", pattern: "<Month> <Date> <Time> <Level> <Component>(\\[<PID>\\])?: <Content>",
      similarity: 0.39, depth: 6, masks: [.address, .clock], published: 0.690),
    System(
      name: "Apache", pattern: "\\[<Time>\\] \\[<Level>\\] <Content>", similarity: 0.5, depth: 4,
      masks: [.address], published: 1),
    System(
      name: "OpenStack",
      pattern: "<Logrecord> <Date> <Time> <Pid> <Level> <Component> \\[<ADDR>\\] <Content>", similarity: 0.5,
      depth: 5, masks: [.address, .path, .number], published: 0.733),
    System(
      name: "OpenSSH", pattern: "<Month> <Day> <Time> <Component> sshd\\[<Pid>\\]: <Content>",
      similarity: 0.6, depth: 5, masks: [.address, .host], published: 0.788),
    System(
      name: "Thunderbird",
      pattern:
        "<Label> <Timestamp> <Date> <User> <Month> <Day> <Time> <Location> <Component>(\\[<PID>\\])?: <Content>",
      similarity: 0.5, depth: 4, masks: [.address], published: 0.955),
  ]

  func lines() throws -> [String] {
    var (lines, far) = (["system  accuracy  published  difference"], 0)
    for system in Self.systems {
      guard let accuracy = try accuracy(system) else {
        lines.append("\(system.name): not at hand")
        continue
      }
      let difference = accuracy - system.published
      if abs(difference) > 0.02 { far += 1 }
      lines.append(
        system.name
          + [accuracy, system.published, difference].map { String(format: "  %.4f", $0) }.joined())
    }
    return lines + ["\(far) of \(Self.systems.count) differ by more than 0.02"]
  }

  private func accuracy(_ system: System) throws -> Double? {
    let stem = "\(data)/loghub/\(system.name)/\(system.name)_2k.log"
    guard FileManager.default.fileExists(atPath: stem) else { return nil }
    func source(_ path: String) throws -> MemorySource {
      MemorySource(Array(try Data(contentsOf: URL(filePath: path))))
    }
    var options = LogReader.Options(pattern: try LogPattern(system.pattern))
    options.mining.similarity = system.similarity
    options.mining.depth = system.depth
    options.mining.masks = system.masks
    options.year = 2005
    let text = try source(stem)
    let found = try LogReader(options, sample: text).read(text, work: Work()).log.templateOfRow
    let table = try DelimitedReader([source(stem + "_structured.csv")]).read(work: Work())
    guard let events = table.columns.first(where: { $0.name == "EventId" }),
      case .category(let codes, _) = events.cells, codes.count == found.count
    else { return nil }
    let (groups, truths) = (
      Dictionary(grouping: codes.indices) { found[$0] }, Dictionary(grouping: codes.indices) { codes[$0] }
    )
    let right = groups.values.reduce(0) { $0 + (truths[codes[$1[0]]] == $1 ? $1.count : 0) }
    return Double(right) / Double(codes.count)
  }
}
