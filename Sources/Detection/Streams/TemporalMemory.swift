import Numerics

/// Learns which patterns follow each other, in the context of all that came before.
///
/// Each column has several cells. A cell that recognises, by a segment of synapses, which cells were on before is ready for its
/// column to come on, and then is on alone; a column that no cell was ready for turns all its cells on.
///
/// - Complexity: O(cells on × synapses that leave them) a step; memory O(synapses), bounded by `most` segments.
/// - Source: Hawkins and Ahmad, *Why neurons have thousands of synapses, a theory of sequence memory in neocortex*, Frontiers in
///   Neural Circuits 2016, equations 1 to 6; Numenta, *Biological and machine intelligence*, 2016, pseudocode of the
///   temporal memory. Sizes of Numenta's setting for the anomaly benchmark.
/// - Differs: thresholds are in proportion to the columns that are on, 20, 13 and 31 of 40; where all segments are in use, the one longest out of use among 16 that are drawn gives way.
struct TemporalMemory: Sendable, Codable {
  let columns: Int
  let cellsPerColumn: Int
  /// Segments in all.
  let most: Int
  /// Connected synapses with cells on that make a cell ready; synapses of any strength that make it nearly so.
  private let threshold: Int16
  private let matching: Int16
  private let newSynapses: Int
  private var random: UInt64

  // A synapse has a number; its segment, the cell that it hears, its strength, and its place among those of that cell.
  private var segmentOf: [Int32] = []
  private var sourceOf: [Int32] = []
  private var permanence: [Float] = []
  private var placeOf: [Int32] = []
  private var freeSynapses: [Int32] = []
  /// Synapses that hear each cell.
  private var leaving: [[Int32]]

  // A segment has a cell, or -1 if it is free, synapses, and the step in which it was last of use.
  private var cellOf: [Int32] = []
  private var synapses: [[Int32]] = []
  private var lastUse: [Int32] = []
  private var freeSegments: [Int32] = []
  private var segmentsOfCell: [Int16]

  private var step: Int32 = 0
  private var activeCells: [Int32] = []
  private var winners: [Int32] = []
  private var wasActive: [Bool]
  /// Synapses of each segment that hear an active cell, and how many of them are connected.
  private var potential: [Int16] = []
  private var connected: [Int16] = []
  private var touched: [Int32] = []

  /// Of 40 columns that are on.
  private static let thresholds = (ready: 20, near: 13, new: 31, columns: 40)
  private static let mostSynapses = 128
  private static let initial: Float = 0.24
  private static let isConnected: Float = 0.5
  private static let up: Float = 0.04
  private static let down: Float = 0.008

  init(columns: Int, kept: Int, cellsPerColumn: Int, most: Int, seed: UInt64) {
    self.columns = columns
    self.cellsPerColumn = cellsPerColumn
    self.most = most
    let sizes = Self.thresholds
    threshold = Int16(max(1, kept * sizes.ready / sizes.columns))
    matching = Int16(max(1, kept * sizes.near / sizes.columns))
    newSynapses = max(1, kept * sizes.new / sizes.columns)
    random = seed
    let cells = columns * cellsPerColumn
    leaving = [[Int32]](repeating: [], count: cells)
    segmentsOfCell = [Int16](repeating: 0, count: cells)
    wasActive = [Bool](repeating: false, count: cells)
  }

  /// The share of the columns that no cell was ready for; learns them.
  mutating func take(_ active: [Int]) -> Double {
    step += 1
    // Segments that were ready or nearly so, by column.
    var ready: [Int: [Int32]] = [:]
    var near: [Int: [Int32]] = [:]
    let isActive = Set(active)
    for segment in touched where potential[Int(segment)] >= matching {
      let column = Int(cellOf[Int(segment)]) / cellsPerColumn
      guard isActive.contains(column) else { continue }
      near[column, default: []].append(segment)
      if connected[Int(segment)] >= threshold { ready[column, default: []].append(segment) }
    }
    var nextActive: [Int32] = []
    var nextWinners: [Int32] = []
    var surprises = 0
    for column in active {
      if let segments = ready[column] {
        for segment in segments {
          let cell = cellOf[Int(segment)]
          if !nextActive.suffix(cellsPerColumn).contains(cell) {
            nextActive.append(cell)
            nextWinners.append(cell)
          }
          reinforce(segment)
        }
      } else {
        surprises += 1
        let first = Int32(column * cellsPerColumn)
        for cell in first..<first + Int32(cellsPerColumn) { nextActive.append(cell) }
        nextWinners.append(burst(column, near[column] ?? []))
      }
    }
    for cell in activeCells { wasActive[Int(cell)] = false }
    (activeCells, winners) = (nextActive, nextWinners)
    for cell in activeCells { wasActive[Int(cell)] = true }
    listen()
    return active.isEmpty ? 0 : Double(surprises) / Double(active.count)
  }

