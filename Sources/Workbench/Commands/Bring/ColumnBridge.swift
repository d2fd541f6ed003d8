import Formats
import Language
import Notation
import Numerics
import Values

/// Reads and writes files of Apache Arrow and HDF5 through their own libraries, which run beside Sonde: a damaged file ends
/// that program and not this one.
struct ColumnBridge {
  let form: String
  let world: World

  private static let most = 64 << 30

  struct Table: Sendable {
    let columns: [Column]
    let rowCount: Int
    let leftOut: [String]
    let rounded: [String]
  }

  func read(
    _ path: String, keys: [String] = [], at parameter: AnyParameter, _ call: Invocation, work: Work
  ) throws(Failure) -> Table {
    work.report(0, "reading")
    let output = try run(
      ["read", form, path] + keys, input: [], path, at: parameter, call, work: work)
    do throws(FormatError) {
      guard let line = output.messages.split(separator: "\n").last, let header = try? JSON(parsing: line)
      else {
        throw FormatError.malformed("its reader said nothing", offset: 0)
      }
      let columns = try ColumnBlocks.columns(output.bytes, header: header) { !work.isCancelled() }
      func names(_ key: String) -> [String] { (header[key]?.array ?? []).compactMap(\.string) }
      return Table(
        columns: columns, rowCount: columns.first?.count ?? header["rows"]?.number.map { Int($0) } ?? 0,
        leftOut: names("left_out"), rounded: names("rounded"))
    } catch {
      throw error.failure(path, at: parameter, of: call.call, remedy: "Write the file again.")
    }
  }

  func write(
    _ columns: [Column], at parameter: AnyParameter, _ call: Invocation, work: Work
  ) throws(Failure) -> [UInt8] {
    let output = try run(
      ["write", form], input: ColumnBlocks.bytes(of: columns), "", at: parameter, call, work: work)
    do throws(FormatError) {
      return try output.bytes.read(at: 0, count: output.bytes.count)
    } catch {
      throw error.failure("", at: parameter, of: call.call, remedy: "Try again.")
    }
  }

  private func run(
    _ arguments: [String], input: [UInt8], _ path: String, at parameter: AnyParameter, _ call: Invocation,
    work: Work
  ) throws(Failure) -> HelperOutput {
    do throws(HelperError) {
      // -I: nothing of the current folder or of the user's variables gets into the program.
      return try world.helpers.run(
        .python, ["-I", "-B", "\(world.home)/scripts/columns.py"] + arguments, input: input, most: Self.most,
        isCancelled: work.isCancelled)
    } catch {
      throw failure(error, path, at: parameter, call)
    }
  }

  private func failure(
    _ error: HelperError, _ path: String, at parameter: AnyParameter, _ call: Invocation
  ) -> Failure {
    var problem = FormatError.unsupported("the program that reads it failed")
    switch error {
    case .cancelled: return .cancelled
    case .absent: return absent(parameter, call)
    case .tooMuch(let bytes): problem = .unsupported("it unpacks to more than \(bytes >> 30) GB")
    case .failed(let words):
      let facts = words.split(separator: "\n").last.flatMap { try? JSON(parsing: $0) }
      if facts?["missing"] != nil { return absent(parameter, call) }
      if let words = facts?["refused"]?.string {
        return call.blame(
          parameter, "E0534", words, label: "not in it",
          remedy: "Choose names that are there, or leave --key out.")
      }
      if let words = facts?["damaged"]?.string {
        problem = .malformed(Visible.line(words), offset: 0)
      } else if let line = words.split(separator: "\n").last {
        problem = .unsupported("the program that reads it failed (\(Visible.line(String(line.prefix(200)))))")
      }
    }
    return problem.failure(
      path, at: parameter, of: call.call, remedy: "Check it with another program, and write it again.")
  }

  private func absent(_ parameter: AnyParameter, _ call: Invocation) -> Failure {
    call.blame(
      parameter, "E0551", "the libraries for this format are not installed",
      label: "needs a program beside Sonde",
      remedy: Helper.python.remedy)
  }
}
