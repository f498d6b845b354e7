package dev.muster.server.alert;

import dev.muster.protocol.Json;
import dev.muster.server.audit.Audit;
import dev.muster.server.audit.Change;
import dev.muster.server.device.DeviceId;
import dev.muster.server.device.Group;
import dev.muster.server.device.GroupId;
import dev.muster.server.device.Groups;
import dev.muster.server.platform.Broadcast;
import dev.muster.server.platform.Caller;
import dev.muster.server.platform.Database;
import dev.muster.server.platform.Ids;
import dev.muster.server.platform.OrganizationId;
import dev.muster.server.platform.Right;
import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/// The rules of organizations and groups. Each node remembers those of the organizations that it
/// works for, for a minute at most and until it hears that they were changed.
@Singleton
public final class Rules {
  private static final String TOPIC = "alert.rules";
  private static final Duration FRESH = Duration.ofMinutes(1);
  private static final int MOST_KNOWN = 10_000;
  private static final Json.Obj NOTHING = Json.obj(Map.of());

  /// Hears of changes of rules, within the transaction that makes them.
  public interface Listener {
    /// @param book the rules as they are from now on
    default void rulesChanged(
        Handle handle, OrganizationId organization, RuleKind kind, RuleBook book) {}

    /// A rule is about to be set; who cannot do what it asks for refuses it.
    default void ruleWanted(Handle handle, OrganizationId organization, Terms terms) {}
  }

  private record Known(RuleBook book, Instant at) {}

  private final Database database;
  private final Groups groups;
  private final Audit audit;
  private final Broadcast broadcast;
  private final InstantSource clock;
  private final Iterable<Listener> listeners;
  private final Map<OrganizationId, Known> known = new ConcurrentHashMap<>();
  private final AtomicLong changes = new AtomicLong();

  /// `listeners` is resolved at each use: who hears of rules may itself need this door.
  @Inject
  Rules(
      Database database,
      Groups groups,
      Audit audit,
      Broadcast broadcast,
      InstantSource clock,
      @Any Instance<Listener> listeners) {
    this(database, groups, audit, broadcast, clock, (Iterable<Listener>) listeners);
  }

  public Rules(
      Database database,
      Groups groups,
      Audit audit,
      Broadcast broadcast,
      InstantSource clock,
      Iterable<Listener> listeners) {
    this.database = database;
    this.groups = groups;
    this.audit = audit;
    this.broadcast = broadcast;
    this.clock = clock;
    this.listeners = listeners;
    broadcast.listen(TOPIC, text -> Ids.parse(text).map(OrganizationId::new).ifPresent(this::drop));
    broadcast.onReset(this::dropAll);
  }

  private void drop(OrganizationId organization) {
    changes.incrementAndGet();
    known.remove(organization);
  }

  private void dropAll() {
    changes.incrementAndGet();
    known.clear();
  }

  /// All rules of an organization.
  public RuleBook book(Handle handle, OrganizationId organization) {
    Instant now = clock.instant();
    Known remembered = known.get(organization);
    if (remembered != null && remembered.at().plus(FRESH).isAfter(now)) {
      return remembered.book();
    }
    long before = changes.get();
    RuleBook book = RuleBook.of(RuleStore.of(handle, organization));
    if (known.size() >= MOST_KNOWN) {
      known.clear();
    }
    known.put(organization, new Known(book, now));
    if (changes.get() != before) {
      known.remove(organization); // what was read may be older than what was heard
    }
    return book;
  }

  /// What holds for each of the devices. Groups are asked for only where a group has a rule.
  public Map<DeviceId, Terms> terms(
      Handle handle, OrganizationId organization, RuleKind kind, Collection<DeviceId> devices) {
    RuleBook book = book(handle, organization);
    Map<DeviceId, List<GroupId>> memberships =
        book.asksForGroups(kind) && !devices.isEmpty()
            ? groups.of(handle, organization, devices)
            : Map.of();
    Map<DeviceId, Terms> terms = new HashMap<>();
    for (DeviceId device : devices) {
      terms.put(device, book.terms(kind, memberships.getOrDefault(device, List.of())));
    }
    return terms;
  }

  /// What holds for what each of the alerts is about, by the id of the alert. Those about the
  /// server are left out; they may be of several organizations.
  public Map<UUID, Terms> terms(Handle handle, Collection<Alert> alerts) {
    Map<OrganizationId, Map<RuleKind, Map<DeviceId, UUID>>> devices = new HashMap<>();
    for (Alert alert : alerts) {
      Alert.Subject subject = alert.subject();
      if (subject != null) {
        devices
            .computeIfAbsent(alert.organization(), _ -> new HashMap<>())
            .computeIfAbsent(alert.rule().kind(), _ -> new HashMap<>())
            .put(subject.device(), alert.id());
      }
    }
    Map<UUID, Terms> terms = new HashMap<>();
    devices.forEach((organization, kinds) ->
        kinds.forEach((kind, of) ->
            terms(handle, organization, kind, of.keySet())
                .forEach((device, own) -> terms.put(Objects.requireNonNull(of.get(device)), own))));
    return terms;
  }

