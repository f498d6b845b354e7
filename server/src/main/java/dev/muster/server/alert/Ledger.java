package dev.muster.server.alert;

import dev.muster.server.device.Device;
import dev.muster.server.device.DeviceId;
import dev.muster.server.device.DeviceStatus;
import dev.muster.server.device.Devices;
import dev.muster.server.device.Lifecycle;
import dev.muster.server.platform.OrganizationId;
import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/// Writes down what is wrong and what is well again, and is the only one to raise alerts and to let
/// them recover.
///
/// A subject's standing with a rule is one row. Whoever changes it holds it until the commit, and
/// whoever makes it finds out whether another has: so an alert is raised once and recovers once,
/// whatever the number of nodes that see its cause. Nothing is asked or written of what is well and
/// was well before.
@Singleton
public class Ledger {
  /// What something may be wrong with.
  ///
  /// @param id of the device, or of the organization itself for what is about the server
  public record Subject(OrganizationId organization, UUID id) {
    public static Subject of(OrganizationId organization, DeviceId device) {
      return new Subject(organization, device.value());
    }

    public DeviceId device() {
      return new DeviceId(id);
    }
  }

  /// A subject and a rule.
  public record Key(Subject subject, RuleKind kind) {}

  /// What somebody has found out.
  ///
  /// @param terms what the rule says for this subject
  /// @param wrong a sentence on what is wrong; null when it is well
  public record Finding(Key key, Terms terms, @Nullable String wrong) {
    public static Finding wrong(Subject subject, Terms terms, String summary) {
      return new Finding(new Key(subject, terms.kind()), terms, summary);
    }

    public static Finding well(Subject subject, Terms terms) {
      return new Finding(new Key(subject, terms.kind()), terms, null);
    }
  }

  private final Devices devices;
  private final AlertMetrics metrics;
  private final InstantSource clock;
  private final Iterable<AlertListener> listeners;

  /// `listeners` is resolved at each use: who hears of alerts may itself need this door.
  @Inject
  Ledger(
      Devices devices,
      AlertMetrics metrics,
      InstantSource clock,
      @Any Instance<AlertListener> listeners) {
    this(devices, metrics, clock, (Iterable<AlertListener>) listeners);
  }

  public Ledger(
      Devices devices,
      AlertMetrics metrics,
      InstantSource clock,
      Iterable<AlertListener> listeners) {
    this.devices = devices;
    this.metrics = metrics;
    this.clock = clock;
    this.listeners = listeners;
  }

  /// How those of the subjects stand with these rules that do not simply stand well, held until the
  /// end of the transaction.
  public Map<Key, Standing> hold(
      Handle handle, Collection<Subject> subjects, Collection<RuleKind> kinds) {
    return subjects.isEmpty() ? Map.of() : StandingStore.hold(handle, subjects, kinds);
  }

  /// Which of the subjects are wrong by these rules at this moment, without holding them. Enough
  /// for who holds what makes them wrong: a heartbeat's transaction has the device's last status,
  /// and nobody finds a device silent without it.
  public Set<Key> wrongAmong(
      Handle handle, Collection<Subject> subjects, Collection<RuleKind> kinds) {
    return subjects.isEmpty() ? Set.of() : StandingStore.wrongAmong(handle, subjects, kinds);
  }

  /// Those of an organization that are wrong by a rule, whatever came of it.
  public Set<UUID> wrong(Handle handle, OrganizationId organization, RuleKind kind) {
    return StandingStore.wrong(handle, organization, kind);
  }

  /// Writes down what was found, at most one finding for each subject and rule.
  public Set<Key> note(Handle handle, List<Finding> findings) {
    Set<RuleKind> kinds = EnumSet.noneOf(RuleKind.class);
    Set<Subject> subjects = new LinkedHashSet<>();
    findings.forEach(finding -> {
      kinds.add(finding.key().kind());
      subjects.add(finding.key().subject());
    });
    return note(handle, hold(handle, subjects, kinds), findings);
  }

  /// The same for who holds the standings of the subjects already. Returns those of the findings
  /// that were passed over, because the device takes no part at present or is in maintenance.
  public Set<Key> note(Handle handle, Map<Key, Standing> held, List<Finding> findings) {
    Instant now = clock.instant();
    List<Step> steps = new ArrayList<>();
    for (Finding finding : findings) {
      Standing before = held.get(finding.key());
      String wrong = finding.wrong();
      Standing after =
          wrong == null
              ? Standing.well(before, finding.terms(), now)
              : Standing.wrong(before, finding.terms(), wrong, now);
      steps.add(new Step(finding.key(), finding.terms(), before, after));
    }
    return take(handle, steps, now);
  }

  /// Looks at what is due, some at a time. Returns how many.
  int look(Handle handle, Rules rules, int limit) {
    Instant now = clock.instant();
    Map<Key, Standing> due = StandingStore.due(handle, now, limit);
    Map<OrganizationId, Map<RuleKind, List<DeviceId>>> wanted = new LinkedHashMap<>();
    due.keySet()
        .forEach(key ->
            wanted
                .computeIfAbsent(key.subject().organization(), _ -> new HashMap<>())
                .computeIfAbsent(key.kind(), _ -> new ArrayList<>())
                .add(key.subject().device()));
    List<Step> steps = new ArrayList<>();
    wanted.forEach((organization, kinds) ->
        kinds.forEach((kind, of) -> {
          Map<DeviceId, Terms> terms = rules.terms(handle, organization, kind, of);
          for (DeviceId device : of) {
            Key key = new Key(Subject.of(organization, device), kind);
            Standing before = due.get(key);
            Terms own = terms.get(device);
            if (before != null && own != null) {
              steps.add(new Step(key, own, before, before.looked(own, now)));
            }
          }
        }));
    Set<Key> barred = take(handle, steps, now);
    if (!barred.isEmpty()) {
      StandingStore.postpone(handle, barred, now.plusSeconds(60));
    }
    return due.size();
  }

