import Formats
import Foundation
import Live
import Numerics
import Workbench

/// A million rows of twenty columns as text: times, numbers, categories, missing cells.
enum TableBenchmark: String, CaseIterable {
  case csv

  func measure(folder: String, threads: Int) throws -> String {
    let path = folder + "/big.csv"
    // Both sides find the file in memory.
    let file = try FileSystem().open(path)
    var offset = 0
    while offset < file.count { offset += try file.read(at: offset, count: 1 << 24).count }
    let clock = ContinuousClock()
    let start = clock.now
    let table = try DelimitedReader([try FileSystem().open(path)]).read(work: Work(threads: threads))
    let span = (clock.now - start).components
    let seconds = Double(span.seconds) + Double(span.attoseconds) * 1e-18
    return """
      {"case": "csv", "impl": "sonde", "threads": \(threads), "seconds": \(seconds), \
      "rows": \(table.rowCount), "sum": \(table.rowCount + table.columns.count), "peak_kilobytes": \(Self.peak)}
      """
  }

  /// The largest resident size of this process so far.
  private static var peak: Int {
    let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
    let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") } ?? ""
    return Int(line.filter(\.isNumber)) ?? 0
  }
}
