package dev.muster.server.dispatch;

import dev.muster.server.device.DeviceId;
import dev.muster.server.platform.Caller;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/// The polls that wait on this node, at most one a device: a new one ends the old, whose device may
/// have hung up without anybody knowing. One that waits costs an entry here and a parked thread.
@Singleton
public class Waiters {
  /// How long a poll that another has taken the place of stays open: two agents that share a token
  /// end each other's polls no faster than this.
  private static final long REPLACED_SECONDS = 2;

  /// A poll.
  ///
  /// @param patient whether it waits for something to come
  /// @param answer what it is answered with; completed once
  record Waiter(Caller.Device caller, boolean patient, CompletableFuture<List<Ready>> answer) {
    DeviceId device() {
      return new DeviceId(caller.deviceId());
    }

    /// Answers it with nothing unless it was answered.
    void end() {
      answer.complete(List.of());
    }
  }

  private final ConcurrentMap<DeviceId, Waiter> waiting = new ConcurrentHashMap<>();

  /// Whatever comes for the device from now on is for the new poll.
  Waiter add(Caller.Device caller, boolean patient) {
    Waiter waiter = new Waiter(caller, patient, new CompletableFuture<>());
    Waiter before = waiting.put(waiter.device(), waiter);
    if (before != null) {
      var _ = before.answer().completeOnTimeout(List.of(), REPLACED_SECONDS, TimeUnit.SECONDS);
    }
    return waiter;
  }

  void remove(Waiter waiter) {
    waiting.remove(waiter.device(), waiter);
  }

  boolean isHere(DeviceId device) {
    return waiting.containsKey(device);
  }

  int count() {
    return waiting.size();
  }

  /// Says whether there was a poll to take them.
  boolean answer(DeviceId device, List<Ready> commands) {
    Waiter waiter = waiting.remove(device);
    return waiter != null && waiter.answer().complete(commands);
  }

  /// The poll of the device that does not wait, if that is what it has.
  Optional<Waiter> prompt(DeviceId device) {
    return Optional.ofNullable(waiting.get(device)).filter(waiter -> !waiter.patient());
  }

  /// There is nothing for this poll at present.
  void nothing(Waiter waiter) {
    remove(waiter);
    waiter.end();
  }

  /// What there is for this device could not be found out.
  void fail(DeviceId device, RuntimeException failure) {
    Waiter waiter = waiting.remove(device);
    if (waiter != null) {
      waiter.answer().completeExceptionally(failure);
    }
  }

  void end(Predicate<Caller.Device> whose) {
    waiting.values().stream()
        .filter(waiter -> whose.test(waiter.caller()))
        .toList()
        .forEach(waiter -> {
          remove(waiter);
          waiter.end();
        });
  }
}
