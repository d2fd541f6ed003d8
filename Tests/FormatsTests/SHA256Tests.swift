import Formats
import Numerics
import Testing

@Suite struct `SHA-256` {
  /// The examples of FIPS 180-4.
  @Test(arguments: [
    ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    ),
    (
      String(repeating: "a", count: 1_000_000),
      "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
    ),
  ]) func `is that of the standard`(_ text: String, _ expected: String) {
    var digest = SHA256()
    digest.add(Array(text.utf8))
    #expect(digest.finish() == expected)
  }

  @Test func `does not depend on the pieces`() {
    var random = SeededGenerator(seed: 6)
    for length in [1, 55, 56, 63, 64, 65, 119, 120, 128, 1000] {
      let bytes = (0..<length).map { _ in UInt8(truncatingIfNeeded: random.next()) }
      var whole = SHA256()
      whole.add(bytes)
      let expected = whole.finish()
      var pieces = SHA256()
      var start = 0
      while start < length {
        let end = min(length, start + 1 + Int(random.next() % 70))
        pieces.add(Array(bytes[start..<end]))
        start = end
      }
      #expect(pieces.finish() == expected, "\(length)")
    }
  }
}
