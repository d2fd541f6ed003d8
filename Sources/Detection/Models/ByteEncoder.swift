/// Writes what a model consists of as bytes, in order and without loss: what its digest is computed from.
///
/// Only ever written, never read. Keys are left out: equal types write equal fields in one order.
struct ByteEncoder {
  private let storage = Storage()

  var bytes: [UInt8] { storage.bytes }

  mutating func append(_ text: String) { storage.append(text) }

  mutating func append(_ value: some Encodable) {
    // Writing to memory does not fail; a value that refuses to be encoded contributes its type.
    do { try storage.write(value) } catch { storage.append(String(describing: type(of: value))) }
  }

  private final class Storage {
    var bytes: [UInt8] = []

    func append(_ bits: UInt64) {
      var rest = bits
      for _ in 0..<8 {
        bytes.append(UInt8(truncatingIfNeeded: rest))
        rest >>= 8
      }
    }

    func append(_ text: String) {
      append(UInt64(text.utf8.count))
      bytes.append(contentsOf: text.utf8)
    }

    func write(_ value: some Encodable) throws {
      // The long lists of a model, without a call for each number.
      switch value {
      case let numbers as [Double]:
        append(UInt64(numbers.count))
        bytes.reserveCapacity(bytes.count + 8 * numbers.count)
        for number in numbers { append(number.bitPattern) }
      case let numbers as [Int32]:
        append(UInt64(numbers.count))
        for number in numbers { append(UInt64(bitPattern: Int64(number))) }
      default: try value.encode(to: Writer(storage: self))
      }
    }
  }

  /// Also each of its containers.
  private struct Writer: Encoder {
    let storage: Storage
    var codingPath: [any CodingKey] { [] }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
      KeyedEncodingContainer(Keyed(storage: storage))
    }
    func unkeyedContainer() -> any UnkeyedEncodingContainer { List(storage: storage) }
    func singleValueContainer() -> any SingleValueEncodingContainer { Single(storage: storage) }
  }

  private struct Keyed<Key: CodingKey>: KeyedEncodingContainerProtocol {
    let storage: Storage
    var codingPath: [any CodingKey] { [] }

    mutating func encodeNil(forKey key: Key) { storage.append("nil") }
    mutating func encode(_ value: some Encodable, forKey key: Key) throws { try storage.write(value) }
    mutating func nestedContainer<Nested: CodingKey>(
      keyedBy type: Nested.Type, forKey key: Key
    ) -> KeyedEncodingContainer<Nested> {
      storage.append(key.stringValue)
      return KeyedEncodingContainer(ByteEncoder.Keyed<Nested>(storage: storage))
    }
    mutating func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
      List(storage: storage)
    }
    mutating func superEncoder() -> any Encoder { Writer(storage: storage) }
    mutating func superEncoder(forKey key: Key) -> any Encoder { Writer(storage: storage) }
  }

  private struct List: UnkeyedEncodingContainer {
    let storage: Storage
    var count = 0
    var codingPath: [any CodingKey] { [] }

    init(storage: Storage) { self.storage = storage }
    mutating func encodeNil() { storage.append("nil") }
    mutating func encode(_ value: some Encodable) throws {
      count += 1
      try storage.write(value)
    }
    mutating func nestedContainer<Nested: CodingKey>(
      keyedBy type: Nested.Type
    ) -> KeyedEncodingContainer<Nested> { KeyedEncodingContainer(Keyed(storage: storage)) }
    mutating func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer { List(storage: storage) }
    mutating func superEncoder() -> any Encoder { Writer(storage: storage) }
  }

  private struct Single: SingleValueEncodingContainer {
    let storage: Storage
    var codingPath: [any CodingKey] { [] }

    mutating func encodeNil() { storage.append("nil") }
    mutating func encode(_ value: Bool) { storage.append(value ? 1 : 0) }
    mutating func encode(_ value: String) { storage.append(value) }
    mutating func encode(_ value: Double) { storage.append(value.bitPattern) }
    mutating func encode(_ value: Float) { storage.append(UInt64(value.bitPattern)) }
    mutating func encode(_ value: Int) { storage.append(UInt64(bitPattern: Int64(value))) }
    mutating func encode(_ value: Int8) { encode(Int(value)) }
    mutating func encode(_ value: Int16) { encode(Int(value)) }
    mutating func encode(_ value: Int32) { encode(Int(value)) }
    mutating func encode(_ value: Int64) { encode(Int(value)) }
    mutating func encode(_ value: UInt) { storage.append(UInt64(value)) }
    mutating func encode(_ value: UInt8) { storage.append(UInt64(value)) }
    mutating func encode(_ value: UInt16) { storage.append(UInt64(value)) }
    mutating func encode(_ value: UInt32) { storage.append(UInt64(value)) }
    mutating func encode(_ value: UInt64) { storage.append(value) }
    mutating func encode(_ value: some Encodable) throws { try storage.write(value) }
  }
}
