import Chronology
import Formats
import Numerics
import Testing
import Values

@Suite struct `Spans of traces` {
  static let jaeger = """
    {"data":[{"traceID":"t1","spans":[
      {"traceID":"t1","spanID":"b","operationName":"charge","references":[{"refType":"CHILD_OF","traceID":"t1","spanID":"a"}],
       "startTime":1672531200000100,"duration":50,"tags":[{"key":"http.status_code","type":"int64","value":503}],"processID":"p2"},
      {"traceID":"t1","spanID":"a","operationName":"order","references":[],"startTime":1672531200000000,"duration":200,"tags":[],"processID":"p1"}],
      "processes":{"p1":{"serviceName":"web"},"p2":{"serviceName":"pay"}}}]}
    """
  static let zipkin = """
    [[{"traceId":"t1","id":"a","name":"order","timestamp":1672531200000000,"duration":200,"localEndpoint":{"serviceName":"web"}},
      {"traceId":"t1","id":"b","parentId":"a","name":"charge","timestamp":1672531200000100,"duration":50,
       "localEndpoint":{"serviceName":"pay"},"tags":{"error":"timeout"}}]]
    """
  static let open = """
    {"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"web"}}]},"scopeSpans":[{"spans":[\
      {"traceId":"t1","spanId":"a","parentSpanId":"","name":"order","startTimeUnixNano":"1672531200000000000","endTimeUnixNano":"1672531200000200000"}]}]}]}
    {"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"pay"}}]},"scopeSpans":[{"spans":[\
      {"traceId":"t1","spanId":"b","parentSpanId":"a","name":"charge","startTimeUnixNano":"1672531200000100000","endTimeUnixNano":"1672531200000150000","status":{"code":2}}]}]}]}
    """
  static let csv = """
    TraceID,SpanID,ParentID,PodName,OperationName,StartTimeUnixNano,EndTimeUnixNano,Duration,http.status_code
    t1,b,a,pay,charge,1672531200000100000,1672531200000150000,50,500
    t1,a,root,web,order,1672531200000000000,1672531200000200000,200,200
    """

  static func read(_ text: String, json: Bool) throws -> SpanRecords {
    var records = SpanRecords()
    let source = MemorySource(Array(text.utf8))
    if json {
      try records.read(json: source, work: Work())
    } else {
      try records.read(delimited: source, work: Work())
    }
    return records
  }

  @Test(arguments: [
    ("Jaeger", jaeger, true), ("Zipkin", zipkin, true), ("OpenTelemetry", open, true), ("CSV", csv, false),
  ]) func `mean the same in all forms`(_ name: String, _ text: String, _ json: Bool) throws {
    let (log, ties) = try Self.read(text, json: json).log()
    #expect(
      log.frame.index.segments.map(\.name) == [] || log.frame.index.runs.map(\.name) == ["t1"], "\(name)")
    let (codes, levels) = log.activities
    #expect(codes.map { levels[Int($0)] } == ["web order", "pay charge"], "\(name)")
    let durations = try #require(log.frame.column("duration")?.numbers)
    #expect(abs(durations[0] - 200e-6) < 1e-12 && abs(durations[1] - 50e-6) < 1e-12, "\(name)")
    #expect(log.frame.column("depth")?.numbers == [0, 1], "\(name)")
    #expect(log.frame.column("error")?.numbers == [0, 1], "\(name)")
    #expect(log.frame.index.time?[1].nanoseconds == 1_672_531_200_000_100_000, "\(name)")
    #expect(ties == SpanRecords.Ties(), "\(name)")
  }

  @Test func `that are broken are counted`() throws {
    let records = try Self.read(
      """
      trace_id,span_id,parent_span_id,service,name,start_time,end_time
      t,a,,s,n,1672531200.5,1672531201
      t,b,z,s,n,1672531200,1672531199
      t,c,a,s,n,1672531200,1672531202
      t,c,a,s,n,1672531201,1672531202
      t,a,,s,n,1672531200.5,1672531201
      t,d,a,s,n,soon,later
      ,e,a,s,n,1672531200,1672531201
      """, json: false)
    let (log, ties) = records.log()
    #expect(log.frame.rowCount == 4 && records.refused == 2 && records.reversed == 1)
    #expect(ties == SpanRecords.Ties(orphans: 1, twins: 1, repeated: 1, early: 1))
  }

  /// A ring of parents has no root, and must not be walked for ever.
  @Test func `whose parents form a ring have a depth`() throws {
    let records = try Self.read(
      "trace,span,parent,service,name,start,duration\nt,a,b,s,n,1672531200,1\nt,b,a,s,n,1672531200,1\nt,c,c,s,n,1672531200,1\n",
      json: false)
    let depths = records.log().log.frame.column("depth")?.numbers ?? []
    #expect(depths.count == 3 && depths.allSatisfy(\.isFinite))
  }

  @Test(arguments: [("no names", "a,b\n1,2\n"), ("one name", "TraceID,x\n1,2\n")])
  func `are wanted`(_ name: String, _ text: String) {
    #expect(throws: FormatError.self, "\(name)") { try Self.read(text, json: false) }
  }
}
