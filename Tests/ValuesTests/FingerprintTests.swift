import Testing
import Values

@Suite struct `Fingerprints` {
  @Test(arguments: 0..<40) func `do not depend on how bytes are held`(count: Int) {
    let bytes = (0..<count).map { UInt8(truncatingIfNeeded: 37 * $0 + 11) }
    var builders = [FingerprintBuilder](repeating: FingerprintBuilder(), count: 3)
    builders[0].add(bytes: bytes)
    builders[1].add(bytes: bytes.lazy.map { $0 })
    builders[2].add(bytes: ([0] + bytes).dropFirst())
    let digits = Set(builders.map { $0.finish().digits })
    #expect(digits.count == 1)
    var shorter = FingerprintBuilder()
    shorter.add(bytes: bytes.dropLast())
    #expect(count == 0 || !digits.contains(shorter.finish().digits))
  }
}
