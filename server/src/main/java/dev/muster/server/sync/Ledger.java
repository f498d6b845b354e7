package dev.muster.server.sync;

import dev.muster.protocol.Json;
import dev.muster.protocol.VectorClock;
import dev.muster.server.task.Author;
import dev.muster.server.task.Comment;
import dev.muster.server.task.References;
import dev.muster.server.task.Replica;
import dev.muster.server.task.Stamp;
import dev.muster.server.task.Task;
import dev.muster.server.task.TaskFields;
import dev.muster.server.task.Tombstone;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The rows that a push is about, from how they were locked to how they are to be written. Items
/// are taken in their order, so the later of two for one row meets what the earlier has made of it.
final class Ledger {
  static final String CONCURRENT = "Concurrent modification detected";
  private static final String STRANGE =
      "vector_clock has components of no device of the organization";
  private static final String UNTOLD =
      "vector_clock is missing, and this device has changed the row before";

  private final Author author;
  private final UUID device;
  private final Instant now;
  private final Set<String> strangers;
  private final Replica.Held held;
  private final Replica.Held looked;
  private final References references;
  private final Supplier<RuleBook> askedRules;
  private @Nullable RuleBook rules;
  private final Map<UUID, Task> tasks = new LinkedHashMap<>();
  private final Map<UUID, Map<String, Json>> dropped = new HashMap<>();
  private final Map<UUID, Comment> comments = new LinkedHashMap<>();
  private final Set<UUID> conflicts = new HashSet<>();

  /// @param strangers components of clocks that are no device's
  /// @param looked tasks and comments that items refer to
  /// @param rules asked for when the first two edits are to be merged
  Ledger(
      Author author,
      Instant now,
      Set<String> strangers,
      Replica.Held held,
      Replica.Held looked,
      References references,
      Supplier<RuleBook> rules) {
    this.author = author;
    this.device = Objects.requireNonNull(author.device());
    this.now = now;
    this.strangers = strangers;
    this.held = held;
    this.looked = looked;
    this.references = references;
    this.askedRules = rules;
  }

  private RuleBook rules() {
    RuleBook known = rules == null ? askedRules.get() : rules;
    rules = known;
    return known;
  }

  List<Replica.Edit<Task>> taskEdits() {
    List<Replica.Edit<Task>> edits = new ArrayList<>();
    tasks.forEach((id, task) ->
        edits.add(
            new Replica.Edit<>(
                held.tasks().get(id),
                task.with(told(id, task.stamp())),
                dropped.getOrDefault(id, Map.of()))));
    return edits;
  }

  List<Replica.Edit<Comment>> commentEdits() {
    List<Replica.Edit<Comment>> edits = new ArrayList<>();
    comments.forEach((id, comment) ->
        edits.add(
            new Replica.Edit<>(held.comments().get(id), comment.with(told(id, comment.stamp())))));
    return edits;
  }

  /// A row of which an item became a conflict is not as the device has pushed it, whatever the
  /// other items of that row did.
  private Stamp told(UUID id, Stamp stamp) {
    return conflicts.contains(id) ? stamp.pushedBy(null) : stamp;
  }

  Verdict take(Item item) {
    UUID id = item.id();
    if (item.problem() != null || id == null) {
      if (id != null) {
        conflicts.add(id);
      }
      return refused(String.valueOf(item.problem()));
    }
    Verdict verdict = item.kind() == Tombstone.Kind.TASK ? task(item, id) : comment(item, id);
    if (verdict instanceof Verdict.Conflicting) {
      conflicts.add(id);
    }
    return verdict;
  }

  private @Nullable Task present(UUID id) {
    Task changed = tasks.get(id);
    return changed == null ? held.tasks().get(id) : changed;
  }

  private @Nullable Comment presentComment(UUID id) {
    Comment changed = comments.get(id);
    return changed == null ? held.comments().get(id) : changed;
  }

