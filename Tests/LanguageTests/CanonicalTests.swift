import Language
import Testing

@Suite struct `Canonical lines` {
  @Test(arguments: [
    ("pump", "pump"),
    ("pump@2.Temp*", "pump@2.Temp*"),
    (#"pump."Volume Flow RateRMS""#, #"pump."Volume Flow RateRMS""#),
    ("x=load table data/pump.csv --time datetime", "x = load table data/pump.csv --time datetime"),
    ("load table \"data/*.csv\"", "load table data/*.csv"),
    ("joint | detect iforest --contamination 1%", "detect iforest joint --contamination 0.01"),
    ("detect iforest --trees=200 joint", "detect iforest joint --trees 200"),
    ("detect knn pump --no-exact --metric cosine", "detect knn pump --metric cosine --no-exact"),
    (
      "all2 = align pump mic --fill hold(5s) --every 1000ms",
      "all2 = align pump mic --every 1s --fill hold(5s)"
    ),
    ("pump | align mic --every 1s", "align pump mic --every 1s"),
    (
      "f = all | encode --use stats(10s), mfcc(13, hop=10ms) | detect knn",
      "f = encode all --use stats(10s),mfcc(13, 10ms) | detect knn"
    ),
    ("pump | where Temperature>30 and not anomaly", "where pump Temperature > 30 and not anomaly"),
    (
      "pump | where `Volume Flow RateRMS` > 3 --sample",
      "where pump `Volume Flow RateRMS` > 3 --sample"
    ),
    ("where pump \"Temperature > 30\"", "where pump Temperature > 30"),
    ("pump | derive ratio=Temperature/Pressure", "derive pump ratio = Temperature / Pressure"),
    ("select pump Temperature, state", "select pump Temperature state"),
    ("show pump --rows 10..20 # look", "show pump --rows 10..20"),
    (
      "evaluate risk --against pump.anomaly --metrics f1,vus-pr",
      "evaluate risk --against pump.anomaly --metrics f1,vus-pr"
    ),
    ("note 'a {b} | c'", "note 'a {b} | c'"),
    ("note \"it isn't\\n\\u{e9}\"", "note \"it isn't\\né\""),
    ("export pump out.csv --limit 2GB", "export pump out.csv --limit 2000000000"),
    ("load audio data/pump.wav --rate 44.1kHz", "load audio data/pump.wav --rate 44100"),
    ("detect iforest joint --trees {trees}", "detect iforest joint --trees {trees}"),
    ("load table \"data/{site}/*.csv\"", "load table \"data/{site}/*.csv\""),
    ("x = 5min", "x = 5min"),
    ("param metrics = f1, ap", "param metrics = f1,ap"),
    ("param code = '5'", "param code = \"5\""),
    ("param names = 'true', b", "param names = \"true\",b"),
    ("x = 'pump'", "x = \"pump\""),
    ("?analyst  why? ", "?analyst why?"),
    ("/save  'a b'", "/save 'a b'"),
    ("! ls", "!ls"),
    ("#> x", "#> x"),
  ]) func `are what one would type in full`(_ line: String, _ canonical: String) throws {
    let checked = try Toy.checker().check(line)
    #expect(checked.canonical == canonical)
    #expect(try Toy.checker().check(canonical).canonical == canonical)
  }

  @Test(arguments: [
    ("joint | det ifo --cont 1%", "detect iforest joint --contamination 0.01"),
    ("eva risk --ag pump --m vus", "evaluate risk --against pump --metrics vus-pr"),
  ]) func `expand prefixes at the prompt`(_ line: String, _ canonical: String) throws {
    #expect(try Toy.checker(abbreviations: true).check(line).canonical == canonical)
    #expect(throws: Diagnostic.self) { try Toy.checker().check(line) }
  }
}
