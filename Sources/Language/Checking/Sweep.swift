/// `sweep k in 3,5,10 BODY`: a pipeline once for each value, to set their numbers side by side.
package struct CheckedSweep: Sendable, Equatable {
  /// What stands for the values in the body.
  package let parameter: String
  /// One a trial, as they are written in its place.
  package let values: [String]
  /// How many of the pipeline's calls belong to each trial.
  package let callsPerTrial: Int
  /// The body as it was written, in one way.
  package let body: String

  package static let keyword = "sweep"
  static let mostTrials = 256

  package var canonical: String { "\(Self.keyword) \(parameter) in \(values.joined(separator: ",")) \(body)" }
}

extension Checker {
  /// A pipeline that begins with `sweep`; nil for others.
  ///
  /// Every trial is checked before the first one runs, and their calls stand one behind the other.
  func checkSweep(_ pipeline: PipelineSyntax) throws(Diagnostic) -> CheckedPipeline? {
    guard let first = pipeline.stages.first, first.words[0].text == CheckedSweep.keyword else { return nil }
    let words = first.words
    guard words.count > 4, words[2].text == "in" else {
      throw Diagnostic(
        "E0215", "a sweep needs a name, its values and a pipeline", at: first.range, label: "incomplete",
        remedy: "write `sweep k in 3,5,10 detect knn x --neighbors k | evaluate --against truth`")
    }
    let name = words[1]
    guard Word.isName(name.text), !table.isReserved(name.text) else {
      throw Diagnostic(
        "E0105", "`\(name.text)` cannot stand for the values", at: name.range, label: "cannot be named",
        remedy: "names start with a letter, hold letters, digits and `_`, and are no commands")
    }
    let values = try SweepValues.read(words[3])
    let body = PipelineSyntax(
      name: nil, stages: [StageSyntax(words: Array(words.dropFirst(4)))] + pipeline.stages.dropFirst())
    guard body.stages.contains(where: { $0.words.contains { $0.replacing(name.text, by: "") != nil } }) else {
      throw Diagnostic(
        "E0215", "`\(name.text)` does not stand in the pipeline", at: name.range, label: "not used",
        remedy: "write it where the values belong, such as `--neighbors \(name.text)`")
    }
    var trials: [CheckedPipeline] = []
    for value in values {
      let stages = body.stages.map { stage in
        StageSyntax(words: stage.words.map { $0.replacing(name.text, by: value) ?? $0 })
      }
      do throws(Diagnostic) {
        trials.append(try check(PipelineSyntax(name: nil, stages: stages)))
      } catch {
        var diagnostic = error
        // Places in the trial's own text mean nothing to who reads the line.
        diagnostic.range = words[3].range
        diagnostic.label = "with `\(value)`" + (error.label.isEmpty ? "" : ": " + error.label)
        throw diagnostic
      }
    }
    try checkTrials(trials, words[0])
    return CheckedPipeline(
      name: pipeline.name?.text, calls: trials.flatMap(\.calls), shape: ValueShape(kind: .table),
      sweep: CheckedSweep(
        parameter: name.text, values: values, callsPerTrial: trials[0].calls.count, body: body.formatted))
  }

  /// What is compared are numbers, by nothing but the value, and nothing is written on the way.
  private func checkTrials(_ trials: [CheckedPipeline], _ word: WordSyntax) throws(Diagnostic) {
    for trial in trials {
      for call in trial.calls {
        if call.spec.reach == .write || call.spec.reach == .network {
          throw Diagnostic(
            "E0217", "`\(call.spec.name)` cannot stand in a sweep", at: word.range, label: "writes or sends",
            remedy: "name what is to be written, and write it by a line of its own")
        }
        if call.spec.parameters.contains(where: { $0.isSeed && call.arguments[$0.name] == nil }) {
          throw Diagnostic(
            "E0217", "`\(call.spec.name)` is random, and a sweep needs its seed", at: word.range,
            label: "no seed", remedy: "add `--seed 1`, so that the values alone make the difference")
        }
      }
      guard !trial.calls.isEmpty, trial.shape.kind == .report || trial.shape.kind == .scalar,
        trial.calls.count == trials[0].calls.count, trial.sweep == nil
      else {
        throw Diagnostic(
          "E0216", "a sweep sets numbers side by side, and this makes \(trial.shape.kind.withArticle)",
          at: word.range,
          label: "ends without numbers", remedy: "end it with `| evaluate --against …`")
      }
    }
  }
}