  /// Whether its clock has a component of nobody. One that the row has is known, that of a device
  /// which was erased since too.
  private boolean isStrange(Item item, VectorClock known) {
    return item.clock().components().keySet().stream()
        .anyMatch(component -> strangers.contains(component) && known.at(component) == 0);
  }

  /// Whether it does not say what it has seen of a row that the device has changed before: nobody
  /// can tell such an edit from the repetition of an old one.
  private boolean isUntold(Item item, Stamp server) {
    return item.clock().components().isEmpty() && server.clock().at(device.toString()) > 0;
  }

  /// A conflict with the row of the item as it is now.
  Verdict.Conflicting described(Item item, String reason) {
    UUID id = Objects.requireNonNull(item.id());
    if (item.kind() == Tombstone.Kind.TASK) {
      return Verdict.Conflicting.of(reason, present(id));
    }
    return Verdict.Conflicting.of(reason, presentComment(id));
  }

  private Verdict task(Item item, UUID id) {
    Task server = present(id);
    if (isStrange(item, server == null ? VectorClock.EMPTY : server.stamp().clock())) {
      return refused(STRANGE, server);
    }
    if (server == null) {
      return item.isDeletion() ? new Verdict.Kept() : newTask(item, id);
    }
    boolean deleted = server.stamp().isDeleted();
    if (isUntold(item, server.stamp())) {
      boolean asItIs =
          item.isDeletion()
              ? deleted
              : !deleted && TaskFields.set(server, item.fields()).equals(server);
      return asItIs ? new Verdict.Kept() : refused(UNTOLD, server);
    }
    VectorClock clock = capped(item, server.stamp());
    VectorClock.Order order = clock.compare(server.stamp().clock());
    if (order == VectorClock.Order.EQUAL || order == VectorClock.Order.BEFORE) {
      return new Verdict.Kept();
    }
    if (!author.mayChange(server, references.makers())) {
      return refused("you may change tasks that you have made or have to do", server);
    }
    if (deleted && item.isDeletion()) {
      tasks.put(id, server.with(merged(server.stamp(), clock, server.stamp().deletedAt())));
      return new Verdict.Applied();
    }
    if (deleted) {
      return conflicting(server);
    }
    if (order == VectorClock.Order.CONCURRENT) {
      return item.isDeletion() ? conflicting(server) : merge(item, id, server, clock);
    }
    if (item.isDeletion()) {
      tasks.put(id, server.with(merged(server.stamp(), clock, now).pushedBy(device)));
      return new Verdict.Applied();
    }
    Task wanted = TaskFields.set(server, item.fields()).completed(now);
    Optional<String> missing = references.missing(TaskFields.of(server), item.fields());
    if (missing.isPresent()) {
      return refused(missing.get() + " is not there", server);
    }
    Stamp stamp = merged(server.stamp(), clock, null);
    boolean asPushed =
        item.isAsSent()
            && clock.equals(item.clock())
            && stamp.clock().equals(clock)
            && !mayLack(server.stamp())
            && Objects.equals(wanted.completedAt(), server.completedAt());
    tasks.put(id, wanted.with(asPushed ? stamp.pushedBy(device) : stamp));
    return new Verdict.Applied();
  }

  private Verdict newTask(Item item, UUID id) {
    if (!item.fields().containsKey(TaskFields.TITLE)) {
      return refused("title must be a string of 1 to 500 characters");
    }
    Stamp stamp = made(item);
    Task blank = Task.titled(id, "", author.user(), stamp);
    Task task = TaskFields.set(blank, item.fields()).completed(now);
    Optional<String> missing = references.missing(Map.of(), item.fields());
    if (missing.isPresent()) {
      return refused(missing.get() + " is not there");
    }
    boolean asPushed =
        item.isAsSent()
            && stamp.clock().equals(item.clock())
            && task.completedAt() == null
            && TaskFields.sayAll(item.fields().keySet());
    tasks.put(id, asPushed ? task.with(stamp.pushedBy(device)) : task);
    return new Verdict.Applied();
  }

