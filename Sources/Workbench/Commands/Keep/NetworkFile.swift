import Detection
import Formats
import Notation
import Numerics
import Values

/// A fitted network as a file of tensors: its weights, and in the metadata what it is a network of.
enum NetworkFile {
  static let version = "1"

  static var methods: [String] { FittedModel.tensorModels.map { $0.method } }

  /// nil for models that are no networks, or of several segments.
  static func bytes(of model: FittedModel) -> [UInt8]? {
    guard let tensors = model.tensors else { return nil }
    let blocks = model.blocks.map { block in
      JSON.object([("name", .string(block.name)), ("columns", .number(Double(block.columns.count)))])
    }
    return TensorWriter.bytes(
      of: tensors.map { tensor in
        let matrix = tensor.matrix
        let shape = tensor.isVector ? [matrix.columns] : [matrix.rows, matrix.columns]
        return TensorWriter.Tensor(tensor.name, shape: shape, values: matrix.values)
      },
      metadata: [
        ("sonde", version), ("method", model.method),
        ("features", JSON.array(model.features.map { .string($0) }).description),
        ("blocks", JSON.array(blocks).description),
      ])
  }

  static func model(of source: any ByteSource) throws(FormatError) -> FittedModel {
    let file = try TensorFile(source)
    guard let method = file.metadata["method"], let features = texts(file.metadata["features"]) else {
      throw .unsupported("its metadata name no `method` and `features`; `load array` reads its tensors")
    }
    if let made = file.metadata["sonde"], made != version {
      throw .unsupported("it is of version \(made), and this Sonde reads \(version)")
    }
    guard methods.contains(method) else {
      throw .unsupported("it is of the method `\(method)`; there are \(methods.joined(separator: ", "))")
    }
    guard !features.isEmpty, Set(features).count == features.count else {
      throw .malformed("its features have no names of their own", offset: 0)
    }
    var tensors: [String: Matrix] = [:]
    for item in file.items { tensors[item.name] = try file.matrix(item) }
    guard
      let model = FittedModel(
        method: method, features: features, blocks: blocks(file.metadata["blocks"], features.count),
        tensors: tensors)
    else { throw .malformed("its tensors do not fit together as `\(method)`, or are not finite", offset: 0) }
    return model
  }

  private static func texts(_ text: String?) -> [String]? {
    guard let text, let items = (try? JSON(parsing: text))?.array else { return nil }
    let texts = items.compactMap(\.string)
    return texts.count == items.count ? texts : nil
  }

  /// One for all features if those that are named do not cover them.
  private static func blocks(_ text: String?, _ count: Int) -> [Block] {
    var blocks: [Block] = []
    var start = 0
    for item in text.flatMap({ (try? JSON(parsing: $0))?.array }) ?? [] {
      guard let name = item["name"]?.string, let width = item["columns"]?.number,
        width >= 1, width <= Double(count - start), width == width.rounded()
      else { break }
      blocks.append(Block(name: name, columns: start..<start + Int(width)))
      start += Int(width)
    }
    return start == count ? blocks : [Block(name: "features", columns: 0..<count)]
  }
}
