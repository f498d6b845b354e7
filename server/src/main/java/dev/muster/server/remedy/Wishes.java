package dev.muster.server.remedy;

import dev.muster.server.alert.Alert;
import dev.muster.server.alert.AlertListener;
import dev.muster.server.alert.Ledger.Subject;
import dev.muster.server.alert.RuleKind;
import dev.muster.server.alert.Rules;
import dev.muster.server.alert.Terms;
import dev.muster.server.device.DeviceId;
import dev.muster.server.platform.AlertSettings;
import dev.muster.server.platform.OrganizationId;
import dev.muster.server.platform.Settings;
import dev.muster.server.remedy.RemedyStore.Wish;
import dev.muster.server.telemetry.BatchListener;
import dev.muster.server.telemetry.Heartbeat;
import jakarta.inject.Singleton;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Handle;

/// Notes what is to be tried, in the transactions that find it wanted; [Remedies] tries it after
/// the commit.
@Singleton
public class Wishes implements BatchListener, AlertListener {
  private final Rules rules;
  private final AlertSettings settings;
  private final InstantSource clock;

  public Wishes(Rules rules, Settings settings, InstantSource clock) {
    this.rules = rules;
    this.settings = settings.alert();
    this.clock = clock;
  }

  /// Whether a device's policy asks for its app to be started again is looked up afterwards.
  @Override
  public void stored(Handle handle, List<Heartbeat> newest, List<Heartbeat> first) {
    if (settings.relaunchesADay() == 0) {
      return;
    }
    wish(
        handle,
        newest.stream()
            .filter(beat -> Boolean.FALSE.equals(beat.readings().appRunning()))
            .map(beat -> new Wish(Subject.of(beat.organization(), beat.device()), Reason.RELAUNCH))
            .toList());
  }

  @Override
  public void raised(Handle handle, List<Alert> alerts) {
    Map<OrganizationId, Map<RuleKind, List<DeviceId>>> devices = new HashMap<>();
    for (Alert alert : alerts) {
      Alert.Subject subject = alert.subject();
      RuleKind kind = alert.rule().kind();
      if (subject != null && (kind == RuleKind.OFFLINE || kind == RuleKind.APP_DOWN)) {
        devices
            .computeIfAbsent(alert.organization(), _ -> new EnumMap<>(RuleKind.class))
            .computeIfAbsent(kind, _ -> new ArrayList<>())
            .add(subject.device());
      }
    }
    List<Wish> wishes = new ArrayList<>();
    devices.forEach((organization, kinds) ->
        kinds.forEach((kind, of) -> {
          Map<DeviceId, Terms> terms = rules.terms(handle, organization, kind, of);
          terms.forEach((device, own) -> {
            if (own.remedy().on()) {
              wishes.add(
                  new Wish(
                      Subject.of(organization, device),
                      kind == RuleKind.OFFLINE ? Reason.OFFLINE : Reason.APP_DOWN));
            }
          });
        }));
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
