package import Chronology
package import Values

/// Why a modality cannot be turned into vectors.
package enum EncodingError: Error, Sendable, Equatable {
  /// Windows are stretches of time.
  case noTime
  case noRows
  case noFeatures
  case noStart
  /// The window holds fewer than this many rows or samples.
  case windowTooShort(needed: TimeSpan)
  /// The frame of a spectrum is longer than the window that it should lie in.
  case frameTooLong(samples: Int, window: TimeSpan)
  case picture(PictureError)
  case cancelled
}
