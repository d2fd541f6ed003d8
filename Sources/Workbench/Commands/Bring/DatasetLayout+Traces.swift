import Formats
import Language
import Numerics
import Values

/// Traces of system calls in folders of files: ADFA-LD.
extension DatasetLayout {
  /// A file a trace, its words the calls; Training_, Validation_ and Attack_Data_Master say what it is for.
  func calls() throws(Failure) -> EventLog {
    var (cases, codes, classes, truth, splits) = ([String](), [Int32](), [String](), [Bool](), [Split]())
    var segments: [Segment] = []
    var (names, places) = ([String](), [ArraySlice<UInt8>: Int32]())
    for (file, parts) in below where file.lowercased().hasSuffix(".txt") {
      guard let place = parts.firstIndex(where: { $0.lowercased().hasSuffix("_data_master") }) else {
        continue
      }
      if work.isCancelled() { throw .cancelled }
      let part = parts[place].lowercased()
      let isAttack = part.hasPrefix("attack")
      // `Attack_Data_Master/Adduser_1/x.txt` is of the class Adduser.
      let folder = parts[place + 1..<parts.count - 1].last ?? ""
      let kind = folder.lastIndex(of: "_").map { String(folder[..<$0]) } ?? folder
      let source = try open(file)
      let bytes: [UInt8]
      do throws(FormatError) {
        bytes = try source.read(at: 0, count: min(source.count, 1 << 28))
      } catch {
        throw failure(error, file)
      }
      let start = codes.count
      for word in bytes.split(whereSeparator: { $0 <= 32 }) {
        if let code = places[word] {
          codes.append(code)
        } else {
          let code = Int32(names.count)
          places[ArraySlice(Array(word))] = code
          names.append(String(decoding: word, as: UTF8.self))
          codes.append(code)
        }
      }
      let count = codes.count - start
      guard count > 0 else { continue }
      let name = parts.dropFirst(place).joined(separator: "/")
      segments.append(Segment(name: name, rows: start..<codes.count))
      cases += [String](repeating: name, count: count)
      classes += [String](repeating: isAttack ? kind : "normal", count: count)
      truth += [Bool](repeating: isAttack, count: count)
      splits += [Split](repeating: part.hasPrefix("training") ? .fit : .test, count: count)
    }
    guard !codes.isEmpty else {
      throw wrong(
        "there is no `Training_Data_Master/` with files of calls below it",
        "Unpack ADFA-LD.zip and give its folder `ADFA-LD/`.")
    }
    return EventLog(
      frame: Frame(
        index: Index(
          .row(count: codes.count), segments: segments, splits: Set(splits).count > 1 ? splits : nil),
        columns: [
          Column("case", .text(TextColumn(cases)), role: .identifier),
          Column("activity", .category(codes: codes, levels: names)),
          Column("class", Cells.categories(classes), role: .label),
          Column("anomaly", .bool(truth), role: .label),
        ]))
  }
}
