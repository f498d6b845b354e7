package dev.muster.server.sync;

import dev.muster.protocol.Json;
import dev.muster.protocol.VectorClock;
import dev.muster.server.device.Devices;
import dev.muster.server.identity.Users;
import dev.muster.server.platform.Caller;
import dev.muster.server.platform.Database;
import dev.muster.server.platform.ErrorCode;
import dev.muster.server.platform.OrganizationId;
import dev.muster.server.platform.Refusal;
import dev.muster.server.platform.Right;
import dev.muster.server.task.Author;
import dev.muster.server.task.Clocks;
import dev.muster.server.task.Comment;
import dev.muster.server.task.Named;
import dev.muster.server.task.References;
import dev.muster.server.task.Replica;
import dev.muster.server.task.Stamp;
import dev.muster.server.task.Task;
import dev.muster.server.task.Tasks;
import dev.muster.server.task.Tombstone;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Stream;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/// Takes what a device did while nobody heard it.
///
/// A push is one transaction: all of its items are durable, as data or as conflicts, or none is,
/// and then the device sends it again. What it sends again changes nothing, because its clocks are
/// known by then. The pushes of one device come one after the other.
@Singleton
public final class Pushes {
  static final int MOST = 500;
  private static final int TRIES = 5;

  /// What is told of an item that became a conflict.
  record Told(
      String entityType,
      String entityId,
      String conflictReason,
      Json.@Nullable Obj serverVersion,
      Map<String, Long> serverVectorClock) {
    private static Told of(ConflictStore.Met met) {
      return new Told(
          met.item().kind().wireName(),
          met.item().sentId(),
          met.conflict().reason(),
          met.conflict().server(),
          met.conflict().clock().components());
    }
  }

  /// @param processed items that are dealt with: all of them
  /// @param clock of all rows that the push was about
  record Outcome(int processed, List<Told> conflicts, VectorClock clock, Instant at) {}

  /// Another transaction has made a row that was new a moment ago.
  private static final class Raced extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  private final Database database;
  private final InstantSource clock;
  private final Devices devices;
  private final Replica replica;
  private final Users users;
  private final SyncMetrics metrics;

  Pushes(
      Database database,
      InstantSource clock,
      Devices devices,
      Replica replica,
      Users users,
      SyncMetrics metrics) {
    this.database = database;
    this.clock = clock;
    this.devices = devices;
    this.replica = replica;
    this.users = users;
    this.metrics = metrics;
  }

  /// @param device id or handle of a device on which the caller has logged in
  /// @param changes by kind, `tasks` and `comments`
  /// @param sentAt by the device's clock, in milliseconds
  /// @throws Refusal `invalid_parameter` for a wrong device, kind or number of items,
  ///   `resync_required`
  Outcome push(
      Caller caller,
      String device,
      Json.Obj changes,
      @Nullable Long sentAt,
      @Nullable String client) {
    Instant begin = clock.instant();
    try {
      return metrics.timed(
          SyncMetrics.PUSH,
          () -> {
            List<Item> items = items(caller, changes);
            Outcome outcome = push(caller, device, items, client);
            metrics.moved(SyncMetrics.PUSH, items.size());
            metrics.queued(sentAt, items);
            return outcome;
          });
    } catch (Refusal refusal) {
      log(caller, device, refusal, client, begin);
      throw refusal;
    }
  }

  /// A push that was refused as a whole, if it was one of a device of the caller.
  private void log(
      Caller caller, String deviceName, Refusal refusal, @Nullable String client, Instant begin) {
    if (refusal.code() == ErrorCode.UNAVAILABLE) {
      return;
    }
    OrganizationId organization = caller.organization();
    Instant now = clock.instant();
    database.in(
        organization,
        handle -> {
          Author.own(handle, devices, caller, deviceName)
              .ifPresent(own ->
                  DeviceStateStore.log(
                      handle,
                      organization,
                      caller instanceof Caller.Person person ? person.userId() : null,
                      own.id().value(),
                      "push",
                      0,
                      0,
                      refusal.code().wireName(),
                      Duration.between(begin, now).toMillis(),
                      client,
                      now));
          return refusal;
        });
  }

  private Outcome push(Caller caller, String device, List<Item> items, @Nullable String client) {
    for (int attempt = 1; ; attempt++) {
      try {
        return database.in(
            caller.organization(), handle -> push(handle, caller, device, items, client));
      } catch (Raced raced) {
        if (attempt == TRIES) {
          throw Refusal.unavailable(
              "Others make the same rows at the moment. Push again.", Duration.ofSeconds(1), raced);
        }
      }
    }
  }

  private static List<Item> items(Caller caller, Json.Obj changes) {
    caller.require(Right.WRITE_TASKS);
    List<Item> items = new ArrayList<>();
    changes
        .fields()
        .forEach((kind, sent) -> {
          if (!kind.equals("tasks") && !kind.equals("comments")) {
            throw Refusal.parameter(
                "changes", "must have no kinds but tasks and comments, not " + kind);
          }
          if (!(sent instanceof Json.Arr) && !(sent instanceof Json.Null)) {
            throw Refusal.parameter("changes." + kind, "must be an array");
          }
        });
    read(changes, "tasks", Tombstone.Kind.TASK, items);
    read(changes, "comments", Tombstone.Kind.COMMENT, items);
    if (items.size() > MOST) {
      throw Refusal.parameter(
          "changes", "must have at most %d items, and has %d".formatted(MOST, items.size()));
    }
    return items;
  }

  private static void read(Json.Obj changes, String kind, Tombstone.Kind as, List<Item> items) {
    if (changes.fields().get(kind) instanceof Json.Arr sent) {
      sent.items().forEach(item -> items.add(Item.read(as, item)));
    }
  }

