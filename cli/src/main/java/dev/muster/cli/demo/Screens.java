package dev.muster.cli.demo;

import dev.muster.cli.demo.LiveTable.Screen;
import java.io.Console;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;

/// What the demo is drawn on. The size is asked of `stty`: Java does not know it.
final class Screens {

  private Screens() {}

  static Screen of(Map<String, String> env) {
    boolean terminal =
        Optional.ofNullable(System.console()).filter(Console::isTerminal).isPresent()
            && !env.getOrDefault("TERM", "dumb").equals("dumb");
    boolean colours = terminal && env.getOrDefault("NO_COLOR", "").isEmpty();
    String[] size = terminal ? size().split(" ", -1) : new String[0];
    return size.length == 2
        ? new Screen(terminal, colours, number(size[0], 24), number(size[1], 80))
        : new Screen(terminal, colours, 24, 80);
  }

  private static int number(String text, int otherwise) {
    return text.matches("[1-9][0-9]{0,4}") ? Integer.parseInt(text) : otherwise;
  }

  private static String size() {
    try {
      Process stty =
          new ProcessBuilder("/bin/sh", "-c", "stty size </dev/tty")
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      return new String(stty.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    } catch (IOException e) {
      return "";
    }
  }
}
