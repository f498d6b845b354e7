package dev.muster.cli.fleet;

import dev.muster.cli.Table;
import dev.muster.cli.client.Failure;
import dev.muster.fleet.ActionInfo;
import dev.muster.fleet.ActionStatus;
import dev.muster.fleet.GetDeviceActionStatusResponse;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import org.jspecify.annotations.Nullable;

/// Asks how far an action is until it has ended. A server that goes away meanwhile is waited for,
/// for a while: a restart of it does not end a script.
public final class Polling {

  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("HH:mm:ss").withZone(ZoneOffset.UTC);

  private final FleetActions actions;
  private final Answers answers;
  private final String id;
  private final double interval;
  private String shown = "";
  private @Nullable Instant lastAnswer;

  /// @param interval seconds between two questions
  public Polling(Fleet fleet, Answers answers, String id, double interval) {
    if (!(interval > 0) || interval > 86_400) {
      throw new Failure.Usage("--interval must be more than 0 and at most 86400 seconds.");
    }
    this.actions = new FleetActions(fleet, answers);
    this.answers = answers;
    this.id = id;
    this.interval = interval;
  }

  /// Exit code 0 when the action has completed, 1 when it has failed, 130 after Ctrl-C.
  public int untilItEnds() {
    if (!answers.json()) {
      answers.line("Polling action '" + id + "' (interval: " + interval + "s)...");
      answers.line("Press Ctrl+C to stop polling");
    }
    return CtrlC.ends(
        this::poll,
        () -> {
          endLine();
          answers.remark(
              "Polling stopped; the action goes on. Ask again with: muster action-status " + id);
        });
  }

  private int poll() throws InterruptedException {
    while (true) {
      GetDeviceActionStatusResponse answer = ask();
      if (answer != null) {
        ActionInfo action = answer.getActionInfo();
        progress(action);
        if (action.getStatus() == ActionStatus.COMPLETED) {
          return end(answer, 0, "✓ Action completed successfully!");
        }
        if (action.getStatus() == ActionStatus.FAILED) {
          return end(answer, 1, "✗ Action failed!");
        }
      }
      Thread.sleep(Duration.ofNanos((long) (interval * 1e9)));
    }
  }

  private @Nullable GetDeviceActionStatusResponse ask() {
    try {
      GetDeviceActionStatusResponse answer = actions.find(id);
      lastAnswer = answers.clock().instant();
      return answer;
    } catch (Failure e) {
      Instant last = lastAnswer;
      boolean patient =
          e.isOutage() && last != null && answers.clock().instant().isBefore(last.plus(PATIENCE));
      if (!patient) {
        endLine();
        throw e;
      }
      return null;
    }
  }

  private void progress(ActionInfo action) {
    if (answers.json()) {
      return;
    }
    String status = FleetText.status(action);
    if (!answers.redraws()) {
      if (!status.equals(shown)) {
        answers.line(line(status));
        shown = status;
      }
      return;
    }
    String line = Table.printable(line(status) + far(action));
    answers.out().print("\r" + line + " ".repeat(Math.max(0, shown.length() - line.length())));
    answers.out().flush();
    shown = line;
  }

  private String line(String status) {
    return "[" + TIME.format(answers.clock().instant()) + "] Status: " + status;
  }

  private static String far(ActionInfo action) {
    String percent =
        action.getProgressPercent() > 0 ? " " + action.getProgressPercent() + " %" : "";
    return action.getProgressText().isEmpty() ? percent : percent + " " + action.getProgressText();
  }

  private void endLine() {
    if (answers.redraws() && !shown.isEmpty() && !answers.json()) {
      answers.out().println();
    }
  }

  private int end(GetDeviceActionStatusResponse answer, int code, String sentence) {
    endLine();
    String error = answer.getActionInfo().getErrorMessage();
    if (answers.json()) {
      answers.show(FleetJson.of(answer));
    } else {
      answers.line(sentence);
      if (code != 0 && !error.isEmpty()) {
        answers.line("  Error: " + error);
      }
    }
    return code;
  }
}
