package dev.muster.server.platform;

import java.time.Instant;
import org.jdbi.v3.core.Handle;

/// The mark that the first server leaves in a database, of the master key that its secrets are
/// sealed with. So a node with another key is refused when it starts, and not when it first meets a
/// secret that it cannot open.
public final class MasterKeyMark {
  private MasterKeyMark() {}

  /// Leaves the mark, or compares the one that is there.
  ///
  /// @throws IllegalStateException in words for the person at the terminal, when it is another key
  public static void require(Handle handle, MasterKey key, Instant now) {
    String own = key.fingerprint();
    handle.execute(
        "insert into platform.master_key (fingerprint, created_at) values (?, ?) on conflict do nothing",
        own,
        now);
    String marked =
        handle.createQuery("select fingerprint from platform.master_key").mapTo(String.class).one();
    if (!marked.equals(own)) {
      throw new IllegalStateException(
          "This database belongs to another master key (fingerprint "
              + marked
              + ") than this server has ("
              + own
              + "). Give every server on this database the same one, by muster.master-key, by"
              + " muster.master-key-file or by the file master-key in its data folder.");
    }
  }
}
