import Formats
import Numerics
import Values

extension ParserFamily {
  private static let xes =
    "<?xml version=\"1.0\"?>\n<log><trace><string key=\"concept:name\" value=\"c&amp;1\"/><event><string key=\"concept:name\" value=\"pay\"/><date key=\"time:timestamp\" value=\"2026-03-01T09:00:00.000+01:00\"/><int key=\"a\" value=\"7\"/></event></trace><!-- x --></log>"
  private static let graphml =
    "<graphml><key id=\"d0\" for=\"node\" attr.name=\"colour\"/><graph edgedefault=\"directed\"><node id=\"a\"><data key=\"d0\">red</data></node><node id=\"b\"/><edge source=\"a\" target=\"b\"><data key=\"w\">1.5</data></edge></graph></graphml>"

  static let graphs: [ParserFamily] = [
    ParserFamily(
      "xes", [bytes(xes)],
      words: ["<event>", "</event>", "<![CDATA[", "-->", "&#x110000;", "&lt;", "<trace/>", "'"]
    ) {
      _ = try EventRecords.xes(MemorySource($0), work: Work()).log()
    },
    ParserFamily(
      "graphml", [bytes(graphml)],
      words: ["<node", "<edge source=\"a\" target=\"z\"/>", "</graph>", "&#xD800;", "<data key=\"d0\">"]
    ) {
      _ = try GraphRecords.markup(MemorySource($0), work: Work()).graph
    },
    ParserFamily(
      "triples",
      [
        bytes(
          "<http://a> <http://p> <http://b> .\n_:x <http://p> \"t\\u00e9\"@en .\n<http://a> <http://q> \"1\"^^<http://int> .\n"
        ),
        bytes(
          "@prefix : <http://e/> .\n@base <http://b/> .\n:a :p :b , :c ; a :d .\n:a :q \"x\"@de , 1.5 , true , 'y' .\n"
        ),
        bytes("Q1\tP2\tQ3\nQ1\tP4\tQ5\n"),
      ], words: ["@prefix", "<", ">", "\\u", "\\U00110000", "\"\"\"", "^^", "_:", "[", "(", ";", ","]
    ) { _ = try TripleFile(MemorySource($0), work: Work()).graph },
  ]

  static let logs: [ParserFamily] = [
    ParserFamily(
      "keyed",
      [
        bytes("time=2026-03-01T08:00:00Z level=info msg=\"a \\\"b\\\"\" n=1\nlevel=warn msg=c n=-2.5\n"),
        bytes(
          "#Fields: date time cs-method cs-uri-stem\n2026-03-01 08:00:00 GET /a\n2026-03-01 08:00:01 - /b\n"),
      ], words: ["#Fields:", "msg=", "=\"", "\\", " = ", "\u{0}"]
    ) { bytes in
      _ = KeyedLines.isKeyed(bytes)
      _ = try ObjectFile(KeyedLines.objects(MemorySource(bytes)), work: Work())
    },
    ParserFamily(
      "log",
      [
        bytes(
          "2026-03-01 08:00:00,123 INFO main: started pump 7\n  at line 3\n2026-03-01 08:00:01,123 WARN main: pressure 1.5 bar from 10.0.0.1:80\n2026-03-01 08:00:02,123 INFO main: started pump 8\n"
        ),
        bytes(
          "Mar  1 08:00:00 host sshd[77]: Accepted password for root from 10.0.0.1\nMar  1 08:00:01 host sshd[78]: Failed password for root from 10.0.0.2\n"
        ),
        bytes(
          "<34>1 2026-03-01T08:00:00Z host app 7 ID1 - ok\n<34>1 2026-03-01T08:00:00Z host app 7 ID1 - ok\n"),
        bytes(
          "10.0.0.1 - - [10/Oct/2000:13:55:36 -0700] \"GET / HTTP/1.0\" 200 2326\n10.0.0.1 - - [10/Oct/2000:13:55:37 -0700] \"GET / HTTP/1.0\" 500 1\n"
        ),
      ], words: ["[", "]", "Feb 30", "25:61:61", "<*>", "+99:99", "INFO"]
    ) { bytes in
      let source = MemorySource(bytes)
      _ = try? FileKind.of(source, path: "a.log")
      let pattern = LogPattern.guess(bytes)
      let plain: LogPattern
      do { plain = try LogPattern("<Content>") } catch { return }
      _ = try LogReader(LogReader.Options(pattern: pattern ?? plain), sample: source).read(
        source, work: Work())
    },
    ParserFamily(
      "log-format", [bytes("<Date> <Time> (<PID> )?\\[<Level>\\] <Component>: <Content>")],
      words: ["<", ">", "(", ")?", "\\", "[", "<Content>"]
    ) { bytes in
      let pattern = try LogPattern(String(decoding: bytes, as: UTF8.self))
      let line = MemorySource(
        Array("2026-03-01 08:00:00 7 [INFO] main: x (y)? [z]\n2026-03-01 08:00:00 [INFO] a: b\n".utf8))
      _ = try LogReader(LogReader.Options(pattern: pattern), sample: line).read(line, work: Work())
    },
  ]

