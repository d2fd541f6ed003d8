import Dispatch
import Glibc
import Synchronization
import Testing

/// A model server on this machine that answers each request with what the test wrote down.
///
/// It listens on a port that the system picks, plays one script a connection, and stops by itself.
package final class ScriptedServer: Sendable {
  package enum Action: Sendable {
    case send([UInt8])
    /// Says nothing more and waits until the client has gone.
    case hang
    /// Breaks the connection as a crashing server does.
    case reset

    package static func text(_ text: String) -> Action { .send(Array(text.utf8)) }
  }

  package struct Request: Sendable {
    package var head = ""
    package var body = ""
  }

  private final class Record: Sendable {
    let requests = Mutex<[Request]>([])
    let departures = Mutex<Int>(0)
  }

  package let port: UInt16
  private let socket: Int32
  private let record = Record()

  package init(_ scripts: [[Action]]) throws {
    let listener = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    // SAFETY: the pointers are valid during the calls and as long as `length` says.
    let bound = unsafe withUnsafeMutablePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { plain in
        unsafe bind(listener, plain, length) == 0 && listen(listener, 8) == 0
          && getsockname(listener, plain, &length) == 0
      }
    }
    try #require(bound)
    socket = listener
    port = UInt16(bigEndian: address.sin_port)
    let record = record
    DispatchQueue(label: "scripted server").async {
      for script in scripts {
        let connection = accept(listener, nil, nil)
        if connection < 0 { break }
        Self.play(script, on: connection, record: record)
      }
    }
  }

  deinit {
    shutdown(socket, Int32(SHUT_RDWR))
    close(socket)
  }

  package var url: String { "http://127.0.0.1:\(port)" }
  package var requests: [Request] { record.requests.withLock { $0 } }
  /// How many clients went away while the server hung.
  package var departures: Int { record.departures.withLock { $0 } }

  private static func play(_ script: [Action], on connection: Int32, record: Record) {
    let request = read(from: connection)
    record.requests.withLock { $0.append(request) }
    for action in script {
      switch action {
      case .send(let bytes):
        var sent = 0
        while sent < bytes.count {
          let count = unsafe bytes.withUnsafeBytes { buffer in
            unsafe send(
              connection, buffer.baseAddress?.advanced(by: sent), bytes.count - sent, Int32(MSG_NOSIGNAL))
          }
          if count <= 0 { break }
          sent += count
        }
      case .hang:
        var byte: UInt8 = 0
        while unsafe recv(connection, &byte, 1, 0) > 0 {}
        record.departures.withLock { $0 += 1 }
      case .reset:
        var option = linger(l_onoff: 1, l_linger: 0)
        unsafe setsockopt(connection, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
        close(connection)
        return
      }
    }
    shutdown(connection, Int32(SHUT_WR))
    close(connection)
  }

  private static func read(from connection: Int32) -> Request {
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 65_536)
    while true {
      let text = String(decoding: bytes, as: UTF8.self)
      if let end = text.range(of: "\r\n\r\n") {
        let head = String(text[..<end.lowerBound])
        let body = String(text[end.upperBound...])
        let length = head.lowercased().split(separator: "content-length: ").dropFirst().first
          .flatMap { Int($0.prefix { $0.isNumber }) }
        if body.utf8.count >= length ?? 0 { return Request(head: head, body: body) }
      }
      let count = unsafe chunk.withUnsafeMutableBytes { unsafe recv(connection, $0.baseAddress, $0.count, 0) }
      if count <= 0 { return Request(head: text, body: "") }
      bytes += chunk[..<count]
    }
  }
}

extension String {
  /// The first place of another text in this one.
  fileprivate func range(of other: String) -> Range<String.Index>? { ranges(of: other).first }
}
