package dev.muster.server.dispatch;

import dev.muster.server.device.DeviceId;
import dev.muster.server.doorbell.Doorbells;
import dev.muster.server.doorbell.Ring;
import dev.muster.server.platform.Broadcast;
import dev.muster.server.platform.Database;
import dev.muster.server.platform.Ids;
import dev.muster.server.platform.Refusal;
import io.quarkus.logging.Log;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Hands commands to the devices that hold a connection to this node, or poll it.
///
/// Whoever finds that there may be something for a device asks here, which costs them nothing. One
/// thread takes what there is for many devices in one transaction; each device is then sent its own
/// on a thread of its own, so that one that does not read holds up nobody else.
@Singleton
public class Dispatcher {
  /// How much a device is to be handed; the later the more.
  enum Ask {
    /// What is due.
    DUE,
    /// For a poll that waits: also what it was not just answered with.
    WAITING,
    /// Everything that it has not acknowledged.
    ALL
  }

  private static final int MOST_AT_ONCE = 200;
  private static final Executor SOON = CompletableFuture.delayedExecutor(20, TimeUnit.MILLISECONDS);

  private final Database database;
  private final ReadyCommands commands;
  private final Doorbells doorbells;
  private final Waiters waiters;
  private final Outcomes outcomes;
  private final InstantSource clock;
  private final Map<DeviceId, Ask> asked = new LinkedHashMap<>();
  private @Nullable Thread worker;

  public Dispatcher(
      Database database,
      ReadyCommands commands,
      Doorbells doorbells,
      Waiters waiters,
      Outcomes outcomes,
      InstantSource clock) {
    this.database = database;
    this.commands = commands;
    this.doorbells = doorbells;
    this.waiters = waiters;
    this.outcomes = outcomes;
    this.clock = clock;
  }

  void start(@Observes StartupEvent event, Broadcast broadcast) {
    doorbells.onConnected(device -> ask(new DeviceId(device.deviceId()), Ask.ALL));
    broadcast.listen(Deliveries.TOPIC, this::heard);
    broadcast.onReset(() -> Thread.startVirtualThread(this::askForAll));
    worker = Thread.ofVirtual().name("dispatcher").start(this::work);
  }

  void stop(@Observes ShutdownEvent event) {
    if (worker != null) {
      worker.interrupt();
    }
  }

  /// Has the device handed what there is for it, soon and if it is here by then.
  synchronized void ask(DeviceId device, Ask how) {
    asked.merge(device, how, (one, other) -> one.compareTo(other) < 0 ? other : one);
    notifyAll();
  }

  private void heard(String ids) {
    List<DeviceId> devices =
        Arrays.stream(ids.split(","))
            .flatMap(id -> Ids.parse(id).stream())
            .map(DeviceId::new)
            .toList();
    here(devices).forEach(device -> ask(device, Ask.DUE));
  }

  /// Makes good what this node may have missed.
  private void askForAll() {
    try {
      List<DeviceId> waiting =
          database.acrossOrganizations(handle -> DeliveryStore.waiting(handle, clock.instant()));
      here(waiting).forEach(device -> ask(device, Ask.DUE));
    } catch (RuntimeException failure) {
      Log.debugf("What this node may have missed is looked for later: %s", failure.getMessage());
    }
  }

  private Set<DeviceId> here(List<DeviceId> devices) {
    Set<DeviceId> here = new HashSet<>(doorbells.connectedHere(devices));
    devices.stream().filter(waiters::isHere).forEach(here::add);
    return here;
  }

  private void work() {
    try {
      while (true) {
        Map<DeviceId, Ask> next = next();
        try {
          dispatch(next);
        } catch (RuntimeException | Error failure) { // the next turn may go well
          Log.errorf(failure, "Commands of %d devices wait to be handed out again", next.size());
        }
      }
    } catch (InterruptedException stopped) {
      Log.debug("Commands are handed out no more");
    }
  }

  private synchronized Map<DeviceId, Ask> next() throws InterruptedException {
    while (asked.isEmpty()) {
      wait();
    }
    return takeAsked();
  }

  private synchronized Map<DeviceId, Ask> takeAsked() {
    Map<DeviceId, Ask> next = new LinkedHashMap<>();
    Iterator<Map.Entry<DeviceId, Ask>> entries = asked.entrySet().iterator();
    while (entries.hasNext() && next.size() < MOST_AT_ONCE) {
      Map.Entry<DeviceId, Ask> entry = entries.next();
      next.put(entry.getKey(), entry.getValue());
      entries.remove();
    }
    return next;
  }

