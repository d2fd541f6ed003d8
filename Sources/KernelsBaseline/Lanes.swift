#if LANES16
  public typealias Lanes = SIMD16<Float>
  public typealias DoubleLanes = SIMD8<Double>
  typealias IntegerLanes = SIMD8<Int64>
  typealias HalfLanes = SIMD8<Float>
#elseif LANES8
  public typealias Lanes = SIMD8<Float>
  public typealias DoubleLanes = SIMD4<Double>
  typealias IntegerLanes = SIMD4<Int64>
  typealias HalfLanes = SIMD4<Float>
#else
  public typealias Lanes = SIMD4<Float>
  public typealias DoubleLanes = SIMD2<Double>
  typealias IntegerLanes = SIMD2<Int64>
  typealias HalfLanes = SIMD2<Float>
#endif
