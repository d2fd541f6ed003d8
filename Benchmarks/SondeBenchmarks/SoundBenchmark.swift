import Encoding
import Foundation
import Numerics
import Values

/// Ten minutes of sound at 22.05 kHz, frames of 2048 every 512 samples, 128 mel bands.
enum SoundBenchmark: String, CaseIterable {
  /// Decibels of the mel bands.
  case logmel
  /// Twenty coefficients, with the dynamic range limited to 80 dB as librosa does.
  case mfcc

  func measure(folder: String, threads: Int, outputFile: String?) throws -> String {
    let sound = try Self.samples(folder + "/audio_600s_22050.f32")
    let work = Work(threads: threads)
    let clock = ContinuousClock()
    let start = clock.now
    let bank = FilterBank.mel(bands: 128, sampleRate: 22_050, length: 2048)
    let bands = ShortTimeBands(length: 2048, hop: 512, bank: bank)
    let frames = bands.centeredFrames(of: sound.count)
    var result = try bands.analyse(
      sound, first: frames.first, frames: frames.count, floor: SoundEncoder.floor, work: work)
    if self == .mfcc { result = try cepstrum(of: result, work: work) }
    let span = (clock.now - start).components
    let seconds = Double(span.seconds) + Double(span.attoseconds) * 1e-18
    if let outputFile {
      let bytes = result.flatMap { value in
        (0..<4).map { UInt8(truncatingIfNeeded: value.bitPattern >> (8 * $0)) }
      }
      try Data(bytes).write(to: URL(fileURLWithPath: outputFile))
    }
    let sum = result.reduce(0) { $0 + Double($1) }
    return """
      {"case": "\(rawValue)", "impl": "sonde", "threads": \(threads), "seconds": \(seconds), \
      "rows": \(frames.count), "sum": \(sum)}
      """
  }

  private func cepstrum(of decibels: [Float], work: Work) throws -> [Float] {
    let transform = CosineTransform(length: 128, coefficients: 20)
    let floor = (decibels.max() ?? 0) - 80
    return try transform.apply(toRows: decibels, floor: floor, work: work).map(Float.init)
  }

  private static func samples(_ path: String) throws -> [Float] {
    let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
    return (0..<bytes.count / 4).map { number in
      var bits: UInt32 = 0
      for byte in (0..<4).reversed() { bits = bits << 8 | UInt32(bytes[number * 4 + byte]) }
      return Float(bitPattern: bits)
    }
  }
}
