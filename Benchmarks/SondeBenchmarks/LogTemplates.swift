import Formats
import Foundation
import Numerics
import Values

/// How well messages are grouped on the 2,000 lines of each system of loghub, beside what Drain's authors and Zhu et al. (ICSE-SEIP
/// 2019) measured on the same lines: the share of messages whose group is exactly that of the people who labelled them.
enum LogTemplates {
  private struct System {
    let name: String
    let pattern: String
    var similarity = 0.5
    var depth = 4
    var masks: Set<TemplateMiner.Mask> = [.address]
    let published: Double
  }

  /// Formats and settings of the published benchmark.
  private static let systems = [
    System(
      name: "HDFS", pattern: "<Date> <Time> <Pid> <Level> <Component>: <Content>", masks: [.block, .address],
      published: 0.998),
    System(
      name: "Hadoop", pattern: "<Date> <Time> <Level> \\[<Process>\\] <Component>: <Content>",
      published: 0.948),
    System(name: "Spark", pattern: "<Date> <Time> <Level> <Component>: <Content>", published: 0.920),
    System(
      name: "Zookeeper", pattern: "<Date> <Time> - <Level>  \\[<Node>:<Component>@<Id>\\] - <Content>",
      published: 0.967),
    System(
      name: "BGL",
      pattern: "<Label> <Timestamp> <Date> <Node> <Time> <NodeRepeat> <Type> <Component> <Level> <Content>",
      masks: [], published: 0.963),
    System(
      name: "Linux", pattern: "<Month> <Date> <Time> <Level> <Component>(\\[<PID>\\])?: <Content>",
      similarity: 0.39, depth: 6, masks: [.address, .clock], published: 0.690),
    System(name: "Apache", pattern: "\\[<Time>\\] \\[<Level>\\] <Content>", published: 1),
    System(
      name: "OpenStack",
      pattern: "<Logrecord> <Date> <Time> <Pid> <Level> <Component> \\[<ADDR>\\] <Content>",
      depth: 5, masks: [.address, .path, .number], published: 0.733),
    System(
      name: "OpenSSH", pattern: "<Month> <Day> <Time> <Component> sshd\\[<Pid>\\]: <Content>",
      similarity: 0.6,
      depth: 5, masks: [.address, .host], published: 0.788),
    System(
      name: "Thunderbird",
      pattern:
        "<Label> <Timestamp> <Date> <User> <Month> <Day> <Time> <Location> <Component>(\\[<PID>\\])?: <Content>",
      published: 0.955),
  ]

  static func lines(data: String) throws -> [String] {
    var lines: [String] = []
    for system in systems {
      let path = "\(data)/loghub/\(system.name)/\(system.name)_2k.log"
      guard let text = FileManager.default.contents(atPath: path),
        let labels = FileManager.default.contents(atPath: path + "_structured.csv")
      else {
        lines.append("\(system.name): not here")
        continue
      }
      var options = LogReader.Options(pattern: try LogPattern(system.pattern))
      options.mining.similarity = system.similarity
      options.mining.depth = system.depth
      options.mining.masks = system.masks
      options.year = 2005
      let source = MemorySource(Array(text))
      let log = try LogReader(options, sample: source).read(source, work: Work()).log
      let truth = try DelimitedReader([MemorySource(Array(labels))]).read(work: Work())
      guard case .category(let events, _)? = truth.columns.first(where: { $0.name == "EventId" })?.cells,
        events.count == log.templateOfRow.count
      else {
        lines.append("\(system.name): other lines than its labels")
        continue
      }
      let rows = Array(events.indices)
      let found = Dictionary(grouping: rows) { log.templateOfRow[$0] }
      let meant = Dictionary(grouping: rows) { events[$0] }
      let right = found.values.reduce(0) { $0 + (meant[events[$1[0]]] == $1 ? $1.count : 0) }
      let accuracy = Double(right) / Double(rows.count)
      let shown = (accuracy * 1000).rounded() / 1000
      lines.append("\(system.name): \(shown), published \(system.published)")
    }
    return lines
  }
}
