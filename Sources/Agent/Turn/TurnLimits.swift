import Notation

/// How much one question may cost.
package struct TurnLimits: Sendable, Equatable {
  package var calls = 12
  /// Tokens read and written, over all requests of the turn.
  package var tokens = 60_000
  package var seconds = 300.0
  /// In the currency of the price; nil is no limit.
  package var money: Double?
  package var price: TokenPrice?
  /// Calls in a row that a check may refuse, and identical calls, before the model must answer without tools.
  package var refusals = 3
  package var repeats = 2
  /// Tokens that one answer may have.
  package var output = 1500
  /// A long task is planned in words first.
  package var plansLongTasks = true

  package init() {}

  /// What was used costs so much; nil if no price is known.
  package func cost(of use: TokenUse) -> Double? { price?.cost(of: use) }
}

extension TurnLimits {
  /// What decides how a question goes, for a recording; a replay takes no time.
  var json: JSON {
    [
      "calls": .number(Double(calls)), "tokens": .number(Double(tokens)),
      "money": money.map(JSON.number) ?? .null,
      "price": price.map { [.number($0.input), .number($0.output)] } ?? .null,
    ]
  }

  init(_ json: JSON, else limits: TurnLimits) {
    self = limits
    if let number = json["calls"]?.number.flatMap({ Int(exactly: $0) }) { calls = number }
    if let number = json["tokens"]?.number.flatMap({ Int(exactly: $0) }) { tokens = number }
    money = json["money"]?.number
    price = json["price"].flatMap { price in
      guard let input = price[0]?.number, let output = price[1]?.number else { return nil }
      return TokenPrice(input: input, output: output)
    }
  }
}

/// What a million tokens cost, as the user knows it: a price that is not known is never guessed.
package struct TokenPrice: Sendable, Equatable {
  package var input: Double
  package var output: Double

  package init(input: Double, output: Double) {
    self.input = input
    self.output = output
  }

  /// At most: what was read again from a cache counts in full.
  package func cost(of use: TokenUse) -> Double {
    (Double(use.input) * input + Double(use.output) * output) / 1e6
  }
}
