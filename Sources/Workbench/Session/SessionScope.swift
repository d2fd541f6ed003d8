package import Language
import Values

/// What is known before a line runs: the values there are, and those that the lines before it will make.
package struct SessionScope: Scope {
  let store: Store
  let literals: [String: Argument]
  /// What was given from outside for parameters of a script: it counts whatever the script says.
  let overrides: [String: Argument]
  let lookup: any FileStore
  var plan = Plan()

  /// The effects of lines that were checked and have not run.
  struct Plan {
    /// Planned versions, behind those of the store.
    var shapes: [String: [ValueShape]] = [:]
    var results: [ValueShape] = []
    var literals: [String: Argument] = [:]
    /// Files that the lines will have written.
    var outputs: Set<String> = []
  }

  package func shape(of reference: Reference) -> ValueShape? {
    switch reference.root {
    case .name(let name):
      let planned = plan.shapes[name] ?? []
      guard let version = reference.version else { break }
      let position = version - store.versionCount(name) - 1
      return planned.indices.contains(position) ? planned[position] : store.value(reference)?.shape
    case .result(let number):
      let position = number - store.resultCount - 1
      if plan.results.indices.contains(position) { return plan.results[position] }
    case .last, .pipe: break
    }
    if case .name(let name) = reference.root, let planned = plan.shapes[name]?.last { return planned }
    if reference.root == .last, let planned = plan.results.last { return planned }
    return store.value(reference)?.shape
  }

  package var names: [String] {
    Array(plan.shapes.keys.sorted() + store.bindings.reversed().map(\.name).filter { plan.shapes[$0] == nil })
  }

  package func files(matching path: String) -> [String] {
    let found = lookup.files(matching: path)
    return found.isEmpty && plan.outputs.contains(path) ? [path] : found
  }

  package func literal(named name: String) -> Argument? {
    overrides[name] ?? plan.literals[name] ?? literals[name]
  }
}

extension SessionScope {
  /// Takes in a checked line as if it had run.
  package mutating func expect(_ statement: CheckedStatement) {
    switch statement {
    case .parameter(let name, let value): plan.literals[name] = value
    case .pipeline(let pipeline):
      if pipeline.isLook { return }
      if let name = pipeline.name { plan.shapes[name, default: []].append(pipeline.shape) }
      plan.results.append(pipeline.shape)
      for call in pipeline.calls {
        for parameter in call.spec.parameters where parameter.kind == .output {
          if case .path(let path) = call.arguments[parameter.name] { plan.outputs.insert(path) }
        }
      }
    case .blank, .comment, .definition, .session, .question, .shell: return
    }
  }
}
