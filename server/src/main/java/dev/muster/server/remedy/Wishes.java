package dev.muster.server.remedy;

import dev.muster.server.alert.Alert;
import dev.muster.server.alert.AlertListener;
import dev.muster.server.alert.Ledger.Subject;
import dev.muster.server.alert.RuleKind;
import dev.muster.server.alert.Rules;
import dev.muster.server.alert.Terms;
import dev.muster.server.platform.AlertSettings;
import dev.muster.server.platform.Settings;
import dev.muster.server.remedy.RemedyStore.Wish;
import dev.muster.server.telemetry.BatchListener;
import dev.muster.server.telemetry.Heartbeat;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/// Notes what is to be tried, in the transactions that find it wanted; [Remedies] tries it after
/// the commit.
@Singleton
public class Wishes implements BatchListener, AlertListener {
  private static final Map<RuleKind, Reason> REASONS =
      Map.of(RuleKind.OFFLINE, Reason.OFFLINE, RuleKind.APP_DOWN, Reason.APP_DOWN);

  private final Rules rules;
  private final AlertSettings settings;
  private final Duration present;
  private final InstantSource clock;

  public Wishes(Rules rules, Settings settings, InstantSource clock) {
    this.rules = rules;
    this.settings = settings.alert();
    this.present = settings.telemetry().onlineWithin();
    this.clock = clock;
  }

  /// Whether a device's policy asks for its app to be started again is looked up afterwards. What
  /// did not run long ago, as a device that catches up says, may run now.
  @Override
  public void stored(Handle handle, List<Heartbeat> newest, List<Heartbeat> first) {
    if (settings.relaunchesADay() == 0) {
      return;
    }
    wish(
        handle,
        newest.stream()
            .filter(beat -> Boolean.FALSE.equals(beat.readings().appRunning()))
            .filter(beat -> beat.isWithin(present))
            .map(beat -> new Wish(Subject.of(beat.organization(), beat.device()), Reason.RELAUNCH))
            .toList());
  }

  @Override
  public void raised(Handle handle, List<Alert> alerts) {
    List<Alert> tried =
        alerts.stream().filter(alert -> REASONS.containsKey(alert.rule().kind())).toList();
    Map<UUID, Terms> terms = rules.terms(handle, tried);
    List<Wish> wishes = new ArrayList<>();
    for (Alert alert : tried) {
      Terms own = terms.get(alert.id());
      Alert.Subject subject = alert.subject();
      if (own != null && own.remedy().on() && subject != null) {
        wishes.add(
            new Wish(
                Subject.of(alert.organization(), subject.device()),
                Objects.requireNonNull(REASONS.get(alert.rule().kind()))));
      }
    }
    wish(handle, wishes);
  }

  @Override
  public void recovered(Handle handle, List<Alert> alerts) {}

  private void wish(Handle handle, List<Wish> wishes) {
    if (!wishes.isEmpty()) {
      RemedyStore.wish(handle, wishes, clock.instant());
    }
  }
}
