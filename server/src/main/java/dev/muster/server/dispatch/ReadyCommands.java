package dev.muster.server.dispatch;

import dev.muster.server.action.Action;
import dev.muster.server.action.Handovers;
import dev.muster.server.credential.CommandSecrets;
import dev.muster.server.device.DeviceId;
import dev.muster.server.doorbell.Push;
import dev.muster.server.doorbell.PushToken;
import dev.muster.server.platform.Database;
import dev.muster.server.platform.OrganizationId;
import dev.muster.server.platform.Settings;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/// Takes what is to be handed out, and signs it. Taken is what nobody else will hand out until the
/// lease has run out, whatever becomes of this node.
@Singleton
public class ReadyCommands {
  /// A command for the push service.
  record ToPush(Ready ready, PushToken token) {}

  /// What was taken.
  ///
  /// @param ready the earliest first
  /// @param passedOver the devices that were to be handed everything and have something that was
  ///   held by somebody else at that moment: to be asked for again
  record Taken(List<Ready> ready, Set<DeviceId> passedOver) {}

  private final Database database;
  private final Handovers handovers;
  private final CommandSecrets secrets;
  private final Push push;
  private final Settings.Action settings;
  private final InstantSource clock;

  public ReadyCommands(
      Database database,
      Handovers handovers,
      CommandSecrets secrets,
      Push push,
      Settings settings,
      InstantSource clock) {
    this.database = database;
    this.handovers = handovers;
    this.secrets = secrets;
    this.push = push;
    this.settings = settings.action();
    this.clock = clock;
  }

  Taken take(DeliveryStore.Wanted wanted) {
    return database.acrossOrganizations(handle -> {
      Instant now = clock.instant();
      List<Delivery> taken = DeliveryStore.take(handle, wanted, now);
      Set<DeviceId> passedOver =
          wanted.all().isEmpty()
              ? Set.of()
              : Set.copyOf(DeliveryStore.passedOver(handle, wanted.all(), taken, now));
      return new Taken(signed(handle, taken, now), passedOver);
    });
  }

  /// Those of devices that the push service reaches.
  List<ToPush> takePushed(int limit) {
    return database.acrossOrganizations(handle -> {
      Instant now = clock.instant();
      List<Delivery> taken = DeliveryStore.takePushed(handle, now, limit);
      Map<DeviceId, PushToken> tokens =
          push.tokens(handle, taken.stream().map(Delivery::device).toList());
      List<Outcome> unreached = new ArrayList<>();
      List<Delivery> reached = new ArrayList<>();
      for (Delivery delivery : taken) {
        if (tokens.containsKey(delivery.device())) {
          reached.add(delivery);
        } else {
          unreached.add(Outcome.unreached(delivery, now));
        }
      }
      DeliveryStore.note(handle, unreached, now);
      List<ToPush> pushed = new ArrayList<>();
      for (Ready ready : signed(handle, reached, now)) {
        PushToken token = tokens.get(ready.delivery().device());
        if (token != null) {
          pushed.add(new ToPush(ready, token));
        }
      }
      return pushed;
    });
  }

  private List<Ready> signed(Handle handle, List<Delivery> taken, Instant now) {
    List<Ready> ready = new ArrayList<>();
    List<Outcome> unsigned = new ArrayList<>();
    byOrganization(taken)
        .forEach((organization, deliveries) -> {
          Collection<DeviceId> devices =
              deliveries.stream().map(Delivery::device).collect(Collectors.toUnmodifiableSet());
          Map<DeviceId, String> keys = secrets.signing(handle, organization, devices);
          Map<String, Action> actions = new HashMap<>();
          handovers
              .wanted(handle, organization, devices)
              .forEach(action -> actions.put(action.requestId(), action));
          for (Delivery delivery : deliveries) {
            String secret = keys.get(delivery.device());
            Told told = told(delivery, actions);
            if (secret == null) {
              unsigned.add(Outcome.unsigned(delivery, now, settings.resendAfter()));
            } else if (told != null) {
              ready.add(new Ready(delivery, told.sign(secret, delivery, now)));
            }
          }
        });
    DeliveryStore.note(handle, unsigned, now);
    ready.sort(Comparator.comparing(one -> one.delivery().beganAt()));
    return ready;
  }

  /// What a device is told to do.
  private record Told(String word, Map<String, String> parameters) {
    SignedCommand sign(String secret, Delivery delivery, Instant at) {
      return SignedCommand.sign(
          secret, delivery.requestId(), delivery.handle(), word, at, parameters);
    }
  }

  /// Null when the attempt was over before this looked at its action.
  private static @Nullable Told told(Delivery delivery, Map<String, Action> actions) {
    return switch (delivery.kind()) {
      case CANCEL -> new Told("cancel", Map.of("request_id", delivery.target()));
      case RUN -> {
        Action action = actions.get(delivery.requestId());
        yield action == null
            ? null
            : new Told(action.order().type().wireName(), action.order().params());
      }
    };
  }

  private static Map<OrganizationId, List<Delivery>> byOrganization(List<Delivery> taken) {
    Map<UUID, List<Delivery>> sorted = new TreeMap<>();
    taken.forEach(delivery ->
        sorted
            .computeIfAbsent(delivery.organization().value(), _ -> new ArrayList<>())
            .add(delivery));
    Map<OrganizationId, List<Delivery>> found = new HashMap<>();
    sorted.forEach((organization, some) -> found.put(new OrganizationId(organization), some));
    return found;
  }
}
