package dev.muster.sync;

import com.github.f4b6a3.uuid.UuidCreator;
import dev.muster.agent.core.AgentClock;
import dev.muster.agent.core.Transport;
import dev.muster.protocol.Json;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// Tasks and comments on one device of one person, online or not.
///
/// Reading and editing never wait for the network. [#sync()] pushes what was edited, in its order,
/// and pulls what others did; call it when the network is there, or let a [SyncLoop] do so. What it
/// has done is kept step by step: cut short anywhere, by an exception or the end of the process, it
/// goes on where it was, and what was pushed twice is taken once.
///
/// It may be used by several threads.
public final class SyncClient {
  private static final int PUSHED = 100;
  private static final int PUSHED_CHARACTERS = 200_000;
  private static final int PULLED = 200;
  private static final String RESYNC = "resync_required";
  private static final int TOO_LARGE = 413;

  private final SyncStore store;
  private final String device;
  private final Calls calls;
  private final AgentClock clock;
  private final SyncListener listener;
  private final ReentrantLock syncing = new ReentrantLock();

  /// @param device the id that the login on this device was answered with; a store is of one
  ///   device, for good
  /// @param transport adds the person's credential
  public SyncClient(
      SyncStore store,
      String device,
      Transport transport,
      AgentClock clock,
      SyncListener listener) {
    this.store = store;
    this.device = device;
    this.calls = new Calls(transport, device);
    this.clock = clock;
    this.listener = listener;
  }

  public String device() {
    return device;
  }

  /// Makes a task.
  ///
  /// @param fields in the shape of the REST API; `title` is needed, each other has a default
  /// @throws IllegalArgumentException with a sentence for people, when a field is wrong
  public Row createTask(Map<String, Json> fields) throws IOException {
    Map<String, Json> all = new HashMap<>(fields);
    all.putIfAbsent(Fields.TITLE, Json.NULL);
    Fields.checked(Kind.TASK, all);
    return set(Kind.TASK, newId(), Change.CREATE, Fields.completed(all));
  }

  /// Makes a comment on a task, or an answer to one.
  public Row createComment(String task, @Nullable String parent, String content)
      throws IOException {
    Map<String, Json> fields = new HashMap<>();
    fields.put(Fields.TASK, Json.of(task));
    fields.put(Fields.CONTENT, Json.of(content));
    if (parent != null) {
      fields.put(Fields.PARENT, Json.of(parent));
    }
    return set(Kind.COMMENT, newId(), Change.CREATE, Fields.checked(Kind.COMMENT, fields));
  }

  /// Sets fields of a row, and leaves the others.
  ///
  /// @throws IllegalArgumentException when there is no such row here, or a field is wrong
  public Row edit(Kind kind, String id, Map<String, Json> fields) throws IOException {
    Map<String, Json> checked = Fields.checked(kind, fields);
    return store.in(transaction -> {
      present(transaction, kind, id);
      return copy(transaction).set(kind, id, Change.UPDATE, checked);
    });
  }

  public void delete(Kind kind, String id) throws IOException {
    store.in(transaction -> {
      present(transaction, kind, id);
      return copy(transaction).set(kind, id, Change.DELETE, Map.of());
    });
  }

  /// UUIDs of version 7: the order of ids is that in which rows were made.
  private static String newId() {
    return UuidCreator.getTimeOrderedEpoch().toString();
  }

  private Row set(Kind kind, String id, String operation, Map<String, Json> fields)
      throws IOException {
    return store.in(transaction -> copy(transaction).set(kind, id, operation, fields));
  }

  private Copy copy(SyncStore.Transaction transaction) {
    return new Copy(transaction, device, clock.now());
  }

  private static void present(SyncStore.Transaction transaction, Kind kind, String id)
      throws IOException {
    Row row = transaction.find(kind, id);
    if (row == null || row.local() == null) {
      throw new IllegalArgumentException(
          "There is no " + kind.wireName() + " " + id + " on this device.");
    }
  }

  /// The row as people see it; null when there is none.
  public @Nullable Row find(Kind kind, String id) throws IOException {
    Row row = store.in(transaction -> copy(transaction).row(kind, id));
    return row.local() == null ? null : row;
  }

  /// Rows in the order of their ids, which is that in which they were made.
  ///
  /// @param after the last id of the page before; empty for the first page
  public List<Row> page(Kind kind, String after, int limit) throws IOException {
    return store.in(transaction -> transaction.page(kind, after, limit));
  }

  /// The comments on a task, oldest first.
  public List<Row> commentsOf(String task) throws IOException {
    return store.in(transaction -> transaction.commentsOf(task));
  }

  /// Edits that the server kept as conflicts, and that nobody has resolved as far as is known here.
  public List<Notice> notices() throws IOException {
    return store.in(SyncStore.Transaction::notices);
  }

  /// How many edits wait to be pushed.
  public int pending() throws IOException {
    return store.in(SyncStore.Transaction::pending);
  }

  /// Pulls and pushes until both sides have the same, but for what is edited meanwhile.
  ///
  /// @throws SyncFailed when the server refuses
  /// @throws IOException when there is no answer, or the store fails
  public SyncResult sync() throws IOException, InterruptedException {
    syncing.lockInterruptibly();
    try {
      // First, for the server may have been restored from a backup, and then lacks what edits are
      // of.
      int pulled = pull();
      SyncResult pushed = push();
      pulled += pushed.pushed() > 0 ? pull() : 0;
      forgetResolved();
      return new SyncResult(pushed.pushed(), pushed.conflicts(), pulled);
    } finally {
      syncing.unlock();
    }
  }

