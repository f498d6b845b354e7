package dev.muster.cli;

import dev.muster.cli.fleet.Watching;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `muster watch`: what happens in the fleet, as it happens.
@Command(
    name = "watch",
    description = {
      "Shows changes of devices and actions as they happen, one line each, until Ctrl-C. A connection",
      "that breaks is made anew and goes on where it was. With --output json each line is an object."
    },
    footer = {"", "Examples:", "  muster watch", "  muster watch --device lobby-1 lobby-2"})
final class WatchCommand implements Callable<Integer> {

  private final Muster muster;

  @Option(
      names = "--device",
      arity = "1..*",
      paramLabel = "ID",
      description = "Only these devices: several in a row, and repeatable.")
  private List<String> devices = List.of();

  @Option(
      names = "--cursor",
      paramLabel = "CURSOR",
      description = "Where to go on: the cursor of the last line that was seen (--output json).")
  private @Nullable String cursor;

  WatchCommand(Muster muster) {
    this.muster = muster;
  }

  @Override
  public Integer call() {
    try (var fleet = muster.fleet()) {
      return new Watching(fleet, muster.answers(), devices, cursor).goOn();
    }
  }
}
