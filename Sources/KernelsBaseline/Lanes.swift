#if LANES16
  public typealias Lanes = SIMD16<Float>
  public typealias DoubleLanes = SIMD8<Double>
#elseif LANES8
  public typealias Lanes = SIMD8<Float>
  public typealias DoubleLanes = SIMD4<Double>
#else
  public typealias Lanes = SIMD4<Float>
  public typealias DoubleLanes = SIMD2<Double>
#endif
