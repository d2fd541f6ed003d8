import Agent
import Chronology
import Console
import Language
import Live
import Numerics
import Workbench

/// The live world, put together once.
struct Surroundings {
  let options: CommonOptions
  let stop = StopSignals()
  let world: World
  let deadline: ContinuousClock.Instant?

  init(_ options: CommonOptions) {
    self.options = options
    stop.install()
    var world = World(
      files: FileSystem(), audio: SoundFileDecoder(), clock: SystemClock(),
      home: Environment.home(of: Environment.program))
    world.pause = LivePause()
    world.helpers = HelperProcesses()
    world.networks = OnnxRuntime()
    world.programs = ToolProcesses()
    world.embeddings = RemoteEmbeddings(
      environment: Environment.variable, secret: SecretFile.read,
      transport: CurlTransport(allowsPlainHTTP: Environment.variable("SONDE_LLM_PLAIN_HTTP") == "1"))
    world.answers = RemoteAnswers(
      settings: {
        Result { () throws(Diagnostic) in
          try ModelSettings(environment: Self.variable, secret: SecretFile.read)
        }
      },
      transport: CurlTransport(allowsPlainHTTP: Environment.variable("SONDE_LLM_PLAIN_HTTP") == "1"),
      pause: LivePause(), clock: SystemClock())
    world.tell = { StandardError().write($0 + "\n") }
    self.world = world
    deadline = options.limit.map { .now + .seconds($0.seconds) }
  }

  var work: Work {
    let (stop, deadline) = (stop, deadline)
    return Work(threads: options.threads ?? Environment.processors) {
      stop.isRaised || deadline.map { ContinuousClock.now > $0 } ?? false
    }
  }

  /// - Parameter isReplay: nothing that a model said is asked again.
  func session(seed: UInt64, isReplay: Bool = false) -> Session {
    var world = world
    if isReplay { world.answers = NoAnswers() }
    return Session(world: world, seed: seed)
  }

  func headless(_ session: Session, isJSON: Bool, assistant: SessionAssistant? = nil) -> Headless {
    Headless(
      session: session, results: StandardOutput(), messages: StandardError(), isJSON: isJSON,
      assistant: assistant ?? self.assistant(session))
  }

  /// The agent over a session, by the model that the environment names.
  func assistant(_ session: Session, transport recorded: RecordedTransport? = nil) -> SessionAssistant {
    let files = world.files
    let transport = CurlTransport(allowsPlainHTTP: Environment.variable("SONDE_LLM_PLAIN_HTTP") == "1")
    let folders = [Environment.configFolder + "/prompts", world.home + "/prompts"]
    let assistant = SessionAssistant(
      session: session,
      settings: { () throws(Diagnostic) in
        try ModelSettings(environment: Self.variable, secret: SecretFile.read)
      },
      transport: recorded ?? transport,
      pause: recorded == nil ? LivePause() : NoPause(),
      prompt: { (name) throws(Diagnostic) in
        try RolePrompt.find(name, in: folders) { try? files.text($0, limit: 1 << 20) }
      },
      catalog: recorded != nil || Environment.variable("SONDE_LLM_DISCOVERY") == "off"
        ? nil : ModelCatalog(transport: transport, clock: world.clock),
      rules: { () throws(Diagnostic) in
        let own = try PermissionRules(
          files: files, path: Environment.configFolder + "/rules", mayAllow: true)
        return try own + PermissionRules(files: files, path: ".sonde/rules", mayAllow: false)
      },
      preview: { result in
        let width = max(40, StandardOutput().width - 4)
        return View(width: width, name: "r\(result.number)").lines(of: result.value).prefix(8).map(\.plain)
      })
    assistant.keepKey = { (key, host) throws(Diagnostic) in
      try SecretFile.write(key, to: SecretFile.path(host: host))
    }
    assistant.team = { (name) throws(Diagnostic) in
      for folder in folders {
        let path = "\(folder)/teams/\(name).md"
        guard !name.contains("/"), !files.files(matching: path).isEmpty else { continue }
        return try Team(name: name, parsing: files.text(path, limit: 1 << 20))
      }
      return nil
    }
    assistant.teamNames = {
      let paths = folders.flatMap { files.files(matching: $0 + "/teams/*.md") }
      let names = paths.compactMap { $0.split(separator: "/").last?.dropLast(3) }.map(String.init)
      return Set(names).sorted()
    }
    return assistant
  }

  /// The environment, with the key file that `/key` wrote for the server where nothing else is set.
  private static func variable(_ name: String) -> String? {
    let value = Environment.variable(name)
    guard name == "SONDE_LLM_KEY_FILE", value == nil || value?.isEmpty == true,
      let url = Environment.variable("SONDE_LLM_URL")
    else { return value }
    let path = SecretFile.path(host: ModelSettings(url: url).host)
    return SecretFile.exists(path) ? path : nil
  }

  /// Where lines are typed.
  func lines(_ history: HistoryFile?) -> any LineSource {
    if let editor = EditlineSource(screen: StandardOutput(), history: history, stop: stop) { return editor }
    return PlainSource(
      screen: StandardOutput(), isSeen: Environment.isTerminal(0) && Environment.isTerminal(1))
  }

  /// Opens the prompt on a session that keeps a journal.
  func prompt(_ session: Session, resumes: Bool) -> ExitStatus {
    let folder = Environment.stateFolder + "/sessions"
    let writer = EventWriter(results: StandardOutput(), messages: StandardError())
    if !resumes || !session.resume(from: folder, work: work, emit: writer.write) {
      session.keepJournal(in: folder)
    }
    let isTyped = Environment.isTerminal(0)
    let history =
      isTyped ? HistoryFile(path: Environment.stateFolder + "/history.jsonl") : nil
    let shell = Shell(
      session: session, lines: lines(history), screen: StandardOutput(), messages: StandardError(),
      interrupts: stop)
    shell.history = history
    shell.assistant = assistant(session)
    return shell.run(work: work)
  }

  /// Reads the exchanges that belong to a script, or says why not and leaves.
  func exchanges(of file: String) -> Exchanges {
    do throws(Diagnostic) {
      let path = Replay.exchangesPath(of: file)
      return try Exchanges(parsing: world.files.text(path), name: path)
    } catch {
      StandardError().write(error.text(.placed) + "\n")
      leave(with: .checkFailed)
    }
  }

  /// Reads a script, or says why not and leaves.
  func open(_ file: String) -> Replay {
    do throws(Diagnostic) {
      return try Replay(file: file, files: world.files)
    } catch {
      StandardError().write(error.text(.placed) + "\n")
      leave(with: .checkFailed)
    }
  }

  func leave(with status: ExitStatus) -> Never {
    if stop.isTermination { Environment.leave(ExitStatus.terminated.rawValue) }
    guard status == .interrupted else { Environment.leave(status.rawValue) }
    guard !stop.isRaised, let limit = options.limit, deadline.map({ ContinuousClock.now > $0 }) ?? false
    else {
      Environment.leave(ExitStatus.interrupted.rawValue)
    }
    StandardError().write("stopped: the \(limit) of `--timeout` are over\n")
    Environment.leave(ExitStatus.timedOut.rawValue)
  }
}