  /// The organizations that have any of these rules, which are off by default, on for any device.
  public List<OrganizationId> organizationsWith(Handle handle, Collection<RuleKind> kinds) {
    return RuleStore.organizationsWith(handle, kinds);
  }

  /// The rules of the caller's organization, with the names of the groups that have their own.
  public record Listed(RuleBook book, Map<GroupId, String> names) {}

  public Listed list(Caller caller) {
    caller.require(Right.READ);
    OrganizationId organization = caller.organization();
    return database.in(
        organization,
        handle -> {
          RuleBook book = RuleBook.of(RuleStore.of(handle, organization));
          Map<GroupId, String> names = new HashMap<>();
          for (RuleKind kind : RuleKind.values()) {
            book.groupRules(kind)
                .keySet()
                .forEach(group ->
                    names.computeIfAbsent(
                        group, id -> groups.require(handle, organization, id.toString()).name()));
          }
          return new Listed(book, names);
        });
  }

  /// Sets a rule for all devices, or for those of a group.
  ///
  /// @param group id or name; null for all devices
  /// @throws dev.muster.server.platform.Refusal `not found`
  public Listed put(Caller caller, @Nullable String group, Terms terms) {
    return change(
        caller,
        group,
        terms.kind(),
        (handle, id) -> {
          listeners.forEach(heard -> heard.ruleWanted(handle, caller.organization(), terms));
          RuleStore.put(handle, caller.organization(), id, terms);
          return described(terms);
        });
  }

  /// Goes back to what holds without the rule.
  public Listed reset(Caller caller, @Nullable String group, RuleKind kind) {
    return change(
        caller,
        group,
        kind,
        (handle, id) -> {
          var _ = RuleStore.delete(handle, caller.organization(), kind, id);
          return NOTHING;
        });
  }

  private interface Write {
    /// Returns the rule as it is described from now on.
    Json.Obj in(Handle handle, @Nullable GroupId group);
  }

  private Listed change(Caller caller, @Nullable String group, RuleKind kind, Write write) {
    caller.require(Right.WRITE_SETTINGS);
    OrganizationId organization = caller.organization();
    var _ =
        database.in(
            organization,
            handle -> {
              Group found = group == null ? null : groups.require(handle, organization, group);
              GroupId id = found == null ? null : found.id();
              RuleStore.lock(handle, organization);
              Json.Obj before =
                  RuleStore.of(handle, organization).stream()
                      .filter(set -> set.terms().kind() == kind && Objects.equals(set.group(), id))
                      .findFirst()
                      .map(set -> described(set.terms()))
                      .orElse(NOTHING);
              Json.Obj after = write.in(handle, id);
              if (!before.equals(after)) {
                StandingStore.lookAgain(handle, organization, kind, clock.instant());
                RuleBook book = RuleBook.of(RuleStore.of(handle, organization));
                listeners.forEach(heard -> heard.rulesChanged(handle, organization, kind, book));
                String name = found == null ? kind.name() : kind.name() + " of " + found.name();
                audit.record(
                    handle,
                    caller,
                    Change.of("alert_rule.changed", "alert_rule", name).from(before).to(after));
                handle.afterCommit(() -> tell(organization));
              }
              return kind;
            });
    return list(caller);
  }

  private void tell(OrganizationId organization) {
    drop(organization);
    broadcast.send(TOPIC, organization.toString());
  }

  private static Json.Obj described(Terms terms) {
    return Json.obj(
        Map.of(
            "enabled", Json.of(terms.enabled()),
            "severity", Json.of(terms.severity().name()),
            "threshold", Json.of(terms.threshold()),
            "cooldown_seconds", Json.of(terms.cooldown().toSeconds()),
            "remediate", Json.of(terms.remedy().on()),
            "remedies_per_day", Json.of(terms.remedy().aDay()),
            "open_task", described(terms.remedy().task())));
  }

  private static Json described(@Nullable TaskOrder task) {
    return task == null
        ? Json.NULL
        : Json.obj(
            Map.of(
                "project", textOrNull(task.project()),
                "assigned_to", textOrNull(task.assignedTo()),
                "priority", textOrNull(task.priority())));
  }

  private static Json textOrNull(@Nullable Object value) {
    return value == null ? Json.NULL : Json.of(value.toString());
  }
}
