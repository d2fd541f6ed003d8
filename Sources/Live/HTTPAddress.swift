/// The parts of an http address that decide whether it may be used.
struct HTTPAddress: Equatable {
  let isSecure: Bool
  /// Lower case, without brackets and port.
  let host: String

  init?(_ url: String) {
    let lower = url.lowercased()
    let rest: Substring
    if lower.hasPrefix("https://") {
      isSecure = true
      rest = lower.dropFirst(8)
    } else if lower.hasPrefix("http://") {
      isSecure = false
      rest = lower.dropFirst(7)
    } else {
      return nil
    }
    if url.unicodeScalars.contains(where: { $0.value <= 0x20 || $0.value == 0x7f || $0 == "\\" }) {
      return nil
    }
    // What stands before an @ is a user name: `http://localhost@elsewhere` means elsewhere.
    let authority = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
    let place = authority.split(separator: "@", omittingEmptySubsequences: false).last ?? authority
    if place.hasPrefix("[") {
      host = String(place.dropFirst().prefix { $0 != "]" })
    } else {
      host = String(place.prefix { $0 != ":" })
    }
    if host.isEmpty { return nil }
  }

  /// Whether the host is this machine.
  var isLoopback: Bool {
    if host == "localhost" || host == "::1" { return true }
    let parts = host.split(separator: ".", omittingEmptySubsequences: false)
    return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
  }
}
