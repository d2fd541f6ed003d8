import Language
import Notation
import Numerics
import Values

struct AskPrompts: WorldCommand {
  static let input = Parameter<Reference>.value("prompts", [.text], help: "Prompts, one a row.")
  static let choices = Parameter<[String]>.texts(
    "choices", help: "Words of which each answer must hold one; the first that it holds counts.")
  /// Below the folder in which Sonde was started.
  static let path = ".sonde/answers.jsonl"

  let spec = CommandSpec(
    "knowledge", "ask", "Puts prompts to the model, one by one, and keeps the answers.",
    discussion: """
      Each prompt is a question of its own, without tools, at temperature 0. Answers are kept in `.sonde/answers.jsonl` by the digest of \
      the prompt and by the model; what is kept is not asked again, and a replay asks nothing: it takes what is kept, and a missing answer is an \
      error. With --choices, an answer in which none of the words stands is missing and counted, never guessed. Prompts leave this \
      machine if the model does not run on it. The agent cannot run this command.
      """,
    parameters: [input.base, choices.base], output: .table, reach: .network, needs: "scripts/local-model",
    examples: [
      Example("pump = generate pump-station --minutes 5 --seed 7"),
      Example("task = knowledge prompt \"Is this normal, yes or no? {pump}\" --with pump"),
      Example("verdict = knowledge ask task --choices yes,no"),
      Example("knowledge ask task"),
    ])

  func run(_ call: Invocation, work: Work, world: World) throws(Failure) -> Value {
    guard case .text(let prompts) = call[Self.input].value, prompts.texts.count > 0 else {
      throw call.noRows(Self.input.base)
    }
    let texts = (0..<prompts.texts.count).map { prompts.texts[$0] }
    let choices = call[Self.choices]
    let model = try world.answers.model()
    var kept = Self.kept(world, by: model)
    var asked = 0
    var answers: [String] = []
    for (row, prompt) in texts.enumerated() {
      if work.isCancelled() { throw .cancelled }
      let key = Self.key(prompt)
      if let answer = kept[key] {
        answers.append(answer)
        continue
      }
      guard let model else {
        throw call.blame(
          Self.input.base, "E0558", "no answer to prompt \(row + 1) is kept, and no model may be asked",
          label: "not answered yet",
          remedy: "Set SONDE_LLM_URL and run the line at a prompt; replays ask nothing.")
      }
      work.report(Double(row) / Double(texts.count), "asking \(model)")
      let answer = try world.answers.answer(prompt, isCancelled: work.isCancelled)
      kept[key] = answer
      asked += 1
      answers.append(answer)
      try Self.keep(answer, key, model, world)
    }
    call.note(
      "\(asked) of \(counted(texts.count, "prompt")) asked, \(texts.count - asked) answered from `\(Self.path)`"
    )
    return table(prompts, answers, choices, call)
  }

  private func table(_ prompts: Documents, _ answers: [String], _ choices: [String], _ call: Invocation)
    -> Value
  {
    var columns = [Column("answer", .text(TextColumn(answers.map(Visible.paragraph))))]
    if !choices.isEmpty {
      let found = answers.map { Self.choice(in: $0, of: choices) }
      var nulls = Mask(count: found.count)
      for (row, choice) in found.enumerated() where choice == nil { nulls[row] = true }
      if nulls.setCount > 0 { call.note("\(counted(nulls.setCount, "answer")) held none of the choices") }
      let codes = found.map { choice in choice.flatMap { choices.firstIndex(of: $0) }.map(Int32.init) ?? -1 }
      columns.insert(Column("choice", .category(codes: codes, levels: choices), nulls: nulls), at: 0)
    }
    return .table(Frame(index: prompts.frame.index, columns: columns))
  }

  /// The choice whose words stand first in the answer.
  static func choice(in answer: String, of choices: [String]) -> String? {
    let words = Statements.words(answer)
    let places = choices.compactMap { choice -> (place: Int, choice: String)? in
      let wanted = Statements.words(choice)
      guard !wanted.isEmpty else { return nil }
      return words.firstRange(of: wanted).map { ($0.lowerBound, choice) }
    }
    return places.min { $0.place < $1.place }?.choice
  }

  private static func key(_ prompt: String) -> String {
    var builder = FingerprintBuilder()
    builder.add(prompt)
    return builder.finish().digits
  }

  /// The answers of the file by the digests of their prompts: those of the model, or of any if there is none.
  ///
  /// A line that cannot be read keeps nothing.
  private static func kept(_ world: World, by model: String?) -> [String: String] {
    guard !world.files.files(matching: path).isEmpty,
      let text = try? world.files.text(path, limit: 256 << 20)
    else { return [:] }
    var kept: [String: String] = [:]
    for line in text.split(separator: "\n") {
      guard let json = try? JSON(parsing: String(line)), let key = json["prompt"]?.string,
        let answer = json["answer"]?.string, model == nil || json["model"]?.string == model
      else { continue }
      kept[key] = answer
    }
    return kept
  }

  private static func keep(_ answer: String, _ key: String, _ model: String, _ world: World) throws(Failure) {
    let line: JSON = ["prompt": .string(key), "model": .string(model), "answer": .string(answer)]
    do throws(Diagnostic) { try world.files.append(Array((line.description + "\n").utf8), to: path) } catch {
      throw .diagnostic(error)
    }
  }
}
