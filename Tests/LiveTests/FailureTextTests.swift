import Formats
import Glibc
import Language
import TestKit
import Testing

@testable import Live

@Suite struct `What the system refuses` {
  @Test func `reads as recorded`() throws {
    var told: [Diagnostic] = []
    for code in [ENOENT, ENOTDIR, EISDIR, EACCES, EPERM, EIO] {
      told.append(FileFailure.reading("data/pump.csv", code))
    }
    for code in [ENOENT, EISDIR, EACCES, EROFS, ENOSPC, EDQUOT, EIO] {
      told.append(FileFailure.writing("out/risk.csv", code))
    }
    told.append(FileFailure.notPlain("data/pipe"))
    for bytes in [Array("no sound at all".utf8), Array(`Sound files`.wave([[1]]).prefix(20))] {
      do {
        _ = try SoundFileDecoder().decode(MemorySource(bytes), name: "hum.wav")
      } catch {
        told.append(error)
      }
    }
    do {
      _ = try SoundFileDecoder().decode(BrokenSource(), name: "hum.wav")
    } catch {
      told.append(error)
    }
    for (path, mode) in [("none", nil), ("shared", 0o644)] as [(String, mode_t?)] {
      let file = "/tmp/sonde-key-text-\(getpid())-\(path)"
      if let mode {
        close(unsafe open(file, O_CREAT | O_WRONLY, mode))
        unsafe chmod(file, mode)
      }
      defer { unsafe unlink(file) }
      do { _ = try SecretFile.read(file) } catch { told.append(error) }
    }
    do { _ = try SecretFile.read("/tmp") } catch { told.append(error) }
    let text = told.map { $0.text() + "\n" }.joined()
    #expect(try Golden.recorded("refusals.txt", now: text) == text)
  }
}

/// A disk that fails.
private struct BrokenSource: ByteSource {
  let count = 1000
  func read(at offset: Int, count: Int) throws(FormatError) -> [UInt8] {
    throw .unreadable("the disk gave up")
  }
}