  /// Ends everything about a device that takes no part any more.
  public void close(Handle handle, OrganizationId organization, DeviceId device) {
    Instant now = clock.instant();
    Map<Key, Standing> held =
        hold(handle, List.of(Subject.of(organization, device)), EnumSet.allOf(RuleKind.class));
    List<Step> steps = new ArrayList<>();
    held.forEach(
        (key, before) -> steps.add(new Step(key, Terms.defaults(key.kind()), before, null)));
    var _ = take(handle, steps, now);
  }

  /// From one standing to the next; null is to stand well.
  private record Step(Key key, Terms terms, @Nullable Standing before, @Nullable Standing after) {
    boolean isChange() {
      return before == null ? after != null : !before.equals(after);
    }

    private static boolean isIn(@Nullable Standing standing, Standing.Phase phase) {
      return standing != null && standing.phase() == phase;
    }

    boolean raises() {
      return isIn(after, Standing.Phase.FIRING) && !isIn(before, Standing.Phase.FIRING);
    }

    boolean recovers() {
      return isIn(before, Standing.Phase.FIRING) && !isIn(after, Standing.Phase.FIRING);
    }

    boolean suppresses() {
      return isIn(after, Standing.Phase.HELD) && !isIn(before, Standing.Phase.HELD);
    }

    /// Whether something new is said of a device, which is then looked at first.
    boolean accuses() {
      return !key.kind().isOfServer()
          && after != null
          && after.isWrong()
          && (before == null || raises());
    }
  }

  private Set<Key> take(Handle handle, List<Step> all, Instant now) {
    List<Step> steps = all.stream().filter(Step::isChange).toList();
    if (steps.isEmpty()) {
      return Set.of();
    }
    Map<Subject, Device> accused = accused(handle, steps);
    Set<Key> barred = new HashSet<>();
    Map<Key, Standing> fresh = new LinkedHashMap<>();
    Map<Key, Standing> changed = new LinkedHashMap<>();
    List<Key> gone = new ArrayList<>();
    List<Step> taken = new ArrayList<>();
    for (Step step : steps) {
      if (step.accuses() && !accused.containsKey(step.key().subject())) {
        barred.add(step.key());
        continue;
      }
      taken.add(step);
      if (step.after() == null) {
        gone.add(step.key());
      } else if (step.before() == null) {
        fresh.put(step.key(), step.after());
      } else {
        changed.put(step.key(), step.after());
      }
    }
    Set<Key> inserted = StandingStore.insert(handle, fresh);
    StandingStore.update(handle, changed);
    StandingStore.delete(handle, gone);
    tell(
        handle,
        taken.stream()
            .filter(step -> step.before() != null || inserted.contains(step.key()))
            .toList(),
        accused,
        now);
    return barred;
  }

  private void tell(Handle handle, List<Step> steps, Map<Subject, Device> accused, Instant now) {
    List<Alert> raised =
        steps.stream()
            .filter(Step::raises)
            .map(step -> alert(step, accused.get(step.key().subject()), now))
            .toList();
    List<AlertStore.Ref> over = steps.stream().filter(Step::recovers).map(Ledger::ref).toList();
    if (!raised.isEmpty()) {
      AlertStore.insert(handle, raised);
      listeners.forEach(listener -> listener.raised(handle, raised));
    }
    List<Alert> recovered = over.isEmpty() ? List.of() : AlertStore.recover(handle, over, now);
    if (!recovered.isEmpty()) {
      listeners.forEach(listener -> listener.recovered(handle, recovered));
    }
    List<RuleKind> suppressed =
        steps.stream().filter(Step::suppresses).map(step -> step.key().kind()).toList();
    if (!raised.isEmpty() || !recovered.isEmpty() || !suppressed.isEmpty()) {
      handle.afterCommit(() -> metrics.count(raised, recovered, suppressed));
    }
  }

  private static AlertStore.Ref ref(Step step) {
    UUID alert = step.before() == null ? null : step.before().alert();
    if (alert == null) {
      throw new IllegalStateException("nothing fires of " + step.key());
    }
    return new AlertStore.Ref(step.key().subject().organization(), alert);
  }

  private static Alert alert(Step step, @Nullable Device device, Instant now) {
    Standing after = step.after();
    if (after == null || after.alert() == null) {
      throw new IllegalStateException("nothing is raised of " + step.key());
    }
    return new Alert(
        after.alert(),
        step.key().subject().organization(),
        device == null ? null : new Alert.Subject(device.id(), device.handle(), device.name()),
        new Alert.Rule(step.key().kind(), step.terms().severity()),
        after.summary(),
        now,
        null);
  }

  /// The devices of which something new is said, without those that nothing may be said of.
  private Map<Subject, Device> accused(Handle handle, List<Step> steps) {
    Map<OrganizationId, Set<String>> wanted = new LinkedHashMap<>();
    steps.stream()
        .filter(Step::accuses)
        .map(step -> step.key().subject())
        .forEach(subject ->
            wanted
                .computeIfAbsent(subject.organization(), _ -> new LinkedHashSet<>())
                .add(subject.id().toString()));
    Map<Subject, Device> found = new HashMap<>();
    wanted.forEach((organization, ids) ->
        devices.findAll(handle, organization, ids).values().stream()
            .filter(Ledger::takesPart)
            .forEach(device -> found.put(Subject.of(organization, device.id()), device)));
    return found;
  }

  private static boolean takesPart(Device device) {
    return device.lifecycle() == Lifecycle.ACTIVE
        && !device.status().equals(DeviceStatus.MAINTENANCE.name());
  }
}