  /// Hands out what was asked for so far. For tests, which have no worker.
  void dispatchAsked() {
    for (Map<DeviceId, Ask> next = takeAsked(); !next.isEmpty(); next = takeAsked()) {
      dispatch(next);
    }
  }

  private void dispatch(Map<DeviceId, Ask> next) {
    Map<Ask, List<DeviceId>> wanted = new EnumMap<>(Ask.class);
    Set<DeviceId> here = here(List.copyOf(next.keySet()));
    here.forEach(device ->
        wanted
            .computeIfAbsent(next.getOrDefault(device, Ask.DUE), _ -> new ArrayList<>())
            .add(device));
    // one that comes later may be for what this look does not see
    List<Waiters.Waiter> prompt =
        wanted.getOrDefault(Ask.ALL, List.of()).stream()
            .flatMap(device -> waiters.prompt(device).stream())
            .toList();
    try {
      ReadyCommands.Taken taken = take(wanted);
      Map<DeviceId, List<Ready>> ready = byDevice(taken.ready());
      hand(here, ready);
      prompt.stream()
          .filter(waiter -> !ready.containsKey(waiter.device()))
          .filter(waiter -> !taken.passedOver().contains(waiter.device()))
          .forEach(waiters::nothing);
      askAgainFor(taken.passedOver());
    } catch (Refusal unavailable) {
      Log.debugf("Commands of %d devices wait: %s", here.size(), unavailable.getMessage());
      here.forEach(device -> waiters.fail(device, unavailable));
    } catch (RuntimeException failure) {
      if (here.size() > 1) { // one must not hold up the others
        here.forEach(device -> dispatch(Map.of(device, next.getOrDefault(device, Ask.DUE))));
      } else {
        Log.error("Commands of a device could not be handed out", failure);
        here.forEach(device -> waiters.fail(device, failure));
      }
    }
  }

  private ReadyCommands.Taken take(Map<Ask, List<DeviceId>> wanted) {
    return wanted.isEmpty()
        ? new ReadyCommands.Taken(List.of(), Set.of())
        : commands.take(
            new DeliveryStore.Wanted(
                wanted.getOrDefault(Ask.DUE, List.of()),
                wanted.getOrDefault(Ask.WAITING, List.of()),
                wanted.getOrDefault(Ask.ALL, List.of())));
  }

  private static Map<DeviceId, List<Ready>> byDevice(List<Ready> ready) {
    Map<DeviceId, List<Ready>> found = new HashMap<>();
    ready.forEach(
        one -> found.computeIfAbsent(one.delivery().device(), _ -> new ArrayList<>()).add(one));
    return found;
  }

  /// Whoever holds a delivery lets go of it within moments. To wait for that in the transaction
  /// that holds others would be a deadlock with those who note what came of them.
  private void askAgainFor(Set<DeviceId> passedOver) {
    if (!passedOver.isEmpty()) {
      SOON.execute(() -> passedOver.forEach(device -> ask(device, Ask.ALL)));
    }
  }

  private void hand(Set<DeviceId> here, Map<DeviceId, List<Ready>> taken) {
    Instant from = clock.instant();
    for (DeviceId device : here) {
      List<Ready> ready = taken.getOrDefault(device, List.of());
      if (ready.isEmpty()) {
        continue;
      }
      if (waiters.answer(device, ready)) {
        Outcome.Took took = new Outcome.Took(from, clock.instant());
        ready.forEach(one ->
            outcomes.add(
                one.delivery(),
                (delivery, pause) -> Outcome.handed(delivery, Channel.POLL, took, pause)));
      } else {
        Thread.ofVirtual().name("dispatch").start(() -> ready.forEach(this::send));
      }
    }
  }

  private void send(Ready ready) {
    Instant from = clock.instant();
    Ring ring = doorbells.send(ready.delivery().device(), ready.command().toJson().canonical());
    Outcome.Took took = new Outcome.Took(from, clock.instant());
    outcomes.add(
        ready.delivery(),
        (delivery, pause) ->
            switch (ring) {
              case Ring.Rung() -> Outcome.handed(delivery, Channel.WEBSOCKET, took, pause);
              case Ring.Offline() -> Outcome.gone(delivery, took.until());
              case Ring.Failed(String error) -> Outcome.broken(delivery, took, error);
            });
  }
}
