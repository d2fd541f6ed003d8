import Formats
import Language
import TestKit
import Testing
import Values
import Workbench

/// Tiny trees in exactly the published layouts.
@Suite struct `Published data sets` {
  private static func picture(_ level: UInt8) -> [UInt8] {
    PictureWriter.png(
      Picture(width: 4, height: 4, channels: 1, samples: .unsigned8([UInt8](repeating: level, count: 16))))
      ?? []
  }

  private static func mask(_ pixel: Int) -> [UInt8] {
    var samples = [UInt8](repeating: 0, count: 16)
    samples[pixel] = 255
    return PictureWriter.png(Picture(width: 4, height: 4, channels: 1, samples: .unsigned8(samples))) ?? []
  }

  private static func npz(_ arrays: [(String, [UInt8])]) -> [UInt8] {
    ZipArchive.storing(arrays.map { ($0.0 + ".npy", $0.1) }) ?? []
  }

  private static func array(_ shape: [Int], _ values: [Double]) -> [UInt8] {
    ArrayWriter.bytes(shape: shape, values: values)
  }

  private static let text: [String: String] = [
    "ucr/X_train3_anom5-6.txt": "1\n2\n3\n4\n5\n6\n7\n8\n",
    "ucr/001_UCR_X_3_6_7.txt": "  1.0e0  2 3 4\n5 6 7 8",
    "nab/data/real/a.csv":
      "timestamp,value\n2014-01-01 00:00:00,1\n2014-01-01 00:05:00,2\n2014-01-01 00:10:00,3\n",
    "nab/labels/combined_windows.json":
      "{\"real/a.csv\": [[\"2014-01-01 00:05:00.000000\", \"2014-01-01 00:07:00.000000\"]]}",
    "tsb/001_NAB_id_1_Facility_tr_2_1st_3.csv": "Data,Label\n1.5,0\n2.5,0\n9,1\n1,0\n",
    "tsb/uad.out": "1.5,0\n2.5,0\n9,1\n1,0\n",
    "smd/train/machine-1-1.txt": "0.1,0.2\n0.3,0.4\n",
    "smd/test/machine-1-1.txt": "0.5,0.6\n0.7,0.8\n0.9,1.0\n",
    "smd/test_label/machine-1-1.txt": "0\n1\n0\n",
    "smap/labeled_anomalies.csv":
      "chan_id,spacecraft,anomaly_sequences,class,num_values\nA-1,SMAP,\"[[1, 2]]\",[point],3\nB-1,SMAP,\"[[0, 0]]\",[point],3\n",
    "VisA/split_csv/1cls.csv":
      "object,split,label,image,mask\ncandle,train,normal,candle/Data/Images/Normal/1.png,\ncandle,test,normal,candle/Data/Images/Normal/2.png,\ncandle,test,anomaly,candle/Data/Images/Anomaly/1.png,candle/Data/Masks/Anomaly/1.png\n",
  ]

  private static let files: [String: [UInt8]] = {
    var files = text.mapValues { Array($0.utf8) }
    files["smd.npz"] = npz([
      ("train", array([2, 2], [1, 2, 3, 4])), ("test", array([3, 2], [5, 6, 7, 8, 9, 10])),
      ("test_label", array([3], [0, 1, 0])),
    ])
    files["smap/train/A-1.npy"] = array([2, 2], [1, 2, 3, 4])
    files["smap/test/A-1.npy"] = array([3, 2], [5, 6, 7, 8, 9, 10])
    files["adbench.npz"] = npz([("X", array([3, 2], [1, 2, 3, 4, 5, 6])), ("y", array([3], [0, 0, 1]))])
    for name in ["train/good/000", "test/good/000", "test/broken/000"] {
      files["mvtec/bottle/\(name).png"] = picture(9)
    }
    files["mvtec/bottle/ground_truth/broken/000_mask.png"] = mask(3)
    for name in ["train/good/000", "validation/good/000", "test/good/000", "test/logical_anomalies/000"] {
      files["loco/box/\(name).png"] = picture(9)
    }
    files["loco/box/ground_truth/logical_anomalies/000/000.png"] = mask(1)
    files["loco/box/ground_truth/logical_anomalies/000/001.png"] = mask(2)
    files["loco/box/defects_config.json"] = Array("[]".utf8)
    for name in ["train/good", "test/good", "test/hole"] {
      files["3d/bagel/\(name)/rgb/000.png"] = picture(9)
      files["3d/bagel/\(name)/xyz/000.png"] = picture(7)
    }
    files["3d/bagel/test/hole/gt/000.png"] = mask(5)
    for name in ["Images/Normal/1", "Images/Normal/2", "Images/Anomaly/1"] {
      files["VisA/candle/Data/\(name).png"] = picture(9)
    }
    files["VisA/candle/Data/Masks/Anomaly/1.png"] = mask(4)
    for number in 1...2 {
      files["ped2/Train/Train001/00\(number).png"] = picture(1)
      files["ped2/Test/Test001/00\(number).png"] = picture(2)
      files["ped2/Test/Test001_gt/00\(number).png"] = number == 1 ? picture(0) : mask(2)
    }
    return files
  }()

