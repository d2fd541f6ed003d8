import CCurl
import Workbench

/// One transfer; dropping it frees everything that libcurl holds for it.
@safe struct CurlTransfer: ~Copyable {
  /// The longest wait between two looks at the wish to stop.
  private static let pollMilliseconds: Int32 = 30

  private let multi: UnsafeMutableRawPointer
  private let easy: UnsafeMutableRawPointer
  private let headers: UnsafeMutablePointer<curl_slist>?
  private let inbox: CurlInbox

  init(_ request: HTTPRequest, policy: CurlTransport, address: HTTPAddress) throws(HTTPError) {
    // SAFETY: the library is loaded. The handles and the list are freed in deinit and go nowhere else.
    guard let multi = unsafe sonde_curl_multi_open() else { throw .unavailable }
    guard let easy = unsafe sonde_curl_open() else {
      unsafe sonde_curl_multi_close(multi)
      throw .unavailable
    }
    var list: UnsafeMutablePointer<curl_slist>?
    for header in request.headers where Self.isSendable(header) {
      unsafe list = sonde_curl_append(list, "\(header.name): \(header.value)")
    }
    // Without this line libcurl would wait for a "100 Continue" before it sends a larger body.
    unsafe list = sonde_curl_append(list, "expect:")
    // Compressed streams come late, so none is asked for; one that comes all the same is unpacked.
    unsafe list = sonde_curl_append(list, "accept-encoding: identity")
    unsafe self.multi = multi
    unsafe self.easy = easy
    unsafe headers = list
    inbox = CurlInbox()
    unsafe Self.configure(easy, request, policy: policy, address: address)
    // SAFETY: the inbox lives as long as this value, and libcurl calls back only inside `run`.
    unsafe sonde_curl_set_receivers(
      easy, receiveBody, receiveHead, Unmanaged.passUnretained(inbox).toOpaque())
    unsafe sonde_curl_set_headers(easy, list)
    unsafe sonde_curl_multi_add(multi, easy)
  }

  deinit {
    unsafe sonde_curl_multi_remove(multi, easy)
    unsafe sonde_curl_close(easy)
    unsafe sonde_curl_multi_close(multi)
    unsafe sonde_curl_free(headers)
  }

  /// A line break in a header would let its value write further headers.
  private static func isSendable(_ header: HTTPHeader) -> Bool {
    (header.name + header.value).unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7f }
  }

  private static func configure(
    _ easy: UnsafeMutableRawPointer, _ request: HTTPRequest, policy: CurlTransport, address: HTTPAddress
  ) {
    unsafe sonde_curl_set_text(easy, CURLOPT_URL, request.url)
    unsafe sonde_curl_set_text(easy, CURLOPT_PROTOCOLS_STR, address.isSecure ? "https" : "http")
    unsafe sonde_curl_set_number(easy, CURLOPT_FOLLOWLOCATION, 0)
    unsafe sonde_curl_set_text(easy, CURLOPT_ACCEPT_ENCODING, "gzip")
    unsafe sonde_curl_set_number(easy, CURLOPT_SSL_VERIFYPEER, 1)
    unsafe sonde_curl_set_number(easy, CURLOPT_SSL_VERIFYHOST, 2)
    // The program of this name looks at it, the library does not.
    if let authorities = Environment.variable("SSL_CERT_FILE"), !authorities.isEmpty {
      unsafe sonde_curl_set_text(easy, CURLOPT_CAINFO, authorities)
    }
    unsafe sonde_curl_set_number(easy, CURLOPT_NOSIGNAL, 1)
    unsafe sonde_curl_set_number(easy, CURLOPT_CONNECTTIMEOUT, policy.connectSeconds)
    unsafe sonde_curl_set_number(easy, CURLOPT_LOW_SPEED_LIMIT, 1)
    unsafe sonde_curl_set_number(easy, CURLOPT_LOW_SPEED_TIME, policy.silenceSeconds)
    if address.isLoopback { unsafe sonde_curl_set_text(easy, CURLOPT_NOPROXY, "*") }
    // A key pair of the user's machine must not travel: no .netrc, no credentials from the address.
    unsafe sonde_curl_set_number(easy, CURLOPT_NETRC, 0)
    if request.body.isEmpty { return }
    unsafe request.body.withUnsafeBytes { bytes in
      // SAFETY: libcurl copies the bytes before the closure ends.
      _ = unsafe sonde_curl_set_body(easy, bytes.baseAddress, bytes.count)
    }
  }

  /// Moves bytes until the answer is complete.
  consuming func run(isCancelled: () -> Bool, receive: (HTTPEvent) -> Void) throws(HTTPError) {
    var running: Int32 = 1
    var hasHead = false
    while true {
      if isCancelled() { throw .cancelled }
      unsafe sonde_curl_multi_perform(multi, &running)
      let pieces = inbox.take()
      if !pieces.isEmpty || running == 0 {
        if !hasHead, let head = head() {
          hasHead = true
          receive(head)
        }
        if !pieces.isEmpty { receive(.body(pieces)) }
      } else {
        receive(.tick)
      }
      if running == 0 { break }
      unsafe sonde_curl_multi_poll(multi, Self.pollMilliseconds)
    }
    let result = unsafe sonde_curl_multi_result(multi)
    if result != 0 { throw error(CURLcode(rawValue: UInt32(max(0, result))), hasHead: hasHead) }
  }

  private func head() -> HTTPEvent? {
    let status = unsafe sonde_curl_number(easy, CURLINFO_RESPONSE_CODE)
    return status == 0 ? nil : .head(status: status, headers: inbox.headers)
  }

  private func error(_ code: CURLcode, hasHead: Bool) -> HTTPError {
    // SAFETY: libcurl's error texts are constants.
    let text = unsafe sonde_curl_text(code).map { unsafe String(cString: $0) } ?? "error \(code.rawValue)"
    switch code {
    case CURLE_OPERATION_TIMEDOUT: return .timedOut(text)
    case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CACERT_BADFILE, CURLE_SSL_CONNECT_ERROR:
      return .untrusted(text)
    case CURLE_URL_MALFORMAT, CURLE_UNSUPPORTED_PROTOCOL: return .badAddress
    default: return hasHead ? .broken(text) : .unreachable(text)
    }
  }
}

