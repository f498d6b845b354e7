package dev.muster.server.action;

import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import dev.muster.protocol.Json;
import dev.muster.server.platform.Refusal;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.Size;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ValueRange;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/// The shapes in which devices answer commands.
final class ResultWire {
  private static final int MOST_BYTES = 256 * 1024;
  private static final int LONGEST_MESSAGE = 4_000;
  private static final int LONGEST_PROGRESS = 500;
  private static final ValueRange YEARS = ValueRange.of(1970, 9999);

  private ResultWire() {}

  /// What came of a command. `data` is a JSON object of 256 KiB at the most.
  @Schema(name = "ActionResult")
  @JsonNaming(SnakeCaseStrategy.class)
  public record Result(
      @NotBlank(message = "is missing") @Size(max = 200, message = "is too long") String requestId,
      @NotBlank(message = "is missing") String deviceId,
      @NotBlank(message = "is missing") String action,
      @NotBlank(message = "is missing") String outcome,
      @Nullable String message,
      @Schema(implementation = Object.class) Json.@Nullable Obj data,
      @NotBlank(message = "is missing") String finishedAt) {
    DeviceResult toResult() {
      String word =
          DeviceResult.known(outcome)
              .orElseThrow(() -> Refusal.invalid("outcome", DeviceResult.RULE));
      if (data != null && data.canonical().getBytes(StandardCharsets.UTF_8).length > MOST_BYTES) {
        throw Refusal.invalid("data", "must have 256 KiB at the most");
      }
      return new DeviceResult(
          requestId, word, shortened(message, LONGEST_MESSAGE), data, time(finishedAt));
    }
  }

  /// How far a device is with a command.
  @Schema(name = "ActionProgress")
  @JsonNaming(SnakeCaseStrategy.class)
  public record Progress(
      @NotBlank(message = "is missing") @Size(max = 200, message = "is too long") String requestId,
      @NotBlank(message = "is missing") String deviceId,
      @Nullable
          @Min(value = 0, message = "must be 0 to 100")
          @Max(value = 100, message = "must be 0 to 100")
          Integer percent,
      @Nullable String message) {
    @Nullable String text() {
      return shortened(message, LONGEST_PROGRESS);
    }
  }

  /// The answer to a result.
  @Schema(name = "ActionResultAnswer")
  public record Recorded(boolean ok, String message) {}

  /// The answer to progress: whether the device should stop.
  @Schema(name = "ActionProgressAnswer")
  public record Heard(boolean ok, boolean cancelled) {}

  /// Nothing is lost because a device is wordy.
  private static @Nullable String shortened(@Nullable String text, int most) {
    if (text == null || text.length() <= most) {
      return text;
    }
    int kept = most - 1; // and the sign that there was more
    int end = Character.isHighSurrogate(text.charAt(kept - 1)) ? kept - 1 : kept;
    return text.substring(0, end) + "…";
  }

  private static Instant time(String text) {
    try {
      OffsetDateTime time = OffsetDateTime.parse(text).withOffsetSameInstant(ZoneOffset.UTC);
      if (YEARS.isValidValue(time.getYear())) {
        return time.toInstant();
      }
    } catch (DateTimeException _) {
      // said below
    }
    throw Refusal.invalid(
        "finished_at", "must be a time of the years 1970 to 9999, such as 2026-01-31T12:00:00Z");
  }
}
