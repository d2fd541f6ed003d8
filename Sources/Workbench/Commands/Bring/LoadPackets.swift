import Formats
import Language
import Numerics
import Values

struct LoadPackets: WorldCommand {
  static let paths = Parameter<[String]>.inputs(
    "paths", help: "Capture files (pcap or pcapng), CSV with a packet a line, or globs, in their order.")
  static let idle = Parameter<Double>.real(
    "idle", in: 0.001...1e6, unit: "s", default: 120, help: "Silence that ends a flow.")

  let spec = CommandSpec(
    "load", "packets", "Reads captured packets as a table of flows over time.",
    discussion: """
      A flow is what two ends say to each other under one protocol until they are silent for longer than --idle; forward is the direction of \
      its first packet. Columns are ends, ports, protocol, duration, packets, bytes and payload both ways, lengths, gaps \
      between packets, and how often each TCP flag was set. IPv4 and IPv6 over Ethernet (with tags of virtual networks), raw links, loopback and Linux \
      cooked captures are read; other packets are counted and told. CSV is what Wireshark exports: Time, Source, Destination, Length, and perhaps Protocol and \
      ports. A window of 4 MB of the file is in memory, and the flows.
      """,
    parameters: [paths.base, idle.base], output: .series, reach: .read,
    examples: [
      Example(
        "generate pump-station --part log --minutes 5 --seed 7 | export --to log.csv --overwrite"),
      Example("load table log.csv --time time | derive Source = level | derive Destination = template"),
      Example(
        "_ | derive Length = 60 | select Source,Destination,Length | export --to packets.csv --overwrite"),
      Example("flows = load packets packets.csv"),
      Example("load packets packets.csv --idle 10s"),
    ])

  func run(_ call: Invocation, work: Work, world: World) throws(Failure) -> Value {
    let files = try world.files.open(call[Self.paths], for: Self.paths.base, of: call.call)
    var flows = FlowTable(idleSeconds: call[Self.idle])
    var skipped = 0
    for file in files {
      do throws(FormatError) {
        if !PacketFile.isPackets(try file.source.read(at: 0, count: 24)) {
          try Self.rows(file.source, &flows, work)
          continue
        }
        var packets = try PacketFile(file.source)
        var count = 0
        while let packet = try packets.next() {
          count += 1
          if count % 4096 == 0 {
            if work.isCancelled() { throw .cancelled }
            work.report(packets.progress, "reading packets")
          }
          try flows.add(packet)
        }
        skipped += packets.skipped
        if let place = packets.cutAt {
          call.note("`\(file.path)` ends within a packet, at byte \(place)")
        }
      } catch {
        throw error.failure(
          file.path, at: Self.paths.base, of: call.call,
          remedy: "Give a capture (pcap, pcapng), or CSV with Time, Source, Destination and Length.")
      }
    }
    guard flows.count > 0 else {
      throw call.blame(
        Self.paths.base, "E0542", "`\(files.first?.path ?? "")` holds no packet of the internet protocol",
        label: "empty", remedy: "Look at it with `tcpdump -r FILE`.")
    }
    call.note("\(counted(flows.packets, "packet")) in \(counted(flows.count, "flow"))")
    if flows.others + skipped > 0 {
      call.note("\(counted(flows.others + skipped, "packet")) of other protocols, or damaged, left out")
    }
    return .series(flows.frame())
  }

  /// Takes the packets of a table by the names of its columns.
  private static func rows(
    _ source: any ByteSource, _ flows: inout FlowTable, _ work: Work
  ) throws(FormatError) {
    let table: DelimitedTable
    do throws(TableFailure) {
      table = try DelimitedReader([source]).read(work: work)
    } catch {
      guard case .format(let problem) = error.problem else { throw .cancelled }
      throw problem
    }
    func column(_ words: String...) -> Column? {
      words.lazy.compactMap { word in
        table.columns.first { $0.name.lowercased().filter { $0.isLetter || $0 == "." } == word }
      }.first
    }
    guard let from = column("source", "src", "ip.src", "sourceip"),
      let to = column("destination", "dst", "ip.dst", "destinationip", "target"),
      let time = column("time", "timestamp", "frame.timeepoch"),
      let length = column("length", "len", "frame.len")?.numbers
    else {
      throw .unsupported(
        "it has no columns Time, Source, Destination and Length but \(table.columns.prefix(6).map(\.name).joined(separator: ", "))"
      )
    }
    // Wireshark counts seconds from the first packet.
    let moments = time.moments ?? time.numbers?.map { Int64(exactly: ($0 * 1e9).rounded()) }
    guard let moments else { throw .unsupported("`\(time.name)` holds no times") }
    let name = column("protocol", "proto", "ip.proto")
    let ports = [
      column("sourceport", "srcport", "tcp.srcport"), column("destinationport", "dstport", "tcp.dstport"),
    ]
    .map { $0?.numbers ?? [] }
    func port(_ side: Int, _ row: Int) -> Int {
      ports[side].indices.contains(row) ? Int(exactly: ports[side][row].rounded()) ?? 0 : 0
    }
    for row in 0..<table.rowCount {
      if row % 4096 == 0, work.isCancelled() { throw .cancelled }
      guard let source = from.plainText(row), let target = to.plainText(row), let moment = moments[row],
        let size = Int(exactly: length[row].rounded())
      else { continue }
      try flows.add(
        from: source, to: target, ports: (port(0, row), port(1, row)), over: name?.plainText(row) ?? "",
        at: moment,
        length: max(0, size))
    }
  }
}
