package import Language
package import Values

/// How a value came to be: the canonical calls and the versions that went in.
package struct Provenance: Sendable, Equatable {
  /// The canonical statement.
  package let line: String
  /// Names and versions that the statement used, in order of appearance.
  package let inputs: [Input]

  package struct Input: Sendable, Hashable {
    package let name: String
    package let version: Int
  }
}

/// A name bound to a value at one version.
package struct Binding: Sendable {
  package let name: String
  /// Counts from 1; rebinding a name makes the next one.
  package let version: Int
  package let value: Value
  package let provenance: Provenance
  /// The line that made it: `r12`.
  package let result: Int
}

/// All values of a session, by name and version and by result number.
package struct Store: Sendable {
  private var versions: [String: [Binding]] = [:]
  private var results: [Int: (value: Value, provenance: Provenance, name: String?)] = [:]
  /// Names in the order in which they were last bound.
  private var order: [String] = []
  /// Results are numbered 1, 2, 3… without gaps: undoing one frees its number.
  package private(set) var resultCount = 0
  private var lastResult: Int? { resultCount > 0 ? resultCount : nil }

  package init() {}

  /// The newest version of each name, oldest binding first.
  package var bindings: [Binding] { order.compactMap { versions[$0]?.last } }

  package func binding(_ name: String, version: Int? = nil) -> Binding? {
    guard let all = versions[name] else { return nil }
    guard let version else { return all.last }
    return all.first { $0.version == version }
  }

  package func versionCount(_ name: String) -> Int { versions[name]?.last?.version ?? 0 }

  package func value(_ reference: Reference) -> Value? {
    switch reference.root {
    case .name(let name): binding(name, version: reference.version)?.value
    case .last: lastResult.flatMap { results[$0]?.value }
    case .result(let number): results[number]?.value
    case .pipe: nil
    }
  }

  /// The name and version behind a reference, if it has one.
  package func input(_ reference: Reference) -> Provenance.Input? {
    let name: String?
    var number: Int?
    switch reference.root {
    case .name(let plain): return binding(plain, version: reference.version).map(Self.input)
    case .last: number = lastResult
    case .result(let result): number = result
    case .pipe: return nil
    }
    name = number.flatMap { results[$0]?.name }
    guard let name, let number else { return nil }
    return versions[name]?.first { $0.result == number }.map(Self.input)
  }

  private static func input(_ binding: Binding) -> Provenance.Input {
    Provenance.Input(name: binding.name, version: binding.version)
  }

  /// Whether something that went into the value has been bound anew since.
  package func isStale(_ binding: Binding) -> Bool {
    binding.provenance.inputs.contains { input in
      guard let newest = versions[input.name]?.last else { return true }
      return newest.version != input.version || isStale(newest)
    }
  }

  /// Keeps a value as the next result and, if it has a name, as the name's next version.
  package mutating func record(
    _ value: Value, name: String?, provenance: Provenance
  ) -> (number: Int, version: Int) {
    resultCount += 1
    let result = resultCount
    results[result] = (value, provenance, name)
    guard let name else { return (result, 0) }
    let version = versionCount(name) + 1
    versions[name, default: []].append(
      Binding(name: name, version: version, value: value, provenance: provenance, result: result))
    order.removeAll { $0 == name }
    order.append(name)
    return (result, version)
  }

  /// Forgets the last result and the version of the name that it bound.
  package mutating func forgetLast() {
    let result = resultCount
    guard result > 0 else { return }
    if let name = results[result]?.name {
      versions[name]?.removeAll { $0.result == result }
      if versions[name]?.isEmpty == true {
        versions[name] = nil
        order.removeAll { $0 == name }
      }
    }
    results[result] = nil
    resultCount -= 1
  }

  package func resultNumber(_ reference: Reference) -> Int? {
    switch reference.root {
    case .name(let name): binding(name, version: reference.version)?.result
    case .last: lastResult
    case .result(let number): results[number] == nil ? nil : number
    case .pipe: nil
    }
  }

  package func provenance(ofResult number: Int) -> Provenance? { results[number]?.provenance }
}
