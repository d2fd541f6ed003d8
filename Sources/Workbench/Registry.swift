/// All commands, in the order in which `help` shows them.
package let builtins: [any Command] = [
  // Bring data in.

  // Look at it.

  // Shape it.

  // Join modalities.

  // Encode and fuse.

  // Detect.

  // Decide and judge.
  ThresholdQuantile(), ThresholdMAD(), ThresholdPOT(), Evaluate(),

  // Explain and draw.
  Explain(), Plot(),

  // Keep.
]
