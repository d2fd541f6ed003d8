// swift-tools-version: 6.2
import PackageDescription

/// The one set of rules that every Swift target follows.
func house(_ extra: [SwiftSetting] = []) -> [SwiftSetting] {
  [
    .enableUpcomingFeature("ExistentialAny"), .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .strictMemorySafety(), .treatAllWarnings(as: .error),
  ] + extra
}

/// Loops over numbers stay optimised in debug builds, so that the tests run at full speed.
let fast: [SwiftSetting] = [.unsafeFlags(["-O"], .when(configuration: .debug))]

func room(_ name: String, _ dependencies: [Target.Dependency] = [], fast isFast: Bool = false) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: house(isFast ? fast : []))
}

/// Transcripts are read where they lie.
func rooms(_ name: String, _ dependencies: [Target.Dependency], transcripts: Bool = false) -> Target {
  .testTarget(
    name: name + "Tests", dependencies: dependencies + ["TestKit"],
    exclude: transcripts ? ["Transcripts"] : [],
    swiftSettings: house())
}

let belowWorkbench: [Target.Dependency] = [
  "Chronology", "Notation", "Language", "Values", "Numerics", "Learning", "Formats", "Encoding", "Fusion",
  "Detection",
  "Evaluation", "Scenarios",
]
let belowConsole: [Target.Dependency] = belowWorkbench + ["Workbench"]

let package = Package(
  name: "sonde",
  platforms: [.macOS(.v15)],
  products: [.executable(name: "sonde", targets: ["sonde"])],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2")
  ],
  targets: [
    // C, one thin shim a library.
    .target(name: "CProcessor"),
    .systemLibrary(
      name: "CLapack", providers: [.apt(["libopenblas-serial-dev"]), .brew(["openblas"])]),
    .systemLibrary(name: "CZlib", providers: [.apt(["zlib1g-dev"]), .brew(["zlib"])]),
    .systemLibrary(name: "CZstd", providers: [.apt(["libzstd-dev"]), .brew(["zstd"])]),
    .target(name: "CSQLite", linkerSettings: [.linkedLibrary("sqlite3")]),
    .systemLibrary(name: "CPNG", providers: [.apt(["libpng-dev"]), .brew(["libpng"])]),
    .target(
      name: "CImages",
      linkerSettings: [.linkedLibrary("png"), .linkedLibrary("jpeg"), .linkedLibrary("tiff")]),
    .systemLibrary(name: "CSndfile", providers: [.apt(["libsndfile1-dev"]), .brew(["libsndfile"])]),
    .target(name: "CEdit", linkerSettings: [.linkedLibrary("edit")]),
    .target(name: "CMemory"),
    .target(name: "CStreams"),
    .target(name: "COnnx", linkerSettings: [.linkedLibrary("dl", .when(platforms: [.linux]))]),
    .target(name: "CCurl", linkerSettings: [.linkedLibrary("dl", .when(platforms: [.linux]))]),

    // The same kernels for the baseline processor, for x86-64-v3 and, where wider lanes pay, for x86-64-v4; `Numerics`
    // picks at run time.
    .target(name: "KernelsBaseline", swiftSettings: [.define("LANES4"), .unsafeFlags(["-O"])]),
    .target(
      name: "KernelsV3",
      swiftSettings: [
        .define("LANES8"), .define("FUSED", .when(platforms: [.linux])),
        .unsafeFlags(["-O"]),
        .unsafeFlags(["-Xcc", "-march=x86-64-v3"], .when(platforms: [.linux])),
      ]),
    .target(
      name: "KernelsV4",
      swiftSettings: [
        .define("LANES16"), .define("FUSED", .when(platforms: [.linux])),
        .unsafeFlags(["-O"]),
        .unsafeFlags(["-Xcc", "-march=x86-64-v4"], .when(platforms: [.linux])),
      ]),

    // The rooms, lowest first.
    room("Chronology"),
    room("Notation"),
    room("Numerics", ["KernelsBaseline", "KernelsV3", "KernelsV4", "CProcessor", "CLapack"], fast: true),
    room("Values", ["Numerics", "Chronology"], fast: true),
    room("Learning", ["Numerics"], fast: true),
    room("Language", ["Chronology", "Notation"]),
    room(
      "Formats",
      ["Values", "Numerics", "Chronology", "Notation", "CZlib", "CZstd", "CSQLite", "CPNG", "CImages"],
      fast: true),
    room("Encoding", ["Values", "Numerics", "Chronology"], fast: true),
    room("Fusion", ["Values", "Learning", "Numerics", "Chronology"], fast: true),
    room("Detection", ["Values", "Learning", "Numerics", "Chronology"], fast: true),
    room("Evaluation", ["Values", "Numerics", "Chronology"], fast: true),
    room("Scenarios", ["Values", "Numerics", "Chronology"], fast: true),
    room("Workbench", belowWorkbench),
    room("Agent", belowConsole),
    room("Console", belowConsole),
    room("Live", belowConsole + ["CEdit", "CCurl", "CMemory", "COnnx", "CSndfile", "CStreams"]),
    .executableTarget(
      name: "sonde",
      dependencies: belowConsole + [
        "Agent", "Console", "Live", .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: house()),
    .executableTarget(
      name: "SondeBenchmarks",
      dependencies: belowConsole + ["Agent", "Live"], path: "Benchmarks/SondeBenchmarks",
      swiftSettings: house(fast)),

    .executableTarget(
      name: "SondeFuzz", dependencies: ["FormatFuzzing", "Formats", "Live"], path: "Benchmarks/SondeFuzz",
      swiftSettings: house()
    ),

    // Tests and what they share: naive twins, in-memory ports, laws.
    .target(
      name: "TestKit", dependencies: belowConsole + ["Agent"], path: "Tests/TestKit", swiftSettings: house()),
    .target(
      name: "FormatFuzzing", dependencies: ["Formats", "Values", "Numerics"], path: "Tests/FormatFuzzing",
      swiftSettings: house(fast)),
    rooms("Language", ["Language", "Chronology", "Notation"]),
    rooms("Numerics", ["Numerics"]),
    rooms("Values", ["Values", "Numerics", "Chronology"]),
    rooms("Learning", ["Learning", "Numerics"]),
    rooms("Formats", ["Formats", "FormatFuzzing", "Values", "Numerics", "Chronology", "Notation"]),
    rooms("Encoding", ["Encoding", "Values", "Numerics", "Chronology"]),
    rooms("Fusion", ["Fusion", "Learning", "Values", "Numerics", "Chronology"]),
    rooms("Detection", ["Detection", "Values", "Numerics", "Chronology", "Formats"]),
    rooms("Evaluation", ["Evaluation", "Values", "Numerics", "Chronology"]),
    rooms("Scenarios", ["Scenarios", "Values", "Numerics", "Chronology"]),
    rooms("Workbench", belowConsole, transcripts: true),
    rooms("Agent", belowConsole + ["Agent", "Live", "Console"], transcripts: true),
    rooms("Console", belowConsole + ["Console"], transcripts: true),
    rooms("Live", belowConsole + ["Live", "Console"], transcripts: true),
    rooms("Terminal", belowConsole + ["Live", "sonde"]),
  ],
  swiftLanguageModes: [.v6]
)
