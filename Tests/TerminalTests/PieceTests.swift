import Foundation
import Language
import Testing
import Workbench

/// What runs only where optional pieces are installed: the examples that need them, in a folder of their own.
@Suite struct `With optional pieces` {
  private static let share: String = {
    let variables = ProcessInfo.processInfo.environment
    return (variables["XDG_DATA_HOME"] ?? (variables["HOME"] ?? "") + "/.local/share") + "/sonde"
  }()

  private static func isInstalled(_ script: String) -> Bool {
    let sign = ["scripts/formats": "formats/bin/python3", "scripts/onnx-runtime": "onnx/libonnxruntime.so"]
    return sign[script].map { FileManager.default.fileExists(atPath: "\(share)/\($0)") } ?? false
  }

  private static let specs = builtins.map(\.spec).filter { $0.needs != nil }
  private static let runnable = specs.filter { isInstalled($0.needs ?? "") }

  @Test func `every script that a command needs is known here and shipped`() throws {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    for script in Set(Self.specs.compactMap(\.needs)) {
      #expect(["scripts/formats", "scripts/onnx-runtime", "scripts/local-model"].contains(script))
      #expect(FileManager.default.isExecutableFile(atPath: root.appending(path: script).path))
    }
  }

  @Test(.enabled(if: !runnable.isEmpty), arguments: runnable.map(\.name))
  func `their examples run`(name: String) throws {
    let spec = try #require(Self.runnable.first { $0.name == name })
    let outcome = try Self.run(spec.examples.map(\.line), files: ["model.onnx": TinyNetwork.bytes])
    #expect(outcome.code == 0, "\(outcome.text)")
  }

  @Test(.enabled(if: isInstalled("scripts/formats")), arguments: ["parquet", "arrow", "h5"])
  func `columns come back equal`(ending: String) throws {
    let table =
      "name,level,on,seen\nä,1.5,true,2026-03-01T08:00:00.123\n,,false,\n\"a \"\"b\",-1e300,,2026-03-01T08:00:01\n"
    let outcome = try Self.run(
      [
        "a = load table a.csv", "a | export --to a.\(ending)", "b = load a.\(ending)",
        "b | export --to b.csv",
      ],
      files: ["a.csv": Array(table.utf8)], keeping: "b.csv")
    #expect(outcome.code == 0, "\(outcome.text)")
    let lines = outcome.kept.split(separator: "\n").map(String.init)
    #expect(lines.count == 4, "\(outcome.kept)")
    for part in ["ä", "1.5", "2026-03-01T08:00:00.123", "-1e+300", "\"a \"\"b\""] {
      #expect(outcome.kept.contains(part), "\(part) in \(outcome.kept)")
    }
  }

  @Test(.enabled(if: isInstalled("scripts/formats")), arguments: ["parquet", "arrow", "hdf5"])
  func `damaged files are refused`(form: String) throws {
    let head = ["parquet": Array("PAR1".utf8), "arrow": Array("ARROW1".utf8)]
    for count in [0, 3, 400] {
      let bytes =
        (head[form] ?? [0x89, 0x48, 0x44, 0x46]) + (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 37) }
      let outcome = try Self.run(["load \(form) x.bin"], files: ["x.bin": bytes])
      #expect(outcome.code == 1 && outcome.text.contains("E0520"), "\(outcome.text)")
    }
  }

  private struct Outcome {
    var code: Int32
    var text: String
    var kept: String
  }

  private static func run(
    _ lines: [String], files: [String: [UInt8]], keeping name: String? = nil
  ) throws -> Outcome {
    let folder = FileManager.default.temporaryDirectory.appending(path: "sonde-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    for (name, bytes) in files { try Data(bytes).write(to: folder.appending(path: name)) }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: Terminal.sonde)
    process.arguments = lines.flatMap { ["-c", $0] }
    process.currentDirectoryURL = folder
    process.environment = ProcessInfo.processInfo.environment.merging(["NO_COLOR": "1"]) { $1 }
    let pipe = Pipe()
    (process.standardOutput, process.standardError) = (pipe, pipe)
    process.standardInput = FileHandle.nullDevice
    try process.run()
    let data = try pipe.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    let kept = try name.map { try String(contentsOf: folder.appending(path: $0), encoding: .utf8) } ?? ""
    return Outcome(
      code: process.terminationStatus, text: String(decoding: data, as: UTF8.self), kept: kept)
  }
}

/// A network of one step in ONNX's own bytes: `features` is the picture itself, one number a place.
private enum TinyNetwork {
  static var bytes: [UInt8] {
    let node = text(1, "x") + text(2, "features") + text(4, "Identity")
    let graph =
      message(1, node) + text(2, "tiny") + message(11, tensor("x")) + message(12, tensor("features"))
    return [8, 8] + message(8, [16, 13]) + message(7, graph)
  }

  /// A batch of one of 1 × 8 × 8 numbers.
  private static func tensor(_ name: String) -> [UInt8] {
    let shape = [1, 1, 8, 8].flatMap { message(1, [8, $0]) }
    return text(1, name) + message(2, message(1, [8, 1] + message(2, shape)))
  }

  private static func text(_ field: UInt8, _ text: String) -> [UInt8] { message(field, Array(text.utf8)) }

  private static func message(_ field: UInt8, _ bytes: [UInt8]) -> [UInt8] {
    [field << 3 | 2, UInt8(bytes.count)] + bytes
  }
}
