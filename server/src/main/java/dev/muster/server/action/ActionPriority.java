package dev.muster.server.action;

/// Which of the waiting actions of a device comes first; of equal ones the older.
public enum ActionPriority {
  LOW(1),
  NORMAL(2),
  HIGH(3),
  URGENT(4);

  private final int rank;

  ActionPriority(int rank) {
    this.rank = rank;
  }

  /// As it is stored: the higher comes first.
  int rank() {
    return rank;
  }

  static ActionPriority ofRank(int rank) {
    return switch (rank) {
      case 1 -> LOW;
      case 2 -> NORMAL;
      case 3 -> HIGH;
      case 4 -> URGENT;
      default -> throw new IllegalArgumentException("no priority has the rank " + rank);
    };
  }
}
