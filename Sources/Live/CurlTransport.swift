import CCurl
package import Workbench

/// Sends requests with libcurl, which is loaded at the first of them.
///
/// TLS certificates are verified, redirects are not followed, proxies come from the environment (but never stand
/// between us and this machine), and plain http leaves this machine only if that was allowed.
package struct CurlTransport: ModelTransport {
  package let allowsPlainHTTP: Bool
  package let connectSeconds: Int
  /// A server that sends less than a byte a second for so long is given up.
  package let silenceSeconds: Int

  package init(allowsPlainHTTP: Bool = false, connectSeconds: Int = 10, silenceSeconds: Int = 120) {
    self.allowsPlainHTTP = allowsPlainHTTP
    self.connectSeconds = connectSeconds
    self.silenceSeconds = silenceSeconds
  }

  package func send(
    _ request: HTTPRequest, isCancelled: () -> Bool, receive: (HTTPEvent) -> Void
  ) throws(HTTPError) {
    guard let address = HTTPAddress(request.url) else { throw .badAddress }
    guard address.isSecure || address.isLoopback || allowsPlainHTTP else {
      throw .plainHTTP(host: address.host)
    }
    guard sonde_curl_load() == 0 else { throw .unavailable }
    let transfer = try CurlTransfer(request, policy: self, address: address)
    try transfer.run(isCancelled: isCancelled, receive: receive)
  }
}