  private Verdict merge(Item item, UUID id, Task server, VectorClock clock) {
    Merge.Times times = times(item, server.stamp());
    Merge.Merged merged = Merge.of(TaskFields.of(server), item.fields(), rules(), times);
    if (!merged.conflicting().isEmpty()) {
      return conflicting(server, " in " + String.join(", ", merged.conflicting()));
    }
    Task wanted = TaskFields.set(server, merged.fields()).completed(now);
    Optional<String> missing = references.missing(TaskFields.of(server), merged.fields());
    if (missing.isPresent()) {
      return refused(missing.get() + " is not there", server);
    }
    dropped.computeIfAbsent(id, _ -> new HashMap<>()).putAll(merged.dropped());
    tasks.put(id, wanted.with(both(server.stamp(), clock, times)));
    return new Verdict.Applied();
  }

  private Merge.Times times(Item item, Stamp server) {
    Instant edited = item.editedAt().orElse(null);
    return new Merge.Times(
        server.updatedAt(), edited != null && edited.isAfter(now) ? now : edited);
  }

  /// Of two edits that were merged. Where it matters who was later, the row is as old as the later
  /// of the two: what a device has edited after that, and pushes next, is later still.
  private Stamp both(Stamp server, VectorClock clock, Merge.Times times) {
    Instant local = times.local();
    Instant later = local == null || local.isAfter(times.server()) ? local : times.server();
    Instant at = rules().asksForTimes() && later != null ? later : now;
    return server.next(server.clock().merge(clock), author.user(), device, at, null);
  }

  private Verdict comment(Item item, UUID id) {
    Comment server = presentComment(id);
    if (isStrange(item, server == null ? VectorClock.EMPTY : server.stamp().clock())) {
      return refused(STRANGE, server);
    }
    if (server == null) {
      return item.isDeletion() ? new Verdict.Kept() : newComment(item, id);
    }
    boolean deleted = server.stamp().isDeleted();
    if (isUntold(item, server.stamp())) {
      boolean asItIs =
          item.isDeletion() ? deleted : !deleted && item.content().equals(server.content());
      return asItIs ? new Verdict.Kept() : refused(UNTOLD, server);
    }
    VectorClock clock = capped(item, server.stamp());
    VectorClock.Order order = clock.compare(server.stamp().clock());
    if (order == VectorClock.Order.EQUAL || order == VectorClock.Order.BEFORE) {
      return new Verdict.Kept();
    }
    if (!author.mayChange(server)) {
      return refused("you may change comments that you have written", server);
    }
    if (deleted && item.isDeletion()) {
      comments.put(id, server.with(merged(server.stamp(), clock, server.stamp().deletedAt())));
      return new Verdict.Applied();
    }
    boolean concurrent = order == VectorClock.Order.CONCURRENT;
    if (deleted || (concurrent && item.isDeletion())) {
      return conflicting(server);
    }
    if (concurrent) {
      return mergeComment(item, id, server, clock);
    }
    String content = item.fields().containsKey(Item.CONTENT) ? item.content() : server.content();
    Stamp stamp = merged(server.stamp(), clock, item.isDeletion() ? now : null);
    Comment wanted = saying(server, content, stamp);
    boolean asPushed =
        item.isAsSent()
            && clock.equals(item.clock())
            && stamp.clock().equals(clock)
            && !mayLack(server.stamp())
            && wanted.edited() == server.edited();
    comments.put(id, asPushed ? saying(server, content, stamp.pushedBy(device)) : wanted);
    return new Verdict.Applied();
  }

