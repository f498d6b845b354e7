package dev.muster.server.notification;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import dev.muster.server.alert.RuleKind;
import dev.muster.server.alert.Severity;
import dev.muster.server.platform.Refusal;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotEmpty;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import java.time.DateTimeException;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/// The shapes of channels, mutes and dead messages under `/api/notifications`.
final class NotificationWire {
  private static final String TEXT = "must be a text";
  private static final String NAME_LENGTH = "must have {max} characters at the most";
  private static final String MINUTES = "must be 1 to 10080, which is a week";

  private NotificationWire() {}

  /// A channel to make. Without `kinds`, or with none, it is told of alerts of all kinds.
  @Schema(name = "NewNotificationChannel")
  @JsonNaming(SnakeCaseStrategy.class)
  public record ChannelCreation(
      @NotBlank(message = "must be DISCORD, SLACK, WEBHOOK or EMAIL") String kind,
      @NotBlank(message = "must not be empty") @Size(max = 100, message = NAME_LENGTH) String name,
      @NotBlank(message = "must be a URL, or e-mail addresses for the kind EMAIL") String address,
      @Nullable String secret,
      @Nullable String minimumSeverity,
      @Nullable List<@NotNull(message = TEXT) String> kinds,
      @Nullable Boolean enabled) {
    Channels.NewChannel channel() {
      return new Channels.NewChannel(
          word(Channel.Kind.class, "kind", kind),
          name.strip(),
          address.strip(),
          secret,
          new Channel.Filter(
              minimumSeverity == null
                  ? Severity.INFO
                  : word(Severity.class, "minimum_severity", minimumSeverity),
              words(kinds)),
          enabled == null || enabled);
    }

    /// Without what is secret.
    @Override
    public String toString() {
      return "ChannelCreation";
    }
  }

  /// What is to be changed of a channel; what is left out stays. `kinds` and `minimum_severity`
  /// stay or change each for itself.
  @Schema(name = "NotificationChannelChange")
  @JsonNaming(SnakeCaseStrategy.class)
  public record ChannelChange(
      @Nullable @Size(max = 100, message = NAME_LENGTH) String name,
      @Nullable String address,
      @Nullable String secret,
      @Nullable String minimumSeverity,
      @Nullable List<@NotNull(message = TEXT) String> kinds,
      @Nullable Boolean enabled) {
    Channels.Patch patch() {
      return new Channels.Patch(
          name == null ? null : name.strip(),
          address == null ? null : address.strip(),
          secret,
          minimumSeverity == null
              ? null
              : word(Severity.class, "minimum_severity", minimumSeverity),
          kinds == null ? null : words(kinds),
          enabled);
    }

    /// Without what is secret.
    @Override
    public String toString() {
      return "ChannelChange";
    }
  }

  /// A channel. What follows the host in an address is a secret, and is shown as `…`; `secret` is
  /// there only in the answer to its creation, if the server made it.
  @Schema(name = "NotificationChannel")
  @JsonNaming(SnakeCaseStrategy.class)
  public record ChannelRow(
      String id,
      String kind,
      String name,
      String address,
      @Nullable @JsonInclude(JsonInclude.Include.NON_NULL) String secret,
      String minimumSeverity,
      List<String> kinds,
      boolean enabled,
      Instant createdAt,
      Instant updatedAt) {
    static ChannelRow of(Channel channel, @Nullable String secret) {
      return new ChannelRow(
          channel.id().toString(),
          channel.kind().name(),
          channel.name(),
          channel.shown(),
          secret,
          channel.filter().minimum().name(),
          channel.filter().kinds().stream().map(Enum::name).sorted().toList(),
          channel.enabled(),
          channel.createdAt(),
          channel.updatedAt());
    }

    /// Without the secret.
    @Override
    public String toString() {
      return "ChannelRow[" + id + "]";
    }
  }

  /// What came of a test message, in the words of the service's answer.
  @Schema(name = "NotificationTest")
  public record Tested(boolean delivered, String detail) {}

  /// A mute to make. Without `device`, `group` and `kind` it is of all alerts.
  @Schema(name = "NewNotificationMute")
  public record MuteCreation(
      @Nullable String device,
      @Nullable String group,
      @Nullable String kind,
      @Nullable Instant from,
      @Nullable Instant until,
      @Nullable @Valid Weekly weekly,
      @NotBlank(message = "must say why") @Size(max = 500, message = NAME_LENGTH) String reason) {
    Mutes.NewMute mute() {
      return new Mutes.NewMute(
          device,
          group,
          kind == null ? null : word(RuleKind.class, "kind", kind),
          from,
          until,
          weekly == null ? null : weekly.read(),
          reason);
    }
  }

