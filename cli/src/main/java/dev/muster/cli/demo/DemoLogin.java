package dev.muster.cli.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.muster.cli.client.Api;
import dev.muster.cli.client.Failure;
import dev.muster.cli.client.Login;
import dev.muster.cli.client.Private;
import dev.muster.cli.client.Session;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The demo's admin: made once for a data folder and kept in it, readable by its owner alone.
record DemoLogin(String email, String password) {

  private static final ObjectMapper JSON = new ObjectMapper();

  /// The login that the folder has, else a new one with a random password.
  static DemoLogin in(Path data) {
    Path file = data.resolve("demo-login.json");
    try {
      JsonNode kept = JSON.readTree(Files.readAllBytes(file));
      return new DemoLogin(kept.path("email").asText(), kept.path("password").asText());
    } catch (NoSuchFileException e) {
      var login = new DemoLogin("admin@demo.example", randomPassword());
      Private.write(
          file,
          JsonNodeFactory.instance
              .objectNode()
              .put("email", login.email)
              .put("password", login.password)
              .toPrettyString());
      return login;
    } catch (IOException e) {
      throw new Failure.Local("Cannot read " + file + ": " + Private.reason(e), e);
    }
  }

  private static String randomPassword() {
    byte[] bytes = new byte[15];
    new SecureRandom().nextBytes(bytes);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  /// A new login to the server, apart from every other one of the same admin.
  Login at(URI server) {
    return Login.with(new Api(server, Session.ANONYMOUS), email, password, null);
  }

  /// A session that logs in again whenever its access token ends.
  Session session(Login first) {
    return new Session() {
      private @Nullable String access = first.access();

      @Override
      public synchronized Optional<String> access() {
        return Optional.ofNullable(access);
      }

      @Override
      public synchronized Optional<String> renew(Api api, String refused) {
        if (refused.equals(access)) {
          access = Login.with(api, email, password, null).access();
        }
        return access();
      }
    };
  }

  /// Without the password: this may end up in a log.
  @Override
  public String toString() {
    return "DemoLogin[email=" + email + "]";
  }
}
