import Language
import Numerics
import Values

/// What encoders have made in this session, by the digest of everything that decides it.
struct EncodedValues {
  struct Entry {
    let value: Value
    let remarks: [String]
    /// Files that were read, as they were.
    let files: [InputDigest]
  }

  /// Bytes of numbers that are kept; the oldest go first.
  private static let most = 512 << 20

  private var entries: [(key: String, entry: Entry, bytes: Int)] = []

  /// nil for calls that are not kept: they encode nothing, or another machine does.
  static func key(of invocation: Invocation) -> String? {
    let call = invocation.call
    guard call.spec.verb == "encode", call.spec.reach == .compute || call.spec.reach == .read else {
      return nil
    }
    var parts = [call.spec.name]
    for parameter in call.spec.parameters {
      if let values = invocation.values[parameter.name] {
        parts += values.map { "\(parameter.name)=\($0.name)#\($0.value.fingerprint)" }
      } else if let argument = call.arguments[parameter.name] {
        parts.append("\(parameter.name)=\(argument.canonical)")
      }
    }
    return parts.joined(separator: "\n")
  }

  /// The result of the same call, if the files that it read are still the same.
  func entry(_ key: String, files: any FileStore) -> Entry? {
    guard let entry = entries.first(where: { $0.key == key })?.entry else { return nil }
    let isCurrent = entry.files.allSatisfy { known in
      (try? InputDigest(known.path, files: files)).map { $0 == known } ?? false
    }
    return isCurrent ? entry : nil
  }

  mutating func keep(_ entry: Entry, as key: String) {
    entries.removeAll { $0.key == key }
    guard let bytes = entry.value.encodedBytes, bytes <= Self.most / 2 else { return }
    entries.append((key, entry, bytes))
    while entries.reduce(0, { $0 + $1.bytes }) > Self.most { entries.removeFirst() }
  }
}

extension Value {
  /// What its numbers take in memory; nil for values that no encoder makes.
  fileprivate var encodedBytes: Int? {
    switch self {
    case .embedding(let embedding): embedding.matrix.values.count * 8
    case .tokens(let tokens): tokens.matrix.values.count * 8
    case .map(let map): map.matrix.values.count * 8
    case .bundle(let bundle):
      bundle.slots.reduce(0) { sum, slot in
        switch slot.content {
        case .embedding(let embedding): sum + embedding.matrix.values.count * 8
        case .frame(let frame): sum + frame.rowCount * frame.columns.count * 8
        case .scores(let scores): sum + scores.values.count * 8
        case .audio, .log: sum
        }
      }
    default: nil
    }
  }
}
