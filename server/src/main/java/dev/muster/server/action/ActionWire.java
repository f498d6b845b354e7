package dev.muster.server.action;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import dev.muster.protocol.Json;
import dev.muster.server.platform.Refusal;
import dev.muster.server.platform.Refusal.FieldError;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/// The shapes of actions under `/api`.
public final class ActionWire {
  public static final String SECONDS = "must be a number of seconds from 1 to 31536000";
  public static final int YEAR = 31_536_000;

  private ActionWire() {}

  /// An action. `progress_percent` and `progress_text` are what the device says; `request_id` is
  /// what it answers to at present.
  @Schema(name = "Action")
  @JsonNaming(SnakeCaseStrategy.class)
  public record Row(
      String id,
      String deviceId,
      String type,
      String state,
      Map<String, String> params,
      String priority,
      int attempt,
      int maxAttempts,
      long timeoutSeconds,
      @Nullable String requestId,
      @Nullable Integer progressPercent,
      @Nullable String progressText,
      @Nullable Instant progressAt,
      @Nullable String error,
      @Schema(implementation = Object.class) Json.@Nullable Obj result,
      @Nullable String batchId,
      @Nullable String retryOf,
      Instant createdAt,
      Instant expiresAt,
      @Nullable Instant startedAt,
      @Nullable Instant deliveredAt,
      @Nullable Instant nextAttemptAt,
      @Nullable Instant endedAt,
      @Nullable WaitingBody waiting) {
    static Row of(Action action, @Nullable Waiting waiting) {
      Action.Order order = action.order();
      Action.Run run = action.run();
      Action.End end = action.end();
      ActionId retryOf = order.retryOf();
      return new Row(
          action.id().value(),
          action.handle(),
          order.type().name(),
          action.state().name(),
          order.params(),
          order.priority().name(),
          run.attempt(),
          order.attempts(),
          order.timeout().toSeconds(),
          run.attempt() == 0 ? null : action.requestId(),
          action.progress().percent(),
          action.progress().text(),
          action.progress().at(),
          end == null ? null : end.error(),
          end == null ? null : end.result(),
          order.batch() == null ? null : order.batch().toString(),
          retryOf == null ? null : retryOf.value(),
          order.createdAt(),
          order.expiresAt(),
          run.startedAt(),
          run.deliveredAt(),
          run.nextAttemptAt(),
          end == null ? null : end.at(),
          waiting == null
              ? null
              : new WaitingBody(waiting.what(), waiting.since(), waiting.next()));
    }
  }

  /// Why an action has not ended: what it waits for, since when, what will happen next.
  @Schema(name = "Waiting")
  public record WaitingBody(@JsonProperty("for") String what, Instant since, String next) {}

  /// An action to ask for. Words in any case; the values of `params` are texts, numbers or
  /// booleans.
  @JsonNaming(SnakeCaseStrategy.class)
  public record Creation(
      @NotBlank(message = "must be a type of action") String type,
      @Schema(implementation = Object.class) Json.@Nullable Obj params,
      @Nullable String priority,
      @Nullable @Min(value = 1, message = SECONDS) @Max(value = YEAR, message = SECONDS)
          Long ttlSeconds,
      @Nullable @Min(value = 1, message = SECONDS) @Max(value = YEAR, message = SECONDS)
          Long timeoutSeconds,
      @Nullable
          @Min(value = 1, message = "must be 1 to 10")
          @Max(value = 10, message = "must be 1 to 10")
          Integer maxAttempts,
      @Nullable Boolean queue,
      @Nullable Boolean supersede,
      @Nullable
          @Size(max = 128, message = "must have 1 to 128 characters")
          @Pattern(regexp = "(?s).+", message = "must have 1 to 128 characters")
          String clientToken) {
    public NewAction toNewAction() {
      NewAction action =
          NewAction.of(word(ActionType.class, "type", type), texts(params))
              .at(
                  priority == null
                      ? ActionPriority.NORMAL
                      : word(ActionPriority.class, "priority", priority))
              .within(seconds(ttlSeconds), seconds(timeoutSeconds))
              .tried(maxAttempts)
              .superseding(Boolean.TRUE.equals(supersede))
              .named(clientToken);
      return Boolean.FALSE.equals(queue) ? action.atOnce() : action;
    }
  }

  /// Why an action is cancelled.
  public record Cancellation(
      @Nullable
          @Size(max = Actions.LONGEST_REASON, message = "must have 200 characters at the most")
          String reason) {}

  /// What a retry is known by.
  @JsonNaming(SnakeCaseStrategy.class)
  public record Retry(
      @Nullable @Size(max = 128, message = "must have 128 characters at the most")
          String clientToken) {}

  /// A try of an action.
  @Schema(name = "ActionAttempt")
  @JsonNaming(SnakeCaseStrategy.class)
  public record AttemptRow(
      String requestId,
      int number,
      Instant beganAt,
      @Nullable Instant deliveredAt,
      @Nullable Instant endedAt,
      @Nullable String outcome,
      @Nullable String message,
      @Nullable String answer,
      @Nullable Instant answeredAt,
      @Nullable Instant finishedAt) {
    static AttemptRow of(Attempt attempt) {
      Attempt.Outcome outcome = attempt.outcome();
      return new AttemptRow(
          attempt.requestId(),
          attempt.number(),
          attempt.beganAt(),
          attempt.deliveredAt(),
          attempt.endedAt(),
          outcome == null ? null : outcome.name(),
          attempt.message(),
          attempt.answer(),
          attempt.answeredAt(),
          attempt.finishedAt());
    }
  }

  private static @Nullable Duration seconds(@Nullable Long seconds) {
    return seconds == null ? null : Duration.ofSeconds(seconds);
  }

  static <E extends Enum<E>> E word(Class<E> type, String field, String word) {
    return Arrays.stream(type.getEnumConstants())
        .filter(constant -> constant.name().equals(word.toUpperCase(Locale.ROOT)))
        .findFirst()
        .orElseThrow(() ->
            Refusal.invalid(
                field,
                "must be one of "
                    + Arrays.stream(type.getEnumConstants())
                        .map(Enum::name)
                        .collect(Collectors.joining(", "))));
  }

  static Map<String, String> texts(Json.@Nullable Obj params) {
    Map<String, String> texts = new TreeMap<>();
    List<FieldError> errors = new ArrayList<>();
    if (params != null) {
      params
          .fields()
          .forEach((key, value) -> {
            switch (value) {
              case Json.Text text -> texts.put(key, text.value());
              case Json.Num number -> texts.put(key, number.canonical());
              case Json.Bool bool -> texts.put(key, bool.canonical());
              case Json.Null _, Json.Arr _, Json.Obj _ ->
                  errors.add(
                      new FieldError("params." + key, "must be a text, a number, true or false"));
            }
          });
    }
    if (!errors.isEmpty()) {
      throw Refusal.invalid(errors);
    }
    return texts;
  }
}
