package dev.muster.server.sync;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.agent.core.AgentClock;
import dev.muster.agent.core.Bell;
import dev.muster.agent.core.Transport;
import dev.muster.protocol.Json;
import dev.muster.server.testing.Api;
import dev.muster.server.testing.ServerUnderTest;
import dev.muster.sync.HttpTransport;
import dev.muster.sync.Kind;
import dev.muster.sync.Notice;
import dev.muster.sync.NudgeListener;
import dev.muster.sync.Person;
import dev.muster.sync.Row;
import dev.muster.sync.SqliteStore;
import dev.muster.sync.SyncClient;
import dev.muster.sync.SyncFailed;
import dev.muster.sync.SyncListener;
import dev.muster.sync.SyncLoop;
import dev.muster.sync.SyncStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// A person in the field with the client library, on a network that loses, repeats and reorders,
/// with a clock that is wrong, and a device whose program is cut off in the middle of things.
final class Technician implements AutoCloseable {
  private static final List<String> STATUSES = List.of("todo", "in_progress", "done", "blocked");
  private static final List<String> PRIORITIES = List.of("low", "medium", "high", "urgent");
  private static final HttpClient HTTP = HttpClient.newHttpClient();

  /// The program has ended.
  private static final class Cut extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  private final Path folder;
  private final Person person;
  private final String device;
  private final Troubles troubles;
  private Random random = new Random(0);
  private boolean calm = true;
  private SqliteStore store;
  private SyncClient client;

  /// What this one has set last, by row, but for those that it has deleted.
  private final Map<String, String> words = new TreeMap<>();

  private final Set<String> deleted = new HashSet<>();
  private final List<Notice> told = new ArrayList<>();
  private final Semaphore changes = new Semaphore(0);

  Technician(Api admin, String role, Path folder) throws IOException, InterruptedException {
    String email = Api.uniqueEmail();
    admin
        .post(
            "/api/users/",
            Map.of(
                "email", email, "name", email, "password", ServerUnderTest.PASSWORD, "role", role))
        .expect(201);
    this.folder = folder;
    this.person =
        new Person(
            new HttpTransport(HTTP, URI.create(Api.baseUrl())),
            email,
            () -> ServerUnderTest.PASSWORD,
            email,
            "Tablet");
    this.device = person.logIn();
    this.troubles = new Troubles();
    store = SqliteStore.open(newFile());
    client = newClient();
  }

  private Path newFile() {
    return folder.resolve(UUID.randomUUID() + ".db");
  }

  private SyncClient newClient() {
    Duration skew = Duration.ofMinutes(random.nextInt(4000) - 2000);
    AgentClock right = AgentClock.system();
    AgentClock clock =
        new AgentClock() {
          @Override
          public Instant now() {
            return right.now().plus(skew);
          }

          @Override
          public void await(Bell bell, Duration limit) throws InterruptedException {
            right.await(bell, limit);
          }

          @Override
          public void sleep(Duration time) throws InterruptedException {
            right.sleep(time);
          }
        };
    SyncListener listener =
        new SyncListener() {
          @Override
          public void conflicted(Notice notice) {
            told.add(notice);
          }

          @Override
          public void changed() {
            changes.release();
          }
        };
    return new SyncClient(new Fragile(), device, troubles, clock, listener);
  }

  SyncClient client() {
    return client;
  }

  SyncLoop loop(Duration interval) {
    return new SyncLoop(client, AgentClock.system(), interval, Math::random, failed -> {});
  }

  NudgeListener nudges(Runnable nudge) {
    return new NudgeListener(
        HTTP, URI.create(Api.baseUrl()), person, AgentClock.system(), Math::random, nudge);
  }

  /// Waits for changes until a task has this title.
  void awaitTitle(String task, String title) throws IOException, InterruptedException {
    while (true) {
      Row row = client.find(Kind.TASK, task);
      if (row != null && row.text("title").equals(title)) {
        return;
      }
      assertThat(changes.tryAcquire(20, TimeUnit.SECONDS)).as("a change that was pulled").isTrue();
    }
  }

  String device() {
    return device;
  }