  /// Counts for each segment the cells on that it hears.
  private mutating func listen() {
    for segment in touched {
      potential[Int(segment)] = 0
      connected[Int(segment)] = 0
    }
    touched.removeAll(keepingCapacity: true)
    for cell in activeCells {
      for synapse in leaving[Int(cell)] {
        let segment = Int(segmentOf[Int(synapse)])
        if potential[segment] == 0 { touched.append(Int32(segment)) }
        potential[segment] += 1
        if permanence[Int(synapse)] >= Self.isConnected { connected[segment] += 1 }
      }
    }
  }

  /// The cell of a column that learns what nobody was ready for.
  private mutating func burst(_ column: Int, _ near: [Int32]) -> Int32 {
    if let best = near.max(by: { potential[Int($0)] < potential[Int($1)] }) {
      let cell = cellOf[Int(best)]
      reinforce(best)
      return cell
    }
    let cells = column * cellsPerColumn..<(column + 1) * cellsPerColumn
    let fewest = cells.reduce(Int16.max) { min($0, segmentsOfCell[$1]) }
    let candidates = cells.filter { segmentsOfCell[$0] == fewest }
    let cell = candidates[below(candidates.count)]
    if !winners.isEmpty {
      let segment = newSegment(of: Int32(cell))
      grow(segment, newSynapses)
    }
    return Int32(cell)
  }

  /// Strengthens the synapses that heard a cell on, weakens the others, and adds some.
  private mutating func reinforce(_ segment: Int32) {
    lastUse[Int(segment)] = step
    let heard = Int(potential[Int(segment)])
    for synapse in synapses[Int(segment)] {
      let place = Int(synapse)
      if wasActive[Int(sourceOf[place])] {
        permanence[place] = min(permanence[place] + Self.up, 1)
      } else {
        permanence[place] -= Self.down
        if permanence[place] <= 0 { remove(synapse) }
      }
    }
    grow(segment, newSynapses - heard)
  }

  private mutating func grow(_ segment: Int32, _ wanted: Int) {
    guard wanted > 0 else { return }
    let known = Set(synapses[Int(segment)].map { sourceOf[Int($0)] })
    var candidates = winners.filter { !known.contains($0) }
    for _ in 0..<min(wanted, candidates.count) {
      let place = below(candidates.count)
      let source = candidates[place]
      candidates.swapAt(place, candidates.count - 1)
      candidates.removeLast()
      if synapses[Int(segment)].count >= Self.mostSynapses {
        let weakest = synapses[Int(segment)].min { permanence[Int($0)] < permanence[Int($1)] }
        if let weakest { remove(weakest) }
      }
      connect(segment, to: source)
    }
  }

  private mutating func connect(_ segment: Int32, to source: Int32) {
    let synapse: Int32
    if let free = freeSynapses.popLast() {
      synapse = free
    } else {
      synapse = Int32(segmentOf.count)
      segmentOf.append(0)
      sourceOf.append(0)
      permanence.append(0)
      placeOf.append(0)
    }
    let place = Int(synapse)
    segmentOf[place] = segment
    sourceOf[place] = source
    permanence[place] = Self.initial
    placeOf[place] = Int32(leaving[Int(source)].count)
    leaving[Int(source)].append(synapse)
    synapses[Int(segment)].append(synapse)
  }

  private mutating func remove(_ synapse: Int32) {
    let (segment, source) = (Int(segmentOf[Int(synapse)]), Int(sourceOf[Int(synapse)]))
    if let place = synapses[segment].firstIndex(of: synapse) { synapses[segment].remove(at: place) }
    let place = Int(placeOf[Int(synapse)])
    let last = leaving[source].removeLast()
    if last != synapse {
      leaving[source][place] = last
      placeOf[Int(last)] = Int32(place)
    }
    freeSynapses.append(synapse)
  }

  private mutating func newSegment(of cell: Int32) -> Int32 {
    segmentsOfCell[Int(cell)] += 1
    if cellOf.count >= most, freeSegments.isEmpty { giveWay() }
    if let free = freeSegments.popLast() {
      cellOf[Int(free)] = cell
      lastUse[Int(free)] = step
      return free
    }
    cellOf.append(cell)
    synapses.append([])
    lastUse.append(step)
    potential.append(0)
    connected.append(0)
    return Int32(cellOf.count - 1)
  }

  private mutating func giveWay() {
    var oldest = below(cellOf.count)
    for _ in 0..<15 {
      let other = below(cellOf.count)
      if lastUse[other] < lastUse[oldest] { oldest = other }
    }
    for synapse in synapses[oldest] { remove(synapse) }
    segmentsOfCell[Int(cellOf[oldest])] -= 1
    // It may be among those that were ready.
    potential[oldest] = 0
    connected[oldest] = 0
    freeSegments.append(Int32(oldest))
  }

  /// Knuth's multiplier and the upper half of the product.
  private mutating func below(_ bound: Int) -> Int {
    random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Int((random >> 33).multipliedReportingOverflow(by: UInt64(bound)).partialValue >> 31)
  }
}
