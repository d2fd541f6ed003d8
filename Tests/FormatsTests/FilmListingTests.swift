import Formats
import Testing

@Suite struct `What is told of films` {
  @Test func `are streams and clocks`() throws {
    let listing = FilmListing(
      """
      stream|codec_name=mjpeg|codec_type=video|width=600|height=600|pix_fmt=yuvj420p|disposition:attached_pic=1
      stream|codec_name=hevc|codec_type=video|width=1920|height=1080|pix_fmt=gray10le|r_frame_rate=30000/1001|nb_frames=90
      stream|codec_name=aac|codec_type=audio|sample_rate=48000|channels=2
      format|start_time=1.456778|tag:creation_time=2026-03-01T08:00:00.000000Z
      """)
    let pictures = try #require(listing.pictures)
    #expect(pictures.codec == "hevc" && pictures.width == 1920 && pictures.told == 90)
    #expect(pictures.isGrey && pictures.isDeep && pictures.format == "gray16le")
    #expect(abs(pictures.rate - 29.97) < 0.001)
    #expect(listing.sound?.codec == "aac" && listing.sound?.rate == 48_000 && listing.sound?.channels == 2)
    #expect(listing.start == 1.456778 && listing.made?.hasPrefix("2026") == true)
  }

  @Test func `are frames in the order in which they are shown`() throws {
    let (frames, hidden) = try #require(
      FilmListing.frames(
        "packet|pts_time=-0.1|flags=KD\npacket|pts_time=0.0|flags=K_\npacket|pts_time=0.12|flags=__\n"
          + "packet|pts_time=0.04|flags=__|side_data|\n\npacket|pts_time=0.08|flags=__\n"))
    #expect(frames.map(\.time) == [0, 0.04, 0.08, 0.12] && hidden == 1)
    #expect(frames.map(\.isKey) == [true, false, false, false])
    #expect(FilmListing.frames("packet|pts_time=N/A|flags=K_\n") == nil)
    let decoded = FilmListing.frames(
      "frame|key_frame=1|best_effort_timestamp_time=0.04\nframe|key_frame=0|best_effort_timestamp_time=0.08\n"
        + "frame|key_frame=0|best_effort_timestamp_time=N/A\n")
    #expect(decoded?.frames.map(\.time) == [0.04, 0.08, 0.12])
  }

  @Test func `are the words of a decoder`() {
    let words =
      "[Parsed_showinfo_0 @ 0x55] n:   0 pts:  75 pts_time:3 duration:1 s:240x320 i:P\nframe= 1\n"
      + "[Parsed_showinfo_0 @ 0x55] n:   1 pts:  76 pts_time:3.04    s:240x320 i:P\n"
    #expect(FilmListing.shown(words) == [3, 3.04])
    let size = FilmListing.size(words)
    #expect(size?.width == 240 && size?.height == 320)
    #expect(FilmListing.complaint("[mov,mp4 @ 0x55] moov atom not found\nx: bad\n") == "moov atom not found")
    #expect(FilmListing.complaint("") == nil)
  }

  @Test func `nothing, if it is nonsense`() {
    #expect(FilmListing("").pictures == nil)
    #expect(FilmListing("stream|codec_type=video|width=-5|r_frame_rate=1/0").pictures?.rate == 0)
    #expect(FilmListing.frames("packet|pts_time=1e300|flags=K") == nil)
    #expect(FilmListing.frames("")?.frames.isEmpty == true)
  }
}
