/// A tensor that goes in or out of a network, as the network declares it.
package struct NetworkPort: Sendable, Equatable {
  package enum Element: Sendable, Equatable { case single, double, whole32, whole64, other }

  package let name: String
  package let element: Element
  /// nil where any number fits.
  package let extents: [Int?]

  package init(name: String, element: Element, extents: [Int?]) {
    self.name = name
    self.element = element
    self.extents = extents
  }
}

/// Numbers in a grid; the last index runs fastest.
package struct NetworkTensor: Sendable, Equatable {
  package enum Values: Sendable, Equatable {
    case single([Float])
    case whole64([Int64])
  }

  package let name: String
  package let shape: [Int]
  package let values: Values

  package init(name: String, shape: [Int], values: Values) {
    self.name = name
    self.shape = shape
    self.values = values
  }
}

package enum NetworkError: Error, Sendable, Equatable {
  /// The library that runs networks is not installed.
  case absent
  /// In the words of the library.
  case failed(String)
}

/// A network that is ready to run.
package protocol Network: Sendable {
  var inputs: [NetworkPort] { get }
  var outputs: [NetworkPort] { get }
  /// One of its outputs; may be called from several threads at once.
  func run(_ tensors: [NetworkTensor], output: String) throws(NetworkError) -> (shape: [Int], values: [Float])
}

/// Opens networks that were trained elsewhere.
package protocol NetworkRuntime: Sendable {
  func open(_ model: [UInt8]) throws(NetworkError) -> any Network
}

/// Where no network can run.
package struct NoNetworks: NetworkRuntime {
  package init() {}
  package func open(_ model: [UInt8]) throws(NetworkError) -> any Network { throw .absent }
}
