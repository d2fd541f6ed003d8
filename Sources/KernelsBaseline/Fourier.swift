// Short-time spectra of real sound, one frame a lane: a transform of n real samples is one of n/2 complex ones,
// done as a Stockham autosort of radix 4, so that no lane ever needs another.

#if FUSED
  @inline(__always) func multiplyAdd(_ a: Lanes, _ b: Lanes, _ c: Lanes) -> Lanes { c.addingProduct(a, b) }
#else
  @inline(__always) func multiplyAdd(_ a: Lanes, _ b: Lanes, _ c: Lanes) -> Lanes { c + a * b }
#endif

/// Everything that a short-time analysis needs besides the sound; the pointers outlive the call.
public struct BandAnalysis {
  /// n values.
  public var window: UnsafePointer<Float>
  /// cos and sin of 2πk/(n/2) for k < n/2, then of 2πk/n for k ≤ n/2.
  public var cosines: UnsafePointer<Float>
  public var sines: UnsafePointer<Float>
  /// First bin of every band, and where its weights begin; `bands` + 1 of the latter.
  public var firstBins: UnsafePointer<Int32>
  public var weightStarts: UnsafePointer<Int32>
  public var weights: UnsafePointer<Float>
  public var length: Int
  public var bands: Int
  /// Powers below count as this when decibels are asked for; 0 asks for powers.
  public var floor: Float

  public init(
    window: UnsafePointer<Float>, cosines: UnsafePointer<Float>, sines: UnsafePointer<Float>,
    firstBins: UnsafePointer<Int32>, weightStarts: UnsafePointer<Int32>, weights: UnsafePointer<Float>,
    length: Int, bands: Int, floor: Float
  ) {
    self.window = window
    self.cosines = cosines
    self.sines = sines
    self.firstBins = firstBins
    self.weightStarts = weightStarts
    self.weights = weights
    self.length = length
    self.bands = bands
    self.floor = floor
  }
}

/// Writes `frames` × `bands` band powers (or decibels); frame f starts at sample `first + f * hop`, and samples
/// outside 0..<`count` are 0.
public func analyseBands(
  _ signal: UnsafePointer<Float>, count: Int, first: Int, hop: Int, frames: Int, by analysis: BandAnalysis,
  into output: UnsafeMutablePointer<Float>
) {
  let half = analysis.length / 2
  let scratch = UnsafeMutablePointer<Lanes>.allocate(capacity: 4 * half + half + 1)
  defer { scratch.deallocate() }
  let power = scratch + 4 * half
  var frame = 0
  while frame < frames {
    let start = first + frame * hop
    gather(signal, count: count, start: start, hop: hop, analysis: analysis, into: scratch)
    let result = transform(scratch, half: half, analysis: analysis)
    unpack(result, half: half, analysis: analysis, into: power)
    let lanes = min(Lanes.scalarCount, frames - frame)
    sumBands(power, analysis: analysis, lanes: lanes, into: output + frame * analysis.bands)
    frame += Lanes.scalarCount
  }
}

/// Windowed even samples into the real, odd ones into the imaginary part; lane l holds the frame l hops later.
private func gather(
  _ signal: UnsafePointer<Float>, count: Int, start: Int, hop: Int, analysis: BandAnalysis,
  into scratch: UnsafeMutablePointer<Lanes>
) {
  let half = analysis.length / 2
  let lanes = Lanes.scalarCount
  let isInside = start >= 0 && start + (lanes - 1) * hop + analysis.length <= count
  for i in 0..<half {
    var real = Lanes.zero
    var imaginary = Lanes.zero
    for lane in 0..<lanes {
      let at = start + lane * hop + 2 * i
      if isInside {
        real[lane] = signal[at]
        imaginary[lane] = signal[at + 1]
      } else {
        if at >= 0, at < count { real[lane] = signal[at] }
        if at + 1 >= 0, at + 1 < count { imaginary[lane] = signal[at + 1] }
      }
    }
    scratch[i] = real * analysis.window[2 * i]
    scratch[half + i] = imaginary * analysis.window[2 * i + 1]
  }
}

/// Transforms the first pair of halves of `scratch`; gives the pair that holds the result.
private func transform(
  _ scratch: UnsafeMutablePointer<Lanes>, half: Int, analysis: BandAnalysis
) -> UnsafeMutablePointer<Lanes> {
  var from = scratch
  var to = scratch + 2 * half
  var size = half
  var stride = 1
  while size >= 4 {
    quarter(from, to, half: half, size: size, stride: stride, analysis: analysis)
    (from, to) = (to, from)
    size /= 4
    stride *= 4
  }
  if size == 2 {
    for q in 0..<stride {
      let (ar, ai) = (from[q], from[half + q])
      let (br, bi) = (from[q + stride], from[half + q + stride])
      (to[q], to[half + q]) = (ar + br, ai + bi)
      (to[q + stride], to[half + q + stride]) = (ar - br, ai - bi)
    }
    swap(&from, &to)
  }
  return from
}

