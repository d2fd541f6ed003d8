/// The containers of films and of sound that `ffmpeg` takes apart, known by their first bytes.
///
/// The name of its reader is given to `ffmpeg`, so that a playlist in the guise of a film cannot make it open other files.
package struct FilmContainer: Sendable, Equatable {
  /// As people say it.
  package let name: String
  /// What `ffmpeg -f` calls its reader.
  package let reader: String
  /// Whether it is made for sound alone.
  package let isSound: Bool

  private init(_ name: String, _ reader: String, isSound: Bool = false) {
    self.name = name
    self.reader = reader
    self.isSound = isSound
  }

  /// nil for what is neither.
  ///
  /// - Parameter ending: of the file's name, in lower case: it tells sound from films where the bytes do not.
  package static func of(_ head: [UInt8], ending: String) -> FilmContainer? {
    func holds(_ text: String, at place: Int = 0) -> Bool {
      head.dropFirst(place).starts(with: Array(text.utf8))
    }
    func holds(_ bytes: [UInt8]) -> Bool { head.starts(with: bytes) }
    if holds("RIFF"), holds("AVI ", at: 8) { return FilmContainer("AVI", "avi") }
    if holds("ftyp", at: 4) {
      let brands = ["avif", "avis", "heic", "heix", "mif1", "msf1"]
      if brands.contains(where: { holds($0, at: 8) }) { return nil }
      return FilmContainer(
        holds("qt  ", at: 8) ? "QuickTime" : "MP4", "mov",
        isSound: holds("M4A ", at: 8) || holds("M4B ", at: 8) || ending == "m4a")
    }
    // Older QuickTime files begin with their first atom.
    if ["moov", "mdat", "wide"].contains(where: { holds($0, at: 4) }), ["mov", "qt", "mp4"].contains(ending) {
      return FilmContainer("QuickTime", "mov")
    }
    if holds([0x1A, 0x45, 0xDF, 0xA3]) {
      return FilmContainer(ending == "webm" ? "WebM" : "Matroska", "matroska", isSound: ending == "mka")
    }
    if holds("FLV\u{1}") { return FilmContainer("FLV", "flv") }
    if holds("GIF8") { return FilmContainer("GIF", "gif") }
    if holds([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]), PictureFile.frames(ofPNG: head) != nil {
      return FilmContainer("animated PNG", "apng")
    }
    if holds([0x30, 0x26, 0xB2, 0x75, 0x8E, 0x66, 0xCF, 0x11]) {
      return FilmContainer("ASF", "asf", isSound: ending == "wma")
    }
    if holds([0, 0, 1, 0xBA]) { return FilmContainer("MPEG", "mpeg") }
    if head.count > 376, stride(from: 0, through: 376, by: 188).allSatisfy({ head[$0] == 0x47 }) {
      return FilmContainer("MPEG transport stream", "mpegts")
    }
    if holds("YUV4MPEG2 ") { return FilmContainer("YUV4MPEG2", "yuv4mpegpipe") }
    if holds([0x06, 0x0E, 0x2B, 0x34]) { return FilmContainer("MXF", "mxf") }
    if holds("OggS"), ["ogv", "ogm"].contains(ending) { return FilmContainer("Ogg", "ogg") }
    return sound(head, holds)
  }

  /// Packed sound that libsndfile does not read.
  private static func sound(_ head: [UInt8], _ holds: (String, Int) -> Bool) -> FilmContainer? {
    for (mark, name, reader) in [
      ("#!AMR", "AMR", "amr"), ("wvpk", "WavPack", "wv"), ("MAC ", "Monkey's Audio", "ape"),
      ("TTA1", "TTA", "tta"),
    ] where holds(mark, 0) { return FilmContainer(name, reader, isSound: true) }
    guard head.count > 8 else { return nil }
    if head[0] == 0x0B, head[1] == 0x77 { return FilmContainer("AC-3", "ac3", isSound: true) }
    // The word of synchronisation, with the layer that is always 0.
    if head[0] == 0xFF, head[1] & 0xF6 == 0xF0 { return FilmContainer("AAC", "aac", isSound: true) }
    return nil
  }
}
