/// Letters as strokes of a pen, for pictures that carry their own text.
///
/// Heights are counted from the baseline: capitals reach `capital`, small letters `small`.
enum StrokeFont {
  struct Point: Equatable {
    var x: Double
    var y: Double
  }

  struct Glyph {
    let width: Double
    let strokes: [[Point]]
  }

  static let capital = 14.0
  static let small = 10.0
  private static let baseline = 4.0
  private static let curveSteps = 6

  /// The height of capitals for a font size, as in common text faces.
  static let capitalShare = 0.72

  /// How wide a text is at a font size.
  static func width(of text: String, size: Double, isBold: Bool = false) -> Double {
    text.reduce(0) { $0 + glyph($1).width + spacing(isBold) } * size * capitalShare / capital
  }

  /// Space around each letter, half on either side.
  private static func spacing(_ isBold: Bool) -> Double { isBold ? 3.8 : 3 }

  /// The strokes of a text whose baseline starts at the origin, y downwards.
  static func strokes(of text: String, size: Double, isBold: Bool = false) -> [[Point]] {
    let scale = size * capitalShare / capital
    var strokes: [[Point]] = []
    var x = spacing(isBold) / 2
    for character in text {
      let glyph = glyph(character)
      strokes += glyph.strokes.map { $0.map { Point(x: (x + $0.x) * scale, y: -$0.y * scale) } }
      x += glyph.width + spacing(isBold)
    }
    return strokes
  }

  private static func glyph(_ character: Character) -> Glyph { glyphs[character] ?? unknown }

  /// A box stands for what the font does not have.
  private static let unknown = read("8 04848i0i04")

  private static let glyphs: [Character: Glyph] = {
    var glyphs: [Character: Glyph] = [" ": Glyph(width: 4, strokes: [])]
    for line in table.split(separator: "\n") {
      guard let character = line.first else { continue }
      glyphs[character] = read(String(line.dropFirst(2)))
    }
    return glyphs
  }()

  /// Reads a width and strokes: pairs of base-36 digits; `~` rounds a stroke, `o` rounds and closes it.
  private static func read(_ text: String) -> Glyph {
    let words = text.split(separator: " ")
    let strokes = words.dropFirst().map { word -> [Point] in
      let isRound = word.hasPrefix("~")
      let isClosed = word.hasPrefix("o")
      let digits = word.dropFirst(isRound || isClosed ? 1 : 0).compactMap { Int(String($0), radix: 36) }
      let points = stride(from: 0, to: digits.count - 1, by: 2).map {
        Point(x: Double(digits[$0]), y: Double(digits[$0 + 1]) - baseline)
      }
      return isClosed ? rounded(points, isClosed: true) : isRound ? rounded(points, isClosed: false) : points
    }
    return Glyph(width: words.first.flatMap { Double($0) } ?? 8, strokes: Array(strokes))
  }

  /// A quadratic spline through the middles of the edges.
  private static func rounded(_ points: [Point], isClosed: Bool) -> [Point] {
    func middle(_ a: Point, _ b: Point) -> Point { Point(x: (a.x + b.x) / 2, y: (a.y + b.y) / 2) }
    var path: [Point] = []
    func curve(_ a: Point, _ control: Point, _ b: Point) {
      for step in 0...curveSteps {
        let t = Double(step) / Double(curveSteps)
        let (p, q, r) = ((1 - t) * (1 - t), 2 * t * (1 - t), t * t)
        path.append(Point(x: p * a.x + q * control.x + r * b.x, y: p * a.y + q * control.y + r * b.y))
      }
    }
    let count = points.count
    if isClosed {
      for index in 0..<count {
        let next = points[(index + 1) % count]
        curve(middle(points[index], next), next, middle(next, points[(index + 2) % count]))
      }
      return path
    }
    guard count > 2 else { return points }
    for index in 1..<count - 1 {
      let start = index == 1 ? points[0] : middle(points[index - 1], points[index])
      let end = index == count - 2 ? points[count - 1] : middle(points[index], points[index + 1])
      curve(start, points[index], end)
    }
    return path
  }

