import Chronology
import Foundation
import Language
import TestKit
import Testing
import Values
import Workbench

/// Files that other programs wrote, and the values that these read from them.
@Suite struct `What other programs wrote` {
  private func value(_ path: String, _ bytes: [UInt8], _ line: String) throws -> Value {
    let events = Session(world: .memory(MemoryFiles([path: bytes]))).type("x = " + line)
    return try #require(events.results.first?.value, "\(events.diagnostics)")
  }

  private func bytes(_ base64: String) -> [UInt8] { Data(base64Encoded: base64).map(Array.init) ?? [] }

  private func isClose(_ column: Column?, _ numbers: [Double]) -> Bool {
    guard let found = column?.numbers, found.count == numbers.count else { return false }
    return zip(found, numbers).allSatisfy { abs($0 - $1) <= 1e-9 * max(1, abs($1)) }
  }

  /// Written by laspy 2.7: version 1.2, point format 3.
  private static let laser =
    "TEFTRgAAAAAAAAAAAAAAAAAAAAAAAAAAAQJPVEhFUgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAGxhc3B5IDIuNy4wAAAA"
    + "AAAAAAAAAAAAAAAAAAAAAAAATQHqB+MA4wAAAAAAAAADIgADAAAAAgAAAAEAAAAAAAAAAAAAAAAAAAB7FK5H4XqEP3sUrkfh"
    + "eoQ//Knx0k1iUD8AAAAAAABZQAAAAAAAAGlAAAAAAAAAFMAAAAAAAFBZQAAAAAAA4FhA7FG4HoUjaUBI4XoUrv9oQAAAAAAA"
    + "ANA/Gy/dJAYBFMB9AAAAAAAAAP////8HAAECAAAAAAAAAAAAAPg///8AAAAAzv///28AAAD0AQAA//8CBgAAAAAAAAAAAAAE"
    + "QAAA//8AAAAAAAD/////ghQAAAAAAQEAAAAAAAAAAGXNzUEACgAA//8="

  /// Written by laspy 2.7: version 1.4, point format 7.
  private static let modern =
    "TEFTRgAAAAAAAAAAAAAAAAAAAAAAAAAAAQRPVEhFUgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAGxhc3B5IDIuNy4wAAAA"
    + "AAAAAAAAAAAAAAAAAAAAAAAATQHqB3cBdwEAAAAAAAAHJAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAD8qfHSTWJQP/yp8dJN"
    + "YlA//Knx0k1iUD8AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAD4PwAAAAAAAALAAAAAAAAACED8qfHSTWJQPwAAAAAA"
    + "ACJAAAAAAAAAIsAAAAAAAAAAAAAAAAAAAAAAAAAAAAIAAAAAAAAAAgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
    + "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
    + "AAAAAAAAAAAAAAAAAAAA3AUAAAEAAAAoIwAABQABACgAAAAAAAAAAAAAAOA///8AAAAANvf//7gLAADY3P//BgABAAIAAAAA"
    + "AAAAAAAAAOg/AAAAAP//"

  /// Written by dpkt 1.9: a greeting, two answers, a question of names.
  private static let packets =
    "1MOyoQIABAAAAAAAAAAAANwFAAABAAAAAPFTZQAAAAA2AAAANgAAAAQEBAQEBAICAgICAggARQAAKAAAAABABmbOCgAAAQoA"
    + "AAKcQABQAAAAAQAAAABQAv///04AAADxU2WghgEANgAAADYAAAAEBAQEBAQCAgICAgIIAEUAACgAAAAAQAZmzgoAAAIKAAAB"
    + "AFCcQAAAAAEAAAAAUBL///8+AAAA8VNlQA0DAEAAAABAAAAABAQEBAQEAgICAgICCABFAAAyAAAAAEAGZsQKAAABCgAAApxA"
    + "AFAAAAABAAAAAFAY//+k1AAAeHh4eHh4eHh4eADxU2UgoQcASgAAAEoAAAAEBAQEBAQCAgICAgIIAEUAADwAAAAAQAZmugoA"
    + "AAIKAAABAFCcQAAAAAEAAAAAUBj//0BmAAB5eXl5eXl5eXl5eXl5eXl5eXl5eQDxU2XAJwkANgAAADYAAAAEBAQEBAQCAgIC"
    + "AgIIAEUAACgAAAAAQAZmzgoAAAEKAAACnEAAUAAAAAEAAAAAUBH///8/AAAB8VNlAAAAAC0AAAAtAAAABAQEBAQEAgICAgIC"
    + "CABFAAAfAAAAAEARZsMKAAADCgAACRTpADUAC/Q8cXFxAfFTZZDQAwAwAAAAMAAAAAQEBAQEBAICAgICAggARQAAIgAAAABA"
    + "EWbACgAACQoAAAMANRTpAA5/UXJycnJycg=="

