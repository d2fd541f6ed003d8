import Chronology
import Encoding
import Formats
import Language
import Notation
import Numerics
import Values

extension Draw {
  /// Short sounds are cut finer, down to frames of 512 samples, so that something of their course is seen.
  private static let fewestFrames = 150
  private static let waveHeight = 96
  /// What is so many decibels below the loudest is black.
  private static let range = 80.0

  /// The waveform over the spectrogram.
  func sound(_ audio: Audio, _ call: Invocation, _ work: Work) throws(Failure) -> Figure.Body {
    var frame = 2048
    while frame > 512, audio.frameCount / (frame / 4) < Self.fewestFrames { frame /= 2 }
    let bands = frame / 16
    let embedding: Embedding
    do throws(EncodingError) {
      embedding = try SoundEncoder(.mel(bands: bands), frameLength: frame, hop: frame / 4).encode(
        audio, work: work)
    } catch {
      throw call.failure(error, at: Self.input.base)
    }
    let frames = embedding.matrix.rows
    let width = min(frames, Self.largest)
    var values = [Double](repeating: 0, count: width * bands)
    for x in 0..<width {
      let range = x * frames / width..<max(x * frames / width + 1, (x + 1) * frames / width)
      for band in 0..<bands {
        let mean = range.reduce(0.0) { $0 + embedding.matrix[$1, band] } / Double(range.count)
        values[(bands - 1 - band) * width + x] = mean
      }
    }
    let loudest = values.lazy.filter(\.isFinite).max() ?? 0
    let spectrogram = RasterPainting.heat(
      values.map { $0.isFinite ? max($0 - loudest, -Self.range) : .nan }, width: width,
      limits: -Self.range...0)
    // Few frames are drawn wider, so that their columns can be seen.
    let wide = max(width, Self.largest / max(1, width) * width)
    let seconds = Figure.Ruler.numbers("seconds", from: 0, to: audio.length.seconds)
    let wave = waveform(audio, width: wide)
    return .plates(
      [
        Figure.Plate(
          wave.raster, caption: "waveform",
          upwards: .numbers("of full scale", from: -wave.peak, to: wave.peak)),
        Figure.Plate(
          spectrogram.resized(width: wide, height: 256), caption: "spectrogram", across: seconds,
          upwards: Self.frequencies(rate: audio.sampleRate, bands: bands, frame: frame)),
      ], columns: 1, colours: Figure.Colours(name: "dB", low: -Self.range, high: 0))
  }

  private func waveform(_ audio: Audio, width: Int) -> (raster: Raster, peak: Double) {
    let samples = audio.channels.count == 1 ? audio.channels[0] : audio.mono
    let peak = max(samples.reduce(Float(0)) { $1.isFinite ? max($0, $1.magnitude) : $0 }, 1e-6)
    var raster = Raster(width: width, height: Self.waveHeight)
    let middle = Float(Self.waveHeight - 1) / 2
    for x in 0..<width where !samples.isEmpty {
      let first = x * samples.count / width
      let part = samples[first..<min(samples.count, max(first + 1, (x + 1) * samples.count / width))].lazy
        .filter(\.isFinite)
      guard let low = part.min(), let high = part.max() else { continue }
      let rows =
        Int((middle - high / peak * middle).rounded())...Int((middle - low / peak * middle).rounded())
      for y in rows { raster[x, y] = (0x00, 0x72, 0xB2) }
    }
    return (raster, Double(peak))
  }

  /// Round frequencies where they lie among the mel bands.
  private static func frequencies(rate: Double, bands: Int, frame: Int) -> Figure.Ruler {
    let centers = FilterBank.mel(bands: bands, sampleRate: rate, length: frame).centers
    let wanted: [Double] = [100, 250, 500, 1000, 2000, 4000, 8000, 16_000, 32_000]
    let ticks = wanted.compactMap { hertz -> Figure.Ruler.Tick? in
      guard let above = centers.firstIndex(where: { $0 >= hertz }), above > 0 else { return nil }
      let part = (hertz - centers[above - 1]) / (centers[above] - centers[above - 1])
      let share = (Double(above - 1) + part + 0.5) / Double(bands)
      return Figure.Ruler.Tick(share, hertz >= 1000 ? "\(Int(hertz / 1000)) kHz" : "\(Int(hertz)) Hz")
    }
    return Figure.Ruler(name: "mel scale", ticks: ticks)
  }
}
