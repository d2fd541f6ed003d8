import Formats
import Numerics
import Values

extension ParserFamily {
  private static func little(_ number: UInt64, _ size: Int) -> [UInt8] {
    (0..<size).map { UInt8(truncatingIfNeeded: number >> UInt64(8 * $0)) }
  }

  private static func floats(_ numbers: [Double]) -> [UInt8] {
    numbers.flatMap { little(UInt64(Float($0).bitPattern), 4) }
  }

  private static func doubles(_ numbers: [Double]) -> [UInt8] { numbers.flatMap { little($0.bitPattern, 8) } }

  // MARK: - Arrays

  private static func npy(_ descr: String, _ shape: String, _ body: [UInt8], fortran: Bool = false) -> [UInt8]
  {
    let header =
      "{'descr': '\(descr)', 'fortran_order': \(fortran ? "True" : "False"), 'shape': \(shape), }\n"
    return [0x93] + bytes("NUMPY") + [1, 0] + little(UInt64(header.utf8.count), 2) + bytes(header) + body
  }

  private static let columns = [
    Column(numbers: [1.5, -2, .nan, 4], name: "a"),
    Column("t", .text(TextColumn(["x", "", "yy", "z"]))),
    Column("b", .bool([true, false, true, true])),
  ]

  static let arrays: [ParserFamily] = [
    ParserFamily(
      "safetensors",
      [
        TensorWriter.bytes(
          of: [
            TensorWriter.Tensor("a", shape: [2, 2], values: [1, 2, 3, 4]),
            TensorWriter.Tensor("b", shape: [3], values: [5, 6, 7]),
          ], metadata: [("method", "autoencoder"), ("features", "[\"x\"]")])
      ],
      words: ["\"F64\"", "\"BF16\"", "[0,32]", "[-1,8]", "[1e15]", "\"shape\"", "\"data_offsets\"", "{", "}"]
    ) { bytes in
      let source = MemorySource(bytes)
      let file = try TensorFile(source)
      for item in file.items { _ = try file.matrix(item) }
    },
    ParserFamily(
      "npy",
      [
        npy("<f8", "(3, 2)", doubles([1, 2, 3, 4, 5, 6])),
        npy("<f4", "(2, 2, 2)", floats([1, 2, 3, 4, 5, 6, 7, 8]), fortran: true),
        npy("|u1", "(4,)", [1, 2, 3, 255]), npy(">i2", "(2,)", [0, 1, 255, 255]),
        npy("<U2", "(2,)", [65, 0, 0, 0, 66, 0, 0, 0, 67, 0, 0, 0, 0, 0, 0, 0]),
        npy("|b1", "()", [1]),
      ], words: ["'descr'", "'<f8'", "(1000000000000,)", "(0, 5)", "True", "{", "}", "<c16", "|O"]
    ) { bytes in
      let source = MemorySource(bytes)
      let file = try ArrayFile(source)
      for item in file.items { _ = try file.columns(of: item, name: "x", work: Work()) }
    },
    ParserFamily(
      "npz",
      [
        ZipArchive.storing([
          ("x.npy", npy("<f8", "(3,)", doubles([1, 2, 3]))),
          ("edge_index.npy", npy("<i8", "(2, 1)", doubles([0, 0]))),
        ]) ?? [1], deflated,
      ]
    ) { bytes in
      let source = MemorySource(bytes)
      let file = try ArrayFile(source)
      for item in file.items { _ = try file.columns(of: item, name: "x", work: Work()) }
    },
    ParserFamily(
      "gzip",
      [
        [
          31, 139, 8, 0, 0, 0, 0, 0, 2, 3, 203, 72, 205, 201, 201, 87, 200, 64, 144, 92, 25, 24, 34, 0, 147,
          205, 204, 156, 36,
          0, 0, 0,
        ],
        [
          40, 181, 47, 253, 4, 88, 149, 0, 0, 96, 104, 101, 108, 108, 111, 32, 119, 111, 114, 108, 100, 10, 1,
          0, 231, 74, 18,
          236, 217, 93,
        ],
      ]
    ) { _ = try Packed.unpack(MemorySource($0), limit: 1 << 20) },
    ParserFamily("mat", [MatlabWriter.bytes(of: [("a", [1, 2, 3]), ("b", [4])])]) { bytes in
      let file = try MatlabFile(MemorySource(bytes), work: Work())
      for variable in file.variables { _ = variable.columns(named: "v") }
    },
    ParserFamily(
      "sqlite", [(try? DatabaseWriter.bytes(of: columns, table: "t", work: Work())) ?? [1]],
      words: ["CREATE TABLE", "CREATE VIEW t AS SELECT * FROM t", "WITHOUT ROWID"]
    ) { bytes in
      let file = try DatabaseFile(MemorySource(bytes))
      for table in try file.tables().prefix(4) {
        _ = try file.rows(of: DatabaseFile.query(all: table.name), most: 1000)
      }
    },
  ]

