import Chronology
import Language
import Numerics
import Scenarios
import Values

struct GeneratePumpStation: PureCommand {
  static let part = Parameter<String>.choice(
    "part",
    of: [
      Choice("sensors", "eight channels at 1 Hz with the label columns `fault` and `cause`"),
      Choice("mic", "one channel of sound"), Choice("log", "events of the controller"),
      Choice("camera", "five measures of a picture of the floor every 5 s"),
      Choice("truth", "one row an incident: when, what, fault or not"),
    ], default: "sensors", help: "Which instrument.")
  static let minutes = Parameter<Int>.integer(
    "minutes", in: 5...1440, default: 20, help: "Length of the recording in minutes.")
  static let rate = Parameter<Double>.real(
    "rate", in: 2000...48_000, unit: "Hz", default: 8000, help: "Samples a second of the microphone.")
  // Not the session's next seed: parts that are generated one after another must fit together.
  static let seed = Parameter<Int>.integer(
    "seed", in: 0...Int(UInt32.max), default: 1,
    help: "Seed of the station; parts with the same seed and length belong together.")

  let spec = CommandSpec(
    "generate", "pump-station", "Makes up a pump station whose instruments share the same faults.",
    discussion: """
      Sensors, a microphone, a controller's log and a camera watch one pump at three operating speeds. The first \
      40 percent hold no fault. Later come, in random order: cavitation (heard at once, seen in the pressure 8 s \
      later), a worn bearing (acceleration and sound, growing), a sticking valve (flow, pressure, log), a leak (camera \
      alone), a glitch of one thermometer (sensors alone) and warnings that mean nothing (log alone, no fault). Every \
      instrument is out once for 15 to 30 s. Stamps jitter, temperatures drift, the microphone starts 4 s late and \
      writes digital silence while it is out. The camera's pictures are reduced to five measures.
      """,
    parameters: [part.base, minutes.base, rate.base, seed.base], output: .series,
    examples: [
      Example("pump = generate pump-station --seed 7"),
      Example("mic = generate pump-station --part mic --minutes 5 --seed 7"),
    ])

  func shape(of call: CheckedCall, in scope: any Scope, world: World) throws(Diagnostic) -> ValueShape {
    switch call[Self.part] {
    case "mic": ValueShape(kind: .audio)
    case "log": ValueShape(kind: .log, columns: Self.shapes(PumpStation.logColumns))
    case "camera": ValueShape(kind: .series, columns: Self.shapes(PumpStation.cameraColumns))
    case "truth": ValueShape(kind: .table, columns: Self.shapes(PumpStation.truthColumns))
    default: ValueShape(kind: .series, columns: Self.shapes(PumpStation.sensorColumns))
    }
  }

  private static func shapes(_ columns: [PumpStation.ColumnOutline]) -> [ColumnShape] {
    columns.map { ColumnShape(name: $0.name, type: $0.type.rawValue, unit: $0.unit) }
  }

  func run(_ call: Invocation, work: Work) throws(Failure) -> Value {
    let station = PumpStation(seed: UInt64(call[Self.seed]), minutes: call[Self.minutes])
    switch call[Self.part] {
    case "mic":
      do throws(Cancelled) {
        return .audio(try station.microphone(rate: Int(call[Self.rate].rounded()), work: work))
      } catch {
        throw .cancelled
      }
    case "log": return .log(station.log())
    case "camera": return .series(station.camera())
    case "truth": return .table(station.truth())
    default: return .series(station.sensors())
    }
  }
}
