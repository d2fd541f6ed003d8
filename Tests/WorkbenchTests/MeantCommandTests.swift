import Language
import Testing
import Workbench

@Suite struct `Words of a question` {
  private static let table = CommandTable(builtins.map(\.spec))

  @Test(arguments: [
    ("Score pump with the isolation forest", "isolation forest", ["detect iforest"]),
    ("Use the MAD detector on pump", "MAD", ["detect mad", "threshold mad"]),
    ("run spectral residual and one-class SVM", "spectral residual", ["detect spectral"]),
    ("apply knn, please", "knn", ["detect knn"]),
  ]) func `are called by their names here`(_ question: String, _ phrase: String, _ lines: [String]) throws {
    let found = MeantCommand.phrases(in: question, of: Self.table)
    let first = try #require(found.first, "\(question)")
    #expect(first.phrase == phrase && first.lines == lines, "\(found)")
  }

  @Test(arguments: [
    "What is the mean length of the runs?", "Which sensor of pump left its usual range first?", "",
    "match the edges to the map and rank them",
  ]) func `mean nothing where they are plain English`(_ question: String) {
    #expect(MeantCommand.phrases(in: question, of: Self.table).isEmpty, "\(question)")
  }

  @Test func `are few, however many there are`() {
    let all = Self.table.methods(of: "detect").compactMap(\.method).joined(separator: " ")
    #expect(MeantCommand.phrases(in: all + all, of: Self.table).count == 4)
  }
}
