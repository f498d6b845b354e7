package dev.muster.server.watch;

import dev.muster.server.alert.Ledger;
import dev.muster.server.alert.Ledger.Finding;
import dev.muster.server.alert.Ledger.Subject;
import dev.muster.server.alert.RuleBook;
import dev.muster.server.alert.RuleKind;
import dev.muster.server.alert.Rules;
import dev.muster.server.alert.Terms;
import dev.muster.server.device.DeviceId;
import dev.muster.server.device.KnownDevices;
import dev.muster.server.platform.Database;
import dev.muster.server.platform.OrganizationId;
import dev.muster.server.platform.RecurringJob;
import dev.muster.server.platform.Settings;
import dev.muster.server.telemetry.LastSeen;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jdbi.v3.core.Handle;

/// Finds the devices that have fallen silent.
///
/// A heartbeat moves no deadline. When one is due, the device's last heartbeat is looked up, and
/// either the deadline moves to when that will be too old, or the device is silent. That row is
/// held until the commit: a heartbeat either was stored before and is seen here, or waits, and then
/// finds what was written here and undoes it. One that is being stored at this moment is not waited
/// for.
///
/// After an outage, of the server or of its database, nobody is silent until devices have had the
/// time to be heard again: meanwhile nobody listened to them.
@Singleton
public class AbsenceSweep implements RecurringJob, Rules.Listener {
  private static final int CHUNK = 500;

  /// When a device is looked at again of which nothing may be said now.
  private static final Duration LATER = Duration.ofSeconds(60);

  /// The longest pause between two runs that is no outage.
  private static final Duration GAP = Duration.ofMinutes(1);

  /// How long an agent waits before it tries again, at the most.
  private static final Duration BACKOFF = Duration.ofMinutes(5);

  private static final Duration SLACK = Duration.ofMinutes(1);

  private final Database database;
  private final Ledger ledger;
  private final Rules rules;
  private final Presence presence;
  private final InstantSource clock;
  private final Duration grace;

  @Inject
  AbsenceSweep(
      Database database,
      Ledger ledger,
      Rules rules,
      Presence presence,
      InstantSource clock,
      Settings settings) {
    this(database, ledger, rules, presence, clock, grace(settings.telemetry().interval()));
  }

  /// @param grace for how long it must have run before anybody is silent
  AbsenceSweep(
      Database database,
      Ledger ledger,
      Rules rules,
      Presence presence,
      InstantSource clock,
      Duration grace) {
    this.database = database;
    this.ledger = ledger;
    this.rules = rules;
    this.presence = presence;
    this.clock = clock;
    this.grace = grace;
  }

  private static Duration grace(Duration interval) {
    return (interval.compareTo(BACKOFF) < 0 ? BACKOFF : interval).plus(SLACK);
  }

  @Override
  public String name() {
    return "absence-sweep";
  }

  @Override
  public JobClass jobClass() {
    return JobClass.COMMAND;
  }

  @Override
  public Duration every() {
    return Duration.ofSeconds(1);
  }

  @Override
  public void run() {
    int looked;
    do {
      looked = sweep();
    } while (looked == CHUNK && !Thread.currentThread().isInterrupted());
  }

  /// Looks at some of the devices that are due. Returns how many.
  int sweep() {
    return database.acrossOrganizations(this::sweep);
  }

  private int sweep(Handle handle) {
    Instant now = clock.instant();
    Optional<Instant> since = SweepStore.run(handle, now, GAP);
    if (since.isPresent() && now.isBefore(since.get().plus(grace))) {
      return 0;
    }
    List<Subject> all = DeadlineStore.due(handle, now, CHUNK);
    if (all.isEmpty()) {
      return 0;
    }
    List<Subject> due = ofDevices(handle, all);
    Map<Subject, Terms> terms = terms(handle, due);
    Map<LastSeen.Key, Instant> seen =
        LastSeen.hold(handle, due.stream().map(AbsenceSweep::key).toList());
    Map<Subject, Instant> moved = new LinkedHashMap<>();
    List<Finding> findings = new ArrayList<>();
    for (Subject subject : due) {
      Terms own = terms.getOrDefault(subject, Terms.defaults(RuleKind.OFFLINE));
      Duration allowed = Duration.ofSeconds(own.threshold());
      Instant last = seen.get(key(subject));
      Instant end = (last == null ? now : last).plus(allowed);
      if (end.isAfter(now)) {
        moved.put(subject, end);
      } else if (last != null) {
        findings.add(Finding.wrong(subject, own, summary(last)));
      }
    }
    Set<Ledger.Key> barred = ledger.note(handle, findings);
    List<Subject> silent = new ArrayList<>();
    for (Finding finding : findings) {
      if (barred.contains(finding.key())) {
        moved.put(finding.key().subject(), now.plus(LATER));
      } else {
        silent.add(finding.key().subject());
      }
    }
    DeadlineStore.move(handle, moved);
    DeadlineStore.rest(handle, silent);
    presence.silent(handle, silent);
    return all.size();
  }

  /// Those whose devices are there. A heartbeat that came while its device was erased has left a
  /// deadline, which goes.
  private static List<Subject> ofDevices(Handle handle, List<Subject> all) {
    Set<KnownDevices.Key> gone =
        KnownDevices.missing(handle, all.stream().map(AbsenceSweep::device).toList());
    gone.forEach(key -> DeadlineStore.erase(handle, key.organization(), key.device()));
    return all.stream().filter(subject -> !gone.contains(device(subject))).toList();
  }

  private static KnownDevices.Key device(Subject subject) {
    return new KnownDevices.Key(subject.organization(), subject.device());
  }

  private static String summary(Instant last) {
    return "The device was last heard at " + last.truncatedTo(ChronoUnit.SECONDS) + ".";
  }

  private static LastSeen.Key key(Subject subject) {
    return new LastSeen.Key(subject.organization(), subject.device());
  }

  private Map<Subject, Terms> terms(Handle handle, List<Subject> due) {
    Map<OrganizationId, List<DeviceId>> devices = new LinkedHashMap<>();
    due.forEach(subject ->
        devices
            .computeIfAbsent(subject.organization(), _ -> new ArrayList<>())
            .add(subject.device()));
    Map<Subject, Terms> terms = new HashMap<>();
    devices.forEach((organization, of) ->
        rules
            .terms(handle, organization, RuleKind.OFFLINE, of)
            .forEach((device, own) -> terms.put(Subject.of(organization, device), own)));
    return terms;
  }

  /// A device that may be silent for a shorter time from now on is looked at in time.
  @Override
  public void rulesChanged(
      Handle handle, OrganizationId organization, RuleKind kind, RuleBook book) {
    if (kind == RuleKind.OFFLINE) {
      DeadlineStore.bringForward(
          handle, organization, clock.instant().plusSeconds(book.leastThreshold(RuleKind.OFFLINE)));
    }
  }
}
