package dev.muster.bench;

import java.io.IOException;
import java.io.PrintWriter;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;

/// Devices by SQL, `device-1` and so on, each with a token of its own. All tokens have the secret
/// of one device that came in by the front door, since to hash 100,000 secrets takes minutes; the
/// server checks each by itself all the same.
final class Tokens {
  private static final String TOKENS =
      """
      insert into credential.device_token
        (organization_id, id, device_id, generation, secret_hash, created_at, first_used_at)
      select d.organization_id, ('00000000-0000-7000-8000-' || lpad(to_hex(substr(d.handle, 8)::int), 12, '0'))::uuid,
        d.id, 1, t.secret_hash, now(), now()
      from device.device d, credential.device_token t
      where t.id = ?::uuid and d.handle ~ '^device-[0-9]+$'
      """;

  private Tokens() {}

  /// The token of a device.
  static String of(int number, String secret) {
    return String.format(Locale.ROOT, "md_00000000000070008000%012x_%s", number, secret);
  }

  /// @return the secret of all tokens
  static String register(BenchServer server, PrintWriter out, int registered)
      throws IOException, InterruptedException, SQLException {
    Instant begin = Instant.now();
    Api admin = server.admin();
    String token =
        admin.post("/api/enrollment-tokens/", Map.of("max_uses", 1)).get("token").asText();
    String model =
        server
            .anonymous()
            .as(token)
            .post("/v1/register", Map.of("alias", "model"))
            .get("device_token")
            .asText();
    String[] parts = model.split("_", 3);
    try (Connection database = server.database()) {
      DeviceRows.make(database, 1, registered);
      try (PreparedStatement tokens = database.prepareStatement(TOKENS)) {
        tokens.setString(1, parts[1]);
        tokens.execute();
      }
      Copies.settle(database);
    }
    out.printf(
        "%,d devices made in %d s%n",
        registered, Duration.between(begin, Instant.now()).toSeconds());
    out.flush();
    return parts[2];
  }
}
