/// How detectors did on published benchmarks, on average; what `recommend` cites.
enum PublishedMeans {
  /// Mean AUROC in percent over the 57 tables of ADBench, fitted on all rows and on normal rows alone.
  ///
  /// Source: Livernoche and others, *On diffusion modeling for anomaly detection*, ICLR 2024, per-set tables of the
  /// authors' repository (commit 2aef1733), averaged.
  static let tables: [String: (mixed: Double, normal: Double)] = [
    "mcd": (74.8, 75.1), "iforest": (73.7, 75.7), "cblof": (73.1, 78.1), "knn": (72.8, 80.9),
    "ocsvm": (72.5, 76.5), "pca": (71.8, 74.0), "hbos": (71.4, 72.7), "copod": (69.2, 68.9),
    "ecod": (68.9, 68.8), "loda": (62.7, 67.3), "lof": (61.1, 78.5), "bagging": (60.8, 77.0),
  ]

  /// Mean VUS-PR in percent over series of one channel and of several.
  ///
  /// Source: Liu and Paparrizos, *The elephant in the room: towards a reliable time-series anomaly detection benchmark*,
  /// NeurIPS 2024, averaged over the per-series table of the authors' repository (commit 8763009). In one channel, pca,
  /// kmeans, knn, lof and hbos ran on windows of a cycle.
  static let oneChannel: [String: Double] = [
    "pca": 42.3, "poly": 39.0, "kmeans": 36.6, "knn": 35.0, "matrixprofile": 35.0, "spectral": 32.4,
    "iforest": 29.8, "lof": 25.3, "hbos": 22.8,
  ]
  static let manyChannels: [String: Double] = [
    "pca": 31.0, "kmeans": 29.5, "cblof": 27.3, "mcd": 27.1, "ocsvm": 26.5, "copod": 20.3, "iforest": 20.3,
    "hbos": 19.0, "knn": 18.4,
  ]
}
