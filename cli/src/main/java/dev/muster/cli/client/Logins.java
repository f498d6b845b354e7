package dev.muster.cli.client;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/// The logins of one [profile][Profiles], in one private file: one per server, and the server that
/// commands go to when none is named.
///
/// Reading and replacing a login happens under a lock on a file beside it. A refresh token that is
/// used twice revokes its whole family, so two commands that start at once with the same expired
/// login must not both spend it: the second one finds what the first one got.
public final class Logins {

  private static final ObjectMapper JSON = new ObjectMapper();

  /// A file lock holds between processes and throws within one.
  private static final ReentrantLock IN_THIS_PROCESS = new ReentrantLock();

  private final Path file;

  public Logins(Path file) {
    this.file = file;
  }

  public Path file() {
    return file;
  }

  /// The server of the latest login.
  public Optional<URI> current() {
    String current = read().path("current").asText("");
    return current.isEmpty() ? Optional.empty() : Optional.of(URI.create(current));
  }

  /// Whether there is a login to any server.
  public boolean any() {
    return !read().path("logins").isEmpty();
  }

  public Optional<Login> find(URI server) {
    JsonNode login = read().path("logins").path(server.toString());
    if (!login.isObject()) {
      return Optional.empty();
    }
    return Optional.of(
        new Login(
            server,
            login.path("email").asText(),
            login.path("access").asText(),
            login.path("refresh").asText(),
            login.path("device").isTextual() ? login.path("device").asText() : null));
  }

  /// Keeps a login and makes its server the current one.
  public void keep(Login login) {
    exclusively(() -> {
      var root = put(login);
      root.put("current", login.server().toString());
      Private.write(file, root.toPrettyString());
      return login;
    });
  }

  /// Forgets the login to a server; false when there was none.
  public boolean forget(URI server) {
    return exclusively(() -> {
      ObjectNode root = read();
      boolean known = root.withObjectProperty("logins").remove(server.toString()) != null;
      if (root.path("current").asText().equals(server.toString())) {
        root.remove("current");
      }
      if (known) {
        Private.write(file, root.toPrettyString());
      }
      return known;
    });
  }

  /// The session of the login to a server; anonymous when there is none.
  public Session session(URI server) {
    return find(server).<Session>map(Stored::new).orElse(Session.ANONYMOUS);
  }

  private final class Stored implements Session {
    private Login login;

    private Stored(Login login) {
      this.login = login;
    }

    @Override
    public Optional<String> access() {
      return Optional.of(login.access());
    }

    @Override
    public boolean renews() {
      return true;
    }

    @Override
    public Optional<String> renew(Api api, String refused) {
      return exclusively(() -> {
        Optional<Login> stored = find(login.server());
        if (stored.isEmpty()) {
          return Optional.empty();
        }
        login = stored.get();
        if (!login.access().equals(refused)) {
          return Optional.of(login.access());
        }
        try {
          login = login.refreshed(api);
        } catch (Failure.Refused refusal) {
          if (refusal.status() == 401) {
            return Optional.empty();
          }
          throw refusal;
        }
        Private.write(file, put(login).toPrettyString());
        return Optional.of(login.access());
      });
    }
  }

  private ObjectNode put(Login login) {
    ObjectNode root = read();
    root.withObjectProperty("logins")
        .putObject(login.server().toString())
        .put("email", login.email())
        .put("access", login.access())
        .put("refresh", login.refresh())
        .put("device", login.device());
    return root;
  }

  private ObjectNode read() {
    try {
      if (JSON.readTree(Files.readAllBytes(file)) instanceof ObjectNode root) {
        return root;
      }
      throw new Failure.Local(file + " is not a Muster login file: remove it, log in again.", null);
    } catch (NoSuchFileException e) {
      return JSON.createObjectNode();
    } catch (JsonProcessingException e) {
      throw new Failure.Local(file + " is damaged: remove it, then log in again.", e);
    } catch (IOException e) {
      throw new Failure.Local("Cannot read " + file + ": " + Private.reason(e), e);
    }
  }

  private <T> T exclusively(Supplier<T> work) {
    Path folder = Private.folderOf(file);
    IN_THIS_PROCESS.lock();
    try {
      Files.createDirectories(folder);
      try (var channel =
              FileChannel.open(
                  folder.resolve(file.getFileName() + ".lock"),
                  StandardOpenOption.CREATE,
                  StandardOpenOption.WRITE);
          var _ = channel.lock()) {
        return work.get();
      }
    } catch (IOException e) {
      throw new Failure.Local("Cannot lock " + file + ": " + Private.reason(e), e);
    } finally {
      IN_THIS_PROCESS.unlock();
    }
  }
}
