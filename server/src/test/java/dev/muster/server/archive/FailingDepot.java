package dev.muster.server.archive;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.OptionalLong;

/// A place for archives that breaks off at one call, as if the server had died there.
final class FailingDepot implements Depot {
  private final Depot depot;
  private int callsLeft;

  /// @param calls that go well
  FailingDepot(Depot depot, int calls) {
    this.depot = depot;
    this.callsLeft = calls;
  }

  private void call() {
    if (callsLeft-- <= 0) {
      throw new IllegalStateException("the server died");
    }
  }

  @Override
  public void put(String name, Path file) throws IOException {
    call();
    depot.put(name, file);
    call();
  }

  @Override
  public InputStream open(String name) throws IOException {
    call();
    return depot.open(name);
  }

  @Override
  public OptionalLong size(String name) throws IOException {
    call();
    return depot.size(name);
  }

  @Override
  public String where() {
    return depot.where();
  }
}
