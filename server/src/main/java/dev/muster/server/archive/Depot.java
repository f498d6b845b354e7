package dev.muster.server.archive;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.OptionalLong;

/// Where archives are kept: a folder, or a store that speaks S3. Names have no slashes.
interface Depot {
  /// Keeps the file under the name, in place of what was there; afterwards it is durable, whole,
  /// and not at `file` any more. Who reads meanwhile gets the old or the new one.
  void put(String name, Path file) throws IOException;

  /// @throws java.nio.file.NoSuchFileException when there is none of that name
  InputStream open(String name) throws IOException;

  /// The bytes that it has; empty when there is none of that name.
  OptionalLong size(String name) throws IOException;

  /// For people.
  String where();
}
