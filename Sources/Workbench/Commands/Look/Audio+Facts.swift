import Chronology
import Notation
import Numerics
import Values

extension Audio {
  /// What of a sound's length, level and quality can be told without listening.
  var facts: [String] {
    var facts = [
      "\(length.seconds.shortText(digits: 6)) s at \(sampleRate.shortText(digits: 6)) Hz, "
        + (channels.count == 1 ? "1 channel" : "\(channels.count) channels")
    ]
    for (number, channel) in channels.enumerated() where !channel.isEmpty {
      let sound = SoundFacts(channel, rate: sampleRate)
      let name = channels.count == 1 ? "" : "channel \(number + 1): "
      facts += sound.sentences.map { name + $0 }
    }
    return facts
  }
}

/// Level, clipping, silence and noise of a channel.
struct SoundFacts {
  private let peak: Double
  private let level: Double
  private let offset: Double
  private let silent: Double
  /// Samples in stretches that stay at the peak.
  private let clipped: Int
  /// Samples that are no number or infinite, which nothing else counts.
  private let broken: Int
  private let quiet: Double?
  private let loud: Double?

  /// Fewer samples at the peak than this in a row may be chance.
  private static let fewestClipped = 3
  private static let frameSeconds = 0.05

  init(_ samples: [Float], rate: Double) {
    let all = samples.count
    let samples = samples.contains { !$0.isFinite } ? samples.filter(\.isFinite) : samples
    broken = all - samples.count
    let count = Double(max(1, samples.count))
    var (most, sum, squares, zeros) = (Float(0), 0.0, 0.0, 0)
    for sample in samples {
      most = max(most, sample.magnitude)
      sum += Double(sample)
      squares += Double(sample) * Double(sample)
      if sample == 0 { zeros += 1 }
    }
    (peak, offset, level) = (Double(most), sum / count, (squares / count).squareRoot())
    silent = Double(zeros) / count
    var (stuck, run) = (0, 0)
    for sample in samples {
      if most > 0, sample.magnitude >= most * 0.9999 {
        run += 1
      } else {
        if run >= Self.fewestClipped { stuck += run }
        run = 0
      }
    }
    clipped = stuck + (run >= Self.fewestClipped ? run : 0)
    let size = max(1, Int(Self.frameSeconds * rate))
    let powers = stride(from: 0, to: samples.count - size + 1, by: size).map { start in
      samples[start..<start + size].reduce(0.0) { $0 + Double($1) * Double($1) } / Double(size)
    }
    let sorted = SortedSample(powers.filter { $0 > 0 })
    (quiet, loud) = sorted.count < 20 ? (nil, nil) : (sorted.quantile(0.05), sorted.quantile(0.95))
  }

  private static func decibels(_ ratio: Double, _ factor: Double) -> String {
    (factor * logarithm10(max(ratio, 1e-10))).shortText(digits: 3)
  }

  var sentences: [String] {
    let lost =
      broken > 0 ? ["\(counted(broken, "sample")) \(broken == 1 ? "is" : "are") no number or infinite"] : []
    guard peak > 0 else { return lost + ["digital silence"] }
    var texts = [
      "level \(Self.decibels(level, 20)) dB of full scale, peak \(Self.decibels(peak, 20)) dB"
    ]
    if let quiet, let loud, quiet > 0 {
      texts[0] +=
        "; loud frames are \(Self.decibels(loud / quiet, 10)) dB above quiet ones (95th and 5th percentile of 50 ms), about the ratio of signal to noise"
    }
    if clipped > 0 { texts.append("\(clipped) samples stay at the peak for three and more: clipped") }
    if silent > 0.01 { texts.append("\((silent * 100).shortText(digits: 3)) % digital silence") }
    if abs(offset) > 0.1 * level { texts.append("the mean lies off zero by \(offset.shortText(digits: 2))") }
    return lost + texts
  }
}
