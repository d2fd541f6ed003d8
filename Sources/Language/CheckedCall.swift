/// A call whose names, kinds, options and ranges are proved.
package struct CheckedCall: Sendable, Equatable {
  package let spec: CommandSpec
  /// By parameter name; only what was given (and the seed once the session has filled it).
  package var arguments: [String: Argument]
  /// Where each argument stands in the line, for diagnostics that appear only at run time.
  package var ranges: [String: Range<Int>]
  /// How arguments that use `{name}` are written; canonical text keeps the parameter.
  package var written: [String: String]

  package init(
    spec: CommandSpec, arguments: [String: Argument], ranges: [String: Range<Int>] = [:],
    written: [String: String] = [:]
  ) {
    self.spec = spec
    self.arguments = arguments
    self.ranges = ranges
    self.written = written
  }

  package subscript<Element>(parameter: Parameter<Element>) -> Element {
    parameter.decode(arguments[parameter.base.name] ?? parameter.base.fallback)
  }
}
