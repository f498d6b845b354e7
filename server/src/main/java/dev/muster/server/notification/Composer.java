package dev.muster.server.notification;

import dev.muster.server.alert.RuleKind;
import dev.muster.server.platform.Database;
import dev.muster.server.platform.Ids;
import dev.muster.server.platform.NotificationSettings;
import dev.muster.server.platform.OrganizationId;
import dev.muster.server.platform.RecurringJob;
import dev.muster.server.platform.Settings;
import io.quarkus.logging.Log;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/// Makes messages of what alerts have to tell. What it looks at is one channel and one kind of
/// alert at a time, raised and recovered apart:
///
/// - few within the window: each is a message, after the gathering time;
/// - many, and none was told lately: they are a burst, and wait until it is quiet or the window is
///   over, and are one message;
/// - some were told lately, and with these they are many: these wait until the window is over, and
///   are one message.
///
/// So a burst is one message, and whatever comes, a channel hears of one kind less than the
/// threshold singly and one roll-up in a window. Above that an organization has so many messages a
/// minute; a channel that needs more than are left gets one of all that is due, or waits. Nothing
/// is left out but by a mute, and where the alert recovered before it was told.
@Singleton
public class Composer implements RecurringJob {
  private static final Duration MINUTE = Duration.ofMinutes(1);

  private final Database database;
  private final InstantSource clock;
  private final Mutes mutes;
  private final NotificationSettings settings;

  Composer(Database database, InstantSource clock, Mutes mutes, Settings settings) {
    this.database = database;
    this.clock = clock;
    this.mutes = mutes;
    this.settings = settings.notification();
  }

  @Override
  public String name() {
    return "compose-notifications";
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
    for (OrganizationId organization : database.acrossOrganizations(PartStore::organizations)) {
      try {
        // one snapshot, so that a message names and counts what it then settles; of two who compose
        // at the same time one is run again
        database.snapshotOf(
            organization,
            handle -> {
              compose(handle, organization);
              return organization;
            });
      } catch (RuntimeException failure) {
        Log.warnf(failure, "Messages of organization %s are composed later", organization);
      }
    }
  }

  private void compose(Handle handle, OrganizationId organization) {
    Instant now = clock.instant();
    PartStore.lapse(handle, organization, now);
    Set<UUID> muted = mutes.muted(handle, organization);
    if (!muted.isEmpty()) {
      PartStore.mute(handle, organization, muted, now);
    }
    Map<UUID, List<PartStore.Waiting>> due = new LinkedHashMap<>();
    for (PartStore.Waiting waiting :
        PartStore.waiting(handle, organization, now.minus(settings.rollUpWindow()))) {
      if (isDue(waiting, now)) {
        due.computeIfAbsent(waiting.channel(), _ -> new ArrayList<>()).add(waiting);
      }
    }
    if (due.isEmpty()) {
      return;
    }
    int left =
        settings.mostPerMinute() - MessageStore.recent(handle, organization, now.minus(MINUTE));
    for (List<PartStore.Waiting> ofChannel : due.values()) {
      left -= compose(handle, organization, ofChannel, left, now);
    }
  }

  private boolean isDue(PartStore.Waiting waiting, Instant now) {
    if (waiting.count() + waiting.sent() < settings.rollUpFrom()) {
      return !now.isBefore(waiting.oldest().plus(settings.gather()));
    }
    return !now.isBefore(waiting.oldest().plus(settings.rollUpWindow()))
        || (waiting.sent() == 0 && !now.isBefore(waiting.newest().plus(settings.rollUpQuiet())));
  }

  /// Many, or what had to wait: that is told at once.
  private boolean isOne(PartStore.Waiting waiting, Instant now) {
    return waiting.count() == 1
        || waiting.count() >= settings.rollUpFrom()
        || !now.isBefore(waiting.oldest().plus(settings.gather().multipliedBy(3)));
  }

  /// Returns how many messages it took.
  private int compose(
      Handle handle,
      OrganizationId organization,
      List<PartStore.Waiting> due,
      int left,
      Instant now) {
    if (left <= 0) {
      return 0;
    }
    int wanted = due.stream().mapToInt(waiting -> isOne(waiting, now) ? 1 : waiting.count()).sum();
    if (wanted > left) {
      rollUp(handle, organization, due, now);
      return 1;
    }
    for (PartStore.Waiting waiting : due) {
      if (isOne(waiting, now)) {
        rollUp(handle, organization, List.of(waiting), now);
      } else {
        singly(handle, organization, waiting, now);
      }
    }
    return wanted;
  }

  private static void singly(
      Handle handle, OrganizationId organization, PartStore.Waiting waiting, Instant now) {
    for (Message.Item item :
        PartStore.first(handle, organization, waiting, waiting.count()).stream()
            .sorted(Comparator.comparing(Message.Item::at))
            .toList()) {
      boolean raised = item.event() == Message.Event.RAISED;
      Message message =
          new Message(
              item.kind(), item.severity(), raised ? 1 : 0, raised ? 0 : 1, List.of(item), null);
      UUID id = queue(handle, organization, waiting.channel(), message, now);
      PartStore.sent(handle, organization, waiting, item.alert(), id, now);
    }
  }

  private static void rollUp(
      Handle handle, OrganizationId organization, List<PartStore.Waiting> all, Instant now) {
    List<Message.Item> items = new ArrayList<>();
    long raised = 0;
    long recovered = 0;
    int worst = 0;
    RuleKind kind = all.getFirst().kind();
    boolean oneKind = true;
    for (PartStore.Waiting waiting : all) {
      items.addAll(
          PartStore.first(
              handle, organization, waiting, Math.max(0, Message.MOST_NAMED - items.size())));
      switch (waiting.event()) {
        case RAISED -> raised += waiting.count();
        case RECOVERED -> recovered += waiting.count();
      }
      worst = Math.max(worst, waiting.severity());
      oneKind &= waiting.kind() == kind;
    }
    Message message =
        new Message(oneKind ? kind : null, Channel.ranked(worst), raised, recovered, items, null);
    UUID id = queue(handle, organization, all.getFirst().channel(), message, now);
    for (PartStore.Waiting waiting : all) {
      PartStore.sent(handle, organization, waiting, id, now);
    }
  }

  private static UUID queue(
      Handle handle, OrganizationId organization, UUID channel, Message message, Instant now) {
    UUID id = Ids.next();
    MessageStore.insert(handle, organization, channel, new Message.Delivery(id, now, message));
    return id;
  }
}