  Api api() {
    try {
      return Api.with(person.token(""));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /// A new history begins.
  void begin(Random seeded) {
    random = seeded;
    words.clear();
    deleted.clear();
    told.clear();
  }

  Map<String, String> words() {
    return words;
  }

  Set<String> deleted() {
    return deleted;
  }

  List<Notice> told() {
    return told;
  }

  /// Somebody made the row anew or brought it back.
  void undeleted(String id) {
    deleted.remove(id);
  }

  List<Row> rows(Kind kind) throws IOException {
    List<Row> all = new ArrayList<>();
    List<Row> page = store.in(transaction -> transaction.page(kind, "", 100));
    while (!page.isEmpty()) {
      all.addAll(page);
      String last = page.getLast().id();
      page = store.in(transaction -> transaction.page(kind, last, 100));
    }
    return all;
  }

  private @Nullable Row any(Kind kind) throws IOException {
    List<Row> rows = rows(kind);
    return rows.isEmpty() ? null : rows.get(random.nextInt(rows.size()));
  }

  /// One step of a day; what is cut off in the middle is as if it had not been, or had been done.
  void work() throws IOException {
    try {
      switch (random.nextInt(10)) {
        case 0, 1 -> {
          String title = word();
          say(client.createTask(Map.of("title", Json.of(title))), title);
        }
        case 2, 3, 4, 5 -> edit();
        case 6 -> delete(Kind.TASK);
        case 7 -> delete(Kind.COMMENT);
        default -> comment();
      }
    } catch (Cut cut) {
      reopen();
    }
  }

  private void edit() throws IOException {
    Row task = any(Kind.TASK);
    if (task == null) {
      return;
    }
    switch (random.nextInt(6)) {
      case 0, 1 -> {
        String title = word();
        words.remove(task.id()); // who is cut off now does not know which of the two is kept
        say(client.edit(Kind.TASK, task.id(), Map.of("title", Json.of(title))), title);
      }
      case 2 -> set(task, "status", Json.of(STATUSES.get(random.nextInt(STATUSES.size()))));
      case 3 -> set(task, "priority", Json.of(PRIORITIES.get(random.nextInt(PRIORITIES.size()))));
      case 4 -> set(task, "device", Json.of(device));
      default -> set(task, "tags", Json.texts(List.of("t" + random.nextInt(4))));
    }
  }

  private void set(Row task, String field, Json value) throws IOException {
    client.edit(Kind.TASK, task.id(), Map.of(field, value));
  }

  private void comment() throws IOException {
    Row task = any(Kind.TASK);
    Row own =
        rows(Kind.COMMENT).stream()
            .filter(row -> words.containsKey(row.id()))
            .findAny()
            .orElse(null);
    String content = word();
    if (own != null && random.nextBoolean()) {
      words.remove(own.id());
      say(client.edit(Kind.COMMENT, own.id(), Map.of("content", Json.of(content))), content);
    } else if (task != null) {
      List<Row> others = client.commentsOf(task.id());
      String parent = others.isEmpty() || random.nextBoolean() ? null : others.getFirst().id();
      say(client.createComment(task.id(), parent, content), content);
    }
  }

  private void delete(Kind kind) throws IOException {
    Row row = any(kind);
    if (row != null && (kind == Kind.TASK || words.containsKey(row.id()))) {
      client.delete(kind, row.id());
      words.remove(row.id());
      deleted.add(row.id());
    }
  }

  private static String word() {
    return "word " + UUID.randomUUID();
  }

  /// Said only once it is kept: who was cut off before has to begin again.
  private void say(Row row, String word) {
    words.put(row.id(), word);
  }

  /// @return whether it got through
  boolean sync() throws IOException {
    try {
      client.sync();
      return true;
    } catch (Cut cut) {
      reopen();
      return false;
    } catch (SyncFailed failed) {
      throw failed;
    } catch (IOException lost) {
      if (calm) {
        throw lost;
      }
      return false;
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  boolean hasNothingToSay() throws IOException {
    return client.pending() == 0;
  }

  void calm(boolean now) {
    calm = now;
  }

  private void reopen() throws IOException {
    Path file = store.file();
    store.close();
    store = SqliteStore.open(file);
    client = newClient();
  }

  /// The next push reaches the server, and its answer is lost. Has another process of the same
  /// device, on the same store, do something while this one waits for the answer to its next call.
  void meanwhile(Consumer<SyncClient> work) {
    troubles.meanwhile = work;
  }

  void loseTheNextAnswer() {
    troubles.losing = true;
  }

  /// A new tablet, with nothing on it, that counts as the same device.
  void lose() throws IOException {
    Path file = store.file();
    store.close();
    Files.delete(file);
    store = SqliteStore.open(newFile());
    client = newClient();
  }

  @Override
  public void close() throws IOException {
    store.close();
  }

  /// The store of a program that may end before or after any of its commits.
  private final class Fragile implements SyncStore {
    @Override
    public <T> T in(Work<T> work) throws IOException {
      int fate = calm ? 100 : random.nextInt(60);
      T result =
          store.in(transaction -> {
            T made = work.in(transaction);
            if (fate == 0) {
              throw new Cut();
            }
            return made;
          });
      if (fate == 1) {
        throw new Cut();
      }
      return result;
    }

    @Override
    public void close() throws IOException {
      store.close();
    }
  }

  private final class Troubles implements Transport {
    private @Nullable Request late;
    private boolean losing;
    private @Nullable Consumer<SyncClient> meanwhile;

    @Override
    public Reply exchange(Request request) throws IOException, InterruptedException {
      int fate = calm ? 100 : random.nextInt(20);
      Request older = late;
      if (fate == 0 && older != null) {
        person.exchange(older); // it was on its way all the time
      }
      late = request.body() != null && random.nextInt(4) == 0 ? request : late;
      if (fate == 1) {
        throw new IOException("the request is lost");
      }
      Reply reply = person.exchange(request);
      Consumer<SyncClient> work = meanwhile;
      meanwhile = null;
      if (work != null) {
        try (SqliteStore same = SqliteStore.open(store.file())) {
          work.accept(new SyncClient(same, device, person, AgentClock.system(), SyncListener.NONE));
        }
      }
      boolean lost = losing && request.body() != null;
      losing &= !lost;
      if (lost || fate == 2 || fate == 3) {
        throw new IOException("the answer is lost");
      }
      return fate == 4 ? person.exchange(request) : reply;
    }
  }
}
