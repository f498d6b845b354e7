package dev.muster.server.watch;

import dev.muster.server.alert.Ledger;
import dev.muster.server.alert.Ledger.Finding;
import dev.muster.server.alert.Ledger.Subject;
import dev.muster.server.alert.RuleBook;
import dev.muster.server.alert.RuleKind;
import dev.muster.server.alert.Rules;
import dev.muster.server.alert.Standing;
import dev.muster.server.alert.Terms;
import dev.muster.server.device.DeviceId;
import dev.muster.server.platform.OrganizationId;
import dev.muster.server.platform.Settings;
import dev.muster.server.telemetry.BatchListener;
import dev.muster.server.telemetry.Heartbeat;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/// Concludes from heartbeats, within the transaction that stores them: who is heard again, whose
/// battery is low, whose app is down, and that none of it is so any more.
///
/// A batch of devices that are well costs one query, of a table that has a row for each device that
/// is not. The rows of last status that the transaction holds are what makes it one at a time for
/// each device.
///
/// What a device that catches up says of a time long past is not how it is now: nothing follows
/// from it but that the device is heard.
@Singleton
public class HeartbeatWatch implements BatchListener {
  /// How far the battery must be above the rule's share to be well again: without it a battery at
  /// the edge would raise and recover by turns.
  static final int ABOVE = 5;

  private static final Set<RuleKind> KINDS =
      EnumSet.of(RuleKind.OFFLINE, RuleKind.LOW_BATTERY, RuleKind.APP_DOWN);

  private final Ledger ledger;
  private final Rules rules;
  private final Presence presence;
  private final Duration present;

  public HeartbeatWatch(Ledger ledger, Rules rules, Presence presence, Settings settings) {
    this.ledger = ledger;
    this.rules = rules;
    this.presence = presence;
    this.present = settings.telemetry().onlineWithin();
  }

  @Override
  public void stored(Handle handle, List<Heartbeat> newest, List<Heartbeat> first) {
    Map<OrganizationId, RuleBook> books = new HashMap<>();
    newest.forEach(
        beat -> books.computeIfAbsent(beat.organization(), of -> rules.book(handle, of)));
    Map<Subject, Instant> due = new LinkedHashMap<>();
    first.forEach(beat -> due.put(subject(beat), deadline(beat, books)));
    Set<Ledger.Key> wrong = ledger.wrongAmong(handle, subjects(newest), KINDS);
    List<Heartbeat> suspects =
        newest.stream().filter(beat -> isSuspect(beat, books, wrong)).toList();
    if (!suspects.isEmpty()) {
      Set<Subject> back =
          conclude(handle, suspects, ledger.hold(handle, subjects(suspects), KINDS));
      suspects.stream()
          .filter(beat -> back.contains(subject(beat)))
          .forEach(beat -> due.put(subject(beat), deadline(beat, books)));
      presence.heard(handle, List.copyOf(back));
    }
    DeadlineStore.begin(handle, due);
  }

  private static Instant deadline(Heartbeat beat, Map<OrganizationId, RuleBook> books) {
    RuleBook book = books.getOrDefault(beat.organization(), RuleBook.DEFAULTS);
    return beat.receivedAt().plusSeconds(book.leastThreshold(RuleKind.OFFLINE));
  }

  private static List<Subject> subjects(List<Heartbeat> beats) {
    return beats.stream().map(HeartbeatWatch::subject).toList();
  }

  static Subject subject(Heartbeat beat) {
    return Subject.of(beat.organization(), beat.device());
  }

  /// Whether anything may follow from the heartbeat.
  private boolean isSuspect(
      Heartbeat beat, Map<OrganizationId, RuleBook> books, Set<Ledger.Key> wrong) {
    RuleBook book = books.getOrDefault(beat.organization(), RuleBook.DEFAULTS);
    return (beat.isWithin(present) && isSuspect(beat.readings(), book))
        || KINDS.stream().anyMatch(kind -> wrong.contains(new Ledger.Key(subject(beat), kind)));
  }