  private Verdict mergeComment(Item item, UUID id, Comment server, VectorClock clock) {
    Json theirs = Json.of(server.content());
    Json mine = item.fields().getOrDefault(Item.CONTENT, theirs);
    Merge.Times times = times(item, server.stamp());
    Merge.Merged merged =
        Merge.of(
            Map.of(RuleBook.COMMENT_CONTENT, theirs),
            Map.of(RuleBook.COMMENT_CONTENT, mine),
            rules(),
            times);
    if (!merged.conflicting().isEmpty()) {
      return conflicting(server);
    }
    boolean taken = mine.equals(merged.fields().get(RuleBook.COMMENT_CONTENT));
    boolean says = item.fields().containsKey(Item.CONTENT);
    String content = taken && says ? item.content() : server.content();
    comments.put(id, saying(server, content, both(server.stamp(), clock, times)));
    return new Verdict.Applied();
  }

  private static Comment saying(Comment comment, String content, Stamp stamp) {
    boolean edited = comment.edited() || !content.equals(comment.content());
    return new Comment(
        comment.id(), comment.task(), comment.user(), content, comment.parent(), edited, stamp);
  }

  private Verdict newComment(Item item, UUID id) {
    UUID task = item.reference(Item.TASK).orElse(null);
    UUID parent = item.reference(Item.PARENT).orElse(null);
    if (task == null || item.content().isEmpty()) {
      return refused(task == null ? "task must be an id (a UUID)" : "content is missing");
    }
    Task of = present(task) == null ? looked.tasks().get(task) : present(task);
    if (of == null || of.stamp().isDeleted()) {
      return refused("the task is not there, or is deleted");
    }
    if (parent != null) {
      Comment answered =
          presentComment(parent) == null ? looked.comments().get(parent) : presentComment(parent);
      if (answered == null || !answered.task().equals(task)) {
        return refused("parent is no comment on this task");
      }
    }
    Stamp stamp = made(item);
    boolean asPushed = item.isAsSent() && stamp.clock().equals(item.clock());
    comments.put(
        id,
        new Comment(
            id,
            task,
            author.user(),
            item.content(),
            parent,
            false,
            asPushed ? stamp.pushedBy(device) : stamp));
    return new Verdict.Applied();
  }

  /// What a device says of others it cannot know better than the server; of itself it may say
  /// nothing, and has made one edit then.
  private VectorClock capped(Item item, Stamp known) {
    return item.clock().components().isEmpty()
        ? VectorClock.EMPTY.tick(device.toString())
        : item.clock().cappedAt(known.clock(), device.toString());
  }

  /// Whether the device may not hold the row as it was: it has pushed it itself, the server has
  /// added something, and nobody knows whether the device has pulled that since.
  private boolean mayLack(Stamp before) {
    return device.equals(before.modifiedDevice()) && before.pushedBy() == null;
  }

  private Stamp made(Item item) {
    VectorClock own = item.clock().cappedAt(VectorClock.EMPTY, device.toString());
    return new Stamp(
        1,
        own.components().isEmpty() ? VectorClock.EMPTY.tick(device.toString()) : own,
        author.user(),
        device,
        now,
        now,
        null,
        null);
  }

  private Stamp merged(Stamp server, VectorClock clock, @Nullable Instant deleted) {
    return server.next(server.clock().merge(clock), author.user(), device, now, deleted);
  }

  private static Verdict refused(String why) {
    return new Verdict.Conflicting(Verdict.REJECTED + why, null, VectorClock.EMPTY);
  }

  /// @param server null when it has none
  private static Verdict refused(String why, @Nullable Task server) {
    return Verdict.Conflicting.of(Verdict.REJECTED + why, server);
  }

  private static Verdict refused(String why, @Nullable Comment server) {
    return Verdict.Conflicting.of(Verdict.REJECTED + why, server);
  }

  private static Verdict conflicting(Task server) {
    return conflicting(
        server, server.stamp().isDeleted() ? ": it was deleted" : ": one side deleted it");
  }

  private static Verdict conflicting(Task server, String more) {
    return Verdict.Conflicting.of(CONCURRENT + more, server);
  }

  private static Verdict conflicting(Comment server) {
    return Verdict.Conflicting.of(CONCURRENT, server);
  }
}
