import Language
import Numerics
import TestKit
import Testing
import Values
import Workbench

/// Models in files: written, read on another day, and forged.
@Suite struct `Model files` {
  private static let data =
    "pump = generate pump-station --minutes 5 --seed 7 | split --fit 120 --calibrate 60 | select Flow Pressure Temperature"

  private static func scores(_ session: Session, _ name: String) throws -> Scores {
    guard case .scores(let scores) = session.bindings.last(where: { $0.name == name })?.value else {
      throw Failure.cancelled
    }
    return scores
  }

  private static let plain: [String] = builtins.map(\.spec).filter { $0.verb == "fit" }.compactMap(\.method)

  /// Every method: the model that comes back scores other rows to the last bit as the one that was saved.
  @Test(arguments: plain) func `give back the same model`(_ method: String) throws {
    let files = MemoryFiles([String: [UInt8]]())
    let session = Session(world: .memory(files))
    let input =
      ["matrixprofile", "merlin", "kshape", "norma", "dtw", "sand", "series2graph"].contains(method)
      ? "pump.Flow" : "pump"
    let options =
      switch method {
      case "stl": " --period 20"
      case "matrixprofile", "mstamp", "kshape", "norma", "dtw", "sand", "series2graph", "merlin": ""
      case "autoencoder": " --epochs 2"
      case let name where ["streamknn", "spot", "hst", "rrcf", "xstream"].contains(name): ""
      default: ""
      }
    session.type(Self.data, "model = fit \(method) \(input)\(options)")
    // What cannot be fitted on this little is another test's business.
    guard session.bindings.contains(where: { $0.name == "model" }) else { return }
    session.type(
      "export model --to m.model", "again = load m.model", "risk = score model \(input)",
      "twice = score again \(input)")
    let bytes = try #require(files["m.model"], "\(method)")
    #expect(bytes.starts(with: Array("{\"sonde-model\":1,\"method\":\"\(method)\"".utf8)))
    guard session.bindings.contains(where: { $0.name == "risk" }) else { return }
    #expect(try Self.scores(session, "risk").values == Self.scores(session, "twice").values, "\(method)")
  }

  @Test(arguments: ["autoencoder", "vae", "deepsvdd", "deepsad"])
  func `hold the weights of networks as tensors`(_ method: String) throws {
    let files = MemoryFiles([String: [UInt8]]())
    let session = Session(world: .memory(files))
    session.type(
      Self.data, "model = fit \(method) pump --epochs 2 --seed 3", "export model --to m.safetensors",
      "again = load m.safetensors", "risk = score model pump", "twice = score again pump")
    #expect(try Self.scores(session, "risk").values == Self.scores(session, "twice").values)
    // Forged numbers and shapes are refused.
    let bytes = try #require(files["m.safetensors"])
    var cut = bytes
    cut.removeLast(8)
    var forged = bytes
    for place in 1...8 { forged[forged.count - place] = 255 }
    let text = String(decoding: bytes, as: UTF8.self)
    let header = text.replacing("input.center", with: "input.middle").utf8
    for (name, content) in [("cut", cut), ("nan", forged), ("named", Array(header))] {
      try files.write(content, to: "\(name).safetensors")
      let code = session.type("load model \(name).safetensors").diagnostics.first?.code
      #expect(code != nil, "\(name)")
    }
    #expect(session.type("export pump --to p.safetensors").diagnostics.isEmpty)
    #expect(session.type("load array p.safetensors").results.count == 1)
    session.type("trees = fit iforest pump --seed 1")
    #expect(session.type("export trees --to t.safetensors").diagnostics.first?.code == "E0529")
  }

