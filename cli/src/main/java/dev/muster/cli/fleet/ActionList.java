package dev.muster.cli.fleet;

import dev.muster.cli.Table;
import dev.muster.cli.client.Failure;
import dev.muster.fleet.ActionInfo;
import dev.muster.fleet.GetDeviceActionStatusRequest;
import dev.muster.fleet.GetDeviceActionStatusResponse;
import dev.muster.fleet.ListDeviceActionsRequest;
import dev.muster.fleet.ListDeviceActionsResponse;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// The actions of a fleet with all that is known of them: what the lines of the contract have no
/// room for.
public final class ActionList {

  private static final int LARGEST_PAGE = 500;

  /// Which actions. What is null or empty narrows nothing.
  public record Which(
      @Nullable String device, List<String> states, @Nullable String type, @Nullable String batch) {

    private ListDeviceActionsRequest.Builder request() {
      var request = ListDeviceActionsRequest.newBuilder();
      if (device != null) {
        request.setDeviceId(device);
      }
      states.forEach(state -> request.addStates(FleetWords.state(state)));
      if (type != null) {
        request.setActionType(FleetWords.type(type));
      }
      if (batch != null) {
        request.setBatchId(batch);
      }
      return request;
    }
  }

  private final Fleet fleet;
  private final Answers answers;

  public ActionList(Fleet fleet, Answers answers) {
    this.fleet = fleet;
    this.answers = answers;
  }

  /// The newest ones, at most `limit`, fetched page by page.
  public void list(Which which, int limit) {
    if (limit < 1) {
      throw new Failure.Usage("--limit must be at least 1.");
    }
    ListDeviceActionsRequest.Builder request = which.request();
    var all = ListDeviceActionsResponse.newBuilder().setSuccess(true);
    boolean more;
    do {
      request.setPageSize(Math.min(limit - all.getActionsCount(), LARGEST_PAGE));
      ListDeviceActionsRequest asked = request.build();
      ListDeviceActionsResponse page = fleet.call(stub -> stub.listDeviceActions(asked));
      page.getActionsList().stream().limit(limit - all.getActionsCount()).forEach(all::addActions);
      all.setNextPageToken(page.getNextPageToken());
      request.setPageToken(page.getNextPageToken());
      more = !page.getNextPageToken().isEmpty();
    } while (more && all.getActionsCount() < limit);
    all.setMessage("Retrieved " + all.getActionsCount() + " action(s)");
    answers.show(all.build(), table(all.getActionsList(), more));
  }

  private static List<String> table(List<ActionInfo> actions, boolean more) {
    if (actions.isEmpty()) {
      return List.of("No actions.");
    }
    var table = new Table("ACTION", "DEVICE", "TYPE", "STATE", "DONE", "INITIATED", "NOTE");
    for (ActionInfo action : actions) {
      table.row(
          action.getActionId(),
          action.getDeviceId(),
          FleetText.type(action),
          FleetWords.name(action.getState(), action.getStateValue()),
          percent(action),
          FleetText.time(action.getInitiatedAt()),
          note(action));
    }
    List<String> lines = table.lines();
    if (!more) {
      return lines;
    }
    var all = new java.util.ArrayList<>(lines);
    all.add("There are more: --limit.");
    return all;
  }

  private static String percent(ActionInfo action) {
    return action.getProgressPercent() < 0 ? "-" : action.getProgressPercent() + " %";
  }

  private static String note(ActionInfo action) {
    if (!action.getErrorMessage().isEmpty()) {
      return action.getErrorMessage();
    }
    return action.hasWaiting() ? action.getWaiting().getFor() : "-";
  }

  /// One action whole: also what it waits for, since when, and what will happen next.
  public void show(String id) {
    var request = GetDeviceActionStatusRequest.newBuilder().setActionId(id).build();
    GetDeviceActionStatusResponse answer = fleet.call(stub -> stub.getDeviceActionStatus(request));
    answers.show(answer, sheet(answer.getActionInfo()).lines());
  }

  private static Table sheet(ActionInfo action) {
    var sheet =
        new Table("ACTION", Table.printable(action.getActionId()))
            .row("Device", action.getDeviceId())
            .row("Type", FleetText.type(action))
            .row("State", FleetWords.name(action.getState(), action.getStateValue()))
            .row("Attempt", action.getAttempt() + " of " + action.getMaxAttempts())
            .row("Priority", FleetWords.name(action.getPriority(), action.getPriorityValue()))
            .row("Done", percent(action) + " " + action.getProgressText())
            .row("Initiated", FleetText.time(action.getInitiatedAt()))
            .row("Completed", FleetText.time(action.getCompletedAt()))
            .row("Expires", FleetText.time(action.getExpiresAt()));
    if (action.hasWaiting()) {
      sheet
          .row("Waits for", action.getWaiting().getFor())
          .row("Since", FleetText.time(action.getWaiting().getSince()))
          .row("Next", action.getWaiting().getNext());
    }
    if (!action.getErrorMessage().isEmpty()) {
      sheet.row("Error", action.getErrorMessage());
    }
    if (!action.getBatchId().isEmpty()) {
      sheet.row("Batch", action.getBatchId());
    }
    new TreeMap<>(action.getActionParamsMap())
        .forEach((key, value) -> sheet.row("Parameter " + key, value));
    if (!action.getResultJson().isEmpty()) {
      sheet.row("Result", action.getResultJson());
    }
    return sheet;
  }
}