  private Outcome push(
      Handle handle, Caller caller, String deviceName, List<Item> items, @Nullable String client) {
    Instant now = clock.instant();
    Author author = author(handle, caller, deviceName);
    OrganizationId organization = author.organization();
    UUID device = Objects.requireNonNull(author.device());
    Instant lastPull =
        DeviceStateStore.hold(handle, organization, device, highest(items, device), now).lastPull();
    if (author.user() != null) {
      users.noticed(handle, organization, author.user());
    }
    if (lastPull != null && lastPull.isBefore(now.minus(Tasks.TOMBSTONES))) {
      throw Refusal.of(
          ErrorCode.RESYNC_REQUIRED,
          "The device was away for longer than deletions are remembered. Pull from 0, then push.");
    }
    Ledger ledger = ledger(handle, author, items, now);
    List<ConflictStore.Met> conflicts = new ArrayList<>();
    List<Item> kept = new ArrayList<>();
    for (Item item : items) {
      switch (ledger.take(item)) {
        case Verdict.Conflicting conflict -> conflicts.add(new ConflictStore.Met(item, conflict));
        case Verdict.Kept() -> kept.add(item);
        case Verdict.Applied() -> {}
      }
    }
    List<Told> told = new ArrayList<>(toldBefore(handle, organization, device, kept, ledger));
    if (!conflicts.isEmpty()) {
      List<Boolean> fresh =
          ConflictStore.put(handle, organization, author.user(), device, conflicts, now);
      handle.afterCommit(() -> fresh.forEach(metrics::conflict));
      conflicts.forEach(met -> told.add(Told.of(met)));
    }
    List<Replica.Edit<Task>> tasks = ledger.taskEdits();
    List<Replica.Edit<Comment>> comments = ledger.commentEdits();
    DeviceStateStore.log(
        handle,
        organization,
        author.user(),
        device,
        "push",
        items.size(),
        told.size(),
        SyncLog.OK,
        Duration.between(now, clock.instant()).toMillis(),
        client,
        now);
    if (!replica.write(handle, author, tasks, comments, now)) {
      throw new Raced();
    }
    VectorClock all =
        VectorClock.EMPTY.merge(
            Stream.concat(
                    tasks.stream().map(edit -> edit.after().stamp()),
                    comments.stream().map(edit -> edit.after().stamp()))
                .map(Stamp::clock)
                .toList());
    return new Outcome(items.size(), told, all, now);
  }

  /// The conflicts that wait of items that are nothing new: the device may not have heard of them,
  /// when the answer was lost and it sends them again.
  private static List<Told> toldBefore(
      Handle handle, OrganizationId organization, UUID device, List<Item> kept, Ledger ledger) {
    if (kept.isEmpty()) {
      return List.of();
    }
    List<String> entities = kept.stream().map(Item::sentId).toList();
    List<Told> told = new ArrayList<>();
    for (Conflict conflict : ConflictStore.waiting(handle, organization, device, entities)) {
      VectorClock seen = Clocks.stored(conflict.localVectorClock());
      kept.stream()
          .filter(item -> conflict.isOf(item) && seen.merge(item.clock()).equals(seen))
          .findFirst()
          .map(item ->
              new ConflictStore.Met(item, ledger.described(item, conflict.conflictReason())))
          .ifPresent(met -> told.add(Told.of(met)));
    }
    return told;
  }

  private Author author(Handle handle, Caller caller, String deviceName) {
    UUID device =
        Author.own(handle, devices, caller, deviceName)
            .map(own -> own.id().value())
            .orElseThrow(() -> Refusal.of(ErrorCode.INVALID_PARAMETER, "Invalid device ID"));
    return Author.of(caller, device);
  }

  private static long highest(List<Item> items, UUID device) {
    String own = device.toString();
    return items.stream()
        .mapToLong(item -> item.clock().components().getOrDefault(own, 0L))
        .max()
        .orElse(0);
  }

  /// Components of clocks that are the id of no device of the organization, as it is written.
  private Set<String> strangers(
      Handle handle, OrganizationId organization, UUID device, List<Item> items) {
    Set<String> strange = new HashSet<>();
    for (Item item : items) {
      strange.addAll(item.clock().components().keySet());
    }
    strange.remove(VectorClock.SERVER);
    strange.remove(device.toString());
    if (!strange.isEmpty()) {
      devices
          .findAll(handle, organization, strange)
          .values()
          .forEach(known -> strange.remove(known.id().toString()));
    }
    return strange;
  }

  private Ledger ledger(Handle handle, Author author, List<Item> items, Instant now) {
    Set<UUID> tasks = new TreeSet<>();
    Set<UUID> comments = new TreeSet<>();
    Set<UUID> ofTasks = new TreeSet<>();
    Set<UUID> parents = new TreeSet<>();
    List<Map<String, Json>> fields = new ArrayList<>();
    for (Item item : items) {
      UUID id = item.id();
      if (item.problem() == null && id != null) {
        (item.kind() == Tombstone.Kind.TASK ? tasks : comments).add(id);
        item.reference(Item.TASK).ifPresent(ofTasks::add);
        item.reference(Item.PARENT).ifPresent(parents::add);
        fields.add(item.fields());
      }
    }
    OrganizationId organization = author.organization();
    Named kept = replica.keep(handle, organization, fields);
    Replica.Held held = replica.hold(handle, organization, tasks, comments);
    Replica.Held looked = replica.look(handle, organization, ofTasks, parents);
    References references = replica.references(handle, organization, held.tasks().values(), kept);
    return new Ledger(
        author,
        now,
        strangers(handle, organization, Objects.requireNonNull(author.device()), items),
        held,
        looked,
        references,
        () -> MergeRuleStore.of(handle, organization));
  }
}