  /// An archive of one packed array of ten zeros, as NumPy writes it.
  private static let deflated: [UInt8] = [
    80, 75, 3, 4, 45, 0, 0, 0, 8, 0, 0, 0, 33, 0, 148, 252, 15, 19, 255, 255, 255, 255, 255, 255, 255, 255, 5,
    0, 20, 0, 120, 46,
    110, 112, 121, 1, 0, 16, 0, 208, 0, 0, 0, 0, 0, 0, 0, 72, 0, 0, 0, 0, 0, 0, 0, 155, 236, 23, 234, 27, 16,
    201, 200, 80, 198, 80,
    173, 158, 146, 90, 156, 92, 164, 110, 165, 160, 110, 147, 102, 161, 174, 163, 160, 158, 150, 95, 84, 82,
    148, 152, 23, 159, 95,
    148, 146, 10, 18, 119, 75, 204, 41, 78, 5, 138, 23, 103, 36, 22, 164, 2, 249, 26, 134, 6, 58, 154, 58, 10,
    181, 10, 228, 3, 46,
    6, 42, 3, 0, 80, 75, 1, 2, 45, 3, 45, 0, 0, 0, 8, 0, 0, 0, 33, 0, 148, 252, 15, 19, 72, 0, 0, 0, 208, 0,
    0, 0, 5, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 128, 1, 0, 0, 0, 0, 120, 46, 110, 112, 121, 80, 75, 5, 6, 0, 0, 0, 0, 1, 0, 1, 0, 51, 0,
    0, 0, 127, 0, 0, 0,
    0, 0,
  ]

  // MARK: - Clouds

  private static func ply(_ form: String, _ body: [UInt8]) -> [UInt8] {
    bytes(
      "ply\nformat \(form) 1.0\nelement vertex 2\nproperty float x\nproperty float y\nproperty double z\nproperty uchar red\nelement face 1\nproperty list uchar int vertex_indices\nend_header\n"
    ) + body
  }

  private static let plyBody =
    floats([1, 2]) + doubles([3]) + [9] + floats([4, 5]) + doubles([6]) + [8, 2, 0, 0, 0, 0, 1, 0, 0, 0]

  private static func pcd(_ data: String, _ body: [UInt8]) -> [UInt8] {
    bytes(
      "# .PCD v0.7\nVERSION 0.7\nFIELDS x y z rgb\nSIZE 4 4 4 4\nTYPE F F F U\nCOUNT 1 1 1 1\nWIDTH 2\nHEIGHT 1\nVIEWPOINT 0 0 0 1 0 0 0\nPOINTS 2\nDATA \(data)\n"
    ) + body
  }

  private static let stl =
    [UInt8](repeating: 32, count: 80) + little(1, 4) + floats([0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0]) + [0, 0]

  /// Version 1.2 or 1.4 with one point of the format.
  private static func las(_ format: Int, _ length: Int, minor: UInt8) -> [UInt8] {
    var head = [UInt8](repeating: 0, count: minor == 4 ? 375 : 227)
    head.replaceSubrange(0..<4, with: bytes("LASF"))
    head[24] = 1
    head[25] = minor
    head.replaceSubrange(94..<96, with: little(UInt64(head.count), 2))
    head.replaceSubrange(96..<100, with: little(UInt64(head.count), 4))
    head[104] = UInt8(format)
    head.replaceSubrange(105..<107, with: little(UInt64(length), 2))
    if minor == 4 {
      head.replaceSubrange(247..<255, with: little(1, 8))
    } else {
      head.replaceSubrange(107..<111, with: little(1, 4))
    }
    head.replaceSubrange(131..<155, with: doubles([0.01, 0.01, 0.01]))
    return head + (0..<length).map { UInt8(truncatingIfNeeded: $0 * 7 + 1) }
  }

