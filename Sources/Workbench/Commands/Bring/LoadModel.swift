import Detection
import Formats
import Language
import Notation
import Numerics
import Values

struct LoadModel: WorldCommand {
  static let path = Parameter<String>.input(
    "path", help: "A file that `export` wrote of a fitted model: .model, or .safetensors of a network.")

  let spec = CommandSpec(
    "load", "model", "Reads a model that `fit` learned, so that `score` can apply it.",
    discussion: """
      The file says in its first line which method it is of, with which options and features, and holds the rows that the model \
      was fitted on; loading fits it again. So a file from a stranger can do no more than rows from a stranger can, any version \
      of a method reads what an older one wrote, and it takes the time that `fit` took. Whether the model is the same to the last bit as \
      the one that was saved is checked and told; on another machine it may differ by rounding.

      A file of tensors holds the weights of a network themselves: it is not fitted again, every shape is checked against the others, and \
      numbers that are not finite are refused.
      """,
    parameters: [path.base], output: .model, reach: .read,
    examples: [
      Example("pump = generate pump-station --minutes 5 --seed 7"),
      Example("fit iforest pump --trees 20 --seed 3 | export --to normal.model --overwrite"),
      Example("normal = load model normal.model"),
      Example("risk = score normal pump"),
      Example("load model normal.model | score pump"),
      Example("fit autoencoder pump --epochs 3 --seed 3 | export --to normal.safetensors --overwrite"),
      Example("network = load model normal.safetensors"),
    ])

  private static let remedy = "Save it again: `export MODEL --to NAME.model`."

  func run(_ call: Invocation, work: Work, world: World) throws(Failure) -> Value {
    let files = try world.files.open([call[Self.path]], for: Self.path.base, of: call.call)
    guard let file = files.first else { throw .cancelled }
    let content: ModelFile.Content
    do throws(FormatError) {
      let head = try file.source.read(at: 0, count: 9)
      if TensorFile.isTelling(head, count: file.source.count) {
        let model = try NetworkFile.model(of: file.source)
        call.note("\(model.method) with the weights of the file; nothing was fitted")
        return .model(model)
      }
      content = try ModelFile.content(of: file.source)
    } catch {
      throw error.failure(file.path, at: Self.path.base, of: call.call, remedy: Self.remedy)
    }
    guard let method = detectionMethods.first(where: { $0.name == content.method }) else {
      throw unfit(
        call, "it is of the method `\(content.method)`, which is not known here",
        Suggestion.remedy(for: content.method, among: detectionMethods.map(\.name), else: Self.remedy))
    }
    let command = Fit(method: method)
    let value = NamedValue(
      name: "rows",
      value: .embedding(
        Embedding(
          index: content.rows.index, matrix: content.rows.matrix, features: content.rows.features,
          blocks: content.rows.blocks)))
    let checked = try self.call(of: command, content, call)
    let own = Invocation(
      call: checked, values: [DetectionOptions.input.base.name: [value]], remarks: call.remarks)
    let fitted: Value
    do throws(Failure) {
      fitted = try command.run(own, work: work)
    } catch .diagnostic(let diagnostic) {
      throw unfit(call, diagnostic.summary, diagnostic.remedy)
    } catch {
      throw error
    }
    guard case .model(let stored) = fitted, let model = stored as? FittedModel else { throw .cancelled }
    let isSame = ModelFile.digest(of: model.encoded()) == content.digest
    call.note(
      "\(model.method) fitted again on \(counted(model.fittedRows, "row")): "
        + (isSame
          ? "the same model to the last bit"
          : "it differs from the one that was saved, by rounding or version"))
    return fitted
  }

  private func unfit(_ call: Invocation, _ why: String, _ remedy: String) -> Failure {
    call.blame(
      Self.path.base, "E0555", "`\(call[Self.path])` cannot be fitted again: \(Visible.line(why))",
      remedy: remedy)
  }

  /// The options, proved as if somebody had typed them.
  private func call(
    of command: Fit, _ content: ModelFile.Content, _ call: Invocation
  ) throws(Failure) -> CheckedCall {
    let input = DetectionOptions.input.base.name
    let scope = ModelScope(columns: content.rows.features.map { ColumnShape(name: $0, type: "number") })
    let checker = Checker(table: CommandTable([command.spec]), scope: scope) {
      (call, _) throws(Diagnostic) in ValueShape(kind: call.spec.output ?? .model)
    }
    var members = (content.options.members ?? []).filter {
      $0.key != input && $0.key != "as" && $0.key != "method"
    }
    members.append(("method", .string(content.method)))
    members.append((input, .string(ModelScope.name)))
    do throws(Diagnostic) {
      let statement = try checker.check(verb: "fit", arguments: .object(members))
      if case .pipeline(let pipeline) = statement, let checked = pipeline.calls.last,
        pipeline.calls.count == 1
      {
        return checked
      }
    } catch {
      throw unfit(
        call, "its options are not those of `fit \(content.method)`: \(error.summary)", error.remedy)
    }
    throw unfit(call, "its options are no call", Self.remedy)
  }
}

/// A scope in which there is nothing but the rows of a model.
private struct ModelScope: Scope {
  static let name = "rows"
  let columns: [ColumnShape]

  func shape(of reference: Reference) -> ValueShape? {
    guard case .name(Self.name) = reference.root else { return nil }
    return ValueShape(kind: .embedding, columns: columns)
  }
  var names: [String] { [Self.name] }
  func files(matching path: String) -> [String] { [] }
}