  /// A window that comes back each week: the days on which it begins, the time of day, and for how
  /// long, in the time zone `zone`.
  @Schema(name = "WeeklyWindow")
  public record Weekly(
      @NotEmpty(message = "must name one day or more, such as MONDAY")
          List<@NotNull(message = TEXT) String> days,
      @NotBlank(message = "must be a time of day, such as 02:30") String from,
      @NotNull(message = MINUTES)
          @Min(value = 1, message = MINUTES)
          @Max(value = Mute.Weekly.WEEK, message = MINUTES)
          Integer minutes,
      @NotBlank(message = "must be a time zone, such as Europe/Vienna") String zone) {
    Mute.Weekly read() {
      Set<DayOfWeek> begins = EnumSet.noneOf(DayOfWeek.class);
      for (int i = 0; i < days.size(); i++) {
        begins.add(word(DayOfWeek.class, "weekly.days[" + i + "]", days.get(i)));
      }
      LocalTime time;
      try {
        time = LocalTime.parse(from);
      } catch (DateTimeException _) {
        throw Refusal.invalid("weekly.from", "must be a time of day, such as 02:30");
      }
      try {
        return new Mute.Weekly(begins, time, minutes, ZoneId.of(zone));
      } catch (DateTimeException _) {
        throw Refusal.invalid("weekly.zone", "must be a time zone, such as Europe/Vienna");
      }
    }

    static @Nullable Weekly of(Mute.@Nullable Weekly weekly) {
      return weekly == null
          ? null
          : new Weekly(
              weekly.days().stream().sorted().map(Enum::name).toList(),
              weekly.from().toString(),
              weekly.minutes(),
              weekly.zone().getId());
    }
  }

  /// A mute.
  @Schema(name = "NotificationMute")
  @JsonNaming(SnakeCaseStrategy.class)
  public record MuteRow(
      String id,
      @Nullable String deviceId,
      @Nullable String groupId,
      @Nullable String kind,
      Instant from,
      @Nullable Instant until,
      @Nullable Weekly weekly,
      String reason,
      Instant createdAt) {
    static MuteRow of(Mute mute) {
      return new MuteRow(
          mute.id().toString(),
          mute.of().handle(),
          text(mute.of().group()),
          text(mute.of().kind()),
          mute.from(),
          mute.until(),
          Weekly.of(mute.weekly()),
          mute.reason(),
          mute.createdAt());
    }

    private static @Nullable String text(@Nullable Object value) {
      return value == null ? null : value.toString();
    }
  }

  /// A message that is not tried any more, and what its last try came to.
  @Schema(name = "DeadNotification")
  @JsonNaming(SnakeCaseStrategy.class)
  public record DeadRow(
      String id,
      String channelId,
      String channelName,
      String title,
      String text,
      int attempts,
      String error,
      Instant createdAt,
      Instant deadAt) {
    static DeadRow of(MessageStore.Dead dead) {
      return new DeadRow(
          dead.id().toString(),
          dead.channel().toString(),
          dead.channelName(),
          dead.message().title(),
          dead.message().body(),
          dead.attempts(),
          dead.error(),
          dead.createdAt(),
          dead.deadAt());
    }
  }

  /// In any case. The refusal does not repeat what was sent.
  private static <E extends Enum<E>> E word(Class<E> type, String field, String text) {
    for (E one : type.getEnumConstants()) {
      if (one.name().equals(text.toUpperCase(Locale.ROOT))) {
        return one;
      }
    }
    throw Refusal.invalid(
        field,
        "must be one of "
            + Arrays.stream(type.getEnumConstants())
                .map(Enum::name)
                .collect(Collectors.joining(", ")));
  }

  private static Set<RuleKind> words(@Nullable List<String> kinds) {
    Set<RuleKind> read = EnumSet.noneOf(RuleKind.class);
    if (kinds != null) {
      for (int i = 0; i < kinds.size(); i++) {
        read.add(word(RuleKind.class, "kinds[" + i + "]", kinds.get(i)));
      }
    }
    return read;
  }
}