  private static func cloud(_ name: String, _ path: String, _ samples: [[UInt8]], words: [String] = [])
    -> ParserFamily
  {
    ParserFamily(name, samples, words: words) {
      _ = try PointFile(MemorySource($0), path: path, work: Work())
    }
  }

  static let clouds: [ParserFamily] = [
    cloud(
      "ply", "a.ply",
      [
        ply("ascii", bytes("1 2 3 9\n4 5 6 8\n2 0 1\n")), ply("binary_little_endian", plyBody),
        ply("binary_big_endian", plyBody),
      ],
      words: [
        "element vertex", "property list uchar int a\n", "property double q\n", "end_header\n",
        "format ascii 1.0\n",
      ]),
    cloud(
      "pcd", "a.pcd",
      [
        pcd("ascii", bytes("1 2 3 255\n4 5 nan 7\n")), pcd("binary", floats([1, 2, 3, 0, 4, 5, 6, 0])),
        pcd("binary_compressed", little(33, 4) + little(32, 4) + [31] + floats([1, 4, 2, 5, 3, 6, 0, 0])),
      ], words: ["FIELDS", "COUNT 4096 1 1 1\n", "WIDTH", "DATA binary\n", "TYPE I U F F\n"]),
    cloud(
      "stl", "a.stl",
      [
        stl,
        bytes(
          "solid a\nfacet normal 0 0 1\nouter loop\nvertex 0 0 0\nvertex 1 0 0\nvertex 0 1 0\nendloop\nendfacet\nendsolid a\n"
        ),
      ],
      words: ["facet normal", "vertex", "nan"]),
    cloud(
      "obj", "a.obj", [bytes("# x\nv 1 2 3\nv 4 5 6 0.5 0.5 0.5\nvn 0 0 1\nf 1 2 1\n")],
      words: ["v ", "f 1/2/3", "nan"]),
    cloud(
      "xyz", "a.xyz",
      [bytes("x y z i\n1 2 3 4\n5,6,7,8\n"), bytes("3\n1 2 3 100 255 0 0\n1 2 3 100 255 0 0\n")],
      words: ["//", "#", ";"]),
    cloud(
      "las", "a.las",
      [las(0, 20, minor: 2), las(3, 34, minor: 2), las(7, 36, minor: 4), las(8, 38, minor: 4)]),
  ]

  // MARK: - Pictures

  private static let small = Picture(
    width: 5, height: 4, channels: 3, samples: .unsigned8((0..<60).map { UInt8($0 * 4) }))

  private static let bitmap: [UInt8] =
    bytes("BM") + little(78, 4) + little(0, 4) + little(54, 4) + little(40, 4) + little(2, 4) + little(3, 4)
    + little(1, 2)
    + little(24, 2) + little(0, 4) + little(24, 4) + little(0, 4) + little(0, 4) + little(0, 4) + little(0, 4)
    + (0..<24).map { UInt8($0 * 9) }

  /// A grey picture of 2 by 2 single-precision samples in one strip.
  private static let tiff: [UInt8] = {
    let tags: [(UInt64, UInt64, UInt64)] = [
      (256, 3, 2), (257, 3, 2), (258, 3, 32), (259, 3, 1), (262, 3, 1), (273, 4, 8), (277, 3, 1), (278, 3, 2),
      (279, 4, 16),
      (339, 3, 3),
    ]
    let list = tags.flatMap { little($0.0, 2) + little($0.1, 2) + little(1, 4) + little($0.2, 4) }
    return bytes("II") + little(42, 2) + little(24, 4) + floats([1, 2, 3, 4]) + little(UInt64(tags.count), 2)
      + list
      + little(0, 4)
  }()