  /// A notice is over when the server has no such conflict any more.
  private void forgetResolved() throws IOException, InterruptedException {
    List<Notice> notices = notices();
    if (notices.isEmpty()) {
      return;
    }
    Map<String, String> open = calls.openConflicts();
    store.in(transaction -> {
      for (Notice notice : notices) {
        if (!open.containsKey(Answers.key(notice.kind(), notice.id()))) {
          transaction.dropNotice(notice.kind(), notice.id());
        }
      }
      return open.size();
    });
  }

  /// Resolves a conflict that this device has made: its side, or the server's.
  ///
  /// @throws IllegalArgumentException when there is no such conflict
  public SyncResult resolve(Notice notice, boolean local) throws IOException, InterruptedException {
    String id = calls.openConflicts().get(Answers.key(notice.kind(), notice.id()));
    if (id == null) {
      throw new IllegalArgumentException("Somebody has resolved the conflict already.");
    }
    calls.resolve(id, local ? "local" : "remote");
    return sync();
  }

  /// Pulls only when the server asks for it.
  private SyncResult push() throws IOException, InterruptedException {
    int taken = 0;
    int conflicts = 0;
    int most = PUSHED;
    while (true) {
      int limit = most;
      List<Change> batch = batch(store.in(transaction -> transaction.oldest(limit)));
      if (batch.isEmpty()) {
        return new SyncResult(taken, conflicts, 0);
      }
      Answers.Pushed answer;
      try {
        answer = calls.push(batch, clock.now());
      } catch (SyncFailed failed) {
        if (failed.code().equals(RESYNC)) {
          beginAnew(Copy.AWAY);
          pull();
        } else if (failed.status() == TOO_LARGE && batch.size() > 1) {
          most = batch.size() / 2;
        } else {
          throw failed;
        }
        continue;
      }
      if (answer.processed() < 1 || answer.processed() > batch.size()) {
        throw new IOException(
            "The server says that it took "
                + answer.processed()
                + " of "
                + batch.size()
                + " edits.");
      }
      List<Change> done = batch.subList(0, answer.processed());
      List<Notice> notices = store.in(transaction -> copy(transaction).taken(done, answer.told()));
      taken += done.size();
      conflicts += notices.size();
      notices.forEach(listener::conflicted);
    }
  }

  /// The longest run from the head of the queue that the server takes in its order: it takes the
  /// tasks of a push before the comments.
  private static List<Change> batch(List<Change> oldest) {
    List<Change> batch = new ArrayList<>();
    int characters = 0;
    boolean comments = false;
    for (Change change : oldest) {
      characters += change.data().canonical().length();
      boolean tooLong = characters > PUSHED_CHARACTERS && !batch.isEmpty();
      if (tooLong || (comments && change.kind() == Kind.TASK)) {
        break;
      }
      comments |= change.kind() == Kind.COMMENT;
      batch.add(change);
    }
    return batch;
  }

  private void beginAnew(String reason) throws IOException {
    store.in(transaction -> {
      copy(transaction).beginAnew(reason);
      return reason;
    });
  }

  private int pull() throws IOException, InterruptedException {
    int pulled = 0;
    while (true) {
      long since = cursor();
      Answers.Page page = calls.pull(since, PULLED);
      if (page.resyncRequired()) {
        beginAnew(Copy.AWAY);
        continue;
      }
      if (store.in(transaction -> isOfAnotherTime(transaction, page))) {
        continue;
      }
      int kept = store.in(transaction -> keep(transaction, page, since));
      if (kept < 0) {
        continue;
      }
      pulled += kept;
      if (kept > 0) {
        listener.changed();
      }
      if (!page.hasMore()) {
        endAnew();
        return pulled;
      }
      if (page.timestamp() <= since) {
        throw new IOException("The server says that there is more, and does not tell it.");
      }
    }
  }

  private long cursor() throws IOException {
    return store.in(SyncClient::cursor);
  }

  private static long cursor(SyncStore.Transaction transaction) throws IOException {
    String cursor = transaction.recall(Copy.CURSOR);
    return cursor.isEmpty() ? 0 : Long.parseLong(cursor);
  }

  /// Whether the server was restored from a backup since it was last heard; then everything is to
  /// be asked for.
  private boolean isOfAnotherTime(SyncStore.Transaction transaction, Answers.Page page)
      throws IOException {
    String epoch = transaction.recall(Copy.EPOCH);
    if (epoch.equals(page.epoch())) {
      return false;
    }
    transaction.remember(Copy.EPOCH, page.epoch());
    if (epoch.isEmpty()) {
      return false;
    }
    copy(transaction).beginAnew(Copy.RESTORED);
    return true;
  }

  /// A page and its cursor, as one.
  ///
  /// @return how many rows it has; -1 when another process of this device has pulled meanwhile, and
  ///   the page is of the past
  private int keep(SyncStore.Transaction transaction, Answers.Page page, long since)
      throws IOException {
    if (cursor(transaction) != since) {
      return -1;
    }
    Copy copy = copy(transaction);
    for (Json.Obj task : page.tasks()) {
      copy.told(Kind.TASK, Row.text(task, "id"), task);
    }
    for (Json.Obj comment : page.comments()) {
      copy.told(Kind.COMMENT, Row.text(comment, "id"), comment);
    }
    for (Json.Obj tombstone : page.tombstones()) {
      copy.deleted(
          Kind.named(Row.text(tombstone, "entity_type")),
          Row.text(tombstone, "entity_id"),
          Row.clock(tombstone));
    }
    transaction.remember(Copy.CURSOR, String.valueOf(page.timestamp()));
    return page.size();
  }

  private void endAnew() throws IOException {
    boolean more = true;
    while (more) {
      more =
          store.in(transaction ->
              !transaction.recall(Copy.ANEW).isEmpty() && copy(transaction).endAnew(PULLED));
    }
  }
}
