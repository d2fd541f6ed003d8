package import Numerics

/// Steps against the gradient.
package struct Optimizer: Sendable {
  package enum Rule: Sendable, Equatable {
    /// The step is the gradient, and `momentum` of the step before; Polyak 1964 as common libraries have it.
    case descent(momentum: Double)
    /// Each parameter at its own pace; Kingma and Ba, *Adam*, ICLR 2015, algorithm 1, with its defaults. `decay` draws all
    /// parameters to 0 beside the gradient; Loshchilov and Hutter, *Decoupled weight decay*, ICLR 2019, algorithm 2 (AdamW).
    case adam(decay: Double)
  }

  /// What the learning rate is multiplied by, step by step.
  package enum Schedule: Sendable, Equatable {
    case constant
    /// Up from 0 within `warmup` steps, then down half a cosine to 0 at step `total`.
    ///
    /// Source: Loshchilov and Hutter, *SGDR*, ICLR 2017, equation 5, one period, minimum 0.
    case cosine(warmup: Int, total: Int)
    /// Times `factor` after every `every` steps.
    case stairs(every: Int, factor: Double)

    /// The factor of a step; the first is step 0.
    package func factor(at step: Int) -> Double {
      switch self {
      case .constant: return 1
      case .cosine(let warmup, let total):
        if step < warmup { return Double(step + 1) / Double(warmup) }
        let share = Double(step - warmup) / Double(max(1, total - warmup))
        return (1 + Numerics.cosine(.pi * min(1, share))) / 2
      case .stairs(let every, let factor): return power(factor, Double(step / max(1, every)))
      }
    }
  }

  package let rule: Rule
  package let rate: Double
  package let schedule: Schedule
  private let firstDecay = 0.9
  private let secondDecay = 0.999
  private let floor = 1e-8
  private var steps = 0
  private var firstMoments: [Matrix] = []
  private var secondMoments: [Matrix] = []

  package init(_ rule: Rule = .adam(decay: 0), rate: Double = 1e-3, schedule: Schedule = .constant) {
    self.rule = rule
    self.rate = rate
    self.schedule = schedule
  }

  package mutating func step(_ parameters: inout [Matrix], gradients: [Matrix]) {
    precondition(parameters.count == gradients.count, "one gradient a parameter")
    if steps == 0 {
      firstMoments = gradients.map(\.zeros)
      secondMoments = firstMoments
    }
    let rate = rate * schedule.factor(at: steps)
    steps += 1
    for position in parameters.indices {
      switch rule {
      case .descent(let momentum):
        for cell in parameters[position].values.indices {
          let change = momentum * firstMoments[position].values[cell] + gradients[position].values[cell]
          firstMoments[position].values[cell] = change
          parameters[position].values[cell] -= rate * change
        }
      case .adam(let decay):
        adapt(&parameters[position], gradients[position], position, rate: rate, decay: decay)
      }
    }
  }

  private mutating func adapt(
    _ parameter: inout Matrix, _ gradient: Matrix, _ position: Int, rate: Double, decay: Double
  ) {
    let firstScale = 1 / (1 - power(firstDecay, Double(steps)))
    let secondScale = 1 / (1 - power(secondDecay, Double(steps)))
    for cell in parameter.values.indices {
      let slope = gradient.values[cell]
      let first = firstDecay * firstMoments[position].values[cell] + (1 - firstDecay) * slope
      let second = secondDecay * secondMoments[position].values[cell] + (1 - secondDecay) * slope * slope
      firstMoments[position].values[cell] = first
      secondMoments[position].values[cell] = second
      if decay != 0 { parameter.values[cell] -= rate * decay * parameter.values[cell] }
      parameter.values[cell] -= rate * first * firstScale / ((second * secondScale).squareRoot() + floor)
    }
  }
}
