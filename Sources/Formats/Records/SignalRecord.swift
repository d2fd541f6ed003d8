package import Numerics

/// The signals of a WFDB record (Moody, *WFDB Applications Guide*: header(5), signal(5)).
package struct SignalRecord: Sendable {
  package struct Trace: Sendable {
    package let signal: RecordHeader.Signal
    /// In the unit of the signal; NaN where nothing was measured.
    package let values: [Double]
    /// Whether the sum of the samples is the one in the header; nil if the header has none.
    package let isIntact: Bool?
  }

  package let header: RecordHeader
  package let frames: Int
  package let traces: [Trace]

  /// - Parameters:
  ///   - chosen: the signals to decode; the others are skipped.
  ///   - open: gives the file of a signal, by its name in the header.
  ///   - flac: decodes a FLAC file into channels with full scale 1.
  package init(
    _ header: RecordHeader, chosen: (RecordHeader.Signal) -> Bool,
    open: (String) throws(FormatError) -> any ByteSource,
    flac: (any ByteSource, String) throws(FormatError) -> [[Float]], work: Work
  ) throws(FormatError) {
    self.header = header
    var frames = header.frames
    var traces: [Int: Trace] = [:]
    var files: [String] = []
    for signal in header.signals where !files.contains(signal.file) { files.append(signal.file) }
    for file in files {
      if work.isCancelled() { throw .cancelled }
      let places = header.signals.indices.filter { header.signals[$0].file == file }
      let signals = places.map { header.signals[$0] }
      guard let first = signals.first, let code = SampleCode(rawValue: first.format) else {
        throw .unsupported("signal \(places[0] + 1) is stored in format \(signals[0].format)")
      }
      guard signals.allSatisfy({ $0.format == first.format }) else {
        throw .unsupported("`\(file)` holds signals of several storage formats")
      }
      let source = try open(file)
      let raw =
        code.isFLAC
        ? try Self.unpacked(try flac(source, file), code, signals)
        : try Self.plain(source, code, signals, &frames)
      for (place, samples) in zip(places, raw) {
        let signal = header.signals[place]
        let count = samples.count / signal.samplesPerFrame
        frames = min(frames ?? count, count)
        if chosen(signal) { traces[place] = Self.trace(signal, samples) }
      }
    }
    self.frames = frames ?? 0
    let length = self.frames
    self.traces = traces.sorted { $0.key < $1.key }.map { _, trace in
      Trace(
        signal: trace.signal, values: Array(trace.values.prefix(length * trace.signal.samplesPerFrame)),
        isIntact: trace.isIntact)
    }
  }

  /// One list of samples a signal, out of frames in which each has its share.
  private static func plain(
    _ source: any ByteSource, _ code: SampleCode, _ signals: [RecordHeader.Signal], _ frames: inout Int?
  ) throws(FormatError) -> [[Int32?]] {
    guard source.count <= PointFile.mostBytes else { throw .unsupported("it has more than 1 GB") }
    let offset = min(signals[0].offset, source.count)
    let bytes = try source.read(at: offset, count: source.count - offset)
    let perFrame = signals.reduce(0) { $0 + $1.samplesPerFrame }
    let there = code.count(in: bytes.count) / perFrame
    let count = frames ?? there
    guard count <= there else {
      throw .malformed("`\(signals[0].file)` holds \(there) of \(count) frames", offset: offset + bytes.count)
    }
    let samples = try code.samples(bytes[...], count: count * perFrame)
    var start = 0
    return signals.map { signal in
      defer { start += signal.samplesPerFrame }
      var own: [Int32?] = []
      own.reserveCapacity(count * signal.samplesPerFrame)
      for frame in 0..<count {
        own += samples[frame * perFrame + start..<frame * perFrame + start + signal.samplesPerFrame]
      }
      return own
    }
  }

  /// Each signal is a channel of the FLAC file.
  private static func unpacked(
    _ channels: [[Float]], _ code: SampleCode, _ signals: [RecordHeader.Signal]
  ) throws(FormatError) -> [[Int32?]] {
    guard channels.count == signals.count else {
      throw .malformed("it has \(channels.count) channels for \(signals.count) signals", offset: 0)
    }
    let lowest = Int32(-code.fullScale)
    return channels.map { channel in
      channel.map { sample in
        let value = Int32((Double(sample) * code.fullScale).rounded())
        return value == lowest ? nil : value
      }
    }
  }

  private static func trace(_ signal: RecordHeader.Signal, _ samples: [Int32?]) -> Trace {
    var sum: Int32 = 0
    var isWhole = true
    for sample in samples { if let sample { sum = sum &+ sample } else { isWhole = false } }
    let isIntact: Bool? =
      isWhole
      ? signal.checksum.map { UInt16(truncatingIfNeeded: $0) == UInt16(truncatingIfNeeded: sum) } : nil
    var values = samples.map { $0.map { (Double($0) - signal.baseline) / signal.gain } ?? .nan }
    // A skewed signal was stored so many frames too late.
    let late = min(values.count, signal.skew * signal.samplesPerFrame)
    if late > 0 { values = Array(values.dropFirst(late)) + [Double](repeating: .nan, count: late) }
    return Trace(signal: signal, values: values, isIntact: isIntact)
  }
}