  /// The smallest grey baseline picture that decoders take: 8 by 8 pixels.
  private static let jpeg: [UInt8] =
    [0xFF, 0xD8, 0xFF, 0xDB, 0, 67, 0] + [UInt8](repeating: 1, count: 64) + [
      0xFF, 0xC0, 0, 11, 8, 0, 8, 0, 8, 1, 1, 0x11, 0,
    ]
    + [0xFF, 0xC4, 0, 20, 0, 1] + [UInt8](repeating: 0, count: 15) + [0]
    + [0xFF, 0xC4, 0, 20, 0x10, 1] + [UInt8](repeating: 0, count: 15) + [0]
    + [0xFF, 0xDA, 0, 8, 1, 1, 0, 0, 63, 0, 0x3F, 0xFF, 0xD9]

  private static func picture(_ name: String, _ samples: [[UInt8]], words: [String] = []) -> ParserFamily {
    ParserFamily(name, samples, words: words) { bytes in
      let file = try PictureFile(bytes)
      // A changed header may claim millions of pixels; decoding those takes long and finds nothing new.
      if file.shape.decodedBytes < 1 << 20 { _ = try file.decode() }
    }
  }

  static let pictures: [ParserFamily] = [
    picture(
      "png", [PictureWriter.png(small) ?? [1]], words: ["IHDR", "PLTE", "tRNS", "IDAT", "IEND", "eXIf"]),
    picture("jpeg", [jpeg]), picture("tiff", [tiff]), picture("bmp", [bitmap]),
    picture(
      "netpbm",
      [
        bytes("P2\n# x\n2 2\n255\n1 2 3 4\n"), bytes("P3 1 1 65535 1 2 3\n"),
        bytes("P5 2 2 255\n") + [1, 2, 3, 4],
        bytes("P6 1 1 65535\n") + [0, 1, 0, 2, 0, 3], bytes("Pf\n2 1\n-1.0\n") + floats([1, 2]),
        bytes("PF\n1 1\n1.0\n") + floats([1, 2, 3]),
      ]),
  ]

  // MARK: - Records and sound

  private static let wave: [UInt8] =
    bytes("RIFF") + little(52, 4) + bytes("WAVEfmt ") + little(16, 4) + little(1, 2) + little(2, 2)
    + little(8000, 4)
    + little(32_000, 4) + little(4, 2) + little(16, 2) + bytes("data") + little(16, 4)
    + (0..<16).map { UInt8($0 * 16) }

  private static let header =
    "# note\nr 2 10/4(2) 4 12:00:00 01/03/2026\nr.dat 212x2:1+0 100(0)/mV 12 0 0 0 0 ECG I\nr.dat 16 1 12 5 0 15 0 P\n#late"

  static let records: [ParserFamily] = [
    ParserFamily(
      "wav", [wave, Array(wave.prefix(20)) + little(3, 2) + Array(wave.dropFirst(22))],
      words: ["data", "fmt ", "LIST"]
    ) {
      bytes in
      _ = try WaveFile.read(MemorySource(bytes))
    },
    ParserFamily(
      "wfdb",
      [
        bytes(header), bytes("s 1 360 6\ns.dat 212 200 11 1024 995 0 0 MLII\n"),
        bytes("s 1 360 6\ns.dat 8 200 11 1024 995 0 0 MLII\n"),
        bytes("s 2 360 6\ns.dat 310 200\ns.dat 310 200\n"), bytes("s/2 1 360\na 3\nb 3\n"),
      ], words: ["212", "311", "310", "80", "160", "61", "24", "32", "508", "x99999", "+100000000", ":7"]
    ) { bytes in
      let header = try RecordHeader(MemorySource(bytes))
      let samples = (0..<64).map { UInt8(truncatingIfNeeded: $0 * 37) }
      _ = try SignalRecord(
        header, chosen: { _ in true },
        open: { (_: String) throws(FormatError) -> any ByteSource in MemorySource(samples) },
        flac: { (_: any ByteSource, _: String) throws(FormatError) -> [[Float]] in [[0, 1, 2]] }, work: Work()
      )
    },
    ParserFamily(
      "wfdb-marks", [[18, 4, 77, 5, 0xFF, 0xFC, 3, 0, 65, 66, 67, 0, 0, 0xEC, 0, 0, 1, 0, 5, 4, 0, 0]]
    ) { bytes in
      _ = try RecordAnnotations(MemorySource(bytes))
    },
  ]
}
