/// A line whose names, kinds, options, ranges and files are proved.
package enum CheckedStatement: Sendable, Equatable {
  case blank
  case comment(String)
  case pipeline(CheckedPipeline)
  /// `param name = literal`.
  case parameter(name: String, value: Argument)
  case definition(DefinitionSyntax)
  case session(SessionSyntax)
  case question(role: String?, text: String)
  case shell(String)
}

/// `[name =] head` or `[name =] call | call …`.
///
/// `x | v m` becomes the one call `v m x`. Later calls take what the call before made: the argument that
/// the pipe fills is `Reference.pipe`.
package struct CheckedPipeline: Sendable, Equatable {
  package let name: String?
  /// The value or literal that the line shows or names; nil if there are calls.
  package let head: Argument?
  package var calls: [CheckedCall]
  /// What the result will look like.
  package let shape: ValueShape
  /// Set if the calls are those of several trials, one behind the other.
  package let sweep: CheckedSweep?

  package init(
    name: String?, head: Argument? = nil, calls: [CheckedCall], shape: ValueShape, sweep: CheckedSweep? = nil
  ) {
    self.sweep = sweep
    self.name = name
    self.head = head
    self.calls = calls
    self.shape = shape
  }
}

/// The shape of a call's result, from the shapes of its inputs; given by whoever knows the commands.
package typealias ShapeOf = (CheckedCall, any Scope) throws(Diagnostic) -> ValueShape

/// A scope in which the pipe stands for a value of a known shape.
struct PipeScope: Scope {
  let outer: any Scope
  let shape: ValueShape

  func shape(of reference: Reference) -> ValueShape? {
    reference.root == .pipe ? shape : outer.shape(of: reference)
  }
  var names: [String] { outer.names }
  func files(matching path: String) -> [String] { outer.files(matching: path) }
  func literal(named name: String) -> Argument? { outer.literal(named: name) }
}
