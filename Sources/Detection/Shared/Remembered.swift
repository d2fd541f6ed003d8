/// What fitting found along the way and spares the next step: no part of what a model is, so it makes none unequal.
struct Remembered<Value: Sendable>: Sendable, Equatable {
  let value: Value?

  init(_ value: Value?) { self.value = value }
  static func == (a: Remembered, b: Remembered) -> Bool { true }
}
