package dev.muster.server.compliance;

import dev.muster.protocol.ComplianceState;
import dev.muster.protocol.Json;
import dev.muster.protocol.Verdicts;
import dev.muster.server.device.Device;
import dev.muster.server.device.DeviceId;
import dev.muster.server.device.Devices;
import dev.muster.server.platform.Caller;
import dev.muster.server.platform.Database;
import dev.muster.server.platform.Ids;
import dev.muster.server.platform.JsonText;
import dev.muster.server.platform.OrganizationId;
import dev.muster.server.platform.Right;
import dev.muster.server.platform.Slice;
import dev.muster.server.policy.DesiredState;
import dev.muster.server.policy.DesiredVersions;
import dev.muster.server.policy.DeviceReports;
import dev.muster.server.policy.Effective;
import dev.muster.server.policy.EffectiveKey;
import dev.muster.server.policy.SettingSecrets;
import dev.muster.server.policy.Wakes;
import io.quarkus.arc.All;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/// Reports in, states out.
///
/// The state is derived on every read: no report → UNKNOWN; reported version below the desired one
/// → STALE; desired satisfied by what was reported → COMPLIANT; else NON_COMPLIANT. Whether it is
/// satisfied is asked of [Verdicts] once for each pair of documents and remembered by their hashes;
/// a pair that is missing is computed before an answer is given, so SQL answers for a whole fleet
/// and cannot disagree with the rule.
@Singleton
public class Compliance implements DeviceReports {
  /// A state is common when at least one device in so many is in it.
  private static final int COMMON = 4;

  private static final int MOST_STEPS = 8;

  private final Database database;
  private final InstantSource clock;
  private final Devices devices;
  private final DesiredVersions desired;
  private final SettingSecrets secrets;
  private final Wakes wakes;
  private final List<StateChanges> listeners;

  Compliance(
      Database database,
      InstantSource clock,
      Devices devices,
      DesiredVersions desired,
      SettingSecrets secrets,
      Wakes wakes,
      @All List<StateChanges> listeners) {
    this.database = database;
    this.clock = clock;
    this.devices = devices;
    this.desired = desired;
    this.secrets = secrets;
    this.wakes = wakes;
    this.listeners = listeners;
  }

  /// Takes a device's report. One that is older than the newest, or the same again, changes
  /// nothing.
  public void report(Caller caller, String device, Report report) {
    database.in(
        caller.organization(),
        handle -> {
          Device found = devices.requireSelf(handle, caller, device);
          devices.keepThere(handle, found); // who erases it has its row before what belongs to it
          store(handle, found.organization(), found.id(), report);
          return found;
        });
  }

  private void store(Handle handle, OrganizationId organization, DeviceId device, Report report) {
    // The desired row is held first, as by everybody: its base must not move before lag is written.
    DesiredState state = desired.hold(handle, organization, device);
    ReportStore.Newest newest = ReportStore.lockNewest(handle, organization, device).orElseThrow();
    Long sequence = report.sequence();
    if (sequence != null && sequence <= newest.sequence()) {
      return;
    }
    Instant now = clock.instant();
    UUID id = Ids.next();
    Json.Obj observation =
        secrets.withoutSecrets(
            organization,
            report.observation(),
            () -> desired.opened(handle, organization, device).settings());
    String hash = JsonText.hash(observation);
    Runnable write =
        () -> {
          ReportStore.keepObservation(handle, organization, hash, observation, now);
          ReportStore.insert(handle, organization, id, device, report, hash, now);
          ReportStore.setActual(handle, organization, state, id, report, hash, now);
          wakes.reported(handle, organization, device, report.version());
        };
    if (listeners.isEmpty() || newest.says(report.version(), hash)) {
      write.run();
    } else {
      tellingOfChange(handle, organization, device, write);
    }
  }

  /// Before and after are judged by the same desired documents, so it is the report that is told of
  /// and not a publication that commits meanwhile, which is told by itself.
  private void tellingOfChange(
      Handle handle, OrganizationId organization, DeviceId device, Runnable write) {
    List<UUID> ids = List.of(device.value());
    Map<EffectiveKey, Effective> kinds =
        desired.effective(handle, organization, ActualStore.keysOf(handle, organization, ids));
    List<ComplianceState> before = states(handle, organization, kinds, ids);
    write.run();
    if (!states(handle, organization, kinds, ids).equals(before)) {
      listeners.forEach(listener -> listener.changed(handle, organization, List.of(device)));
    }
  }

