package dev.muster.cli.fleet;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.muster.cli.client.Failure;
import dev.muster.fleet.ActionInfo;
import dev.muster.fleet.DeviceInfo;
import dev.muster.fleet.WatchFleetRequest;
import dev.muster.fleet.WatchFleetResponse;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Watches a fleet, a line for each change. A connection that breaks is made anew, and goes on from
/// the last change that was shown: none is missed and none is shown twice. A login that expires
/// meanwhile is renewed, and a server that is away meanwhile is waited for.
public final class Watching {

  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss").withZone(ZoneOffset.UTC);
  private static final Set<String> PASSING =
      Set.of("UNAVAILABLE", "ABORTED", "RESOURCE_EXHAUSTED", "INTERNAL", "CANCELLED");
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);

  private final Fleet fleet;
  private final Answers answers;
  private final List<String> devices;
  private String cursor;
  private Duration pause = Duration.ZERO;
  private boolean begun;
  private boolean heard;

  /// @param devices only these; empty: all
  public Watching(Fleet fleet, Answers answers, List<String> devices, @Nullable String cursor) {
    this.fleet = fleet;
    this.answers = answers;
    this.devices = devices;
    this.cursor = cursor == null ? "" : cursor;
  }

  /// Goes on until Ctrl-C (130) or until the server refuses.
  public int goOn() {
    return CtrlC.ends(
        this::watch,
        () ->
            remark(
                cursor.isEmpty()
                    ? "Stopped watching."
                    : "Stopped watching. Go on from here with: muster watch --cursor " + cursor));
  }

  private int watch() throws InterruptedException {
    while (true) {
      String lost;
      try {
        var _ =
            fleet.stream(stub -> {
              var request =
                  WatchFleetRequest.newBuilder().setCursor(cursor).addAllDeviceIds(devices).build();
              heard = false;
              stub.watchFleet(request).forEachRemaining(this::show);
              return cursor;
            });
        lost = "The server ended the stream";
      } catch (Failure.Rpc e) {
        if (!passes(e)) {
          throw e;
        }
        lost = "The connection is lost (" + e.code() + ")";
      } catch (Failure.Unreachable | Failure.Refused e) {
        if (!begun || !e.isOutage()) {
          throw e;
        }
        lost = "The login cannot be renewed at present";
      }
      remark(
          lost
              + (pause.isZero()
                  ? "; connecting again."
                  : "; again in " + pause.toSeconds() + " s."));
      Thread.sleep(pause);
      Duration longer = pause.isZero() ? Duration.ofSeconds(1) : pause.multipliedBy(2);
      pause = longer.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : longer;
    }
  }

  /// A stream that had been let in and is refused later has outlived its access token: calling
  /// again renews it. A credential that is good for nothing any more is refused before anything is
  /// heard.
  private boolean passes(Failure.Rpc failure) {
    return PASSING.contains(failure.code()) || (heard && failure.code().equals("UNAUTHENTICATED"));
  }

  /// Never among the changes: those may be read by a program.
  private void remark(String text) {
    answers.err().println(dev.muster.cli.Table.printable(text));
    answers.err().flush();
  }

  private void show(WatchFleetResponse response) {
    pause = Duration.ZERO;
    begun = true;
    heard = true;
    if (response.getChangeCase() != WatchFleetResponse.ChangeCase.CHANGE_NOT_SET) {
      if (answers.json()) {
        ObjectNode json = FleetJson.of(response);
        answers.out().println(json);
        answers.out().flush();
      } else {
        answers.line(TIME.format(Instant.ofEpochMilli(response.getAt())) + "  " + what(response));
      }
    }
    if (!response.getCursor().isEmpty()) {
      cursor = response.getCursor();
    }
  }

  private static String what(WatchFleetResponse response) {
    return switch (response.getChangeCase()) {
      case DEVICE -> device(response.getDevice());
      case ACTION -> action(response.getAction());
      case ERASED_DEVICE_ID -> "device  " + response.getErasedDeviceId() + "  erased";
      case CHANGE_NOT_SET -> "";
    };
  }

  private static String device(DeviceInfo device) {
    String lifecycle =
        device.getLifecycle().isEmpty() || device.getLifecycle().equals("ACTIVE")
            ? ""
            : "  " + device.getLifecycle();
    String action = device.getCurrentActionId().isEmpty() ? "" : "  " + device.getCurrentActionId();
    return "device  " + device.getDeviceId() + "  " + FleetText.status(device) + lifecycle + action;
  }

  private static String action(ActionInfo action) {
    String far = action.getProgressPercent() > 0 ? "  " + action.getProgressPercent() + " %" : "";
    String text = action.getProgressText().isEmpty() ? "" : "  " + action.getProgressText();
    String error = action.getErrorMessage().isEmpty() ? "" : "  " + action.getErrorMessage();
    return "action  "
        + action.getDeviceId()
        + "  "
        + action.getActionId()
        + "  "
        + FleetText.type(action)
        + "  "
        + FleetWords.name(action.getState(), action.getStateValue())
        + far
        + text
        + error;
  }
}
