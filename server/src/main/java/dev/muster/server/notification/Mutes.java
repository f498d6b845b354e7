package dev.muster.server.notification;

import dev.muster.protocol.Json;
import dev.muster.server.alert.RuleKind;
import dev.muster.server.audit.Audit;
import dev.muster.server.audit.Change;
import dev.muster.server.device.Device;
import dev.muster.server.device.DeviceId;
import dev.muster.server.device.Devices;
import dev.muster.server.device.GroupId;
import dev.muster.server.device.Groups;
import dev.muster.server.platform.Caller;
import dev.muster.server.platform.Database;
import dev.muster.server.platform.Ids;
import dev.muster.server.platform.OrganizationId;
import dev.muster.server.platform.Refusal;
import dev.muster.server.platform.Right;
import dev.muster.server.platform.Slice;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/// Mutes and maintenance windows. An alert is muted when one was in force at the time at which it
/// was raised; it stays so when the mute ends.
@Singleton
public class Mutes {
  /// Of an organization at a time, without those that have ended.
  static final int MOST = 500;

  /// No alert waits for so long to be told.
  private static final Duration LONG = Duration.ofDays(1);

  /// A mute to be made.
  ///
  /// @param device by id or handle
  /// @param group by id or name
  /// @param from null for now
  public record NewMute(
      @Nullable String device,
      @Nullable String group,
      @Nullable RuleKind kind,
      @Nullable Instant from,
      @Nullable Instant until,
      Mute.@Nullable Weekly weekly,
      String reason) {}

  private final Database database;
  private final InstantSource clock;
  private final Devices devices;
  private final Groups groups;
  private final Audit audit;

  Mutes(Database database, InstantSource clock, Devices devices, Groups groups, Audit audit) {
    this.database = database;
    this.clock = clock;
    this.devices = devices;
    this.groups = groups;
    this.audit = audit;
  }

  /// @throws Refusal `invalid fields`
  public Mute create(Caller caller, NewMute wanted) {
    caller.require(Right.WRITE_DEVICES);
    Instant now = clock.instant();
    Instant from = wanted.from() == null ? now : wanted.from();
    if (wanted.until() != null && !wanted.until().isAfter(from)) {
      throw Refusal.invalid("until", "must be after from");
    }
    OrganizationId organization = caller.organization();
    return database.in(
        organization,
        handle -> {
          if (MuteStore.countOpen(handle, organization, now) >= MOST) {
            throw Refusal.invalid(
                "reason", "cannot be noted: there are " + MOST + " mutes; delete some first");
          }
          Mute mute =
              new Mute(
                  Ids.next(),
                  of(handle, organization, wanted),
                  from,
                  wanted.until(),
                  wanted.weekly(),
                  wanted.reason(),
                  now);
          MuteStore.insert(handle, organization, mute);
          audit.record(handle, caller, change("created", mute).to(described(mute)));
          return mute;
        });
  }

  private Mute.Of of(Handle handle, OrganizationId organization, NewMute wanted) {
    GroupId group = null;
    if (wanted.group() != null) {
      group =
          groups
              .find(handle, organization, wanted.group())
              .orElseThrow(() -> Refusal.invalid("group", "is no group of this organization"))
              .id();
    }
    Device device = device(handle, organization, wanted.device());
    return new Mute.Of(
        device == null ? null : device.id(),
        device == null ? null : device.handle(),
        group,
        wanted.kind());
  }

  private @Nullable Device device(
      Handle handle, OrganizationId organization, @Nullable String idOrHandle) {
    if (idOrHandle == null) {
      return null;
    }
    try {
      return devices.hold(handle, organization, idOrHandle);
    } catch (Refusal _) {
      throw Refusal.invalid("device", "is no device of this organization");
    }
  }

  /// Newest first, those that have ended too.
  public Slice<Mute> list(Caller caller, int limit, int offset) {
    caller.require(Right.READ);
    OrganizationId organization = caller.organization();
    return database.in(
        organization,
        handle ->
            new Slice<>(
                MuteStore.count(handle, organization),
                MuteStore.page(handle, organization, limit, offset)));
  }

  /// Ends it for alerts that are raised from now on.
  ///
  /// @throws Refusal `not found`
  public void delete(Caller caller, String id) {
    caller.require(Right.WRITE_DEVICES);
    OrganizationId organization = caller.organization();
    database.in(
        organization,
        handle -> {
          Mute mute =
              Ids.parse(id)
                  .flatMap(parsed -> MuteStore.find(handle, organization, parsed))
                  .orElseThrow(() -> Refusal.notFound("mute"));
          MuteStore.delete(handle, organization, mute.id());
          audit.record(handle, caller, change("deleted", mute).from(described(mute)));
          return mute;
        });
  }

  /// Those of the alerts that are not to be told.
  Set<UUID> muted(Handle handle, OrganizationId organization) {
    Instant longAgo = clock.instant().minus(LONG);
    List<Mute> mutes = MuteStore.open(handle, organization, longAgo);
    Set<UUID> muted = new HashSet<>();
    if (mutes.isEmpty()) {
      return muted;
    }
    List<PartStore.Raised> raised = PartStore.raised(handle, organization);
    Map<GroupId, Set<DeviceId>> members = new HashMap<>();
    for (PartStore.Raised alert : raised) {
      for (Mute mute : mutes) {
        if (mute.covers(alert.kind(), alert.at())
            && concerns(handle, organization, mute.of(), raised, alert, members)) {
          muted.add(alert.alert());
        }
      }
    }
    return muted;
  }

  private boolean concerns(
      Handle handle,
      OrganizationId organization,
      Mute.Of of,
      List<PartStore.Raised> all,
      PartStore.Raised alert,
      Map<GroupId, Set<DeviceId>> members) {
    if (of.device() != null && !of.device().equals(alert.device())) {
      return false;
    }
    GroupId group = of.group();
    return group == null
        || (alert.device() != null
            && members
                .computeIfAbsent(group, one -> membersOf(handle, organization, one, all))
                .contains(alert.device()));
  }

  private Set<DeviceId> membersOf(
      Handle handle, OrganizationId organization, GroupId group, List<PartStore.Raised> of) {
    Set<DeviceId> known = new HashSet<>();
    for (PartStore.Raised alert : of) {
      if (alert.device() != null) {
        known.add(alert.device());
      }
    }
    return groups.membersAmong(handle, organization, group, known);
  }

  private static Change change(String verb, Mute mute) {
    return Change.of("notification_mute." + verb, "notification_mute", mute.id());
  }

  private static Json.Obj described(Mute mute) {
    Map<String, Json> fields = new TreeMap<>();
    put(fields, "device_id", mute.of().handle());
    put(fields, "group_id", mute.of().group());
    put(fields, "kind", mute.of().kind());
    put(fields, "from", mute.from());
    put(fields, "until", mute.until());
    Mute.Weekly weekly = mute.weekly();
    if (weekly != null) {
      put(
          fields,
          "weekly",
          "%s from %s for %d minutes, %s"
              .formatted(
                  weekly.days().stream().sorted().toList(),
                  weekly.from(),
                  weekly.minutes(),
                  weekly.zone()));
    }
    put(fields, "reason", mute.reason());
    return Json.obj(fields);
  }

  private static void put(Map<String, Json> fields, String name, @Nullable Object value) {
    if (value != null) {
      fields.put(name, Json.of(value.toString()));
    }
  }
}