  private static List<ComplianceState> states(
      Handle handle,
      OrganizationId organization,
      Map<EffectiveKey, Effective> kinds,
      List<UUID> ids) {
    Judgements.complete(handle, organization, kinds, ids);
    return ActualStore.rows(handle, organization, Verdicts.RULE_VERSION, kinds, ids).stream()
        .map(ActualStore.Row::state)
        .toList();
  }

  /// How many devices are in each state; every state is in the answer.
  public Map<ComplianceState, Long> counts(Caller caller) {
    caller.require(Right.READ);
    return database.snapshotOf(
        caller.organization(), handle -> fleet(handle, caller.organization()).counts());
  }

  /// Devices in the order of their ids.
  ///
  /// @param state only those in it; null for all
  /// @param after id of the last device of the page before; null to begin
  public List<DeviceCompliance> page(
      Caller caller, @Nullable ComplianceState state, @Nullable UUID after, int limit) {
    caller.require(Right.READ);
    OrganizationId organization = caller.organization();
    return database.snapshotOf(
        organization,
        handle ->
            state == null
                ? page(handle, organization, after, limit)
                : page(handle, organization, fleet(handle, organization), state, after, limit));
  }

  /// The same with the number of all devices in the state, from the same snapshot.
  public Slice<DeviceCompliance> list(
      Caller caller, @Nullable ComplianceState state, @Nullable UUID after, int limit) {
    caller.require(Right.READ);
    OrganizationId organization = caller.organization();
    return database.snapshotOf(
        organization,
        handle -> {
          if (state == null) {
            return new Slice<>(
                devices.count(handle, organization), page(handle, organization, after, limit));
          }
          Fleet fleet = fleet(handle, organization);
          return new Slice<>(
              fleet.count(state), page(handle, organization, fleet, state, after, limit));
        });
  }

  private List<DeviceCompliance> page(
      Handle handle, OrganizationId organization, @Nullable UUID after, int limit) {
    return rows(handle, organization, ActualStore.next(handle, organization, after, limit));
  }

  /// A state that is common is looked for in the order of the list, one that is rare by the index
  /// of states, which has another order: each is slow where the other is quick.
  private List<DeviceCompliance> page(
      Handle handle,
      OrganizationId organization,
      Fleet fleet,
      ComplianceState state,
      @Nullable UUID after,
      int limit) {
    List<DeviceCompliance> found = new ArrayList<>();
    UUID looked = after;
    if (fleet.count(state) > 0 && fleet.count(state) * COMMON >= fleet.devices()) {
      for (int i = 0; i < MOST_STEPS && found.size() < limit; i++) {
        List<DeviceCompliance> step = page(handle, organization, looked, limit);
        step.stream().filter(row -> row.state() == state).forEach(found::add);
        if (step.size() < limit) {
          return found.subList(0, Math.min(limit, found.size()));
        }
        looked = step.getLast().deviceId();
      }
    }
    if (found.size() < limit && fleet.count(state) > 0) {
      ActualStore.page(
              handle,
              organization,
              Verdicts.RULE_VERSION,
              fleet.kinds(),
              state,
              looked,
              limit - found.size())
          .forEach(row -> found.add(compliance(row, fleet.kinds())));
    }
    return found.subList(0, Math.min(limit, found.size()));
  }

  public DeviceCompliance of(Caller caller, String device) {
    return database.snapshotOf(
        caller.organization(),
        handle -> {
          UUID id = devices.requireSeen(handle, caller, device).id().value();
          return rows(handle, caller.organization(), List.of(id)).getFirst();
        });
  }

  /// The devices of these that there are, as they are by now, in the order of their ids.
  public List<DeviceCompliance> of(
      Handle handle, OrganizationId organization, Collection<DeviceId> ids) {
    return rows(handle, organization, ids.stream().map(DeviceId::value).toList());
  }

