package dev.muster.sync;

/// Hears of what a synchronization brings, after it is kept, on the thread that synchronizes.
public interface SyncListener {
  /// Hears nothing.
  SyncListener NONE = new SyncListener() {};

  /// Rows have changed.
  default void changed() {}

  /// The server has kept an edit of this device as a conflict; people see what the server has.
  default void conflicted(Notice notice) {}
}
