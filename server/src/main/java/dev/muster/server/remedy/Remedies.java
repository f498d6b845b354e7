package dev.muster.server.remedy;

import dev.muster.protocol.Json;
import dev.muster.server.action.Action;
import dev.muster.server.action.ActionState;
import dev.muster.server.action.Actions;
import dev.muster.server.action.NewAction;
import dev.muster.server.alert.Ledger.Subject;
import dev.muster.server.alert.RuleKind;
import dev.muster.server.alert.Rules;
import dev.muster.server.alert.Terms;
import dev.muster.server.device.Device;
import dev.muster.server.device.DeviceStatus;
import dev.muster.server.device.Lifecycle;
import dev.muster.server.device.Statuses;
import dev.muster.server.platform.Caller;
import dev.muster.server.platform.Refusal;
import dev.muster.server.platform.Settings;
import dev.muster.server.policy.DesiredVersions;
import dev.muster.server.remedy.RemedyStore.Wish;
import dev.muster.server.watch.Presence;
import io.quarkus.logging.Log;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/// Tries what is wished for, unless the device takes no part or is in maintenance, something of the
/// kind is under way already, or it has been tried often enough within 24 hours.
@Singleton
public class Remedies {
  private static final Duration DAY = Duration.ofHours(24);

  /// What could not be delivered by then would come when it is not wanted any more, and would keep
  /// people's own actions waiting.
  private static final Duration LIFE = Duration.ofMinutes(10);

  private final Statuses statuses;
  private final Actions actions;
  private final DesiredVersions desired;
  private final Rules rules;
  private final Presence presence;
  private final int relaunchesADay;
  private final InstantSource clock;

  public Remedies(
      Statuses statuses,
      Actions actions,
      DesiredVersions desired,
      Rules rules,
      Presence presence,
      Settings settings,
      InstantSource clock) {
    this.statuses = statuses;
    this.actions = actions;
    this.desired = desired;
    this.rules = rules;
    this.presence = presence;
    this.relaunchesADay = settings.alert().relaunchesADay();
    this.clock = clock;
  }

  /// Deals with one wish, in a transaction of its organization.
  void attempt(Handle handle, Wish wish) {
    Subject subject = wish.subject();
    Device device =
        statuses.hold(handle, subject.organization(), List.of(subject.device())).stream()
            .findFirst()
            .orElse(null);
    if (RemedyStore.take(handle, wish) && device != null && mayBeTried(handle, device, wish)) {
      NewAction request = request(handle, device, wish.reason());
      if (request != null) {
        give(handle, device, wish.reason(), request);
      }
    }
  }

  private boolean mayBeTried(Handle handle, Device device, Wish wish) {
    Reason reason = wish.reason();
    Instant since = clock.instant().minus(DAY);
    return device.lifecycle() == Lifecycle.ACTIVE
        && !device.status().equals(DeviceStatus.MAINTENANCE.name())
        && !RemedyStore.isUnderWay(handle, device, reason.action().name())
        && RemedyStore.count(handle, device, reason, since) < aDay(handle, device, reason);
  }

  private int aDay(Handle handle, Device device, Reason reason) {
    return switch (reason) {
      case RELAUNCH -> relaunchesADay;
      case APP_DOWN -> aDay(handle, device, RuleKind.APP_DOWN);
      case OFFLINE -> aDay(handle, device, RuleKind.OFFLINE);
    };
  }

  private int aDay(Handle handle, Device device, RuleKind kind) {
    Terms terms =
        rules
            .terms(handle, device.organization(), kind, List.of(device.id()))
            .getOrDefault(device.id(), Terms.defaults(kind));
    return terms.remedy().on() ? terms.remedy().aDay() : 0;
  }

  /// Null when there is nothing that could be tried.
  private @Nullable NewAction request(Handle handle, Device device, Reason reason) {
    return switch (reason) {
      case OFFLINE -> NewAction.of(reason.action(), Map.of());
      case RELAUNCH, APP_DOWN ->
          app(handle, device, reason == Reason.RELAUNCH)
              .map(app -> NewAction.of(reason.action(), Map.of("package", app)))
              .orElse(null);
    };
  }

  /// The package that the device's policy has it monitor.
  ///
  /// @param wanted whether the policy must ask for it to be started again
  private Optional<String> app(Handle handle, Device device, boolean wanted) {
    Json monitored =
        desired
            .desired(handle, device.organization(), device.id())
            .settings()
            .fields()
            .get("monitoredApp");
    if (monitored instanceof Json.Obj app
        && app.fields().get("package") instanceof Json.Text name
        && (!wanted
            || (app.fields().get("autoRelaunch") instanceof Json.Bool flag && flag.value()))) {
      return Optional.of(name.value());
    }
    return Optional.empty();
  }

  private void give(Handle handle, Device device, Reason reason, NewAction request) {
    Caller.Server caller = new Caller.Server(device.organization(), RemedyJob.NAME);
    DeviceStatus before = DeviceStatus.valueOf(device.status());
    try {
      Action action = actions.initiate(handle, caller, device, request.within(LIFE, null).tried(1));
      RemedyStore.give(handle, action, reason, before, clock.instant());
      if (action.state() == ActionState.RUNNING) {
        presence.recovering(handle, device, before);
      }
    } catch (Refusal refusal) {
      Log.debugf("A remedy for %s is not tried: %s", device.id(), refusal.getMessage());
    }
  }
}
