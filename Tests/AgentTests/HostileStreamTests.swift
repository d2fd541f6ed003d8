import Agent
import Notation
import Numerics
import Testing

/// Whatever a server sends, reading it neither traps nor hangs.
@Suite struct `Hostile streams` {
  @Test func `mutated pieces are read or ignored`() {
    let pieces = `Chat accumulator`.cases.flatMap(\.pieces).map { Array($0.utf8) }
    var generator = SeededGenerator(seed: 7)
    for _ in 0..<4000 {
      var stream = EventStream()
      var accumulator = ChatAccumulator(knownTools: ["detect"])
      for piece in pieces where Bool.random(using: &generator) {
        var bytes = Array("data: ".utf8) + piece + [10, 10]
        for _ in 0..<Int.random(in: 0..<4, using: &generator) {
          bytes[Int.random(in: 0..<bytes.count, using: &generator)] = UInt8.random(
            in: 0...255, using: &generator)
        }
        for event in stream.feed(bytes) { _ = accumulator.consume(event) }
      }
      for event in stream.finish() { _ = accumulator.consume(event) }
      let reply = accumulator.reply()
      #expect(Set(reply.calls.map(\.id)).count == reply.calls.count)
      _ = PrintedCalls(in: reply.text, tools: ["detect"])
    }
  }
}
