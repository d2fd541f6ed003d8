/// All commands, in the order in which `help` shows them.
package let builtins: [any Command] = [
  // Bring data in.
  GeneratePumpStation(),

  // Look at it.

  // Shape it.
  Scale.robust, Scale.standard, Scale.minmax, Resample(), Window(), SplitRows(),

  // Join modalities.
  Align(),

  // Encode and fuse.
  Encode(), FuseConcat(), FuseScores.mean, FuseScores.max, FuseScores.rank,

  // Detect.

  // Decide and judge.
  ThresholdQuantile(), ThresholdMAD(), ThresholdPOT(), Evaluate(),

  // Explain and draw.
  Explain(), Plot(),

  // Keep.
]
