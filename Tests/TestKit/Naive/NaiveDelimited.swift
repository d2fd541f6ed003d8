/// Cuts delimited text into cells one character at a time, as RFC 4180 says: empty lines are no records, quotes count
/// at the start of a cell.
package func naiveRecords(
  _ text: [UInt8], delimiter: UInt8 = UInt8(ascii: ","), quote: UInt8 = UInt8(ascii: "\"")
) -> [[[UInt8]]] {
  var records: [[[UInt8]]] = []
  var rest = text[...]
  while !rest.isEmpty {
    let isEmptyLine = rest.first == 10 || rest.starts(with: [13, 10]) || rest == [13]
    var cells: [[UInt8]] = []
    var isOver = false
    while !isOver {
      var cell: [UInt8] = []
      if rest.first == quote {
        rest.removeFirst()
        while let byte = rest.popFirst() {
          if byte != quote {
            cell.append(byte)
          } else if rest.first == quote {
            cell.append(byte)
            rest.removeFirst()
          } else {
            break
          }
        }
      }
      while let byte = rest.first, byte != delimiter, byte != 10,
        !(byte == 13 && rest.dropFirst().first == 10),
        !(byte == 13 && rest.count == 1)
      {
        cell.append(byte)
        rest.removeFirst()
      }
      cells.append(cell)
      isOver = rest.first != delimiter
      if !isOver { rest.removeFirst() }
    }
    if rest.first == 13 { rest.removeFirst() }
    if rest.first == 10 { rest.removeFirst() }
    if !isEmptyLine { records.append(cells) }
  }
  return records
}
