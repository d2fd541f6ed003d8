import Encoding
import Numerics

/// Sound at 22.05 kHz, frames of 2048 every 512 samples.
enum SoundBenchmark: String, CaseIterable {
  /// Decibels of 128 mel bands.
  case logmel
  /// Twenty coefficients, with the dynamic range limited to 80 dB as librosa does.
  case mfcc
  /// The power of 1024 frequencies.
  case stft

  /// The sum of all numbers.
  func numbers(of sound: [Float], work: Work) throws -> Double {
    let bank: FilterBank =
      self == .stft
      ? .equal(bands: 1024, sampleRate: 22_050, length: 2048)
      : .mel(bands: 128, sampleRate: 22_050, length: 2048)
    let bands = ShortTimeBands(length: 2048, hop: 512, bank: bank)
    let frames = bands.centeredFrames(of: sound.count)
    let result = try bands.analyse(
      sound, first: frames.first, frames: frames.count, floor: self == .stft ? nil : SoundEncoder.floor,
      work: work)
    if self == .mfcc { return try cepstrum(of: result, work: work).reduce(0) { $0 + Double($1) } }
    // Every thousandth: the sum itself is no part of the work.
    return stride(from: 0, to: result.count, by: 1000).reduce(0) { $0 + Double(result[$1]) }
  }

  private func cepstrum(of decibels: [Float], work: Work) throws -> [Float] {
    let transform = CosineTransform(length: 128, coefficients: 20)
    let floor = (decibels.max() ?? 0) - 80
    return try transform.apply(toRows: decibels, floor: floor, work: work).map(Float.init)
  }
}