/// What libcurl has delivered since the last look. Used by one thread: libcurl calls back inside `perform`.
final class CurlInbox {
  private var bytes: [UInt8] = []
  fileprivate(set) var headers: [HTTPHeader] = []

  func take() -> [UInt8] {
    defer { bytes = [] }
    return bytes
  }

  fileprivate func add(_ piece: UnsafeRawBufferPointer) { unsafe bytes.append(contentsOf: piece) }

  fileprivate func addHead(_ line: String) {
    // A proxy or a 1xx answer sends a head of its own first.
    if line.hasPrefix("HTTP/") {
      headers = []
    } else if let colon = line.firstIndex(of: ":") {
      let value = line[line.index(after: colon)...]
      headers.append(HTTPHeader(String(line[..<colon]), trimmed(value)))
    }
  }

  private func trimmed(_ text: Substring) -> String {
    let isSpace: (Unicode.Scalar) -> Bool = { $0 == " " || $0 == "\t" || $0 == "\r" || $0 == "\n" }
    var scalars = text.unicodeScalars.drop(while: isSpace)
    while let last = scalars.last, isSpace(last) { scalars.removeLast() }
    return String(String.UnicodeScalarView(scalars))
  }
}

private func receiveBody(
  _ bytes: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int, _ context: UnsafeMutableRawPointer?
) -> Int {
  guard let bytes = unsafe bytes, let context = unsafe context else { return 0 }
  // SAFETY: the context is the inbox of the transfer that is running; the bytes are valid during this call.
  let inbox = unsafe Unmanaged<CurlInbox>.fromOpaque(context).takeUnretainedValue()
  unsafe inbox.add(UnsafeRawBufferPointer(start: bytes, count: size * count))
  return size * count
}

private func receiveHead(
  _ bytes: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int, _ context: UnsafeMutableRawPointer?
) -> Int {
  guard let bytes = unsafe bytes, let context = unsafe context else { return 0 }
  // SAFETY: as in receiveBody.
  let inbox = unsafe Unmanaged<CurlInbox>.fromOpaque(context).takeUnretainedValue()
  let line = unsafe UnsafeRawBufferPointer(start: bytes, count: size * count)
  inbox.addHead(unsafe String(decoding: line, as: UTF8.self))
  return size * count
}
