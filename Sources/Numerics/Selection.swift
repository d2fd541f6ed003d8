/// Order statistics without sorting everything.
package enum Selection {
  /// The median of finite numbers, nil of none: the middle one, or the mean of the two in the middle.
  package static func median(of numbers: [Double]) -> Double? {
    if numbers.isEmpty { return nil }
    let middle = numbers.count / 2
    if let (lower, upper) = middlePair(of: numbers) {
      return numbers.count % 2 == 1 ? upper : lower / 2 + upper / 2
    }
    var numbers = numbers
    place(&numbers, rank: middle)
    let upper = numbers[middle]
    if numbers.count % 2 == 1 { return upper }
    var lower = numbers[0]
    for i in 1..<middle where numbers[i] > lower { lower = numbers[i] }
    return lower / 2 + upper / 2
  }

  /// The numbers of ranks `count / 2 - 1` and `count / 2`, found between two bounds that a sample suggests; nil if
  /// there are few numbers or the sample misleads.
  ///
  /// Source: Floyd and Rivest, *Expected time bounds for selection*, CACM 1975.
  private static func middlePair(of numbers: [Double]) -> (Double, Double)? {
    let count = numbers.count
    if count < 4096 { return nil }
    let size = 1024
    let sample = (0..<size).map { numbers[$0 * count / size] }.sorted()
    // Four standard deviations of a sample median's rank to both sides.
    let (low, high) = (sample[size / 2 - 64], sample[size / 2 + 64])
    var below = 0
    var between = [Double](repeating: 0, count: count)
    var kept = 0
    for number in numbers {
      below += number < low ? 1 : 0
      between[kept] = number
      kept += number >= low && number <= high ? 1 : 0
    }
    let rank = count / 2 - below
    if rank < 1 || rank >= kept || kept > count / 2 { return nil }
    between.removeLast(count - kept)
    place(&between, rank: rank)
    let upper = between[rank]
    var lower = between[0]
    for i in 0..<rank where between[i] > lower { lower = between[i] }
    return (lower, upper)
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
