import Encoding
import Testing

@Suite struct `Pieces joined from pairs` {
  private static let merges = """
    #version: 0.2
    p u
    pu m
    pum p</w>
    l e
    a k</w>
    """
  private static let vocabulary: [String: Int64] = [
    "<|startoftext|>": 10, "<|endoftext|>": 11, "pump</w>": 1, "le": 2, "ak</w>": 3, "s</w>": 4, "'": 5,
    "2</w>": 6,
    "!!</w>": 7,
  ]

  @Test func `join the first pair of the list first, up to the end of a word`() throws {
    let pairs = try #require(BytePairs(vocabulary: Self.vocabulary, merges: Self.merges))
    #expect(pairs.pieces(of: "pump") == ["pump</w>"])
    #expect(pairs.pieces(of: "pumps") == ["pum", "p", "s</w>"])
    #expect(pairs.pieces(of: "leak") == ["le", "ak</w>"])
    // Bytes that cannot be seen are letters from U+0100 on.
    #expect(pairs.pieces(of: "é") == ["Ã", "©</w>"])
  }

  @Test func `stand between the marks of beginning and end, cut to the length`() throws {
    let pairs = try #require(BytePairs(vocabulary: Self.vocabulary, merges: Self.merges))
    #expect(pairs.numbers(of: "Pump leak", most: 77) == [10, 1, 2, 3, 11])
    #expect(pairs.numbers(of: "pump pump pump", most: 3) == [10, 1, 11])
    #expect(pairs.numbers(of: "", most: 8) == [10, 11] && pairs.padding == 11)
  }

  @Test func `need their marks and pairs`() {
    #expect(BytePairs(vocabulary: ["a": 1], merges: Self.merges) == nil)
    #expect(BytePairs(vocabulary: Self.vocabulary, merges: "#version") == nil)
  }
}
