package dev.muster.server.archive;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.OptionalLong;

/// Has lost everything when it is asked for the last time.
record ForgettingDepot(Depot depot) implements Depot {
  @Override
  public void put(String name, Path file) throws IOException {
    depot.put(name, file);
  }

  @Override
  public InputStream open(String name) throws IOException {
    return depot.open(name);
  }

  @Override
  public OptionalLong size(String name) {
    return OptionalLong.empty();
  }

  @Override
  public String where() {
    return depot.where();
  }
}