  @Test func `are the points of a laser`() throws {
    guard case .cloud(let cloud) = try value("a.las", bytes(Self.laser), "load cloud a.las") else { return }
    let points = cloud.points
    #expect(
      isClose(points.column("x"), [101.25, 99.5, 100]) && isClose(points.column("y"), [200, 201.11, 199.99]))
    #expect(isClose(points.column("z"), [-5.001, -4.5, 0.25]))
    #expect(
      isClose(points.column("intensity"), [7, 65_535, 0]) && isClose(points.column("class"), [2, 6, 1]))
    #expect(
      isClose(points.column("gps_time"), [1.5, 2.5, 1e9]) && isClose(points.column("return"), [1, 2, 1]))
    #expect(isClose(points.column("red"), [255, 0, 10]) && isClose(points.column("green"), [0, 255, 0]))
    #expect(isClose(points.column("blue"), [0, 0, 255]))
    guard case .cloud(let other) = try value("b.las", bytes(Self.modern), "load cloud b.las") else { return }
    #expect(
      isClose(other.points.column("x"), [1.5, -2.25]) && isClose(other.points.column("y"), [0.001, 3]))
    #expect(
      isClose(other.points.column("class"), [40, 2]) && isClose(other.points.column("gps_time"), [0.5, 0.75]))
  }

  @Test func `are the flows of packets`() throws {
    guard case .series(let flows) = try value("a.pcap", bytes(Self.packets), "load packets a.pcap") else {
      Issue.record("no flows")
      return
    }
    func text(_ name: String) -> [String] {
      guard let column = flows.column(name) else { return [] }
      return switch column.cells {
      case .text(let texts): (0..<texts.count).map { texts[$0] }
      case .category(let codes, let levels): codes.map { levels[Int($0)] }
      default: []
      }
    }
    #expect(text("source") == ["10.0.0.1", "10.0.0.3"] && text("target") == ["10.0.0.2", "10.0.0.9"])
    #expect(text("protocol") == ["tcp", "udp"])
    #expect(
      isClose(flows.column("source_port"), [40_000, 5353]) && isClose(flows.column("target_port"), [80, 53]))
    #expect(isClose(flows.column("packets"), [3, 1]) && isClose(flows.column("packets_back"), [2, 1]))
    #expect(isClose(flows.column("payload"), [10, 3]) && isClose(flows.column("payload_back"), [20, 6]))
    #expect(isClose(flows.column("bytes"), [172, 45]) && isClose(flows.column("bytes_back"), [128, 48]))
    #expect(isClose(flows.column("syn"), [2, 0]) && isClose(flows.column("fin"), [1, 0]))
    #expect(isClose(flows.column("ack"), [4, 0]) && isClose(flows.column("psh"), [2, 0]))
    let lengths = flows.column("duration")?.numbers ?? []
    #expect(abs(lengths[0] - 0.6) < 1e-5 && abs(lengths[1] - 0.25) < 1e-5)
    #expect(flows.index.time?[0].nanoseconds == 1_700_000_000_000_000_000)
  }

  /// Published samples of the reports 1 and 18; the values are those that pyais 3 reads.
  @Test func `are the places of ships`() throws {
    let sentences = """
      !AIVDM,1,1,,B,177KQJ5000G?tO`K>RA1wUbN0TKH,0*5C
      !AIVDM,1,1,,A,15MgK45P3@G?fl0E`JbR0OwT0@MS,0*4E
      !AIVDM,1,1,,B,B52KlJP00=l4be5ItJ6r3wVUWP06,0*7F

      """
    let tracks = try value("a.nmea", Array(sentences.utf8), "load tracks a.nmea")
    let frame = try #require(tracks.cellFrame)
    let ships = (0..<frame.rowCount).map { row -> String in
      if case .text(let texts)? = frame.column("ship")?.cells { texts[row] } else { "" }
    }
    func number(_ name: String, _ ship: String) -> Double {
      ships.firstIndex(of: ship).flatMap { frame.column(name)?.numbers?[$0] } ?? .nan
    }
    #expect(ships.sorted() == ["338097258", "366730000", "477553000"])
    for (ship, latitude, longitude, speed, course) in [
      ("477553000", 47.582833, -122.345833, 0, 51.0), ("366730000", 37.803803, -122.392533, 20.8, 51.3),
      ("338097258", 37.786295, -122.270143, 0, 297.6),
    ] {
      #expect(
        abs(number("latitude", ship) - latitude) < 1e-6 && abs(number("longitude", ship) - longitude) < 1e-6)
      #expect(abs(number("speed", ship) - speed) < 1e-9 && abs(number("course", ship) - course) < 1e-9)
    }
    #expect(number("heading", "477553000") == 181 && number("heading", "366730000").isNaN)
  }
}
