import ArgumentParser
import Chronology
import Language
import Workbench

/// What every way of running Sonde takes.
struct CommonOptions: ParsableArguments {
  @Option(name: .customLong("param"), help: "Sets a `param` of the script: --param name=value.")
  var parameters: [String] = []

  @Option(help: "Seed of the session; what is random takes its own from it.")
  var seed: UInt64?

  @Option(help: "How many threads to use; results do not depend on it.")
  var threads: Int?

  @Option(help: "Stops after this time, such as 30s or 5min.")
  var timeout: String?

  @Flag(help: "Writes one line of JSON a result.")
  var json = false

  func validate() throws {
    if let threads, !(1...1024).contains(threads) {
      throw ValidationError("--threads takes a number from 1 to 1024.")
    }
    if let timeout, limit == nil {
      throw ValidationError("--timeout takes a length of time such as 30s or 5min, not `\(timeout)`.")
    }
    for parameter in parameters where !parameter.contains("=") {
      throw ValidationError("--param takes name=value, not `\(parameter)`.")
    }
  }

  var limit: TimeSpan? { timeout.flatMap { NumberText.span($0) }.flatMap { $0 > .zero ? $0 : nil } }

  /// Lets `--param` have the last word.
  func override(in session: Session) throws {
    for parameter in parameters {
      let parts = parameter.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      do throws(Diagnostic) {
        let line = "param \(parts[0]) = \(parts[1])"
        guard case .parameter(let name, let value) = try session.checker().check(line) else { continue }
        session.overrides[name] = value
      } catch {
        throw ValidationError("--param \(parameter): \(error.summary); \(error.remedy)")
      }
    }
  }
}
