package dev.muster.server.archive;

import dev.muster.server.archive.Day.State;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.OptionalLong;

/// A place for archives at one of whose calls the archiver stands still.
record HaltingDepot(Depot depot, Halt at, Runnable stand) implements Depot {
  /// Where, and how far the day is by then.
  enum Halt {
    BEFORE_THE_FILE_IS_PUT(State.DETACHED),
    BEFORE_THE_MANIFEST_IS_PUT(State.DETACHED),
    BEFORE_IT_IS_WRITTEN_DOWN(State.DETACHED),
    BEFORE_IT_IS_VERIFIED(State.ARCHIVED),
    WHILE_IT_IS_VERIFIED(State.ARCHIVED),
    BEFORE_IT_IS_DROPPED(State.VERIFIED),
    NOWHERE(State.DROPPED);

    private final State state;

    Halt(State state) {
      this.state = state;
    }

    State state() {
      return state;
    }
  }

  private void reach(Halt reached) {
    if (reached == at) {
      stand.run();
    }
  }

  private static boolean isFile(String name) {
    return name.endsWith(".gz");
  }

  @Override
  public void put(String name, Path file) throws IOException {
    reach(isFile(name) ? Halt.BEFORE_THE_FILE_IS_PUT : Halt.BEFORE_THE_MANIFEST_IS_PUT);
    depot.put(name, file);
    if (!isFile(name)) {
      reach(Halt.BEFORE_IT_IS_WRITTEN_DOWN);
    }
  }

  @Override
  public InputStream open(String name) throws IOException {
    reach(isFile(name) ? Halt.WHILE_IT_IS_VERIFIED : Halt.BEFORE_IT_IS_VERIFIED);
    return depot.open(name);
  }

  @Override
  public OptionalLong size(String name) throws IOException {
    reach(Halt.BEFORE_IT_IS_DROPPED);
    return depot.size(name);
  }

  @Override
  public String where() {
    return depot.where();
  }
}