  /// The newest reports of a device, at most `limit`.
  public Slice<StoredReport> history(Caller caller, String device, int limit) {
    caller.require(Right.READ);
    return database.in(
        caller.organization(),
        handle -> {
          DeviceId id = devices.require(handle, caller.organization(), device).id();
          List<StoredReport> rows = ReportStore.history(handle, id, null, limit);
          return new Slice<>(rows.size(), rows);
        });
  }

  @Override
  public Map<DeviceId, Reported> latest(
      Handle handle, OrganizationId organization, Collection<DeviceId> ids) {
    List<UUID> uuids = ids.stream().map(DeviceId::value).toList();
    return rows(handle, organization, uuids).stream()
        .filter(row -> row.report() != null)
        .collect(
            Collectors.toMap(
                row -> new DeviceId(row.deviceId()),
                row -> new Reported(versionOf(row), drifting(row.drift()))));
  }

  @Override
  public Map<DeviceId, Long> versions(
      Handle handle, OrganizationId organization, Collection<DeviceId> ids) {
    return ReportStore.versions(handle, organization, ids.stream().map(DeviceId::value).toList());
  }

  private static long versionOf(DeviceCompliance row) {
    StoredReport report = row.report();
    return report == null ? 0 : report.version();
  }

  private static Set<String> drifting(Json drift) {
    Set<String> settings = new HashSet<>();
    if (drift instanceof Json.Arr rows) {
      for (Json row : rows.items()) {
        if (row instanceof Json.Obj obj && obj.fields().get("setting") instanceof Json.Text text) {
          settings.add(text.value());
        }
      }
    }
    return settings;
  }

  private List<DeviceCompliance> rows(Handle handle, OrganizationId organization, List<UUID> ids) {
    if (ids.isEmpty()) {
      return List.of();
    }
    Map<EffectiveKey, Effective> kinds =
        desired.effective(handle, organization, ActualStore.keysOf(handle, organization, ids));
    Judgements.complete(handle, organization, kinds, ids);
    return ActualStore.rows(handle, organization, Verdicts.RULE_VERSION, kinds, ids).stream()
        .map(row -> compliance(row, kinds))
        .toList();
  }

  /// What is desired of each kind of device, and the states of all, with every verdict there.
  private record Fleet(Map<EffectiveKey, Effective> kinds, Map<ComplianceState, Long> counts) {
    long count(ComplianceState state) {
      return counts.getOrDefault(state, 0L);
    }

    long devices() {
      return counts.values().stream().mapToLong(Long::longValue).sum();
    }
  }

  private Fleet fleet(Handle handle, OrganizationId organization) {
    Map<EffectiveKey, Effective> kinds =
        desired.effective(handle, organization, ActualStore.keys(handle, organization));
    Supplier<Optional<Map<ComplianceState, Long>>> counts =
        () -> ActualStore.counts(handle, organization, Verdicts.RULE_VERSION, kinds);
    return new Fleet(
        kinds,
        counts
            .get()
            .orElseGet(() -> {
              Judgements.complete(handle, organization, kinds, null);
              return counts.get().orElseThrow();
            }));
  }

  private static DeviceCompliance compliance(
      ActualStore.Row row, Map<EffectiveKey, Effective> kinds) {
    Effective kind = kinds.get(new EffectiveKey(row.setId(), row.overrideHash(), row.platform()));
    if (kind == null) {
      throw new IllegalStateException("nothing is known of what is desired of " + row.deviceId());
    }
    return new DeviceCompliance(
        row.deviceId(),
        row.device(),
        row.name(),
        row.platform(),
        row.state(),
        row.desiredVersion(),
        kind.settings(),
        report(row),
        drift(row.drift()));
  }

  private static @Nullable StoredReport report(ActualStore.Row row) {
    return row.receivedAt() == null
            || row.version() == null
            || row.cameraDisabled() == null
            || row.compliantClaim() == null
            || row.observation() == null
        ? null
        : new StoredReport(
            row.receivedAt(),
            row.sequence(),
            row.version(),
            row.cameraDisabled(),
            row.compliantClaim(),
            row.observation());
  }

  private static Json drift(@Nullable String text) {
    if (text == null) {
      return new Json.Arr(List.of());
    }
    Json drift = JsonText.parseObject("{\"drift\":" + text + "}").fields().get("drift");
    return drift == null ? Json.NULL : drift;
  }
}
