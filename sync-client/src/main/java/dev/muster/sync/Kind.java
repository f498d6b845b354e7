package dev.muster.sync;

/// What is synchronized.
public enum Kind {
  TASK("task", "tasks"),
  COMMENT("comment", "comments");

  private final String name;
  private final String list;

  Kind(String name, String list) {
    this.name = name;
    this.list = list;
  }

  /// `entityType` on the wire.
  public String wireName() {
    return name;
  }

  /// The key of a list of them on the wire.
  public String listName() {
    return list;
  }

  static Kind named(String name) {
    for (Kind kind : values()) {
      if (kind.name.equals(name)) {
        return kind;
      }
    }
    throw new IllegalArgumentException("no kind is called " + name);
  }
}
