package import Language

/// The words for people: notices and diagnostics of the agent.
package enum AgentText {
  package static func seconds(_ seconds: Double) -> String {
    let tenths = Int((max(0, min(seconds, 1e9)) * 10).rounded())
    return seconds >= 10 ? "\((tenths + 5) / 10) s" : "\(tenths / 10).\(tenths % 10) s"
  }

  package static func count(_ number: Int) -> String {
    if number < 1000 { return "\(number)" }
    let tenths = (number + 50) / 100
    return "\(tenths / 10).\(tenths % 10)k"
  }

  /// A number as short as it goes.
  static func plain(_ number: Double) -> String {
    number == number.rounded() ? "\(Int(number))" : "\(number)"
  }

  /// With four decimals: questions to small models cost fractions of a cent.
  package static func money(_ amount: Double) -> String {
    let units = Int((max(0, min(amount, 1e9)) * 10_000).rounded())
    let rest = String(units % 10_000)
    return "\(units / 10_000)." + String(repeating: "0", count: 4 - rest.count) + rest
  }

  /// Nothing is known of the model yet, so that no choice is made for the session.
  static func isLoading(_ host: String) -> Diagnostic {
    Diagnostic("A0107", "\(host) is still loading its model", remedy: "ask again in some seconds")
  }

  static func cause(_ failure: ModelFailure) -> String {
    let words =
      switch failure.cause {
      case .rateLimited: "rate limited"
      case .overloaded: "the model server is busy"
      case .unreachable: "the model server cannot be reached"
      case .broken: "the answer broke off"
      default: "the model server failed"
      }
    return failure.status.map { "\(words) (\($0))" } ?? words
  }

  static func notice(_ notice: TurnNotice) -> String {
    switch notice {
    case .alreadyComputed(let line, let number):
      "● \(SafeText.visible(line))   already computed\(number.map { ": r\($0)" } ?? "")"
    case .refused(let line, let diagnostic):
      "● \(SafeText.visible(line))   refused\n  └ \(Self.short(diagnostic))"
    case .leftOut(let option): "  `\(SafeText.oneLine(option, limit: 40))` was left out: it could not be read"
    case .denied(let line): "● \(SafeText.visible(line))   not allowed"
    case .planned(let number, let line): "○ \(number)  \(SafeText.visible(line))"
    case .outlined(let steps):
      "plan\n"
        + steps.enumerated().map { "  \($0 + 1)  \(SafeText.oneLine($1, limit: 100))" }
        .joined(separator: "\n")
    case .unsupported(let items):
      "! no result that the model saw contains: "
        + items.map { SafeText.oneLine($0, limit: 40) }.joined(separator: ", ")
    case .forgot(let turns): "the model's window is full: \(turns) earlier question(s) left out"
    case .answeringWithoutTools(let cause):
      switch cause {
      case .callsSpent: "the budget of calls is spent: answering from what there is"
      case .tokensSpent: "the budget of tokens is spent: answering from what there is"
      case .moneySpent: "the budget of money is spent: answering from what there is"
      case .repeats: "the same call came again: answering from what there is"
      case .refusals: "too many calls were refused: answering from what there is"
      case .cutShort: "the model's window is full: answering from what there is"
      }
    }
  }

  /// What is wrong and what helps, without the line and its carets.
  private static func short(_ diagnostic: String) -> String {
    let lines = diagnostic.split(separator: "\n")
    let remedy = lines.dropFirst().last { $0.hasPrefix("help: ") }
    return [lines.first, remedy].compactMap(\.self)
      .map { SafeText.oneLine(String($0), limit: 200) }.joined(separator: "\n    ")
  }

  /// The line after a turn.
  package static func footer(_ end: TurnEnd, seconds: Double, session: TokenUse) -> String {
    var parts = [end.calls == 1 ? "1 call" : "\(end.calls) calls"]
    if end.use.input + end.use.output > 0 {
      let cached = end.use.cachedInput > 0 ? " (\(count(end.use.cachedInput)) cached)" : ""
      let total = count(session.input + session.output)
      parts.append("\(count(end.use.input)) in\(cached) \(count(end.use.output)) out (session \(total))")
    }
    parts.append(Self.seconds(seconds))
    return "─ " + parts.joined(separator: " · ")
  }

  package static func diagnostic(
    _ end: TurnEnd, settings: ModelSettings, limits: TurnLimits
  ) -> Diagnostic? {
    switch end.reason {
    case .answered, .interrupted: return nil
    case .outOfTime:
      return Diagnostic(
        "A0110", "no answer within \(seconds(limits.seconds))",
        remedy: "ask a smaller question, or use a faster model")
    case .outOfTokens:
      return Diagnostic(
        "A0111", "the budget of \(limits.tokens) tokens is spent", remedy: "ask a smaller question")
    case .silent:
      return Diagnostic(
        "A0112", "the model gave neither an answer nor a call",
        remedy: "ask again in other words, or use a larger model; what it computed stays")
    case .withheld:
      return Diagnostic(
        "A0113", "the model server withheld the answer", remedy: "ask in other words, or use another model")
    case .failed(let failure): return diagnostic(failure, settings: settings)
    }
  }

  static func diagnostic(_ failure: ModelFailure, settings: ModelSettings) -> Diagnostic {
    let host = settings.host
    let said = failure.message.isEmpty ? "" : ": \(failure.message)"
    let status = failure.status.map { " (status \($0))" } ?? ""
    switch failure.cause {
    case .notAllowed:
      return Diagnostic(
        "A0102", "\(host) refuses the key\(status)\(said)",
        remedy: "set SONDE_LLM_KEY, or SONDE_LLM_KEY_FILE to a file that only you can read")
    case .noSuchModel:
      return Diagnostic(
        "A0103", "\(host) has no such model\(said)", remedy: "set SONDE_LLM_MODEL to a model that it serves")
    case .contextExceeded(let window):
      let size = window.map { " of \($0) tokens" } ?? ""
      return Diagnostic(
        "A0104", "the question does not fit the model's window\(size)",
        remedy: "start the model server with a larger window, or ask a smaller question")
    case .rateLimited:
      return Diagnostic(
        "A0105", "rate limited by \(host)\(status)\(said)", remedy: "wait a while and ask again")
    case .quotaExhausted:
      return Diagnostic(
        "A0106", "the quota at \(host) is used up\(said)",
        remedy: "waiting does not help; look at the account")
    case .overloaded, .serverError:
      return Diagnostic("A0107", "\(host) failed\(status)\(said)", remedy: "ask again later")
    case .rejected:
      return Diagnostic(
        "A0108", "\(host) rejected the request\(status)\(said)",
        remedy: "look whether the model supports tool calls in chat completions")
    case .unreachable:
      return Diagnostic(
        "A0109", "\(host) cannot be reached\(said)",
        remedy: "look whether the server runs and SONDE_LLM_URL is right")
    case .untrusted:
      return Diagnostic(
        "A0114", "the certificate of \(host) cannot be trusted\(said)",
        remedy:
          "install the authority's certificate, or name its file in SSL_CERT_FILE; verification stays on")
    case .plainHTTP(let host):
      return Diagnostic(
        "A0115", "plain http to \(host) would send data in the clear",
        remedy: "use https, or set SONDE_LLM_PLAIN_HTTP=1 for a network that you trust")
    case .badAddress:
      return Diagnostic(
        "A0116", "SONDE_LLM_URL is not an http or https address",
        remedy: "write it like http://127.0.0.1:8080 or https://host/v1")
    case .noLibrary:
      return Diagnostic("A0117", "libcurl is not installed", remedy: "apt-get install libcurl4")
    case .broken:
      return Diagnostic("A0118", "the answer of \(host) broke off\(said)", remedy: "ask again")
    case .notRecorded:
      return Diagnostic(
        "A0128", "the recording holds no answer to this question",
        remedy: "it goes another way than when it was recorded; replay without `--agent recorded`")
    case .notAModelServer:
      return Diagnostic(
        "A0119", "\(host) did not answer with chat completions\(status)",
        remedy: "point SONDE_LLM_URL at the server's base address; /v1/chat/completions is added to it")
    }
  }
}
