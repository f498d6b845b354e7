package dev.muster.cli;

import dev.muster.cli.client.Failure;
import dev.muster.cli.client.Private;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/// Text that a command is given by a file or by stdin.
final class Input {

  private Input() {}

  static String read(InputStream in) {
    try {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new Failure.Local("Cannot read stdin: " + Private.reason(e), e);
    }
  }

  static String read(Path file) {
    try {
      return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new Failure.Usage("Cannot read " + file + ": " + Private.reason(e));
    }
  }
}
