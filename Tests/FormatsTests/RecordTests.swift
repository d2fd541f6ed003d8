import Formats
import Foundation
import Numerics
import Testing
import Values

@Suite struct `WFDB records` {
  static func read(_ header: String, _ files: [String: [UInt8]]) throws -> SignalRecord {
    let header = try RecordHeader(MemorySource(Array(header.utf8)))
    return try SignalRecord(
      header, chosen: { _ in true },
      open: { (name: String) throws(FormatError) -> any ByteSource in
        guard let bytes = files[name] else { throw .unreadable("no file") }
        return MemorySource(bytes)
      },
      flac: { (_: any ByteSource, _: String) throws(FormatError) -> [[Float]] in
        throw .unsupported("no decoder")
      },
      work: Work())
  }

  @Test func `have signals of several rates in one file, in their units`() throws {
    // Frames of two samples of a and one of b, 12 bits each: 100, -1, 7; 200, -2048 (nothing), 8.
    let samples = [100, -1, 7, 200, -2048, 8]
    var bytes: [UInt8] = []
    for pair in stride(from: 0, to: samples.count, by: 2) {
      let (a, b) = (samples[pair] & 4095, samples[pair + 1] & 4095)
      bytes += [UInt8(a & 255), UInt8((a >> 8) | ((b >> 8) << 4)), UInt8(b & 255)]
    }
    let record = try Self.read(
      "# note\nr 2 10 2 12:00:00 01/03/2026\nr.dat 212x2 100(0)/mV 12 0 0 0 0 ECG I\nr.dat 212 1 12 5 0 15 0 P\n#late",
      ["r.dat": bytes])
    #expect(record.frames == 2 && record.header.comments == ["note", "late"])
    #expect(record.header.start == 1_772_366_400_000_000_000)
    #expect(record.traces.map(\.signal.name) == ["ECG I", "P"])
    #expect(record.traces[0].values.prefix(3) == [1, -0.01, 2] && record.traces[0].values[3].isNaN)
    #expect(record.traces[1].values == [2, 3] && record.traces[1].isIntact == true)
  }

  @Test(arguments: [
    (16, [0x39, 0x30, 0xC7, 0xCF], [12345.0, -12345]), (61, [0x30, 0x39, 0xCF, 0xC7], [12345, -12345]),
    (80, [1, 255], [-127, 127]), (160, [1, 0, 255, 255], [-32767, 32767]),
    (24, [1, 0, 0, 255, 255, 255], [1, -1]), (32, [1, 0, 0, 0, 255, 255, 255, 255], [1, -1]),
    // Ten bits: 1, -1, 33.
    (310, [2, 8, 254, 15], [1, -1, 33]), (311, [1, 252, 31, 2], [1, -1, 33]),
  ]) func `are stored in many ways`(_ format: Int, _ bytes: [Int], _ expected: [Double]) throws {
    let record = try Self.read(
      "r 1 10 \(expected.count)\nr.dat \(format) 1(0)/NU", ["r.dat": bytes.map { UInt8($0) }])
    #expect(record.traces[0].values == expected, "format \(format)")
  }

  @Test(arguments: [
    (16, [0, 128, 1, 0]), (61, [128, 0, 0, 1]), (80, [0, 129]), (160, [0, 0, 1, 128]),
    (24, [0, 0, 128, 1, 0, 0]), (32, [0, 0, 0, 128, 1, 0, 0, 0]),
  ]) func `hold nothing where a sample is the lowest of its format`(_ format: Int, _ bytes: [Int]) throws {
    let record = try Self.read("r 1 10 2\nr.dat \(format) 1(0)/NU", ["r.dat": bytes.map { UInt8($0) }])
    #expect(record.traces[0].values[0].isNaN && record.traces[0].values[1] == 1, "format \(format)")
  }

  @Test func `are skewed back, and tell a wrong sum`() throws {
    let record = try Self.read("r 1 10 3\nr.dat 16:1 1(0)/NU 16 0 1 99 0 a", ["r.dat": [1, 0, 2, 0, 3, 0]])
    #expect(record.traces[0].values.prefix(2) == [2, 3] && record.traces[0].values[2].isNaN)
    #expect(record.traces[0].isIntact == false)
  }

  @Test(arguments: [
    ("no record", "#only a note\n"), ("several segments", "r/3 2 10 9\n"),
    ("a lack of signals", "r 2 10 9\nr.dat 16\n"),
    ("no rate", "r 1 fast 9\nr.dat 16\n"), ("an unknown format", "r 1 10 9\nr.dat 999\n"),
    ("a file that is too short", "r 1 10 9\nr.dat 16\n"), ("no file", "r 1 10 1\nq.dat 16\n"),
  ]) func `that are none are refused`(_ name: String, _ text: String) {
    #expect(throws: FormatError.self, "\(name)") { try Self.read(text, ["r.dat": [1, 2, 3]]) }
  }

  @Test func `have marks with notes and long pauses`() throws {
    // N at 18, a note, a pause of 100,000, V 5 later.
    let bytes: [UInt8] = [18, 4, 3, 252, 65, 66, 67, 0, 0, 236, 1, 0, 160, 134, 5, 20, 0, 0]
    let marks = try RecordAnnotations(MemorySource(bytes)).marks
    #expect(marks.map(\.sample) == [18, 100_023] && marks.map(\.code) == [1, 5] && marks[0].note == "ABC")
    #expect(
      RecordAnnotations.name(of: 5) == "V" && RecordAnnotations.isEctopic(5)
        && !RecordAnnotations.isEctopic(1))
    #expect(throws: FormatError.self) { try RecordAnnotations(MemorySource(Array(bytes.dropLast(2)))) }
  }

  @Test func `with changed bytes never end the program`() {
    var random = SeededGenerator(seed: 4)
    let header = Array(
      "r 2 10/20(3) 2 12:00:00 01/03/2026\nr.dat 212x2:1+1 100(0)/mV 12 0 0 0 0 I\nr.dat 212 1\n".utf8)
    for _ in 0..<4000 {
      var changed = header
      for _ in 0...random.below(4) { changed[random.below(changed.count)] = UInt8(random.below(128)) }
      _ = try? Self.read(String(decoding: changed, as: UTF8.self), ["r.dat": header])
      _ = try? RecordAnnotations(MemorySource(changed))
    }
  }

  static let folder = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "shared/data/physionet_wfdb")

  @Test(
    .enabled(if: FileManager.default.fileExists(atPath: folder.path)),
    arguments: [("100", 650_000, [-0.145, -0.065]), ("a103l", 82_500, [])] as [(String, Int, [Double])])
  func `of PhysioNet are read completely and with the sums in their headers`(
    _ name: String, _ frames: Int, _ first: [Double]
  ) throws {
    func bytes(_ file: String) -> [UInt8]? {
      (try? Data(contentsOf: Self.folder.appending(path: file))).map(Array.init)
    }
    let text = String(decoding: bytes(name + ".hea") ?? [], as: UTF8.self)
    let record = try Self.read(
      text, [name + ".dat": bytes(name + ".dat") ?? [], name + ".mat": bytes(name + ".mat") ?? []])
    #expect(record.frames == frames)
    #expect(record.traces.allSatisfy { $0.isIntact == true }, "\(record.traces.map(\.isIntact))")
    #expect(zip(first, record.traces).allSatisfy { abs($0 - $1.values[0]) < 1e-12 })
  }
}
