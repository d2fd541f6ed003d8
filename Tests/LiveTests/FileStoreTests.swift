import Formats
import Foundation
import Language
import Live
import TestKit
import Testing
import Workbench

/// What every store of files promises.
@Suite struct `A store of files` {
  enum Adapter: String, CaseIterable, CustomTestStringConvertible {
    case disk, memory
    var testDescription: String { rawValue }

    /// Runs the body with a store and the path of an empty folder, and cleans up.
    func use(_ body: (any FileStore, String) throws -> Void) throws {
      switch self {
      case .memory: try body(MemoryFiles(), "folder")
      case .disk:
        let folder = FileManager.default.temporaryDirectory.appending(path: "sonde-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try body(FileSystem(), folder.path)
      }
    }
  }

  private func bytes(_ path: String, in store: any FileStore) throws -> [UInt8] {
    let source = try store.open(path)
    return try source.read(at: 0, count: source.count)
  }

  @Test(arguments: Adapter.allCases) func `gives back what was written, at any position`(_ adapter: Adapter)
    throws
  {
    try adapter.use { store, folder in
      try store.write(Array("hello".utf8), to: "\(folder)/a.txt")
      let source = try store.open("\(folder)/a.txt")
      #expect(source.count == 5)
      #expect(try source.read(at: 1, count: 3) == Array("ell".utf8))
      #expect(try source.read(at: 3, count: 9) == Array("lo".utf8))
      #expect(try source.read(at: 7, count: 2) == [])
      try store.write([], to: "\(folder)/a.txt")
      #expect(try bytes("\(folder)/a.txt", in: store) == [])
    }
  }

  @Test(arguments: Adapter.allCases) func `replaces a file without disturbing who reads the old one`(
    _ adapter: Adapter
  ) throws {
    try adapter.use { store, folder in
      try store.write([1, 2, 3], to: "\(folder)/a")
      let old = try store.open("\(folder)/a")
      try store.write([9], to: "\(folder)/a")
      #expect(try old.read(at: 0, count: 3) == [1, 2, 3])
      #expect(try bytes("\(folder)/a", in: store) == [9])
    }
  }

  @Test(arguments: Adapter.allCases) func `adds to the end and makes the folder`(_ adapter: Adapter) throws {
    try adapter.use { store, folder in
      let path = "\(folder)/state/deep/journal"
      try store.append([1, 2], to: path)
      #expect(try bytes(path, in: store) == [1, 2])
      try store.append([3], to: path)
      #expect(try bytes(path, in: store) == [1, 2, 3])
    }
  }

  @Test(arguments: Adapter.allCases) func `finds files by path and pattern, numbers in order`(
    _ adapter: Adapter
  ) throws {
    try adapter.use { store, folder in
      let names = ["1.csv", "2.csv", "10.csv", "a.txt", ".hidden.csv"]
      for name in names { try store.append([1], to: "\(folder)/x/\(name)") }
      let found = store.files(matching: "\(folder)/x/*.csv")
      #expect(found.sorted() == ["1.csv", "10.csv", "2.csv"].map { "\(folder)/x/\($0)" }.sorted())
      if adapter == .disk { #expect(found == ["1.csv", "2.csv", "10.csv"].map { "\(folder)/x/\($0)" }) }
      #expect(store.files(matching: "\(folder)/x/a.txt") == ["\(folder)/x/a.txt"])
      #expect(store.files(matching: "\(folder)/x/b.txt") == [])
      #expect(store.files(matching: "\(folder)/x") == [])
      #expect(store.files(matching: "\(folder)/*/?.csv").count == 2)
    }
  }

  @Test(arguments: Adapter.allCases) func `says what is missing or a folder`(_ adapter: Adapter) throws {
    try adapter.use { store, folder in
      try store.append([1], to: "\(folder)/x/a")
      for (path, code) in [("nothing", "E0511"), ("x", "E0512")] {
        let error = #expect(throws: Diagnostic.self) { try store.open("\(folder)/\(path)") }
        #expect(error?.code == code)
        #expect(error?.remedy.isEmpty == false)
      }
      #expect(throws: Diagnostic.self) { try store.write([1], to: "\(folder)/x") }
      #expect(throws: Diagnostic.self) { try store.append([1], to: "\(folder)/x") }
    }
  }
}

@Suite struct `Files on the disk` {
  @Test func `keep their permissions, follow links and leave no temporary file`() throws {
    try `A store of files`.Adapter.disk.use { store, folder in
      let manager = FileManager.default
      try store.write([1], to: "\(folder)/real")
      try manager.setAttributes([.posixPermissions: 0o600], ofItemAtPath: "\(folder)/real")
      try manager.createSymbolicLink(atPath: "\(folder)/link", withDestinationPath: "real")
      try store.write([2], to: "\(folder)/link")
      #expect(try Data(contentsOf: URL(filePath: "\(folder)/real")) == Data([2]))
      let facts = try manager.attributesOfItem(atPath: "\(folder)/real")
      #expect(facts[.posixPermissions] as? Int == 0o600)
      #expect(try manager.contentsOfDirectory(atPath: folder).sorted() == ["link", "real"])
    }
  }

  @Test func `that are devices are refused`() {
    let error = #expect(throws: Diagnostic.self) { try FileSystem().open("/dev/null") }
    #expect(error?.code == "E0519")
  }

  @Test func `in folders that do not exist cannot be written`() {
    let error = #expect(throws: Diagnostic.self) { try FileSystem().write([1], to: "/nonexistent/a/b") }
    #expect(error?.code == "E0515")
  }

  @Test func `are found below any folder by two stars`() throws {
    try `A store of files`.Adapter.disk.use { store, folder in
      for name in ["a.csv", "b/a.csv", "b/c/a.csv", "b/c/a.txt"] {
        try store.append([1], to: "\(folder)/\(name)")
      }
      #expect(store.files(matching: "\(folder)/**/*.csv").count == 3)
    }
  }
}
