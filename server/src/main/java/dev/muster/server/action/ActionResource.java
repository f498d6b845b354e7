package dev.muster.server.action;

import dev.muster.server.platform.ErrorCode;
import dev.muster.server.platform.Ids;
import dev.muster.server.platform.Refusal;
import dev.muster.server.web.CurrentCaller;
import dev.muster.server.web.Page;
import dev.muster.server.web.Paging;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.validation.Valid;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.QueryParam;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.ResponseStatus;
import org.jspecify.annotations.Nullable;

/// Actions on REST.
@Path("/api/actions")
@Tag(name = "Actions")
@RunOnVirtualThread
public class ActionResource {
  private final Actions actions;
  private final ActionLists lists;
  private final Waitings waitings;
  private final CurrentCaller caller;
  private final Paging paging;

  ActionResource(
      Actions actions, ActionLists lists, Waitings waitings, CurrentCaller caller, Paging paging) {
    this.actions = actions;
    this.lists = lists;
    this.waitings = waitings;
    this.caller = caller;
    this.paging = paging;
  }

  @GET
  @Operation(
      summary = "List actions, newest first",
      description =
          "Filters are and-ed; state may be repeated. Follow next; count stops at 10,000.")
  public Page<ActionWire.Row> list(
      @QueryParam("device") @Nullable String device,
      @QueryParam("state") @Nullable List<String> states,
      @QueryParam("type") @Nullable String type,
      @QueryParam("batch") @Nullable String batch) {
    ActionFilter filter =
        new ActionFilter(
            blank(device) ? null : device,
            states == null
                ? Set.of()
                : states.stream()
                    .filter(word -> !word.isEmpty())
                    .map(word -> word(ActionState.class, "state", word))
                    .collect(Collectors.toSet()),
            blank(type) ? null : word(ActionType.class, "type", String.valueOf(type)),
            blank(batch)
                ? null
                : Ids.parse(String.valueOf(batch))
                    .orElseThrow(() -> Refusal.parameter("batch", "must be the id of a batch")));
    ActionLists.Listed found = lists.list(caller.get(), filter, paging.cursor(), paging.limit());
    Map<ActionId, Waiting> waiting = waitings.of(caller.get(), found.actions());
    return paging
        .page(found.count(), found.actions(), found.next())
        .map(action -> ActionWire.Row.of(action, waiting.get(action.id())));
  }

  @GET
  @Path("{action_id}")
  @Operation(summary = "Show an action")
  public ActionWire.Row show(@PathParam("action_id") String action) {
    return row(actions.show(caller.get(), action));
  }

  @GET
  @Path("{action_id}/attempts")
  @Operation(summary = "List the tries of an action, in order")
  public List<ActionWire.AttemptRow> attempts(@PathParam("action_id") String action) {
    return actions.attempts(caller.get(), action).stream().map(ActionWire.AttemptRow::of).toList();
  }

  @POST
  @Path("{action_id}/cancel")
  @Operation(
      summary = "Cancel an action that has not ended; the device is told",
      description = "409 when it has ended in another way. One that is cancelled stays so.")
  public ActionWire.Row cancel(
      @PathParam("action_id") String action, @Valid ActionWire.@Nullable Cancellation body) {
    Actions.Cancelled cancelled =
        actions.cancel(caller.get(), action, body == null ? null : body.reason());
    if (cancelled.action().state() != ActionState.CANCELLED) {
      throw Refusal.of(
          ErrorCode.ACTION_STATE,
          "The action has ended already: it is " + cancelled.action().state() + ".");
    }
    return row(cancelled.action());
  }

  @POST
  @Path("{action_id}/retry")
  @Operation(
      summary = "Ask for the same again, as a new action",
      description = "409 until it ends.")
  @ResponseStatus(201)
  public ActionWire.Row retry(
      @PathParam("action_id") String action, @Valid ActionWire.@Nullable Retry body) {
    return row(actions.retry(caller.get(), action, body == null ? null : body.clientToken()));
  }

  private ActionWire.Row row(Action action) {
    return ActionWire.Row.of(action, waitings.of(caller.get(), List.of(action)).get(action.id()));
  }

  private static boolean blank(@Nullable String text) {
    return text == null || text.isEmpty();
  }

  private static <E extends Enum<E>> E word(Class<E> type, String name, String word) {
    return Arrays.stream(type.getEnumConstants())
        .filter(constant -> constant.name().equals(word.toUpperCase(Locale.ROOT)))
        .findFirst()
        .orElseThrow(() ->
            Refusal.parameter(
                name,
                "must be one of "
                    + Arrays.stream(type.getEnumConstants())
                        .map(Enum::name)
                        .collect(Collectors.joining(", "))));
  }
}