  private static boolean isSuspect(Heartbeat.Readings said, RuleBook book) {
    Integer pct = said.power().batteryPct();
    return (pct != null
            && pct < book.mostThreshold(RuleKind.LOW_BATTERY)
            && !Boolean.TRUE.equals(said.power().charging()))
        || (Boolean.FALSE.equals(said.appRunning()) && book.isOnForAny(RuleKind.APP_DOWN));
  }

  private static boolean isWrong(Map<Ledger.Key, Standing> held, Subject subject, RuleKind kind) {
    Standing standing = held.get(new Ledger.Key(subject, kind));
    return standing != null && standing.isWrong();
  }

  /// Returns those that had been silent.
  private Set<Subject> conclude(
      Handle handle, List<Heartbeat> suspects, Map<Ledger.Key, Standing> held) {
    Map<OrganizationId, List<DeviceId>> devices = new LinkedHashMap<>();
    suspects.forEach(beat ->
        devices.computeIfAbsent(beat.organization(), _ -> new ArrayList<>()).add(beat.device()));
    Map<RuleKind, Map<Subject, Terms>> terms = new EnumMap<>(RuleKind.class);
    for (RuleKind kind : KINDS) {
      Map<Subject, Terms> own = terms.computeIfAbsent(kind, _ -> new HashMap<>());
      devices.forEach((organization, of) ->
          rules
              .terms(handle, organization, kind, of)
              .forEach((device, found) -> own.put(Subject.of(organization, device), found)));
    }
    List<Finding> findings = new ArrayList<>();
    Set<Subject> back = new LinkedHashSet<>();
    for (Heartbeat beat : suspects) {
      Subject subject = subject(beat);
      if (isWrong(held, subject, RuleKind.OFFLINE)) {
        back.add(subject);
        findings.add(Finding.well(subject, of(terms, RuleKind.OFFLINE, subject)));
      }
      if (!beat.isWithin(present)) {
        continue;
      }
      add(
          findings,
          battery(
              beat.readings().power(),
              subject,
              of(terms, RuleKind.LOW_BATTERY, subject),
              isWrong(held, subject, RuleKind.LOW_BATTERY)));
      add(
          findings,
          app(
              beat.readings().appRunning(),
              subject,
              of(terms, RuleKind.APP_DOWN, subject),
              isWrong(held, subject, RuleKind.APP_DOWN)));
    }
    var _ = ledger.note(handle, held, findings);
    return back;
  }

  private static Terms of(
      Map<RuleKind, Map<Subject, Terms>> terms, RuleKind kind, Subject subject) {
    Map<Subject, Terms> own = terms.get(kind);
    Terms found = own == null ? null : own.get(subject);
    return found == null ? Terms.defaults(kind) : found;
  }

  private static void add(List<Finding> findings, @Nullable Finding finding) {
    if (finding != null) {
      findings.add(finding);
    }
  }

  private static @Nullable Finding battery(
      Heartbeat.Power power, Subject subject, Terms terms, boolean wasLow) {
    Integer pct = power.batteryPct();
    boolean charging = Boolean.TRUE.equals(power.charging());
    if (pct != null && pct < terms.threshold() && !charging) {
      return Finding.wrong(
          subject, terms, "The battery is at %d %% and not charging.".formatted(pct));
    }
    boolean well =
        charging
            || (pct != null && pct >= Math.min(100, terms.threshold() + ABOVE))
            || !terms.enabled();
    return wasLow && well ? Finding.well(subject, terms) : null;
  }

  private static @Nullable Finding app(
      @Nullable Boolean running, Subject subject, Terms terms, boolean wasDown) {
    if (running == null) {
      return null;
    }
    if (!running) {
      return Finding.wrong(subject, terms, "The app that the device monitors does not run.");
    }
    return wasDown ? Finding.well(subject, terms) : null;
  }
}
