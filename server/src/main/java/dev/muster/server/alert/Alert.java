package dev.muster.server.alert;

import dev.muster.server.device.DeviceId;
import dev.muster.server.platform.OrganizationId;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Something that is or was wrong.
///
/// @param subject null when it is about the server itself
/// @param summary a sentence for people
/// @param recoveredAt null while it lasts
/// @param acknowledged null while nobody takes care of it
public record Alert(
    UUID id,
    OrganizationId organization,
    @Nullable Subject subject,
    Rule rule,
    String summary,
    Instant raisedAt,
    @Nullable Instant recoveredAt,
    @Nullable Acknowledged acknowledged) {

  /// The device that it is about.
  public record Subject(DeviceId device, String handle, String name) {}

  /// By what it was raised.
  public record Rule(RuleKind kind, Severity severity) {}

  /// That somebody has said that they take care of it.
  ///
  /// @param by the person or the API key
  public record Acknowledged(Instant at, @Nullable UUID by) {}

  /// One that nobody has acknowledged.
  public Alert(
      UUID id,
      OrganizationId organization,
      @Nullable Subject subject,
      Rule rule,
      String summary,
      Instant raisedAt,
      @Nullable Instant recoveredAt) {
    this(id, organization, subject, rule, summary, raisedAt, recoveredAt, null);
  }
}
