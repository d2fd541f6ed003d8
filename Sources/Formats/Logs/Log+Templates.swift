package import Numerics
package import Values

extension Log {
  /// Events with the templates of their messages, one message a row of the frame.
  package init(
    _ frame: Frame, messages: TextColumn, _ mining: TemplateMiner.Options, work: Work
  ) throws(FormatError) {
    var miner = TemplateMiner(mining)
    var templates: [Int32] = []
    templates.reserveCapacity(messages.count)
    for row in 0..<messages.count {
      if row % 1024 == 0 {
        if work.isCancelled() { throw .cancelled }
        work.report(Double(row) / Double(messages.count), "finding templates")
      }
      let bytes = messages.bytes[messages.offsets[row]..<messages.offsets[row + 1]]
      // What goes on in further lines belongs to the parameters.
      templates.append(Int32(miner.add(bytes.prefix { $0 != 10 })))
    }
    self.init(frame: frame, templates: miner.templates, templateOfRow: templates)
  }
}