/// The values of a sweep: a list, or a range.
package enum SweepValues {
  /// `3,5,10`, `knn,lof`, `1..5`, or `1%..5%/9` for nine values at equal distances; nil for anything else.
  package static func read(_ text: String) -> [String]? {
    let isRange = text.contains("..")
    let values =
      isRange ? range(text) : text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    guard let values, !values.contains(where: \.isEmpty), !text.contains(where: { "\"'|".contains($0) }),
      Set(values).count == values.count
    else { return nil }
    return values
  }

  static func read(_ word: WordSyntax) throws(Diagnostic) -> [String] {
    guard let values = read(word.text) else {
      throw Diagnostic(
        "E0306", "`\(word.text)` does not list values", at: word.range, label: "not values",
        remedy: "write `3,5,10`, `knn,lof`, `1..5`, or `1%..5%/9` for nine steps; each value once")
    }
    guard values.count <= CheckedSweep.mostTrials else {
      throw Diagnostic(
        "E0307", "\(values.count) values are too many", at: word.range, label: "too many",
        remedy: "at most \(CheckedSweep.mostTrials) can be tried in a line")
    }
    return values
  }

  private static func range(_ text: String) -> [String]? {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    guard parts.count <= 2, let dots = parts[0].firstRange(of: ".."),
      let (low, unit) = NumberText.split(String(parts[0][..<dots.lowerBound])),
      let (high, other) = NumberText.split(String(parts[0][dots.upperBound...])), unit == other,
      let first = Double(low), let last = Double(high), first < last, first.isFinite, last.isFinite
    else { return nil }
    let count: Int
    if parts.count == 2 {
      guard let steps = Int(parts[1]), steps > 1, steps <= 100_000 else { return nil }
      count = steps
    } else {
      guard first == first.rounded(), last == last.rounded(), last - first < 100_000 else { return nil }
      count = Int(last - first) + 1
    }
    return (0..<count).map { step in
      let value = first + (last - first) * Double(step) / Double(count - 1)
      let scale = 1e9
      let short = abs(value) < 1e6 ? (value * scale).rounded() / scale : value
      return (short == short.rounded() && abs(short) < 1e15 ? String(Int(short)) : "\(short)") + unit
    }
  }
}

extension WordSyntax {
  /// The word with a value wherever the name stands by itself; nil if it stands nowhere, as in options and quotes.
  fileprivate func replacing(_ name: String, by value: String) -> WordSyntax? {
    guard !isOption, !text.contains(where: { "\"'`".contains($0) }) else { return nil }
    let bytes = Array(text.utf8)
    let wanted = Array(name.utf8)
    func isPart(_ position: Int) -> Bool {
      bytes.indices.contains(position)
        && (Nesting.isWordByte(bytes[position]) || bytes[position] == UInt8(ascii: "."))
    }
    var made: [UInt8] = []
    var position = 0
    var found = false
    while position < bytes.count {
      let end = position + wanted.count
      let stands =
        end <= bytes.count && bytes[position..<end].elementsEqual(wanted) && !isPart(position - 1)
        && !isPart(end)
      let isNamed =
        end < bytes.count && bytes[end] == UInt8(ascii: "=")
        && bytes.dropFirst(end + 1).first != UInt8(ascii: "=")
      if stands, !isNamed {
        made += Array(value.utf8)
        position = end
        found = true
      } else {
        made.append(bytes[position])
        position += 1
      }
    }
    return found ? WordSyntax(String(decoding: made, as: UTF8.self), at: range.lowerBound) : nil
  }
}
