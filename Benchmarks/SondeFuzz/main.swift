import FormatFuzzing

// sonde-fuzz: gives changed files to a family of parsers, in this process.
//
//   SondeFuzz list                     the families
//   SondeFuzz FAMILY FIRST COUNT       attempts FIRST ..< FIRST + COUNT; prints how many files were taken
//   SondeFuzz FAMILY dump ATTEMPT      the bytes of one attempt, in hexadecimal digits
//
// A trap ends the process; `Benchmarks/fuzz` drives it, finds the attempt, and goes on behind it.
let families = ParserFamily.all + [.sound]
let arguments = CommandLine.arguments.dropFirst()
if arguments.first == "list" {
  for family in families { print(family.name) }
} else if arguments.count == 3, let family = families.first(where: { $0.name == arguments[1] }) {
  if arguments[2] == "dump", let attempt = Int(arguments[3]) {
    print(family.mutation.file(attempt).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined())
  } else if let first = Int(arguments[2]), let count = Int(arguments[3]) {
    var taken = 0
    for attempt in first..<first + count where family.run(attempt) { taken += 1 }
    print(taken)
  }
} else {
  print("SondeFuzz list | FAMILY FIRST COUNT | FAMILY dump ATTEMPT")
}
