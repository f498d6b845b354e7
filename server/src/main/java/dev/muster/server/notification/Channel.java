package dev.muster.server.notification;

import dev.muster.protocol.Json;
import dev.muster.server.alert.RuleKind;
import dev.muster.server.alert.Severity;
import dev.muster.server.platform.JsonText;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Where messages go, as people may see it.
///
/// @param shown the address without what is secret in it
public record Channel(
    UUID id,
    Kind kind,
    String name,
    String shown,
    Filter filter,
    boolean enabled,
    Instant createdAt,
    Instant updatedAt) {

  /// By what it is reached.
  public enum Kind {
    DISCORD,
    SLACK,
    WEBHOOK,
    EMAIL
  }

  /// Which alerts it is told of.
  ///
  /// @param kinds empty for all
  public record Filter(Severity minimum, Set<RuleKind> kinds) {
    public Filter {
      kinds = Set.copyOf(kinds);
    }
  }

  /// What is needed to get there, and sealed where it is stored.
  ///
  /// @param address a URL, or e-mail addresses with commas between
  /// @param secret of the signature of a webhook
  record Target(String address, @Nullable String secret) {
    byte[] bytes() {
      Map<String, Json> fields = new TreeMap<>(Map.of("address", Json.of(address)));
      if (secret != null) {
        fields.put("secret", Json.of(secret));
      }
      return Json.obj(fields).canonical().getBytes(StandardCharsets.UTF_8);
    }

    static Target of(byte[] bytes) {
      Json.Obj read = JsonText.parseObject(new String(bytes, StandardCharsets.UTF_8));
      String address = read.fields().get("address") instanceof Json.Text text ? text.value() : "";
      return new Target(
          address, read.fields().get("secret") instanceof Json.Text text ? text.value() : null);
    }

    /// Without the secrets.
    @Override
    public String toString() {
      return "Target";
    }
  }

  /// The context under which the target of a channel is sealed.
  static String context(UUID channel) {
    return "notification.channel " + channel;
  }

  /// How severities are stored, the worse the more.
  static int rank(Severity severity) {
    return switch (severity) {
      case INFO -> 0;
      case WARNING -> 1;
      case CRITICAL -> 2;
    };
  }

  static Severity ranked(int rank) {
    return switch (rank) {
      case 0 -> Severity.INFO;
      case 1 -> Severity.WARNING;
      case 2 -> Severity.CRITICAL;
      default -> throw new IllegalArgumentException("no severity: " + rank);
    };
  }
}
