import Formats
import Foundation
import Numerics
import Values

/// The files that transcripts meet: small, and most of them wrong in one way.
enum TranscriptFiles {
  static let all: [String: [UInt8]] = texts.mapValues { Array($0.utf8) }.merging(bytes) { $1 }

  private static func lines(_ head: String, _ count: Int, _ line: (Int) -> String) -> String {
    head + "\n" + (1...count).map { line($0) + "\n" }.joined()
  }

  private static let texts: [String: String] = [
    "data/pump.csv": "time,flow,state,fault\n2026-03-01T08:00:00,1.5,on,0\n2026-03-01T08:00:01,,off,1\n",
    "data/other.csv": "time,level\n2026-03-01T08:00:00,1\n",
    "data/late.csv": "time,level\n2027-03-01T08:00:00,1\n2027-03-01T08:00:01,2\n",
    "data/quote.csv": "a,b\n1,\"two\n3,4\n",
    "data/days.csv": "day,x\n01/02/2026,1\n02/03/2026,2\n",
    "data/empty.csv": "",
    "data/void.csv": "a,b\n1,\n2,\n",
    "data/words.csv": "name,kind\nAnna,one\nBerta,two\n",
    "data/notes.csv": "note,kind\nthe pump stopped again,bad\nall is well today,good\n",
    "data/numbers.csv": lines("a,b,label", 40) { "\($0),\($0 * $0 % 17),\($0 == 40 ? 1 : 0)" },
    "data/same.csv": "a\n" + String(repeating: "1\n", count: 60),
    "data/holes.csv": "a,b\n1,2\n,3\n4,5\n6,\n",
    "data/huge.csv": "a,b\n1,2\n1e300,3\n4,5\n",
    "data/ids.csv": lines("id,a,label", 30) { "s\($0),\($0 % 7),\($0 == 7 ? 1 : 0)" },
    "data/cases.csv": "case,activity,time\n1,start,2026-03-01T08:00:00\n1,end,2026-03-01T08:01:00\n",
    "data/edges.csv": "source,target\na,b\nb,c\n",
    "data/one.pgm": "P2 1 1 255 7",
    "data/list.csv": "node\na\nb\n",
    "data/two-parts/a.csv": "time,x\n2026-03-01T08:00:00,1\n2026-03-01T08:00:01,2\n",
    "data/two-parts/b.csv": "time,x\n2026-03-02T08:00:00,3\n2026-03-02T08:00:01,5\n",
    "data/late3.csv": "time,x\n2026-03-03T08:00:00,1\n2026-03-03T08:00:01,2\n",
    "data/labels.csv": "x,y\n" + String(repeating: "0,1\n", count: 40),
    "data/unlabelled.csv": "x,label\n" + String(repeating: "1,\n", count: 40),
    "data/after.csv": "time,level\n2026-03-01T20:00:00,1\n2026-03-01T20:00:01,2\n",
    "data/rare.csv": lines("a", 100) { $0 % 4 == 0 ? "9" : "0" },
    "data/gaps.csv": lines("a,b", 40) { $0 > 10 && $0 < 21 ? "\($0)," : "\($0),\($0 % 3)" },
    "data/halves/a.csv": lines("a,b", 20) { "\($0),\($0 % 3)" },
    "data/halves/b.csv": lines("a,b", 20) { "\($0)," },
    "data/app.log": "2026-03-01 08:00:00 INFO started\n2026-03-01 08:00:01 WARN slow\n",
    "data/empty.xes": "<?xml version=\"1.0\"?><log></log>\n",
    "data/broken.xes": "<?xml version=\"1.0\"?><log><trace><event>\n",
    "data/empty/readme.md": "Nothing here.\n",
    "data/other.model": otherModel,
    "data/twice.sonde": "x = 5\n/undo\n",
    "tutorials/01-one.md": "# One\n\nRead this.\n\n```sonde\nx = 5s\n```\n\nAnd this.\n",
  ]

  /// A model of a method that there is not.
  private static let otherModel = """
    {"sonde-model":1,"method":"oracle","options":{},"features":["x"],"blocks":[{"name":"x","columns":1}],"segments":[],\
    "rows":1,"data":"1f3ce40415a2081fa3eee75fc39fff8e56c22270d1a978a7249b592dcebd20b4","model":""}
    aaaaaaaa
    """

  private static let bytes: [String: [UInt8]] = [
    "data/packed.csv.gz": [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 0x4b],
    "data/short.npy": [0x93] + Array("NUMPY".utf8) + [1, 0],
    "data/short.png": [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13],
    "data/broken.wav": Array("RIFF".utf8) + [4, 0, 0, 0] + Array("WAVE".utf8),
    "data/pump.bin": [0xff, 0, 1, 2, 3],
    // The head of a picture of 8 x 8 is whole, its cells are not.
    "data/pictures/a.png": [
      0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0x00, 0x00, 0x00, 0x0d, 0x49, 0x48, 0x44, 0x52,
      0x00, 0x00, 0x00, 0x08, 0x00, 0x00, 0x00, 0x08, 0x08, 0x00, 0x00, 0x00, 0x00, 0xe1, 0x64, 0xe1,
      0x57, 0x00, 0x00, 0x00, 0x40, 0x49, 0x44, 0x41, 0x54, 0x78, 0x9c,
    ],
    "data/plant.db":
      (try? DatabaseWriter.bytes(
        of: [Column(numbers: [1, 2], name: "level")], table: "readings", work: Work())) ?? [],
    "data/pump.parquet": Array("PAR1".utf8),
    "data/film.mp4": [0, 0, 0, 8] + Array("ftypisom".utf8),
    "data/net.onnx": [8, 8, 58, 0],
    "data/bad.onnx": [8, 8, 58, 0],
    "data/bad.json": Array(#"{"pool": "most"}"#.utf8),
    // Two rows of three numbers.
    "data/vectors.npy":
      [0x93] + Array("NUMPY".utf8) + [1, 0, 0x76, 0]
      + Array("{'descr': '|u1', 'fortran_order': False, 'shape': (2, 3), }".utf8)
      + [UInt8](repeating: 0x20, count: 0x76 - 60) + [10, 1, 2, 3, 4, 5, 6],
    "data/two.npz": Array(Data(base64Encoded: twoArrays) ?? Data()),
  ]

  /// `a` has three numbers and `b` four.
  private static let twoArrays = """
    UEsDBC0AAAAIAAAAIQCsmP8z//////////8FABQAYS5ucHkBABAAgwAAAAAAAABHAAAAAAAAAJvsF+obEMnIUMZQrZ6SWpxc\
    pG6loF6Taaiuo6Cell9UUpSYF59flJIKEndLzClOBYoXZyQWpAL5GsY6mjoKtQoUAC4GRiYAUEsDBC0AAAAIAAAAIQA3vGb/\
    //////////8FABQAYi5ucHkBABAAhAAAAAAAAABIAAAAAAAAAJvsF+obEMnIUMZQrZ6SWpxcpG6loF6Taaiuo6Cell9UUpSY\
    F59flJIKEndLzClOBYoXZyQWpAL5GiY6mjoKtQoUAC4GRiZmAFBLAQItAy0AAAAIAAAAIQCsmP8zRwAAAIMAAAAFAAAAAAAA\
    AAAAAACAAQAAAABhLm5weVBLAQItAy0AAAAIAAAAIQA3vGb/SAAAAIQAAAAFAAAAAAAAAAAAAACAAX4AAABiLm5weVBLBQYA\
    AAAAAgACAGYAAAD9AAAAAAA=
    """
}
