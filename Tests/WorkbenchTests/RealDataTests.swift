import Foundation
import TestKit
import Testing
import Values
import Workbench

/// Public data of the kinds that are no tables, where they are at hand. What is expected was counted by other programs: NumPy and
/// NetworkX for graphs, an XML parser for event logs, awk for statements, a CSV reader for spans, the headers of records.
@Suite struct `Real data of every kind` {
  static let folder = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "shared/data")

  static func has(_ name: String) -> Bool {
    FileManager.default.fileExists(atPath: folder.appending(path: name).path)
  }

  private static func bytes(_ path: String) throws -> [UInt8] {
    Array(try Data(contentsOf: folder.appending(path: path)))
  }

  /// What loading and describing say, and the value.
  private func told(_ files: [String: [UInt8]], _ line: String) throws -> (value: Value, text: String) {
    let session = Session(world: .memory(MemoryFiles(files)))
    let events = session.type("x = \(line)", "describe x")
    let (loaded, described) = try (
      #require(events.results.first, "\(events.diagnostics)"), #require(events.results.last)
    )
    return (loaded.value, (loaded.remarks + described.remarks).joined(separator: "\n"))
  }

  struct Counts: Sendable, CustomTestStringConvertible {
    let file: String
    let phrases: [String]
    var testDescription: String { file }
  }

  @Test(
    .enabled(if: has("graph_pygod")),
    arguments: [
      Counts(
        file: "books",
        phrases: ["1418 nodes, 3695 edges", "degrees to 83 (898), the median 4", "hang together"]),
      Counts(
        file: "disney",
        phrases: ["124 nodes, 335 edges", "degrees to 24 (102), the median 5", "hang together"]),
      Counts(
        file: "enron",
        phrases: ["13533 nodes, 176987 edges", "degrees to 1393 (11383), the median 5", "hang together"]),
      Counts(
        file: "inj_cora",
        phrases: [
          "2708 nodes, 11060 edges", "degrees to 336 (1358), the median 6; 0 nodes without an edge",
          "71 components, the largest of 2507 nodes", "5486 edges join two nodes that another edge joins",
        ]),
    ])
  func `graphs: nodes, edges, degrees, components, attributes`(_ counts: Counts) throws {
    let path = "graph_pygod/\(counts.file).npz"
    let (value, text) = try told([path: Self.bytes(path)], "load \(path)")
    for phrase in counts.phrases { #expect(text.contains(phrase), "\(phrase)\n\(text)") }
    guard case .graph(let graph) = value else {
      Issue.record("no graph")
      return
    }
    // Attributes, odd nodes, and masks of other programs.
    let expected = [
      "books": (21, 28.0, 0), "disney": (28, 6.0, 0), "enron": (18, 5.0, 0), "inj_cora": (1433, 138.0, 3),
    ]
    let (features, odd, masks) = try #require(expected[counts.file])
    #expect(graph.nodes.columns.count { $0.role == .feature } == features)
    let labels = try #require(graph.nodes.columns.first { $0.role == .label }?.numbers)
    #expect(Double(labels.count { $0 > 0 }) == odd)
    #expect(graph.nodes.columns.count { $0.role == .identifier } == masks)
  }

  @Test(
    .enabled(if: has("bpi_event_logs")),
    arguments: [
      Counts(
        file: "BPIC13_closed_problems.xes.gz",
        phrases: [
          "6660 events of 4 activities in 1487 cases", "cases of 1 to 35 events, the median 3",
          "183 different ways through; the usual one in 493 cases, 125 taken once only",
        ]),
      Counts(
        file: "BPIC13_open_problems.xes.gz",
        phrases: [
          "2351 events of 3 activities in 819 cases", "cases of 1 to 22 events, the median 2",
          "108 different ways through; the usual one in 178 cases, 66 taken once only",
        ]),
      Counts(
        file: "BPIC15_1.xes.gz",
        phrases: [
          "52217 events of 398 activities in 1199 cases", "cases of 2 to 101 events, the median 44",
          "1170 different ways through; the usual one in 8 cases, 1155 taken once only",
        ]),
      Counts(
        file: "pm4py_samples/08_receipt.xes.gz",
        phrases: [
          "8577 events of 27 activities in 1434 cases", "cases of 1 to 25 events, the median 6",
          "116 different ways through; the usual one in 713 cases, 86 taken once only",
        ]),
      Counts(
        file: "pm4py_samples/running-example.xes",
        phrases: ["42 events of 8 activities in 6 cases", "cases of 5 to 13 events, the median 5"]),
    ])
  func `event logs: events, cases, ways through`(_ counts: Counts) throws {
    let path = "bpi_event_logs/" + counts.file
    let (_, text) = try told([path: Self.bytes(path)], "load \(path)")
    for phrase in counts.phrases { #expect(text.contains(phrase), "\(phrase)\n\(text)") }
  }

  @Test(.enabled(if: has("bpi_event_logs")))
  func `attributes of events have the types that the file declares`()
    throws
  {
    let path = "bpi_event_logs/BPIC15_1.xes.gz"
    let (value, _) = try told([path: Self.bytes(path)], "load \(path)")
    let frame = try #require(value.cellFrame)
    // A person's number is a name, however many digits it has.
    for (name, type) in [
      ("org:resource", ColumnType.category), ("case:SUMleges", .number), ("case:startDate", .time),
      ("planned", .time),
    ] {
      #expect(frame.column(name)?.type == type, "\(name)")
    }
  }

  @Test(
    .enabled(if: has("codex_kg")),
    arguments: [
      Counts(
        file: "train",
        phrases: [
          "2034 nodes, 32888 directed edges",
          "42 relations, most often P106 (10197), P530 (5563), P463 (4985)",
        ]),
      Counts(
        file: "valid",
        phrases: [
          "1390 nodes, 1827 directed edges", "33 relations, most often P106 (552), P530 (322), P463 (284)",
        ]),
      Counts(
        file: "test_negatives",
        phrases: [
          "1060 nodes, 1828 directed edges", "33 relations, most often P27 (676), P106 (177), P136 (146)",
        ]),
    ])
  func `knowledge graphs: statements are not taken for a table`(_ counts: Counts) throws {
    let path = "codex_kg/triples/codex-s/\(counts.file).txt"
    let (_, text) = try told([path: Self.bytes(path)], "load \(path)")
    for phrase in counts.phrases { #expect(text.contains(phrase), "\(phrase)\n\(text)") }
  }

  @Test(
    .enabled(if: has("physionet_wfdb")),
    arguments: [
      Counts(
        file: "100",
        phrases: ["650000 rows", "2274 marks, 34 of them ectopic", "a row every 2.778ms, without gaps"]),
      Counts(file: "a103l", phrases: ["82500 rows", "a row every 4ms", "False alarm"]),
      Counts(
        file: "03700181",
        phrases: ["300000 rows, 1994-08-15T17:27:45", "several rates (MCL1 500, ABP 125, RESP 125 Hz)"]
      ),
    ])
  func `records: rows, rates, marks`(_ counts: Counts) throws {
    let names = try FileManager.default.contentsOfDirectory(
      atPath: Self.folder.appending(path: "physionet_wfdb").path)
    var files: [String: [UInt8]] = [:]
    for name in names where name.hasPrefix(counts.file) {
      files["w/" + name] = try Self.bytes("physionet_wfdb/" + name)
    }
    let (_, text) = try told(files, "load w/\(counts.file).hea")
    for phrase in counts.phrases { #expect(text.contains(phrase), "\(phrase)\n\(text)") }
  }

  @Test(.enabled(if: has("nezha_trainticket"))) func `traces: a minute of a shop with 27 services`() throws {
    let tar = Process()
    let pipe = Pipe()
    tar.executableURL = URL(filePath: "/usr/bin/env")
    tar.arguments = [
      "tar", "-xJOf", Self.folder.appending(path: "nezha_trainticket/nezha_2023-01-29.tar.xz").path,
      "rca_data/2023-01-29/trace/08_43_trace.csv",
    ]
    tar.standardOutput = pipe
    try tar.run()
    let bytes = Array(try pipe.fileHandleForReading.readToEnd() ?? Data())
    tar.waitUntilExit()
    let (value, text) = try told(["t.csv": bytes], "load t.csv")
    #expect(text.contains("4445 events of") && text.contains("in 53 cases"), "\(text)")
    let frame = try #require(value.cellFrame)
    guard case .category(_, let services)? = frame.column("service")?.cells else {
      Issue.record("services are no categories")
      return
    }
    #expect(services.count == 27 && frame.column("parent")?.nulls?.setCount == 53)
    #expect(!text.contains("left out") && !text.contains("not there"), "\(text)")
  }
}
