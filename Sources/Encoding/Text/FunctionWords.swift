/// English words that every text has and that say little about what it is about.
enum FunctionWords {
  static let english: Set<String> = Set(
    """
    about above across after again against all almost alone along already also although always am among an and another any \
    anyone anything are around as at back be became because become been before behind being below between both but by can \
    cannot could did do does doing done down due during each either else enough etc even ever every everyone everything \
    few first for former from further get give go had has have having he hence her here hers herself him himself his how \
    however if in indeed into is it its itself just keep last least less made many may me meanwhile might more moreover \
    most mostly much must my myself namely neither never nevertheless next no nobody none nor not nothing now nowhere of \
    off often on once one only onto or other others otherwise our ours ourselves out over own part per perhaps please put \
    quite rather re really same say see seem several she should show since so some somehow someone something sometimes \
    somewhere still such take than that the their theirs them themselves then there therefore these they this those \
    though through throughout thus to together too toward towards under unless until up upon us used using various very \
    via was we well were what whatever when where whereas whether which while who whoever whole whom whose why will with \
    within without would yet you your yours yourself yourselves
    """.split(separator: " ").map { $0.split(whereSeparator: \.isNewline).joined() })
}
