import Chronology

/// Writes a WFDB record: a header, and samples of 32 bits.
package enum RecordWriter {
  /// Steps over the range of a signal, so that the lowest number stays free for "not measured".
  private static let steps = 2_000_000_000.0

  package static func bytes(
    name: String, rate: Double, start: Int64, columns: [(name: String, unit: String, values: [Double])]
  ) -> (header: [UInt8], samples: [UInt8]) {
    let count = columns.first?.values.count ?? 0
    var header = "\(name) \(columns.count) \(rate) \(count)"
    let stamp = Instant(nanoseconds: start).description.split { $0 == "T" || $0 == "Z" || $0 == " " }
    if stamp.count >= 2 {
      let day = stamp[0].split(separator: "-").reversed().joined(separator: "/")
      header += " \(stamp[1]) \(day)"
    }
    header += "\n"
    var coded: [[Int32]] = []
    for column in columns {
      let known = column.values.filter(\.isFinite)
      let (low, high) = (known.min() ?? 0, known.max() ?? 0)
      let gain = high > low && (high - low).isFinite ? steps / (high - low) : 1
      // The middle of the range is step 0; the baseline is where the value 0 would lie.
      let middle = low + (high - low) / 2
      let samples = column.values.map { value -> Int32 in
        value.isFinite ? Int32(max(-2e9, min(2e9, ((value - middle) * gain).rounded()))) : .min
      }
      let sum = samples.reduce(Int32(0)) { $1 == .min ? $0 : $0 &+ $1 }
      let checksum = Int16(truncatingIfNeeded: sum)
      let unit = column.unit.split(separator: " ").joined(separator: "_")
      header += "\(name).dat 32 \(gain)(\(-middle * gain))/\(unit.isEmpty ? "NU" : unit) 32 0 "
      header += "\(samples.first ?? 0) \(checksum) 0 \(column.name)\n"
      coded.append(samples)
    }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(count * columns.count * 4)
    for row in 0..<count {
      for samples in coded {
        for byte in 0..<4 { bytes.append(UInt8(truncatingIfNeeded: samples[row] >> Int32(8 * byte))) }
      }
    }
    return (Array(header.utf8), bytes)
  }
}