  @Test func `keep segments and options`() throws {
    let files = MemoryFiles(["a.csv": Self.table(1), "b.csv": Self.table(2), "c.csv": Self.table(3)])
    let session = Session(world: .memory(files))
    session.type(
      "rows = load table a.csv b.csv", "model = fit knn rows --neighbors 3 --per segment",
      "export model --to m.model"
    )
    let other = Session(world: .memory(files))
    let events = other.type(
      "model = load model m.model", "other = load table b.csv a.csv", "risk = score model other")
    session.type("other = load table b.csv a.csv", "risk = score model other")
    #expect(try Self.scores(session, "risk").values == Self.scores(other, "risk").values)
    #expect(events.diagnostics.isEmpty)
  }

  private static func table(_ seed: Int) -> [UInt8] {
    var random = SeededGenerator(seed: UInt64(seed))
    return Array(
      (["x,y"] + (0..<30).map { _ in "\(random.unit()),\(random.unit() * Double(seed))" }).joined(
        separator: "\n"
      ).utf8)
  }

  private static func saved() throws -> [UInt8] {
    let files = MemoryFiles(["a.csv": table(1)])
    let session = Session(world: .memory(files))
    session.type("rows = load table a.csv", "fit iforest rows --trees 5 --seed 3 | export --to m.model")
    return try #require(files["m.model"])
  }

  private static func code(loading bytes: [UInt8]) -> String? {
    let session = Session(world: .memory(MemoryFiles(["m.model": bytes])))
    let events = session.type("model = load model m.model")
    guard let diagnostic = events.diagnostics.first else { return nil }
    return diagnostic.remedy.isEmpty ? "no remedy" : diagnostic.code
  }

  @Test(arguments: [
    ("another version", "\"sonde-model\":1", "\"sonde-model\":2", "E0522"),
    ("another method", "\"iforest\"", "\"format-c\"", "E0555"),
    ("a wrong option", "\"trees\":5", "\"trees\":-5", "E0555"),
    ("an unknown option", "\"trees\":5", "\"leaves\":5", "E0555"),
    ("a file as an option", "\"trees\":5", "\"trees\":\"/etc/passwd\"", "E0555"),
    ("more rows than there are", "\"rows\":30", "\"rows\":31", "E0520"),
    ("no rows", "\"rows\":30", "\"rows\":0", "E0520"),
    ("very many rows", "\"rows\":30", "\"rows\":900000000000000", "E0520"),
    ("one name for two features", "[\"x\",\"y\"]", "[\"x\",\"x\"]", "E0520"),
    ("a feature less", "[\"x\",\"y\"]", "[\"x\"]", "E0520"),
  ]) func `refuse what does not fit together`(
    _ name: String, _ old: String, _ new: String, _ expected: String
  ) throws {
    let bytes = try Self.saved()
    let end = try #require(bytes.firstIndex(of: 10))
    let head = String(decoding: bytes[..<end], as: UTF8.self)
    #expect(head.contains(old), "\(name)")
    let forged = Array(head.replacing(old, with: new).utf8) + bytes[end...]
    #expect(Self.code(loading: forged) == expected, "\(name)")
  }

  /// Any change of any byte is refused or gives a model; nothing traps.
  @Test(arguments: 1...8) func `survive damage anywhere`(_ seed: Int) throws {
    let bytes = try Self.saved()
    var random = SeededGenerator(seed: UInt64(seed))
    for _ in 0..<40 {
      var damaged = bytes
      switch random.below(4) {
      case 0: damaged.removeLast(1 + random.below(bytes.count))
      case 1: damaged.insert(UInt8(random.below(256)), at: random.below(bytes.count))
      case 2: for _ in 0..<8 { damaged[random.below(bytes.count)] = UInt8(random.below(256)) }
      default: damaged[random.below(300)] = UInt8(random.below(256))
      }
      let code = Self.code(loading: damaged)
      #expect(code != "no remedy")
      // Damaged rows never pass for the ones that were saved.
      if let end = bytes.firstIndex(of: 10), damaged.count == bytes.count,
        damaged[...end] == bytes[...end], damaged != bytes
      {
        #expect(code == "E0520")
      }
    }
    #expect(Self.code(loading: []) != nil && Self.code(loading: bytes) == nil)
  }
}