  // MARK: - Packets and tracks

  private static func big(_ number: Int, _ size: Int) -> [UInt8] {
    (0..<size).map { UInt8(truncatingIfNeeded: number >> (8 * (size - 1 - $0))) }
  }

  /// A packet of TCP over IPv4 over Ethernet.
  private static let packet: [UInt8] =
    [UInt8](repeating: 2, count: 12) + [8, 0, 0x45, 0] + big(40, 2) + [
      0, 0, 0, 0, 64, 6, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2,
    ]
    + big(443, 2) + big(50_000, 2) + [UInt8](repeating: 0, count: 8) + [0x50, 0x12]
    + [UInt8](repeating: 0, count: 6)

  private static let packet6: [UInt8] =
    [UInt8](repeating: 2, count: 12) + [0x86, 0xDD, 0x60, 0, 0, 0] + big(16, 2) + [0, 64]
    + [UInt8](repeating: 1, count: 32)
    + [17, 0, 0, 0, 0, 0, 0, 0] + big(53, 2) + big(5353, 2) + big(8, 2) + [0, 0]

  private static func record(_ packet: [UInt8]) -> [UInt8] {
    big(1_700_000_000, 4) + big(5, 4) + big(packet.count, 4) + big(packet.count, 4) + packet
  }

  private static let capture =
    [0xA1, 0xB2, 0xC3, 0xD4] + big(2, 2) + big(4, 2) + big(0, 8) + big(65_535, 4) + big(1, 4) + record(packet)
    + record(packet6)

  private static func block(_ kind: Int, _ body: [UInt8]) -> [UInt8] {
    big(kind, 4) + big(body.count + 12, 4) + body + big(body.count + 12, 4)
  }

  private static let blocks =
    block(0x0A0D_0D0A, [0x1A, 0x2B, 0x3C, 0x4D] + big(1, 2) + big(0, 2) + big(-1, 8))
    + block(1, big(1, 2) + big(0, 2) + big(65_535, 4) + big(9, 2) + big(1, 2) + [9, 0, 0, 0] + big(0, 4))
    + block(6, big(0, 4) + big(395_811_000, 4) + big(7, 4) + big(54, 4) + big(54, 4) + packet + [0, 0])

  private static let sentences =
    "\\c:1609459200*5D\\!AIVDM,1,1,,A,13HOI:0P0000VOHLCnHQKwvL05Ip,0*23\n!AIVDM,2,1,1,A,55?MbV02;H;s<HtKR20EHE:0@T4@Dn2222222216L961O5Gf0NSQEp6ClRp8,0*1C\n!AIVDM,2,2,1,A,88888888880,2*25\n"

  private static let probe =
    "stream|codec_name=h264|codec_type=video|width=320|height=240|pix_fmt=yuv420p10le|r_frame_rate=30000/1001|nb_frames=3|disposition:attached_pic=0\nstream|codec_name=aac|codec_type=audio|sample_rate=44100|channels=2\nformat|start_time=-0.02|tag:creation_time=2026-03-01T08:00:00Z\npacket|pts_time=0.1|flags=K_\npacket|pts_time=0.0|flags=_D\n[Parsed_showinfo_0 @ 0x5] n: 0 pts: 5 pts_time:0.1 s:320x240 i:P\n"

  static let traffic: [ParserFamily] = [
    // What the program that reads films says is as hostile as the film.
    ParserFamily(
      "films", [bytes(probe)], words: ["pts_time=", "N/A", "1/0", "|flags=", " s:", "99999999999x1"]
    ) { bytes in
      let text = String(decoding: bytes, as: UTF8.self)
      let listing = FilmListing(text)
      _ = FilmContainer.of(bytes, ending: "")
      _ = (FilmListing.shown(text), FilmListing.size(text), FilmListing.complaint(text))
      guard listing.pictures != nil, FilmListing.frames(text)?.frames.isEmpty == false else {
        throw FormatError.unsupported("no film")
      }
    },
    ParserFamily("packets", [capture, blocks]) { bytes in
      var flows = FlowTable(idleSeconds: 10)
      var packets = try PacketFile(MemorySource(bytes))
      while let packet = try packets.next() { try flows.add(packet) }
      _ = flows.frame()
    },
    ParserFamily("tracks", [bytes(sentences)], words: ["!AIVDM,", "\\c:", "*", ",9,1,", "!BSVDM,1,1,,,"]) {
      bytes in
      // The check sum is mended, else hardly any change would come through.
      let mended = bytes.split(separator: 10).flatMap { line -> [UInt8] in
        guard let mark = line.firstIndex(of: 33), let star = line[mark...].firstIndex(of: 42) else {
          return Array(line) + [10]
        }
        let sum = line[(mark + 1)..<star].reduce(0, ^)
        let digits = String(sum, radix: 16, uppercase: true)
        return Array(line[...star]) + Array((digits.count < 2 ? "0" + digits : digits).utf8) + [10]
      }
      var records = TrackRecords()
      try records.read(sentences: MemorySource(mended), work: Work())
      _ = records.frame()
    },
  ]
}
