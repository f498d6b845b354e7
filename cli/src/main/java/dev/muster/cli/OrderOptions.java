package dev.muster.cli;

import dev.muster.cli.client.Failure;
import dev.muster.cli.fleet.Order;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// How an action is to be done: what `initiate-action` and `batch` have in common.
final class OrderOptions {

  @Option(
      names = "--params",
      arity = "0..*",
      paramLabel = "KEY=VALUE",
      description =
          "What the type asks for: several in a row, and repeatable. One of another form is warned of"
              + " and left out.")
  private List<String> params = List.of();

  @Option(
      names = "--client-token",
      paramLabel = "TOKEN",
      description = "The same token again is the same order, so that a repetition does nothing.")
  private @Nullable String clientToken;

  @Option(
      names = "--priority",
      paramLabel = "PRIORITY",
      completionCandidates = FleetCandidates.Priorities.class,
      description = "Among the waiting actions of a device: ${COMPLETION-CANDIDATES}.")
  private @Nullable String priority;

  @Option(
      names = "--ttl",
      paramLabel = "DURATION",
      description = "How long it may wait to be delivered: 90s, 15m, 24h, 7d.")
  private @Nullable String ttl;

  @Option(
      names = "--timeout",
      paramLabel = "DURATION",
      description = "How long the device may take for one attempt.")
  private @Nullable String timeout;

  @Option(
      names = "--attempts",
      paramLabel = "N",
      description = "How often it is tried at most, 1 to 10.")
  private @Nullable Integer attempts;

  @Option(
      names = "--supersede",
      description = "Takes the place of a waiting action of the same kind, which is cancelled.")
  private boolean supersede;

  Order of(String type) {
    if (attempts != null && (attempts < 1 || attempts > 10)) {
      throw new Failure.Usage("--attempts must be 1 to 10.");
    }
    return new Order(
        type,
        params,
        clientToken,
        priority,
        new Order.Limits(
            seconds("--ttl", ttl), seconds("--timeout", timeout), attempts == null ? 0 : attempts),
        supersede);
  }

  private static long seconds(String option, @Nullable String text) {
    if (text == null) {
      return 0;
    }
    Duration given =
        text.matches("\\d{1,9}") ? Duration.ofSeconds(Long.parseLong(text)) : Times.duration(text);
    if (given.isZero()) {
      throw new Failure.Usage(option + " must be at least 1s.");
    }
    return given.toSeconds();
  }
}