  private static let table = """
    ! 1 0i08 0405
    " 3 0i0f 3i3f
    # 8 2h15 7h65 0d8d 0989
    $ 8 ~8f8i0i0c8a840407 4k42
    % 11 ai14 o0d4d4i0i o74b4b979
    & 9 ~942e2i7i7e0a04749a
    ' 0 0i0f
    ( 3 ~3j0f0632
    ) 3 ~0j3f3602
    * 6 3i3c 0h6d 6h0d
    + 8 4e46 0a8a
    , 1 1502
    - 5 0a5a
    . 0 0405
    / 6 026j
    0 8 o04848i0i
    1 8 1f4i44
    2 8 ~0e0i8i8c6a 6a0484
    3 8 ~0g0i8i8b3b ~3b8b840406
    4 8 646i0888
    5 8 7i1i0b ~0b2d8d840406
    6 8 ~7h5i0i08 o04848c0c
    7 8 0i8i34
    8 8 o1b7b7i1i o04848b0b
    9 8 o8i0i0a8a ~1534848e
    : 0 0405 0d0c
    ; 1 1502 1d1c
    < 8 8e0a86
    = 8 0c8c 0888
    > 8 0e8a06
    ? 7 ~0f0i7i7d3c39 3938 3435
    @ 12 o04c4ci0i o48888e4e
    A 10 045ia4 2989
    B 8 0i04 ~0i4i8i8b4b0b ~0b5b9b945404
    C 9 ~9f9i0i049497
    D 9 0i04 ~0i4i9i944404
    E 8 8i0i0484 0b6b
    F 8 8i0i04 0b6b
    G 9 ~9f9i0i04949b 9b5b
    H 9 0i04 0b9b 9i94
    I 0 0i04
    J 6 6i68 ~68640407
    K 9 0i04 8i09 3c94
    L 7 0i0474
    M 11 040i58bib4
    N 9 040i949i
    O 10 o04a4ai0i
    P 8 0i04 ~0i4i8i8a4a0a
    Q 10 o04a4ai0i 68a3
    R 8 0i04 ~0i4i8i8a4a0a 4a84
    S 8 ~8f8i0i0c8a840407
    T 10 0iai 5i54
    U 9 0i09 ~09049499 999i
    V 10 0i54ai
    W 14 0i447ia4ei
    X 9 0i94 9i04
    Y 10 0i5b ai5b54
    Z 8 0i8i0484
    [ 3 3j0j0232
    \\ 6 0j62
    ] 3 0j3j3202
    ^ 6 0d3i6d
    _ 8 0282
    ` 2 0i2f
    a 7 o04747e0e 7e74
    b 7 0i04 o04747e0e
    c 7 ~7c7e0e047476
    d 7 7i74 o04747e0e
    e 7 0979 ~797e0e047466
    f 5 ~5i2i2d 2d24 0e5e
    g 7 o04747e0e 7e74 ~74700001
    h 7 0i04 ~0a0e7e7a 7a74
    i 0 0e04 0h0i
    j 3 3e33 ~333000 3h3i
    k 7 0i04 6e08 2a64
    l 2 0i07 ~070424
    m 11 0e04 ~0b0e5e5b 5b54 ~5b5ebebb bbb4
    n 7 0e04 ~0a0e7e7a 7a74
    o 8 o04848e0e
    p 7 0e00 o04747e0e
    q 7 7e70 o04747e0e
    r 5 0e04 ~0a0e4e5e
    s 6 ~6c6e0e0a68640406
    t 5 2h27 ~272454 0e5e
    u 7 0e08 ~08047478 7e74
    v 8 0e448e
    w 12 0e346e94ce
    x 7 0e74 7e04
    y 8 0e44 8e20
    z 6 0e6e0464
    { 4 4j2h2c0a282342
    | 0 0j02
    } 4 0j2h2c4a282302
    ~ 8 ~090c4b49888b
    ° 4 o0d4d4i0i
    ² 4 ~0h0j4j4g0c 0c4c
    ³ 4 ~0i0j4j4g2g ~2g4g4c0c0d
    µ 7 0e00 ~08047478 7e74
    μ 7 0e00 ~08047478 7e74
    · 0 0a0b
    ± 8 4i4c 0f8f 0686
    × 7 0d76 7d06
    – 7 0a7a
    — 12 0aca
    … 8 0405 4445 8485
    → 11 0aba 7eba76
    ≥ 8 0h8d09 0585
    ≤ 8 8h0d89 0585
    Δ 10 045ia404
    σ 8 o04747c0c ~3c7e9e
    """
}
