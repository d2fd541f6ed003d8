import FormatFuzzing
import Testing

@Suite struct `Changed files` {
  /// `Benchmarks/fuzz` runs a million a family; a trap here ends the tests and is found again by it.
  @Test(arguments: ParserFamily.all.map(\.name)) func `end no parser`(_ name: String) throws {
    let family = try #require(ParserFamily.named(name))
    for attempt in 0..<300 { _ = family.run(attempt) }
  }

  @Test(arguments: ParserFamily.all.map(\.name)) func `are the same for the same number`(_ name: String)
    throws
  {
    let family = try #require(ParserFamily.named(name))
    #expect(family.mutation.file(7) == family.mutation.file(7))
    #expect((0..<50).contains { family.mutation.file($0) != family.mutation.file($0 + 1) })
  }

  /// Else the samples would be files that nobody reads.
  @Test(arguments: ParserFamily.all.map(\.name)) func `are taken at times`(_ name: String) throws {
    let family = try #require(ParserFamily.named(name))
    #expect((0..<300).contains { family.run($0) }, "\(name)")
  }
}