/// One radix-4 pass over transforms of `size` points that lie `stride` apart.
private func quarter(
  _ from: UnsafeMutablePointer<Lanes>, _ to: UnsafeMutablePointer<Lanes>, half: Int, size: Int, stride: Int,
  analysis: BandAnalysis
) {
  let quarter = size / 4
  let step = half / size
  let (fromImaginary, toImaginary) = (from + half, to + half)
  for p in 0..<quarter {
    let (c1, s1) = (analysis.cosines[p * step], -analysis.sines[p * step])
    let (c2, s2) = (analysis.cosines[2 * p * step], -analysis.sines[2 * p * step])
    let (c3, s3) = (analysis.cosines[3 * p * step], -analysis.sines[3 * p * step])
    for q in 0..<stride {
      let a = q + stride * p
      let (b, c, d) = (a + stride * quarter, a + 2 * stride * quarter, a + 3 * stride * quarter)
      let sumRe = from[a] + from[c]
      let sumIm = fromImaginary[a] + fromImaginary[c]
      let gapRe = from[a] - from[c]
      let gapIm = fromImaginary[a] - fromImaginary[c]
      let oddRe = from[b] + from[d]
      let oddIm = fromImaginary[b] + fromImaginary[d]
      // i · (b - d)
      let turnRe = fromImaginary[d] - fromImaginary[b]
      let turnIm = from[b] - from[d]
      let y = q + stride * 4 * p
      to[y] = sumRe + oddRe
      toImaginary[y] = sumIm + oddIm
      let (r1, i1) = (gapRe - turnRe, gapIm - turnIm)
      to[y + stride] = multiplyAdd(r1, Lanes(repeating: c1), -(i1 * s1))
      toImaginary[y + stride] = multiplyAdd(r1, Lanes(repeating: s1), i1 * c1)
      let (r2, i2) = (sumRe - oddRe, sumIm - oddIm)
      to[y + 2 * stride] = multiplyAdd(r2, Lanes(repeating: c2), -(i2 * s2))
      toImaginary[y + 2 * stride] = multiplyAdd(r2, Lanes(repeating: s2), i2 * c2)
      let (r3, i3) = (gapRe + turnRe, gapIm + turnIm)
      to[y + 3 * stride] = multiplyAdd(r3, Lanes(repeating: c3), -(i3 * s3))
      toImaginary[y + 3 * stride] = multiplyAdd(r3, Lanes(repeating: s3), i3 * c3)
    }
  }
}

/// Separates the two interleaved real halves and squares: the power of bins 0...n/2.
///
/// X[k] = E[k] + e^(-2πik/n) O[k] with E = (Z[k] + Z*[h-k]) / 2 and O = (Z[k] - Z*[h-k]) / 2i, h = n/2.
private func unpack(
  _ z: UnsafeMutablePointer<Lanes>, half: Int, analysis: BandAnalysis, into power: UnsafeMutablePointer<Lanes>
) {
  let cosines = analysis.cosines + half
  let sines = analysis.sines + half
  let imaginary = z + half
  for k in 0...half {
    let here = k == half ? 0 : k
    let mirror = k == 0 ? 0 : half - k
    let evenRe = z[here] + z[mirror]
    let evenIm = imaginary[here] - imaginary[mirror]
    let oddRe = imaginary[here] + imaginary[mirror]
    let oddIm = z[mirror] - z[here]
    let re = evenRe + (oddRe * cosines[k] + oddIm * sines[k])
    let im = evenIm + (oddIm * cosines[k] - oddRe * sines[k])
    power[k] = multiplyAdd(re, re, im * im) * 0.25
  }
}

private func sumBands(
  _ power: UnsafeMutablePointer<Lanes>, analysis: BandAnalysis, lanes: Int,
  into output: UnsafeMutablePointer<Float>
) {
  for band in 0..<analysis.bands {
    let start = Int(analysis.weightStarts[band])
    let size = Int(analysis.weightStarts[band + 1]) - start
    let bins = power + Int(analysis.firstBins[band])
    var sum = Lanes.zero
    for k in 0..<size {
      sum = multiplyAdd(bins[k], Lanes(repeating: analysis.weights[start + k]), sum)
    }
    if analysis.floor > 0 { sum = decibels(pointwiseMax(sum, Lanes(repeating: analysis.floor))) }
    for lane in 0..<lanes { output[lane * analysis.bands + band] = sum[lane] }
  }
}

/// 10 log10 of positive normal numbers, within about 2 units in the last place.
///
/// x = m · 2^e with m in √½ ..< √2; ln m = 2 artanh((m - 1) / (m + 1)), a series in odd powers.
@inline(__always)
private func decibels(_ x: Lanes) -> Lanes {
  #if LANES8
    typealias Bits = SIMD8<Int32>
  #else
    typealias Bits = SIMD4<Int32>
  #endif
  let bits = unsafeBitCast(x, to: Bits.self)
  let rootHalf = Bits(repeating: 0x3f35_04f3)
  let exponent = (bits &- rootHalf) &>> 23
  let mantissa = unsafeBitCast(bits &- (exponent &<< 23), to: Lanes.self)
  let s = (mantissa - 1) / (mantissa + 1)
  let s2 = s * s
  var series = multiplyAdd(s2, Lanes(repeating: 1 / 9), Lanes(repeating: 1 / 7))
  series = multiplyAdd(series, s2, Lanes(repeating: 1 / 5))
  series = multiplyAdd(series, s2, Lanes(repeating: 1 / 3))
  series = multiplyAdd(series, s2, Lanes(repeating: 1))
  // 10 / ln 10 · 2 and 10 · log10 2.
  return multiplyAdd(Lanes(exponent), Lanes(repeating: 3.010_299_957), s * series * 8.685_889_638)
}
