import COnnx
import Glibc
package import Workbench

/// Runs ONNX models by ONNX Runtime, which is looked for when the first model is opened.
package struct OnnxRuntime: NetworkRuntime {
  package init() {}

  package func open(_ model: [UInt8]) throws(NetworkError) -> any Network {
    guard Self.places.contains(where: { unsafe sonde_onnx_load($0) == 0 }) else { throw .absent }
    return try OnnxNetwork(model)
  }

  /// Named by the user, installed by `scripts/onnx-runtime`, or of the system.
  private static var places: [String] {
    [
      Environment.variable("SONDE_ONNXRUNTIME"), Environment.dataFolder + "/onnx/libonnxruntime.so",
      "libonnxruntime.so.1", "libonnxruntime.so", "libonnxruntime.dylib",
    ].compactMap(\.self)
  }
}

/// One session of ONNX Runtime.
// SAFETY: the library lets several threads run a session at once; nothing here changes behind `init`.
@safe private final class OnnxNetwork: Network, @unchecked Sendable {
  private let handle: OpaquePointer
  let inputs: [NetworkPort]
  let outputs: [NetworkPort]

  init(_ model: [UInt8]) throws(NetworkError) {
    var handle: OpaquePointer?
    var words = [CChar](repeating: 0, count: Int(sonde_onnx_words))
    let code = unsafe model.withUnsafeBytes { bytes in
      unsafe sonde_onnx_open(bytes.baseAddress, bytes.count, &handle, &words)
    }
    guard code == 0, let handle = unsafe handle else { throw .failed(Self.text(words)) }
    unsafe self.handle = unsafe handle
    inputs = unsafe Self.ports(handle, 0)
    outputs = unsafe Self.ports(handle, 1)
  }

  deinit { unsafe sonde_onnx_close(handle) }

  private static func text(_ words: [CChar]) -> String {
    String(decoding: words.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  private static func ports(_ handle: OpaquePointer, _ side: Int32) -> [NetworkPort] {
    let count = unsafe sonde_onnx_count(handle, side)
    return (0..<count).map { place in
      let port = unsafe sonde_onnx_describe(handle, side, place)
      let element: NetworkPort.Element =
        switch unsafe port.type {
        case 1: .single
        case 6: .whole32
        case 7: .whole64
        case 11: .double
        default: .other
        }
      let extents = unsafe withUnsafeBytes(of: port.extents) { bytes in
        unsafe Array(bytes.bindMemory(to: Int64.self).prefix(unsafe port.rank))
      }
      return NetworkPort(
        name: unsafe port.name.map { unsafe String(cString: $0) } ?? "", element: element,
        extents: extents.map { $0 > 0 ? Int($0) : nil })
    }
  }

  func run(_ tensors: [NetworkTensor], output: String) throws(NetworkError) -> (shape: [Int], values: [Float])
  {
    let room = InputRoom(tensors.map { tensor in (tensor, inputs.first { $0.name == tensor.name }?.element) })
    var result = unsafe sonde_onnx_output()
    var words = [CChar](repeating: 0, count: Int(sonde_onnx_words))
    // SAFETY: what `room` holds lives until the call has returned.
    let code = withExtendedLifetime(room) {
      unsafe sonde_onnx_run(handle, room.inputs, room.inputs.count, output, &result, &words)
    }
    guard code == 0, let start = unsafe result.values else { throw .failed(Self.text(words)) }
    defer { unsafe Glibc.free(start) }
    let values = unsafe Array(UnsafeBufferPointer(start: start, count: result.count))
    let shape = unsafe withUnsafeBytes(of: result.extents) { bytes in
      unsafe Array(bytes.bindMemory(to: Int64.self).prefix(unsafe result.rank)).map { Int($0) }
    }
    return (shape, values)
  }
}

/// Copies of tensors in memory that does not move, in the types that the network declares.
@safe private final class InputRoom {
  private(set) var inputs: [sonde_onnx_input] = unsafe []

  init(_ tensors: [(NetworkTensor, NetworkPort.Element?)]) {
    for (tensor, element) in tensors {
      switch (tensor.values, element ?? .single) {
      case (.single(let numbers), .double): add(tensor, numbers.map(Double.init), type: 11)
      case (.single(let numbers), .whole64): add(tensor, numbers.map(Self.whole), type: 7)
      case (.single(let numbers), .whole32):
        add(tensor, numbers.map { Int32(clamping: Self.whole($0)) }, type: 6)
      case (.single(let numbers), _): add(tensor, numbers, type: 1)
      case (.whole64(let numbers), .single): add(tensor, numbers.map { Float($0) }, type: 1)
      case (.whole64(let numbers), .double): add(tensor, numbers.map { Double($0) }, type: 11)
      case (.whole64(let numbers), .whole32): add(tensor, numbers.map { Int32(clamping: $0) }, type: 6)
      case (.whole64(let numbers), _): add(tensor, numbers, type: 7)
      }
    }
  }

  private func add<Number>(_ tensor: NetworkTensor, _ numbers: [Number], type: Int32) {
    let extents = UnsafeMutablePointer<Int64>.allocate(capacity: max(1, tensor.shape.count))
    for (place, extent) in tensor.shape.enumerated() { unsafe extents[place] = Int64(extent) }
    let data = UnsafeMutablePointer<Number>.allocate(capacity: max(1, numbers.count))
    for (place, number) in numbers.enumerated() { unsafe data[place] = number }
    let input = unsafe sonde_onnx_input(
      name: strdup(tensor.name), type: type, rank: tensor.shape.count, extents: extents, data: data,
      bytes: numbers.count * MemoryLayout<Number>.stride)
    unsafe inputs.append(input)
  }

  /// The nearest whole number that there is; 0 for what is none.
  private static func whole(_ number: Float) -> Int64 {
    let rounded = number.rounded(.toNearestOrEven)
    return Int64(exactly: rounded) ?? (rounded > 0 ? .max : rounded < 0 ? .min : 0)
  }

  deinit {
    // SAFETY: each was allocated by `add`, and nobody else holds it.
    for place in unsafe inputs.indices {
      let input = unsafe inputs[place]
      unsafe Glibc.free(UnsafeMutableRawPointer(mutating: input.name))
      unsafe input.extents.map { unsafe UnsafeMutablePointer(mutating: $0).deallocate() }
      unsafe input.data.map { unsafe $0.deallocate() }
    }
  }
}
