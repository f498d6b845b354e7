package dev.muster.server.action;

import dev.muster.server.platform.Caller;
import dev.muster.server.platform.Database;
import dev.muster.server.platform.OrganizationId;
import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/// Explains actions that have not ended: what each waits for, since when, and what will happen
/// next. A queue that does not move is thereby seen to be one, and why.
@Singleton
public class Waitings {
  private final Database database;
  private final Iterable<DeliveryView> views;

  @Inject
  Waitings(Database database, @Any Instance<DeliveryView> views) {
    this(database, (Iterable<DeliveryView>) views);
  }

  Waitings(Database database, Iterable<DeliveryView> views) {
    this.database = database;
    this.views = views;
  }

  /// The explanations of those that have not ended. Whoever holds the actions was let see them.
  public Map<ActionId, Waiting> of(Caller caller, Collection<Action> actions) {
    return actions.stream().allMatch(action -> action.state().isEnd())
        ? Map.of()
        : database.in(caller.organization(), handle -> of(handle, caller.organization(), actions));
  }

  /// The same in a transaction that is there.
  public Map<ActionId, Waiting> of(
      Handle handle, OrganizationId organization, Collection<Action> actions) {
    List<Action> open = actions.stream().filter(action -> !action.state().isEnd()).toList();
    if (open.isEmpty()) {
      return Map.of();
    }
    Map<ActionId, WaitingStore.Around> around = WaitingStore.around(handle, organization, open);
    Map<String, DeliveryView.Delivery> deliveries = deliveries(handle, organization, open);
    Map<ActionId, Waiting> waitings = new HashMap<>();
    for (Action action : open) {
      WaitingStore.Around known = around.get(action.id());
      if (known != null) { // erased meanwhile
        waitings.put(
            action.id(),
            action.state() == ActionState.PENDING
                ? forItsTurn(action, known)
                : running(action, known, deliveries.get(action.requestId())));
      }
    }
    return waitings;
  }

  private Map<String, DeliveryView.Delivery> deliveries(
      Handle handle, OrganizationId organization, List<Action> open) {
    List<Action> undelivered =
        open.stream()
            .filter(action -> action.isAttempted() && action.run().deliveredAt() == null)
            .toList();
    Map<String, DeliveryView.Delivery> deliveries = new HashMap<>();
    if (!undelivered.isEmpty()) {
      views.forEach(view -> deliveries.putAll(view.of(handle, organization, undelivered)));
    }
    return deliveries;
  }

  private static Waiting forItsTurn(Action action, WaitingStore.Around around) {
    String expiry = "It expires at " + time(action.order().expiresAt());
    Instant deactivated = around.deactivated().orElse(null);
    if (deactivated != null) {
      return new Waiting(
          "The device is deactivated.",
          later(deactivated, action.order().createdAt()),
          "It has its turn when an operator activates the device. " + expiry + " otherwise.");
    }
    String first =
        around.running() == null
            ? "It has its turn"
            : around.running() + " (" + around.runningType() + ") is running on the device";
    String others =
        switch (around.ahead()) {
          case 0 -> ".";
          case 1 -> " and 1 waiting action comes first.";
          default -> " and " + around.ahead() + " waiting actions come first.";
        };
    return new Waiting(
        first + others,
        action.order().createdAt(),
        (around.running() == null ? "It begins now. " : "It begins when that has ended. ")
            + expiry
            + " unless it has been delivered by then.");
  }

  private static Waiting running(
      Action action, WaitingStore.Around around, DeliveryView.@Nullable Delivery delivery) {
    Action.Run run = action.run();
    Instant began =
        later(around.attemptBeganAt(), run.startedAt() == null ? Instant.EPOCH : run.startedAt());
    Instant deactivated = around.deactivated().orElse(null);
    if (run.nextAttemptAt() != null && deactivated != null) {
      return new Waiting(
          "The device is deactivated, and no further attempt begins.",
          later(deactivated, later(around.attemptEndedAt(), began)),
          "Attempt "
              + (run.attempt() + 1)
              + " begins when an operator activates the device. It expires at "
              + time(action.order().expiresAt())
              + " otherwise.");
    }
    if (run.nextAttemptAt() != null) {
      return new Waiting(
          "Attempt " + run.attempt() + " of " + action.order().attempts() + " has failed.",
          later(around.attemptEndedAt(), began),
          "Attempt " + (run.attempt() + 1) + " begins at " + time(run.nextAttemptAt()) + ".");
    }
    if (run.simulated() != null) {
      return new Waiting(
          "The built-in simulator is doing it, because the device has no agent.",
          began,
          "The simulator ends the attempt at " + time(run.simulated().until()) + ".");
    }
    return run.deliveredAt() == null
        ? forDelivery(action, around, began, delivery)
        : forTheAnswer(action, run.deliveredAt());
  }

  private static Waiting forDelivery(
      Action action,
      WaitingStore.Around around,
      Instant began,
      DeliveryView.@Nullable Delivery delivery) {
    String expiry =
        " It expires at "
            + time(action.order().expiresAt())
            + " unless it has been delivered by then.";
    Instant deactivated = around.deactivated().orElse(null);
    if (deactivated != null) {
      return new Waiting(
          "The device is deactivated and may not be handed the command.",
          later(deactivated, began),
          "It gets the command when an operator activates it and it calls." + expiry);
    }
    return delivery == null
        ? new Waiting(
            "The device has not been handed the command yet.",
            began,
            "It gets the command when it asks for its commands." + expiry)
        : new Waiting(delivery.reason(), delivery.since(), delivery.next() + expiry);
  }

  private static Waiting forTheAnswer(Action action, Instant delivered) {
    Action.Progress progress = action.progress();
    String far =
        progress.percent() == null ? "" : " It says that it is at " + progress.percent() + " %.";
    String then =
        action.run().attempt() < action.order().attempts()
            ? "this attempt has failed, and another follows."
            : "the action has failed.";
    return new Waiting(
        "The device has the command and has not answered." + far,
        delivered,
        "Without an answer by " + time(delivered.plus(action.order().timeout())) + " " + then);
  }

  private static Instant later(@Nullable Instant one, Instant other) {
    return one == null || one.isBefore(other) ? other : one;
  }

  private static String time(Instant at) {
    return at.truncatedTo(ChronoUnit.SECONDS).toString();
  }
}
