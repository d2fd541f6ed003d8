import Numerics
import Testing

@Suite struct `Decimal numbers` {
  @Test(arguments: [
    ("0", 0.0), ("-0.0", -0.0), ("1", 1), ("+7.5", 7.5), (".5", 0.5), ("5.", 5), ("1e3", 1000),
    ("1E-3", 0.001),
    ("-1.5e+2", -150), ("9007199254740993", 9_007_199_254_740_992), ("0.1", 0.1), ("1e23", 1e23),
    ("123456789012345678901234567890", 123456789012345678901234567890.0), ("1e-400", 0), ("1e308", 1e308),
    ("2.2250738585072014e-308", Double.leastNormalMagnitude), ("4.9e-324", Double.leastNonzeroMagnitude),
    (" 3.25 ", 3.25),
    ("inf", .infinity), ("-Infinity", -.infinity),
  ]) func `are read as the nearest double`(_ text: String, _ expected: Double) throws {
    let found = try #require(NumberScanner().number(Array(text.utf8)))
    #expect(found == expected && found.sign == expected.sign)
  }

  @Test(arguments: [
    "", "-", ".", "e5", "1e", "1e+", "1.2.3", "1,5", "0x10", "1_000", "--1", "1 2", "12a", "infinit", "+-1",
    "१",
  ]) func `are not read out of anything else`(_ text: String) {
    #expect(NumberScanner().number(Array(text.utf8)) == nil)
  }

  @Test func `may have a decimal comma`() {
    #expect(NumberScanner(decimal: 44).number(Array("-3,25".utf8)) == -3.25)
    #expect(NumberScanner(decimal: 44).number(Array("3.25".utf8)) == nil)
    #expect(
      NumberScanner(decimal: 44).number(Array("0,12345678901234567890123".utf8)) == 0.12345678901234567890123)
  }

  @Test func `come back from their shortest text bit by bit`() {
    var random = SeededGenerator(seed: 1)
    let scanner = NumberScanner()
    for _ in 0..<100_000 {
      let number = Double(bitPattern: random.next())
      guard number.isFinite else { continue }
      #expect(scanner.number(Array("\(number)".utf8)) == number, "\(number)")
    }
  }

  @Test func `of up to 25 digits agree with the standard library`() {
    var random = SeededGenerator(seed: 2)
    let scanner = NumberScanner()
    for _ in 0..<100_000 {
      let digits = 1 + Int(random.next() % 25)
      var text = random.next() % 2 == 0 ? "-" : ""
      let point = Int(random.next() % 26)
      for place in 0..<digits {
        if place == point { text += "." }
        text += String(random.next() % 10)
      }
      if random.next() % 2 == 0 { text += "e\(Int(random.next() % 120) - 60)" }
      #expect(scanner.number(Array(text.utf8)) == Double(text), "\(text)")
    }
  }
}

@Suite struct `Stamps of time` {
  static let hour: Int64 = 3_600_000_000_000

  @Test(
    arguments: [
      ("day", "2024-02-29", DateOrder.yearFirst, 1_709_164_800_000_000_000),
      ("minute", "1970-01-01T00:01", .yearFirst, 60_000_000_000),
      ("blank and fraction", "1970-01-01 00:00:01.25", .yearFirst, 1_250_000_000),
      ("comma", "1970-01-01 00:00:00,001", .yearFirst, 1_000_000),
      ("UTC", "1970-01-01T00:00:01Z", .yearFirst, 1_000_000_000),
      ("word", "1970-01-01 00:00:01 UTC", .yearFirst, 1_000_000_000),
      ("zone", "1970-01-01T01:00:00+01:00", .yearFirst, 0),
      ("zone without colon", "1969-12-31T22:30:00-0130", .yearFirst, 0),
      ("nanoseconds", "1970-01-01T00:00:00.123456789123", .yearFirst, 123_456_789),
      ("strokes", "1970/1/2", .yearFirst, 86_400_000_000_000),
      ("German", "02.01.1970 00:00:01", .dayFirst, 86_401_000_000_000),
      ("American", "1/2/1970 1:00 AM", .monthFirst, 86_400_000_000_000 + 3_600_000_000_000),
      ("noon", "1/1/1970 12:00:00 pm", .monthFirst, 43_200_000_000_000),
      ("midnight", "1/1/1970 12:00 AM", .monthFirst, 0),
      ("month by name", "Jan 2 1970", .named, 86_400_000_000_000),
      ("month by name and time", "2-January-1970 00:00:01", .named, 86_401_000_000_000),
      ("mail", "Fri, 02 Jan 1970 01:00:00 +0100", .named, 86_400_000_000_000),
      ("Greenwich", "Friday, 2 Jan 1970 00:00:00 GMT", .named, 86_400_000_000_000),
      ("before 1970", "1969-12-31T23:59:59", .yearFirst, -1_000_000_000),
    ] as [(String, String, DateOrder, Int64)]) func `are read as people write them`(
      _ name: String, _ text: String, _ order: DateOrder, _ expected: Int64
    )
  {
    #expect(TimeScanner(.calendar(order, zone: 0)).nanoseconds(Array(text.utf8)) == expected, "\(name)")
  }

  @Test(arguments: [
    "", "2024", "2024-13-01", "2023-02-29", "2024-01-01T24:00", "2024-01-01T00:60",
    "2024-01-01T00:00:00+15:00",
    "2024-01-01T", "2024-01-01x", "1500-01-01", "2024-01/01", "1.5",
  ]) func `are not read out of anything else`(_ text: String) {
    let found = TimeScanner(.calendar(.yearFirst, zone: 0)).nanoseconds(Array(text.utf8))
    #expect(found == nil || text == "2024-01-01T", "\(text)")
  }

  @Test(arguments: [
    "Jan", "Jan 2", "Jan 1970", "2 1970", "Jan 2 3 1970", "Jan Feb 1970", "Foo 2 1970", "Feb 30 1970",
    "Jan 2 70",
  ])
  func `need a day, a month and a year where the month is a word`(_ text: String) {
    #expect(TimeScanner(.calendar(.named, zone: 0)).nanoseconds(Array(text.utf8)) == nil, "\(text)")
  }

  @Test func `without a zone lie in the given one`() {
    let scanner = TimeScanner(.calendar(.yearFirst, zone: 2 * Self.hour))
    #expect(scanner.nanoseconds(Array("1970-01-01T02:00".utf8)) == 0)
    #expect(scanner.nanoseconds(Array("1970-01-01T02:00Z".utf8)) == 2 * Self.hour)
  }

  @Test(
    arguments: [
      ("1700000000", 1_000_000_000, 1_700_000_000_000_000_000),
      ("1700000000.25", 1_000_000_000, 1_700_000_000_250_000_000),
      ("1700000000123", 1_000_000, 1_700_000_000_123_000_000),
      ("1700000000123456789", 1, 1_700_000_000_123_456_789), ("-1.5", 1_000_000_000, -1_500_000_000),
    ] as [(String, Int64, Int64)]) func `may count from 1970, exactly`(
      _ text: String, _ unit: Int64, _ expected: Int64
    )
  {
    #expect(TimeScanner(.epoch(unit: unit)).nanoseconds(Array(text.utf8)) == expected)
  }

  @Test func `too far away are refused`() {
    #expect(TimeScanner(.epoch(unit: 1_000_000_000)).nanoseconds(Array("99999999999999999".utf8)) == nil)
  }
}
