import Chronology
import Formats
import Language
import TestKit
import Testing
import Values
import Workbench

@Suite struct `Clips and videos in a session` {
  private static func wave(_ hertz: Double, _ level: Double) -> [UInt8] {
    let samples = (0..<4000).map { place -> Float in
      let phase = (Double(place) * hertz / 4000).truncatingRemainder(dividingBy: 1)
      return Float(level * (phase < 0.5 ? 1 : -1))
    }
    return WaveFile.bytes(of: Audio(sampleRate: 4000, channels: [samples])) ?? []
  }

  @Test func `become rows with classes, and show which clip is odd`() throws {
    var files: [String: [UInt8]] = ["set/odd/a.wav": Self.wave(700, 0.5), "set/normal/bad.wav": [1, 2, 3]]
    for number in 0..<8 { files["set/normal/\(number).wav"] = Self.wave(200 + Double(number), 0.4) }
    let session = Session(world: .memory(MemoryFiles(files)))
    let events = session.type(
      "clips = load clips set/ --use logmel(12,frame=256,hop=128)",
      "risk = clips | split --fit-share 75% --normal anomaly | detect mad",
      "evaluate risk --against clips.anomaly --metrics auroc")
    #expect(events.diagnostics.isEmpty, "\(events.diagnostics)")
    guard case .table(let table) = events.results[0].value, case .report(let report) = events.results[2].value
    else {
      Issue.record("no table")
      return
    }
    #expect(table.rowCount == 9 && table.features.count == 24 && table.column("anomaly")?.role == .label)
    #expect(events.results[0].remarks.contains { $0.hasPrefix("1 clip left out") })
    #expect(report.metrics.first?.value == 1)
  }

  @Test func `take their classes and parts from a list`() throws {
    let session = Session(
      world: .memory(
        MemoryFiles([
          "set/a.wav": Self.wave(200, 0.4), "set/b.wav": Self.wave(210, 0.4),
          "set/c.wav": Self.wave(700, 0.5),
          "list.csv": Array("clip,label,split\na.wav,normal,train\nset/b,normal,test\nc,knock,test\n".utf8),
        ])))
    let events = session.type("clips = load clips set/ --use logmel(12,frame=256,hop=128) --labels list.csv")
    guard case .table(let table)? = events.results.first?.value else {
      Issue.record("no table: \(events.diagnostics)")
      return
    }
    #expect(table.column("anomaly")?.numbers == [0, 0, 1] && table.index.splits == [.fit, .test, .test])
  }

  @Test func `count the numbers in the names of frames`() throws {
    func frame(_ value: UInt8) -> [UInt8] {
      PictureWriter.png(Picture(width: 2, height: 2, channels: 1, samples: .unsigned8([value, 0, 0, 0])))
        ?? []
    }
    let session = Session(
      world: .memory(MemoryFiles(["img_10.png": frame(10), "img_2.png": frame(2), "img_1.png": frame(1)])))
    guard case .video(let film)? = session.type("load video img_*.png").results.first?.value else {
      Issue.record("no film")
      return
    }
    #expect(try (0..<3).map { try film.picture($0).plane(0)[0] * 255 } == [1, 2, 10])
    let plot = session.type("film = load video img_*.png", "plot film").results.last?.value
    guard case .figure(let figure)? = plot, case .lanes(let lanes, axis: .time) = figure.body else {
      Issue.record("no plot")
      return
    }
    #expect(lanes.count == 1 && lanes[0].name == "film change")
  }

  @Test func `of frames have segments, times and labels from their masks`() throws {
    func frame(_ value: UInt8) -> [UInt8] {
      PictureWriter.png(
        Picture(
          width: 12, height: 12, channels: 1, samples: .unsigned8([UInt8](repeating: value, count: 144))))
        ?? []
    }
    var files: [String: [UInt8]] = [:]
    for clip in ["Test001", "Test002"] {
      for number in 1...3 {
        files["p/\(clip)/00\(number).png"] = frame(UInt8(number))
        files["p/\(clip)_gt/00\(number).png"] = frame(number == 2 ? 255 : 0)
      }
    }
    let session = Session(world: .memory(MemoryFiles(files)))
    let result = try #require(session.type("v = load video p/ --rate 10Hz").results.first)
    guard case .video(let video) = result.value else { return }
    #expect(video.count == 6 && video.index.segments.map(\.name) == ["Test001", "Test002"])
    #expect(video.frame.column("anomaly")?.numbers == [0, 1, 0, 0, 1, 0])
    #expect(video.index.time?[1].nanoseconds == 100_000_000)
  }

  @Test(arguments: [
    ("no sound", "load clips notes.txt --use mfcc", "E0547"),
    ("no encoder of sound", "load clips notes.txt --use hog", "E0309"),
    ("a frame of no power of two", "load clips notes.txt --use mfcc(13,frame=1000)", "R0206"),
    ("labels of other frames", "load video f.pgm --labels l.csv", "E0535"),
  ]) func `say what is wrong`(_ name: String, _ line: String, _ code: String) throws {
    let session = Session(
      world: .memory(
        MemoryFiles(["notes.txt": "hello", "f.pgm": "P2 1 1 9\n1\n", "l.csv": "f,y\n1,0\n2,1\n"])))
    let diagnostic = try #require(session.type(line).diagnostics.first, "\(name)")
    #expect(
      diagnostic.code == code && !diagnostic.remedy.isEmpty,
      "\(name): \(diagnostic.code) \(diagnostic.summary)")
  }
}
