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

  private static func mask(_ pixel: Int, _ level: UInt8 = 255) -> [UInt8] {
    var samples = [UInt8](repeating: 0, count: 16)
    samples[pixel] = level
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
    files["loco/box/ground_truth/logical_anomalies/000/001.png"] = mask(2, 254)
    files["loco/box/defects_config.json"] = Array(
      """
      [{"defect_name": "two", "pixel_value": 255, "saturation_threshold": 6300, "relative_saturation": false},
       {"defect_name": "low", "pixel_value": 254, "saturation_threshold": 0.4, "relative_saturation": true}]
      """.utf8)
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
    files.merge(sensors) { $1 }
    return files
  }()

  private static func depth(_ level: UInt16) -> [UInt8] {
    PictureWriter.png(
      Picture(width: 4, height: 4, channels: 1, samples: .unsigned16([UInt16](repeating: level, count: 16))))
      ?? []
  }

  /// A facet with corners at (0,0,z), (1,0,z) and (0,1,z).
  private static func facet(_ z: Int) -> [UInt8] {
    Array(
      "solid a\nfacet normal 0 0 1\nouter loop\nvertex 0 0 \(z)\nvertex 1 0 \(z)\nvertex 0 1 \(z)\nendloop\nendfacet\nendsolid a\n"
        .utf8)
  }

  /// A colour picture whose first pixel has the class in its red channel.
  private static func classes(_ code: UInt8) -> [UInt8] {
    var samples = [UInt8](repeating: 7, count: 48)
    samples[0] = code
    return PictureWriter.png(Picture(width: 4, height: 4, channels: 3, samples: .unsigned8(samples))) ?? []
  }

  private static let sensors: [String: [UInt8]] = {
    var files: [String: [UInt8]] = [
      "mmad/mmad.json": Array(
        """
        {"DS-MVTec/bottle/image/broken_large/000.png": {"mask_path": "m/000.png", "similar_templates": ["DS-MVTec/bottle/image/good/001.png"],
          "conversation": [{"Question": "Is there any defect?", "Answer": "A", "Options": {"A": "Yes.", "B": "No."}, "type": "Anomaly Detection"},
                           {"Question": "Which?", "Answer": "B", "Options": {"A": "hole", "B": "broken"}}]},
         "VisA/candle/good/1.JPG": {"mask_path": "", "conversation": [{"Question": "Defect?", "Answer": "B", "Options": {"A": "Yes.", "B": "No."}}]}}
        """.utf8),
      "aursad.csv": Array(
        ",sample_nr,label,timestamp,actual_current_0,output_int_register_25\n0,1,0,10,0.5,1\n1,1,0,11,0.6,1\n2,2,2,12,0.9,1\n3,3,0,13,0.5,1\n4,2,2,14,0.8,1\n5,4,5,15,0.1,0\n"
          .utf8),
      "dota/metadata_train.json": Array(
        "{\"aa_000001\": {\"anomaly_start\": 0, \"anomaly_end\": 0, \"anomaly_class\": \"other: turning\", \"num_frames\": 2, \"subset\": \"train\"}}"
          .utf8),
      "dota/metadata_val.json": Array(
        "{\"bb_000010\": {\"anomaly_start\": 1, \"anomaly_end\": 3, \"anomaly_class\": \"ego: lateral\", \"num_frames\": 4, \"subset\": \"val\"}}"
          .utf8),
      "ADFA-LD/Training_Data_Master/UTD-1.txt": Array("6 6 63 \n".utf8),
      "ADFA-LD/Validation_Data_Master/UVD-1.txt": Array("6 7".utf8),
      "ADFA-LD/Attack_Data_Master/Adduser_10/UAD-1.txt": Array("265 168 ".utf8),
      "ADFA-LD/Attack_Data_Master/Adduser_10/empty.txt": [],
      "lp.data": Array(
        "normal\n\t-1\t-1\t63\t-3\t-1\t0\n\t0\t0\t62\t-3\t-1\t0\n\n\nok\n\t1\t2\t3\t4\t5\t6\n\t1\t2\t3\t4\t5\t7\n\ncollision\r\n\t9\t9\t9\t9\t9\t9\r\n"
          .utf8),
      "clips/labels.csv": Array("clip,label,split\na1,normal,train\nb2.mp4,fight,test\n".utf8),
      "cic/Monday.csv": Array(
        " Destination Port, Flow Duration,Flow Bytes/s, Fwd Header Length, Fwd Header Length, Label\n80,5,1.5,20,20,BENIGN\n443,6,Infinity,20,20,BENIGN\n"
          .utf8),
      "cic/Thursday.csv": Array(
        " Destination Port, Flow Duration,Flow Bytes/s, Fwd Header Length, Fwd Header Length, Label\n80,5,NaN,20,20,BENIGN\n80,7,2.5,20,20,Web Attack "
          .utf8) + [0x96] + Array(" XSS\n".utf8),
    ]
    // Eyecandies: three digits in train, two in tests.
    for (sample, level) in [
      ("train/data/000", 0), ("val/data/000", 0), ("test_public/data/00", 0), ("test_public/data/01", 255),
    ] {
      for light in 0..<6 { files["Eyecandies/Gum/\(sample)_image_\(light).png"] = picture(UInt8(light)) }
      files["Eyecandies/Gum/\(sample)_depth.png"] = depth(65_535)
      files["Eyecandies/Gum/\(sample)_info_depth.yaml"] = Array(
        "normalization:\n  min: 0.25\n  max: 0.75\n".utf8)
      files["Eyecandies/Gum/\(sample)_normals.png"] = picture(3)
      if sample.hasPrefix("test") {
        files["Eyecandies/Gum/\(sample)_mask.png"] = level == 0 ? picture(0) : mask(6)
        files["Eyecandies/Gum/\(sample)_bumps_mask.png"] = level == 0 ? picture(0) : mask(6)
        files["Eyecandies/Gum/\(sample)_dents_mask.png"] = picture(0)
      }
    }
    files["Eyecandies/Gum/test_private/data/00_image_4.png"] = picture(1)
    files["Eyecandies/Gum/test_private/data/00_depth.png"] = depth(1)
    // MulSen-AD: numbers do not stand in the order of texts.
    for (sensor, ending) in [("RGB", "png"), ("Infrared", "png"), ("Pointcloud", "stl")] {
      for sample in ["train/0", "train/10", "train/2", "test/good/0", "test/crack/0", "test/crack/1"] {
        files["mulsen/cube/\(sensor)/\(sample).\(ending)"] =
          ending == "stl" ? facet(sample.count) : picture(9)
      }
    }
    files["mulsen/cube/RGB/GT/crack/0.png"] = mask(2)
    files["mulsen/cube/Infrared/GT/crack/1.png"] = mask(2)
    files["mulsen/cube/RGB/GT/crack/data.csv"] = Array(
      "object,label_rgb,label_infrared,label_pointcloud\n0,1,0,0\n1,0,1,1\n".utf8)
    files["mulsen/cube/Pointcloud/GT/crack/1.txt"] = Array("1.01,0,12,0,0,0\n".utf8)
    for frame in 0..<2 { files["dota/frames/aa_000001/images/00000\(frame).jpg"] = picture(9) }
    for frame in 0..<4 { files["dota/frames/bb_000010/images/00000\(frame).jpg"] = picture(9) }
    files["dota/frames/cc_000020/images/000000.jpg"] = picture(9)
    // AnoVox: an animal is of class 30.
    for frame in [2, 10, 9] {
      let scenario = "anovox/Final_Output_2024_01_01-10_00/Scenario_7f"
      files["\(scenario)/RGB_IMG/RGB_IMG_\(frame).png"] = picture(9)
      files["\(scenario)/SEMANTIC_IMG/SEMANTIC_IMG_\(frame).png"] = classes(frame == 10 ? 30 : 7)
      files["\(scenario)/DEPTH_IMG/DEPTH_IMG_\(frame).png"] =
        PictureWriter.png(
          Picture(
            width: 4, height: 4, channels: 3,
            samples: .unsigned8(
              [[255, 255, 255], [0, 1, 0]].flatMap { $0 } + [UInt8](repeating: 0, count: 42)))) ?? []
      files["\(scenario)/SEMANTIC_PCD/SEMANTIC_PCD_\(frame).npy"] = array(
        [2, 4], [1, 2, 3, 7, 4, 5, 6, frame == 10 ? 33 : 7])
    }
    for clip in ["normal/a1", "fight/b2"] {
      for frame in 0..<2 { files["clips/\(clip)/frames/0000\(frame).png"] = picture(9) }
      files["clips/\(clip).wav"] = [1]
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
      ("eyecandies Eyecandies/Gum/", 4, [1], 1), ("eyecandies-depth Eyecandies/Gum/", 4, [1], 1),
      ("mulsen mulsen/cube/", 6, [0, 1], 3), ("mulsen-infrared mulsen/cube/", 6, [0, 1], 3),
      ("mulsen-cloud mulsen/cube/", 18, [4], 9), ("dota dota/", 6, [3, 4], 2),
      ("anovox anovox/", 3, [2], 0), ("anovox-depth anovox/", 3, [2], 0), ("robot lp.data", 5, [4], 2),
      ("adfa ADFA-LD/", 7, [0, 1], 3), ("anovox-cloud anovox/", 6, [5], 0), ("mmad mmad/", 3, [0, 1], 0),
      ("aursad aursad.csv", 6, [2, 3], 2), ("clips clips/", 4, [0, 1], 2), ("cicids cic/", 4, [3], 2),
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
    #expect(mask.samples == .unsigned8([0, 255, 254] + [UInt8](repeating: 0, count: 13)))
    #expect(result?.remarks.contains { $0.hasSuffix("--saturation \"255:6300\",\"254:40%\"`") } == true)
    #expect(images.hasMask.setCount == 1)
  }

  private func loaded(_ line: String) throws -> Value {
    let events = Session(world: .memory(MemoryFiles(Self.files))).type("x = load dataset \(line)")
    return try #require(events.results.first?.value, "\(line): \(events.diagnostics)")
  }

  @Test func `name a sample alike for all its sensors`() throws {
    for pair in [
      ["mvtec3d 3d/bagel/", "mvtec3d-depth 3d/bagel/"],
      ["eyecandies Eyecandies/Gum/", "eyecandies-depth Eyecandies/Gum/"],
      ["mulsen mulsen/cube/", "mulsen-infrared mulsen/cube/"],
    ] {
      let names = try pair.map { line in
        let index = try #require(try loaded(line).index)
        return (0..<index.count).map { index.label(of: $0) }
      }
      #expect(names[0] == names[1] && Set(names[0]).count == names[0].count, "\(pair)")
    }
    guard case .images(let images) = try loaded("mulsen mulsen/cube/") else { return }
    #expect(
      (0..<images.count).map { images.index.label(of: $0) }.suffix(3) == ["train/0", "train/2", "train/10"])
    guard case .cloud(let cloud) = try loaded("mulsen-cloud mulsen/cube/") else { return }
    #expect(cloud.points.index.segments.map(\.name) == (0..<images.count).map { images.index.label(of: $0) })
  }

  private static let nezha: [String: String] = [
    "day/2023-01-29-fault_list.json":
      "{\"08\": [{\"inject_time\": \"2023-01-29 08:01:04\", \"inject_pod\": \"ts-cart-6f6cfc45b-h5m2n\", \"inject_type\": \"return\"}]}",
    "day/trace/08_00_trace.csv":
      "TraceID,SpanID,ParentID,PodName,OperationName,StartTimeUnixNano,EndTimeUnixNano,Duration\na,1,root,ts-cart-6f6cfc45b-h5m2n,GET,1674979260000000000,1674979260000001000,1\n",
    "day/trace/08_01_trace.csv":
      "TraceID,SpanID,ParentID,PodName,OperationName,StartTimeUnixNano,EndTimeUnixNano,Duration\na,1,root,ts-cart-6f6cfc45b-h5m2n,GET,1674979260000000000,1674979260000001000,1\na,2,1,ts-shop-6f6cfc45b-h5m2n,PUT,1674979260000000500,1674979260000000800,1\n",
    "day/log/08_00_log.csv":
      "Timestamp,TimeUnixNano,Node,PodName,Container,TraceID,SpanID,Log\nx,1674979260000000100,n,ts-cart-6f6cfc45b-h5m2n,server,a,1,\"{\"\"log\"\":\"\"08:01:00.1 INFO  c.Cart#7 TraceID: a SpanID: 1 it is empty\\n\"\"}\"\nx,-5,n,ts-cart-6f6cfc45b-h5m2n,server,a,1,\"{\"\"log\"\":\"\"late\"\"}\"\n",
    "day/log/08_01_log.csv":
      "Timestamp,TimeUnixNano,Node,PodName,Container,TraceID,SpanID,Log\nx,1674979260000000100,n,ts-cart-6f6cfc45b-h5m2n,server,a,1,\"{\"\"log\"\":\"\"08:01:00.1 INFO  c.Cart#7 TraceID: a SpanID: 1 it is empty\\n\"\"}\"\n",
    "day/metric/ts-cart-6f6cfc45b-h5m2n_metric.csv":
      "Time,TimeStamp,PodName,CpuUsageRate(%)\nx,1674979209,ts-cart-6f6cfc45b-h5m2n,1.5\nx,1674979269,ts-cart-6f6cfc45b-h5m2n,2.5\nx,1674979389,ts-cart-6f6cfc45b-h5m2n,3.5\n",
  ]

  @Test func `give spans, lines and metrics of services with their faults`() throws {
    let session = Session(world: .memory(MemoryFiles(Self.nezha)))
    guard case .events(let spans)? = session.type("load dataset nezha day/").results.first?.value,
      case .log(let log)? = session.type("load dataset nezha-log day/").results.first?.value,
      case .series(let metrics)? = session.type("load dataset nezha-metrics day/").results.first?.value
    else {
      Issue.record("not loaded")
      return
    }
    #expect(spans.frame.rowCount == 2)
    #expect(spans.activities.levels == ["ts-cart GET", "ts-shop PUT"])
    #expect(log.frame.rowCount == 1 && log.templates == ["INFO c.Cart#7"])
    guard case .text(let messages)? = log.frame.column("message")?.cells else { return }
    #expect(messages[0] == "it is empty")
    let usage = metrics.column("ts-cart.CpuUsageRate")
    #expect(usage?.unit == "%" && usage?.numbers?[0] == 1.5 && usage?.numbers?[2].isNaN == true)
    let cause = metrics.column("cause")
    #expect(cause?.role == .label)
    #expect((0..<4).map { cause?.isNull($0) } == [true, false, false, false])
    #expect(session.type("load dataset nezha-log day/trace/").diagnostics.first?.code == "E0548")
  }

  @Test func `tell which sensor shows what`() throws {
    guard case .images(let images) = try loaded("mulsen mulsen/cube/") else { return }
    #expect(images.frame.column("anomaly_rgb")?.numbers == [1, 0, 0, 0, 0, 0])
    #expect(images.frame.column("anomaly_pointcloud")?.numbers == [0, 1, 0, 0, 0, 0])
    #expect(images.hasMask.setCount == 1)
  }

  @Test func `measure depth in metres`() throws {
    guard case .images(let images) = try loaded("eyecandies-depth Eyecandies/Gum/") else { return }
    #expect(try images.picture(0).plane(0).allSatisfy { abs($0 - 0.75) < 1e-6 })
    guard case .category(let codes, let levels)? = images.frame.column("class")?.cells else { return }
    #expect(codes.map { levels[Int($0)] } == ["good", "bumps", "good", "good"])
    #expect(images.index.splits == [.test, .test, .fit, .calibrate])
    guard case .video(let road) = try loaded("anovox-depth anovox/") else { return }
    // 24 bits of 1,000 m, the lowest in red.
    let metres = try road.picture(0).plane(0)
    #expect(road.content == .depth && road.unit == "m" && abs(metres[0] - 1000) < 1e-3)
    #expect(abs(metres[1] - 256_000 / 16_777_215) < 1e-6 && metres[2] == 0)
  }

  @Test func `of robots have a segment a failure`() throws {
    guard case .series(let robot) = try loaded("robot lp.data") else { return }
    #expect(robot.index.segments.map(\.name) == ["1 normal", "2 ok", "3 collision"])
    #expect(robot.column("Tz")?.numbers == [0, 0, 6, 7, 9] && robot.column("class")?.role == .label)
  }

  @Test func `mark the pixels of odd classes`() throws {
    guard case .video(let frames) = try loaded("anovox anovox/") else { return }
    let mask = try #require(try frames.mask(2))
    #expect(mask.plane(0).enumerated().filter { $0.element > 0 }.map(\.offset) == [0])
  }

  @Test func `keep what the tables say`() throws {
    guard case .table(let questions) = try loaded("mmad mmad/"),
      case .table(let flows) = try loaded("cicids cic/"),
      case .series(let screws) = try loaded("aursad aursad.csv")
    else { return }
    #expect(questions.column("answer")?.role == .label && questions.column("options")?.type == .text)
    #expect(flows.column("Flow Bytes/s")?.nullCount == 2)
    #expect(
      flows.columns.map(\.name).prefix(4) == [
        "Destination Port", "Flow Duration", "Flow Bytes/s", "Fwd Header Length",
      ])
    guard case .category(let codes, let levels)? = flows.column("class")?.cells else { return }
    #expect(levels[Int(codes[3])] == "Web Attack \u{2013} XSS")
    #expect(screws.index.segments.map(\.rows) == [0..<2, 2..<4, 4..<5, 5..<6])
    #expect(screws.features.map(\.name) == ["actual_current_0"])
  }

  @Test(arguments: [
    ("eyecandies mulsen/cube/", "E0548"), ("mulsen Eyecandies/Gum/", "E0548"), ("dota clips/", "E0548"),
    ("anovox clips/", "E0548"), ("mmad clips/", "E0548"), ("aursad tsb/uad.out", "E0548"),
    ("cicids smd/", "E0548"),
    ("clips cic/", "E0548"),
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