  @Test(
    arguments: [
      ("ucr ucr/X_train3_anom5-6.txt", 8, [5, 6], 3), ("ucr ucr/001_UCR_X_3_6_7.txt", 8, [5, 6], 3),
      ("nab nab/data/real/a.csv", 3, [1], 0), ("tsb tsb/001_NAB_id_1_Facility_tr_2_1st_3.csv", 4, [2], 2),
      ("tsb tsb/uad.out", 4, [2], 0), ("smd smd.npz", 5, [3], 2),
      ("smd smd/train/machine-1-1.txt", 5, [3], 2),
      ("smap smap/train/A-1.npy", 5, [3, 4], 2), ("adbench adbench.npz", 3, [2], 0),
      ("mvtec mvtec/bottle/", 3, [0], 1), ("loco loco/box/", 4, [1], 1), ("mvtec3d 3d/bagel/", 3, [1], 1),
      ("mvtec3d-depth 3d/bagel/", 3, [1], 1), ("visa VisA/candle/", 3, [0], 1), ("ped2 ped2/", 4, [1], 2),
    ] as [(String, Int, [Int], Int)])
  func `load with their labels and splits`(_ line: String, _ count: Int, _ anomalies: [Int], _ fit: Int)
    throws
  {
    let session = Session(world: .memory(MemoryFiles(Self.files)))
    let events = session.type("x = load dataset \(line)")
    let value = try #require(events.results.first?.value, "\(line): \(events.diagnostics)")
    let labels = try #require(value.cellFrame?.column("anomaly"), "\(line)")
    #expect(labels.role == .label && labels.count == count, "\(line)")
    let found = (labels.numbers ?? []).indices.filter { labels.numbers?[$0] == 1 }
    #expect(found == anomalies, "\(line)")
    #expect((value.index?.splits ?? []).count { $0 == .fit } == fit, "\(line)")
  }

  @Test func `join the masks of a picture`() throws {
    let session = Session(world: .memory(MemoryFiles(Self.files)))
    let result = session.type("x = load dataset loco loco/box/").results.first
    guard case .images(let images)? = result?.value else {
      Issue.record("no images")
      return
    }
    let row = try #require((0..<images.count).first { images.hasMask[$0] })
    let mask = try #require(try images.mask(row))
    #expect(mask.plane(0).enumerated().filter { $0.element > 0 }.map(\.offset) == [1, 2])
    #expect(images.hasMask.setCount == 1)
  }

  @Test(arguments: [
    ("ucr tsb/uad.out", "E0548"), ("nab tsb/uad.out", "E0548"), ("smd adbench.npz", "E0522"),
    ("mvtec ucr/", "E0548"), ("smap tsb/uad.out", "E0548"), ("adbench ucr/X_train3_anom5-6.txt", "E0520"),
  ]) func `of another layout are refused`(_ line: String, _ code: String) throws {
    let session = Session(world: .memory(MemoryFiles(Self.files)))
    let diagnostic = try #require(session.type("load dataset \(line)").diagnostics.first)
    #expect(
      diagnostic.code == code && !diagnostic.remedy.isEmpty,
      "\(line): \(diagnostic.code) \(diagnostic.summary)")
  }
}

@Suite struct `Conversations and kinds of messages` {
  @Test(arguments: [
    (
      "one run",
      "{\"history\": [{\"content\": \"hi\", \"role\": \"user\", \"name\": \"A\"}, {\"content\": \"yo\"}], \"ok\": true}",
      2, 1
    ),
    (
      "a list of runs",
      "[{\"traj\": [{\"role\": \"user\", \"content\": \"a\"}], \"ok\": false}, {\"traj\": [{\"role\": \"x\", \"content\": \"b\"}], \"ok\": true}]",
      2, 2
    ),
    ("a bare list", "[{\"role\": \"user\", \"content\": [{\"text\": \"a\"}, \"b\"]}]", 1, 1),
    (
      "a run a line",
      "{\"messages\": [{\"content\": \"a\"}]}\n{\"messages\": [{\"content\": \"b\"}, {\"content\": \"c\"}]}\n",
      3, 2
    ),
  ]) func `are read as documents`(_ name: String, _ text: String, _ messages: Int, _ runs: Int) throws {
    let session = Session(world: .memory(MemoryFiles(["c.json": text])))
    let events = session.type("c = load chats c.json")
    guard case .text(let documents)? = events.results.first?.value else {
      Issue.record("\(name): \(events.diagnostics)")
      return
    }
    #expect(documents.texts.count == messages && documents.frame.index.runs.count == runs, "\(name)")
    if name == "a bare list" { #expect(documents.texts[0] == "a\nb") }
    if name == "a list of runs" { #expect(documents.frame.column("run.ok")?.numbers == [0, 1]) }
  }

  @Test func `without messages are refused`() throws {
    let session = Session(world: .memory(MemoryFiles(["c.json": "{\"a\": 1}"])))
    #expect(session.type("load chats c.json").diagnostics.first?.code == "E0522")
  }

  @Test func `are counted, the seldom ones first if that is wished`() throws {
    let session = Session(world: .memory(MemoryFiles(["a.log": "up 1\nup 2\nup 3\ndoor open now\n"])))
    let events = session.type("l = load log a.log", "templates l", "templates l --rare")
    guard case .table(let table)? = events.results[safe: 1]?.value,
      case .table(let rare)? = events.results[safe: 2]?.value
    else {
      Issue.record("\(events.diagnostics)")
      return
    }
    #expect(table.column("count")?.numbers == [3, 1] && rare.column("count")?.numbers == [1, 3])
    #expect(table.column("share")?.numbers == [0.75, 0.25] && table.column("last")?.numbers == [2, 3])
  }
}

extension Array {
  fileprivate subscript(safe place: Int) -> Element? { indices.contains(place) ? self[place] : nil }
}
