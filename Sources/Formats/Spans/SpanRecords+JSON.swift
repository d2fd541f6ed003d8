package import Notation
package import Numerics

/// Spans in the JSON of Jaeger, Zipkin (v2) and OpenTelemetry (OTLP), and flat objects of usual names.
extension SpanRecords {
  /// Reads one document, a list, or one document a line.
  package mutating func read(json source: any ByteSource, work: Work) throws(FormatError) {
    guard source.count <= Self.mostBytes else { throw .unsupported("it has more than 1 GB") }
    for document in try JSONDocument.values(of: source) {
      if work.isCancelled() { throw .cancelled }
      read(document)
    }
  }

  /// Takes what a document holds; values that hold no span count as refused.
  package mutating func read(_ document: JSON) {
    if let items = document.array {
      for item in items { read(item) }
    } else if let resources = (document["resourceSpans"] ?? document["batches"])?.array {
      for resource in resources { read(resource: resource) }
    } else if let data = document["data"], data.array != nil || data.members != nil {
      read(data)
    } else if let spans = document["spans"]?.array {
      let services = (document["processes"]?.members ?? []).map { ($0.key, $0.value["serviceName"]?.string) }
      let names = Dictionary(services) { first, _ in first }.compactMapValues { $0 }
      for span in spans { add(jaeger: span, services: names) }
    } else if document["references"]?.array != nil || document["processID"] != nil {
      add(jaeger: document, services: [:])
    } else {
      add(flat: document)
    }
  }

  // MARK: - OpenTelemetry

  private mutating func read(resource: JSON) {
    let about = Self.attributes(resource["resource"]?["attributes"])
    let service = about.first { $0.0 == "service.name" }?.1 ?? ""
    let scopes = (resource["scopeSpans"] ?? resource["instrumentationLibrarySpans"])?.array ?? []
    for scope in scopes {
      for object in scope["spans"]?.array ?? [] {
        var span = Span()
        span.trace = object["traceId"]?.string ?? ""
        span.id = object["spanId"]?.string ?? ""
        span.parent = object["parentSpanId"]?.string ?? ""
        span.service = service
        span.operation = object["name"]?.string ?? ""
        span.attributes = Self.attributes(object["attributes"])
        if let kind = object["kind"]?.plainText { span.attributes.insert(("kind", kind), at: 0) }
        span.isError =
          Self.failed(object["status"]?["code"]?.plainText ?? "0")
          ?? Self.failed(of: span.attributes) ?? false
        guard let start = Self.whole(object["startTimeUnixNano"]) else {
          refuse("a span has no startTimeUnixNano")
          continue
        }
        span.start = start
        span.duration = Double((Self.whole(object["endTimeUnixNano"]) ?? start) &- start) * 1e-9
        add(checked: span)
      }
    }
  }

  /// `[{"key": "a", "value": {"stringValue": "x"}}]` as pairs.
  private static func attributes(_ list: JSON?) -> [(String, String)] {
    (list?.array ?? []).compactMap { item in
      guard let key = item["key"]?.string, let value = item["value"] else { return nil }
      return (key, (value.members?.first?.value ?? value).plainText)
    }
  }

  // MARK: - Jaeger

  private mutating func add(jaeger object: JSON, services: [String: String]) {
    var span = Span()
    span.trace = object["traceID"]?.string ?? object["traceId"]?.string ?? ""
    span.id = object["spanID"]?.string ?? object["spanId"]?.string ?? ""
    let references = object["references"]?.array ?? []
    let parent = references.first { $0["refType"]?.string == "CHILD_OF" } ?? references.first
    span.parent = (parent?["spanID"] ?? parent?["spanId"] ?? object["parentSpanID"])?.string ?? ""
    span.service =
      object["processID"]?.string.flatMap { services[$0] } ?? object["process"]?["serviceName"]?.string ?? ""
    span.operation = object["operationName"]?.string ?? ""
    span.attributes = (object["tags"]?.array ?? []).compactMap { tag in
      tag["key"]?.string.map { ($0, tag["value"]?.plainText ?? "") }
    }
    span.isError = Self.failed(of: span.attributes) ?? false
    guard let start = object["startTime"]?.number, abs(start) < 9e15 else {
      return refuse("a span has no startTime")
    }
    // Jaeger counts microseconds.
    span.start = Int64(start) * 1000
    span.duration = (object["duration"]?.number ?? 0) * 1e-6
    add(checked: span)
  }

  // MARK: - Zipkin and flat objects

  private mutating func add(flat object: JSON) {
    guard let members = object.members else { return refuse("a value is no object") }
    var cells: [(String, String)] = []
    for (key, value) in members {
      switch key {
      case "localEndpoint", "process", "endpoint":
        if let service = value["serviceName"]?.string { cells.append(("serviceName", service)) }
      case "tags", "attributes", "resource":
        for (tag, value) in value.members ?? [] { cells.append((tag, value.plainText)) }
      case "annotations", "events", "links", "remoteEndpoint", "logs", "references": break
      default: if value.members == nil, value.array == nil { cells.append((key, value.plainText)) }
      }
    }
    let names = SpanFields(cells.map(\.0))
    guard names.isWhole else { return refuse("an object has no names of a trace and a span, or no time") }
    let isZipkin = members.contains { $0.key == "localEndpoint" || $0.key == "timestamp" }
    if var span = names.span(cells.map(\.1), durationUnit: isZipkin ? 1e-6 : nil) {
      // Zipkin marks failures only.
      if isZipkin, span.isError == nil { span.isError = cells.contains { $0.0 == "error" } }
      add(checked: span)
    } else {
      refuse("a span has no time")
    }
  }

  mutating func add(checked span: Span) {
    if span.trace.isEmpty || span.id.isEmpty { return refuse("a span has no name of a trace and of itself") }
    guard span.duration.isFinite else { return refuse("a span has no end that can be read") }
    add(span)
  }

  private static func whole(_ value: JSON?) -> Int64? {
    if let text = value?.string { return Int64(text) }
    return value?.number.flatMap { Int64(exactly: $0.rounded()) }
  }

  // MARK: - Failures

  /// By the attributes that say so: `error`, a status of OpenTelemetry, HTTP or gRPC; nil if none does.
  static func failed(of attributes: [(String, String)]) -> Bool? {
    var known: Bool?
    for (name, value) in attributes {
      switch name.lowercased() {
      case "error": known = known == true || !["false", "0", ""].contains(value.lowercased())
      case "otel.status_code", "status", "statuscode", "status_code", "http.status_code", "http_status_code",
        "http.response.status_code", "rpc.grpc.status_code":
        if let failed = failed(value) { known = known == true || failed }
      default: break
      }
    }
    return known
  }

  /// What a status means: words of OpenTelemetry, its number 2, numbers of HTTP from 500 on; nil if it says nothing.
  static func failed(_ status: String) -> Bool? {
    let word = status.lowercased()
    if let number = Int(word) {
      switch number {
      case 0, 1, 100..<500: return false
      case 2...16, 500..<600: return true
      default: return nil
      }
    }
    if word.hasSuffix("error") || word.hasPrefix("fail") { return true }
    return word.hasSuffix("ok") || word.hasSuffix("unset") || word == "success" ? false : nil
  }
}
