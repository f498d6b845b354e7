package dev.muster.cli;

import dev.muster.agent.core.AgentClock;
import dev.muster.agent.core.Transport;
import dev.muster.cli.client.Api;
import dev.muster.cli.client.Failure;
import dev.muster.cli.client.Login;
import dev.muster.sync.Notice;
import dev.muster.sync.SqliteStore;
import dev.muster.sync.SyncClient;
import dev.muster.sync.SyncFailed;
import dev.muster.sync.SyncListener;
import dev.muster.sync.SyncResult;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/// The copy of tasks on this machine, in `$XDG_DATA_HOME/muster/tasks`, a file for each device that
/// it is.
final class TaskCopy implements AutoCloseable {
  private final Muster muster;
  private final SqliteStore store;
  private final SyncClient client;
  private final boolean offline;

  private TaskCopy(Muster muster, SqliteStore store, SyncClient client, boolean offline) {
    this.muster = muster;
    this.store = store;
    this.client = client;
    this.offline = offline;
  }

  /// @throws Failure.Usage when this machine is no device of whoever is logged in
  static TaskCopy open(Muster muster, boolean offline) throws IOException {
    Login login = muster.logins().find(muster.server()).orElse(null);
    String device = login == null ? null : login.device();
    if (device == null) {
      throw new Failure.Usage(
          "This machine is no device of yours yet. Log in with: muster login --device --server "
              + muster.server());
    }
    String xdg = muster.shell().env().getOrDefault("XDG_DATA_HOME", "");
    Path data = xdg.isBlank() ? muster.shell().home().resolve(".local/share") : Path.of(xdg);
    Path folder = data.resolve("muster/tasks");
    Files.createDirectories(folder);
    SqliteStore store = SqliteStore.open(folder.resolve(device + ".db"));
    SyncListener listener =
        new SyncListener() {
          @Override
          public void conflicted(Notice notice) {
            muster
                .shell()
                .err()
                .println("A conflict, muster tasks conflicts shows it: " + notice.reason());
          }
        };
    Transport transport = request -> exchange(muster.api(), request);
    return new TaskCopy(
        muster,
        store,
        new SyncClient(store, device, transport, AgentClock.system(), listener),
        offline);
  }

  private static Transport.Reply exchange(Api api, Transport.Request request) throws IOException {
    try {
      HttpResponse<String> answer =
          api.exchange(request.method(), request.path(), request.headers(), request.body());
      Map<String, String> headers = new TreeMap<>();
      answer.headers().map().forEach((name, values) -> headers.put(name, values.getFirst()));
      return new Transport.Reply(answer.statusCode(), headers, answer.body());
    } catch (Failure.Unreachable away) {
      throw new IOException(away.getMessage(), away);
    }
  }

  SyncClient client() {
    return client;
  }

  /// Synchronizes when the server can be reached; if not, says so, and what is kept here is enough.
  ///
  /// @return whether it was done
  boolean sync() {
    if (offline) {
      return false;
    }
    try {
      syncOrFail();
      return true;
    } catch (Failure.Unreachable | Failure.Local away) {
      muster
          .shell()
          .err()
          .println("The server has not been asked, or did not answer. " + away.getMessage());
      return false;
    }
  }

  SyncResult syncOrFail() {
    return asked(client::sync);
  }

  /// Something that the server is asked for.
  interface Question {
    SyncResult ask() throws IOException, InterruptedException;
  }

  SyncResult asked(Question question) {
    try {
      return question.ask();
    } catch (SyncFailed refused) {
      throw new Failure.Local(
          refused.getMessage()
              + (refused.asksForLogin() ? "\nLog in with: muster login --device" : ""),
          refused);
    } catch (IOException away) {
      throw new Failure.Unreachable(String.valueOf(away.getMessage()), away);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      throw new Failure.Interrupted();
    }
  }

  @Override
  public void close() throws IOException {
    store.close();
  }
}
