import Chronology
import Formats
import Foundation
import Language
import Live
import Numerics
import TestKit
import Testing
import Values
import Workbench

private enum FilmPrograms {
  static let arePresent = ["ffmpeg", "ffprobe"].allSatisfy { program in
    (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").contains {
      FileManager.default.isExecutableFile(atPath: "\($0)/\(program)")
    }
  }
}

/// Films that `ffmpeg` made, read frame by frame, where it is installed.
@Suite(.enabled(if: FilmPrograms.arePresent, "needs scripts/ffmpeg"))
struct `Films` {
  /// Frame `n` is grey of the level 20 + 2n, so that each tells its number.
  private static let counting = "color=c=black:s=64x48:r=10:d=9,geq=lum='20+2*N':cb=128:cr=128"
  /// So large that a stretch holds a few frames.
  private static let large = counting + ",scale=640:480:flags=neighbor"

  private let folder: URL
  private let session: Session

  init() throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "sonde-films-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    var world = World(files: FileSystem(), audio: SoundFileDecoder(), clock: StoppedClock())
    world.helpers = HelperProcesses()
    session = Session(world: world)
  }

  private func make(_ name: String, _ arguments: [String]) throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["ffmpeg", "-nostdin", "-v", "error", "-y"] + arguments + [path(name)]
    try process.run()
    process.waitUntilExit()
    try #require(process.terminationStatus == 0)
  }

  private func path(_ name: String) -> String { folder.appending(path: name).path }

  private func film(_ line: String) throws -> Images {
    let events = session.type("film = load video " + line)
    #expect(events.diagnostics.isEmpty, "\(events.diagnostics)")
    guard case .video(let film)? = session.bindings.last(where: { $0.name == "film" })?.value else {
      throw Diagnostic("", "no film", remedy: "")
    }
    return film
  }

  /// By its brightness: the range of video is 16 to 235.
  private static func number(_ film: Images, _ row: Int) throws -> Int {
    let grey = try film.picture(row).grey
    let level = grey.reduce(0, +) / Float(grey.count)
    return Int(((level * 219 + 16 - 20) / 2).rounded())
  }

  @Test(arguments: [
    ("a.mp4", ["-c:v", "mpeg4", "-bf", "2", "-g", "12", "-q:v", "1"]),
    ("b.avi", ["-c:v", "mpeg4", "-bf", "2", "-g", "12", "-q:v", "1"]), ("c.mkv", ["-c:v", "ffv1"]),
    ("d.avi", ["-c:v", "mjpeg", "-q:v", "1"]),
    ("e.ts", ["-c:v", "mpeg2video", "-r", "25", "-g", "12", "-q:v", "1"]),
  ]) func `give each frame in any order`(name: String, codec: [String]) throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    try make(name, ["-f", "lavfi", "-i", Self.large] + codec)
    let film = try film(path(name))
    #expect(film.count == 90)
    // Anywhere, in order, with gaps, and in the order of two threads that do not wait for each other.
    let anywhere = [film.count - 1, 0, 37, 36, 38, film.count / 2, 1, film.count - 2]
    let threads = (0..<8).flatMap { [2 * $0 + 17, 2 * $0] }
    for row in anywhere + stride(from: 0, to: 90, by: 3) + [4, 16, 26, 29, 89] + threads {
      #expect(try Self.number(film, row) == row)
    }
    guard case .time(let axis) = film.index.address else { return }
    let span = (axis[film.count - 1] - axis[0]).seconds
    // The stream counts in steps of 40 ms.
    #expect(abs(span - 8.9) < (name == "e.ts" ? 0.041 : 0.003))
  }

  @Test func `keep the times of frames that are not equally far apart`() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    try make(
      "v.mkv",
      [
        "-f", "lavfi", "-i", Self.counting, "-vf", "select='lt(n,20)+not(mod(n,5))'", "-fps_mode", "vfr",
        "-c:v", "ffv1",
      ])
    let film = try film(path("v.mkv") + " --start 2026-03-01T08:00")
    #expect(film.count == 34)
    #expect(
      film.index.label(of: 0) == "2026-03-01T08:00:00" && film.index.label(of: 20) == "2026-03-01T08:00:02")
    #expect(film.index.label(of: 21) == "2026-03-01T08:00:02.5")
    #expect(try Self.number(film, 21) == 25)
  }

  @Test func `bring their sound on the same clock`() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    try make(
      "s.mkv",
      [
        "-f", "lavfi", "-i", Self.counting, "-itsoffset", "0.5", "-f", "lavfi", "-i",
        "sine=frequency=440:sample_rate=8000:duration=2", "-c:v", "ffv1", "-c:a", "pcm_s16le",
      ])
    let events = session.type("sound = load audio " + path("s.mkv"))
    #expect(events.diagnostics.isEmpty, "\(events.diagnostics)")
    guard case .audio(let sound)? = session.bindings.last?.value else {
      throw Diagnostic("", "no sound", remedy: "")
    }
    #expect(sound.sampleRate == 8000 && abs(sound.frameCount - 20_000) <= 1)
    let silent = sound.channels[0].prefix { abs($0) < 1e-4 }.count
    #expect(abs(silent - 4000) < 20)
  }

  @Test func `say when their sound ends before its last page`() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    try make(
      "s.ogg", ["-f", "lavfi", "-i", "sine=frequency=440:sample_rate=8000:duration=60", "-c:a", "libvorbis"])
    let whole = try Data(contentsOf: folder.appending(path: "s.ogg"))
    for (bytes, isCut) in [
      (whole, false), (whole.prefix(whole.count - 40), true), (whole.prefix(whole.count / 2), true),
    ] {
      let remarks = try SoundFileDecoder().decode(MemorySource(Array(bytes)), name: "s.ogg").remarks
      #expect(remarks.contains { $0.contains("last page") } == isCut, "\(bytes.count): \(remarks)")
    }
  }

  @Test func `are segments if they are several`() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    try make("1.gif", ["-f", "lavfi", "-i", "testsrc=size=32x24:rate=10:duration=1"])
    try make("2.gif", ["-f", "lavfi", "-i", "testsrc=size=32x24:rate=10:duration=0.5"])
    let film = try film(path("*.gif"))
    #expect(
      film.index.segments.map(\.rows.count) == [10, 5]
        && film.index.segments.map(\.name) == ["1.gif", "2.gif"])
  }

  @Test func `are clips of a data set, with their classes`() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    for (place, name) in ["normal/a.mp4", "normal/b.mp4", "fight/c.avi"].enumerated() {
      try FileManager.default.createDirectory(
        at: folder.appending(path: name).deletingLastPathComponent(), withIntermediateDirectories: true)
      try make(name, ["-f", "lavfi", "-i", "testsrc=size=32x24:rate=10:duration=0.\(place + 3)"])
    }
    try Data("clip,label,split\na,normal,train\nb,normal,test\nc,fight,test\n".utf8)
      .write(to: folder.appending(path: "labels.csv"))
    let events = session.type("film = load dataset clips \(path(""))/")
    #expect(events.diagnostics.isEmpty, "\(events.diagnostics)")
    guard case .video(let film)? = session.bindings.last?.value else {
      throw Diagnostic("", "no film", remedy: "")
    }
    #expect(film.index.segments.map(\.rows.count) == [5, 3, 4])
    #expect(film.frame.columns.map(\.name) == ["class", "anomaly"])
    #expect(
      film.index.splits == Array(repeating: .test, count: 5) + Array(repeating: .fit, count: 3)
        + Array(repeating: .test, count: 4))
  }

  @Test func `are pictures that move, if they are asked for`() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    try make("m.png", ["-f", "lavfi", "-i", "testsrc=size=32x24:rate=10:duration=1", "-f", "apng"])
    #expect(try film(path("m.png")).count == 10)
    let events = session.type("load image " + path("m.png"))
    #expect(events.results.contains { $0.remarks.contains { $0.contains("load video") } }, "\(events)")
  }

  @Test func `are refused if they are damaged, and noticed if they have changed`() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    try Data("....ftypisom and nothing more".utf8).write(to: folder.appending(path: "x.mp4"))
    #expect(session.type("load video " + path("x.mp4")).diagnostics.contains { $0.code == "E0520" })
    try Data("#EXTM3U\n#EXTINF:5,\nhttp://127.0.0.1:9/x.ts\n".utf8).write(to: folder.appending(path: "y.mp4"))
    #expect(session.type("load video " + path("y.mp4")).diagnostics.contains { $0.code == "E0522" })
    try make("z.mkv", ["-f", "lavfi", "-i", Self.counting, "-c:v", "ffv1"])
    let film = try film(path("z.mkv"))
    try make("z.mkv", ["-f", "lavfi", "-i", "testsrc=size=64x48:rate=10:duration=9", "-c:v", "ffv1"])
    #expect(throws: PictureError.changed(path("z.mkv"))) { try film.picture(3) }
  }
}
