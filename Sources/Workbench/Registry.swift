/// All commands, in the order in which `help` shows them.
package let builtins: [any Command] =
  [
    // Bring data in.
    LoadAny(), LoadTable(), LoadJSON(), LoadArray(), LoadMatlab(), LoadARFF(), LoadSQLite(),
    LoadColumns.parquet, LoadColumns.arrow, LoadHDF5(), LoadRecord(), LoadModel(),
    LoadCloud(), LoadAudio(),
    LoadClips(),
    LoadVideo(), LoadLog(),
    LoadImage(), LoadImages(), LoadDepth(), LoadText(),
    LoadChats(), LoadEvents(), LoadSpans(), LoadPackets(), LoadTracks(), LoadGraph(), LoadDataset(),
    GeneratePumpStation(),
    GenerateTiles(),
    GenerateAgents(), GenerateTraces(),

    // Look at it.
    Describe(), DescribeFile(), Show(), Templates(), Recommend(), Help(),

    // Shape it.
    Select(), Where(), Derive(), Sort(), SegmentRows(), Scale.robust, Scale.standard, Scale.minmax,
    Resample(), Window(), WindowFile(), ScreenRows(),
    PictureSeries(), SplitRows(), ServiceRates(), ServiceGraph(), ServiceSteps(),
  ] + FillMissing.all + Recode.all + Augment.all + AugmentPictures.all + [

    // Join modalities.
    Align(), Project(), Lift(),
  ] + Synchronize.all + [

    // Encode and fuse.
    Encode(), EncodeNetwork(), EncodeRemote(), EncodeImport(), FuseConcat(), FuseScores.mean, FuseScores.max,
    FuseScores.rank,
    FuseByRule.cauchy, FuseByRule.fisher, FuseByRule.brown, FuseByRule.stouffer, FuseByRule.tippett,
    FuseByRule.simes, FuseByRule.harmonic, FuseByRule.dempster, FuseByRule.noisyOr, FuseByRule.vote,
    FuseByRule.experts, FuseByRule.spectral, FuseByRule.reliability, FuseByRule.ocsvm, FuseByRule.median,
    FuseByRule.min, FuseByRule.rrf, FuseByRule.buckets, FuseByRule.aom, FuseByRule.moa, FuseLocally(),
    FuseConditions(),
    FuseJoint.add, FuseJoint.mul, FuseJoint.tensor, FuseJoint.sketch, FuseJoint.pca, FuseJoint.ica,
    FuseJoint.poe, FuseBanks(), FuseWeakly(), FuseStack(), FuseLearned.wsum, FuseLearned.gate,
    FuseLearned.gmu,
    FuseLearned.residual,
    FuseLearned.lowrank, FuseLearned.mfb, FuseLearned.bilinear, FuseLearned.film, FuseLearned.xattn,
    FuseLearned.bottleneck, FuseLearned.gnn,
    MapModalities.ridge, MapModalities.neighbors, MapModalities.cca, MapModalities.kcca, MapGeneralized(),
    MapProbabilistic(),
    MapModalities.mlp, MapModalities.contrast, MapModalities.match, MapMasked(), CompareFusion(),

    // Detect.
  ] + detectionCommands + DetectSequences.all + [DetectTransitions()] + DetectGraph.all
  + MapMethod.all.flatMap { [DetectMap(method: $0), Localize(method: $0)] as [any Command] } + [
    DetectTrace(), DetectRules(), DetectExpression(), ScoreModel(),

    // Rules.
    WriteRules(), LoadRules(), ShowRules(), DiffRules(), ImproveRules(),

    // Decide and judge.
    Calibrate.z, Calibrate.robust, Calibrate.unify, Calibrate.ecdf, Calibrate.tail, Calibrate.isotonic,
    Calibrate.platt, CalibrateLikelihood(),
    ThresholdQuantile(), ThresholdMAD(), ThresholdPOT(), ThresholdIQR(), ThresholdOtsu(),
    ThresholdValley(), ThresholdMixture(), ThresholdChiSquare(), ThresholdConformal(), ThresholdSPOT(),
    Shape(), Unfold(), CompareDetectors(), Tune(), Evaluate(),
    EvaluatePixels(), EvaluateCauses(), EvaluateTrace(),

    // Oversee agents.
    TraceShow(), TraceSteps(), TraceRuns(), TraceGraph(), TracePlot(),

    // Explain and draw.
    Explain(), Onsets(), Causes(), Plot(), Draw(),

    // Keep.
    Note(), Remember(), Export(),

    // Know.
    KnowledgeLookup(), KnowledgePath(), NormalExamples(), WritePrompt(), AskPrompts(),
  ]
