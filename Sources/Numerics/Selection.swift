/// Order statistics without sorting everything.
package enum Selection {
  /// The median of finite numbers, nil of none: the middle one, or the mean of the two in the middle.
  package static func median(of numbers: [Double]) -> Double? {
    if numbers.isEmpty { return nil }
    var numbers = numbers
    let middle = numbers.count / 2
    place(&numbers, rank: middle)
    let upper = numbers[middle]
    if numbers.count % 2 == 1 { return upper }
    var lower = numbers[0]
    for i in 1..<middle where numbers[i] > lower { lower = numbers[i] }
    return lower / 2 + upper / 2
  }

  /// Reorders so that position `rank` holds what sorting would put there, with nothing larger before it.
  ///
  /// Source: Hoare, *Algorithm 65: find*, CACM 1961; the pivot is the median of three, the middle third of long runs.
  package static func place(_ numbers: inout [Double], rank: Int) {
    var low = 0
    var high = numbers.count - 1
    while low < high {
      let middle = low + (high - low) / 2
      let (a, b, c) = (numbers[low], numbers[middle], numbers[high])
      let pivot = max(min(a, b), min(max(a, b), c))
      var i = low
      var j = high
      while i <= j {
        while numbers[i] < pivot { i += 1 }
        while numbers[j] > pivot { j -= 1 }
        if i <= j {
          numbers.swapAt(i, j)
          i += 1
          j -= 1
        }
      }
      if rank <= j { high = j } else if rank >= i { low = i } else { return }
    }
  }
}
