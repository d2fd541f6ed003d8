package import Chronology

/// Carries one request to a model server and hands over the answer in the pieces in which it arrives.
package protocol ModelTransport: Sendable {
  /// Returns when the answer is complete. `receive` also gets a tick about 30 times a second while nothing
  /// arrives, so that a reader can show the time that passes. A wish to stop is followed within 50 ms.
  func send(
    _ request: HTTPRequest, isCancelled: () -> Bool, receive: (HTTPEvent) -> Void
  ) throws(HTTPError)
}

/// Lets time pass between two attempts.
package protocol Pause: Sendable {
  /// Returns false as soon as the user wishes to stop; `tick` gets the seconds that are left.
  func wait(_ span: TimeSpan, isCancelled: () -> Bool, tick: (Double) -> Void) -> Bool
}

/// A POST to an address; a GET if there is no body.
package struct HTTPRequest: Sendable, Equatable {
  package var url: String
  /// Never printed, logged or put into an error: they hold the key.
  package var headers: [HTTPHeader]
  package var body: [UInt8]

  package init(url: String, headers: [HTTPHeader], body: [UInt8]) {
    self.url = url
    self.headers = headers
    self.body = body
  }
}

package struct HTTPHeader: Sendable, Equatable {
  /// Lower case.
  package let name: String
  package let value: String

  package init(_ name: String, _ value: String) {
    self.name = name.lowercased()
    self.value = value
  }
}

package enum HTTPEvent: Sendable, Equatable {
  /// Comes once, before any body.
  case head(status: Int, headers: [HTTPHeader])
  case body([UInt8])
  case tick
}

/// Why no complete answer came. Answers with a status of 400 and more are answers, not errors.
package enum HTTPError: Error, Sendable, Equatable {
  case cancelled
  /// libcurl is not installed.
  case unavailable
  /// Not an http or https address.
  case badAddress
  /// Plain http to another machine; the key and the data would travel in the clear.
  case plainHTTP(host: String)
  case unreachable(String)
  case timedOut(String)
  case untrusted(String)
  /// The connection broke in the middle of the answer.
  case broken(String)
}
