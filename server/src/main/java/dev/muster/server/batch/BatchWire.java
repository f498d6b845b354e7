package dev.muster.server.batch;

import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import dev.muster.protocol.Json;
import dev.muster.server.action.ActionState;
import dev.muster.server.action.ActionWire;
import dev.muster.server.action.NewAction;
import dev.muster.server.device.DeviceFilters;
import dev.muster.server.platform.Refusal;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/// The shapes of batches under `/api`.
final class BatchWire {
  private static final String ONE_SELECTOR = "must be given, or groups, or filter: exactly one";
  private static final String FILTER_RULE =
      "must be a text, a number, true, false or a list of texts";

  private BatchWire() {}

  /// What many devices are to do, as one action is asked for. Exactly one of `device_ids`, `groups`
  /// and `filter` says which; `filter` has the names of the query of `GET /api/devices/`.
  @Schema(name = "NewBatch")
  @JsonNaming(SnakeCaseStrategy.class)
  public record Creation(
      @NotBlank(message = "must be a type of action") String type,
      @Schema(implementation = Object.class) Json.@Nullable Obj params,
      @Nullable List<String> deviceIds,
      @Nullable List<String> groups,
      @Schema(implementation = Object.class) Json.@Nullable Obj filter,
      @Nullable String priority,
      @Nullable
          @Min(value = 1, message = ActionWire.SECONDS)
          @Max(value = ActionWire.YEAR, message = ActionWire.SECONDS)
          Long ttlSeconds,
      @Nullable
          @Min(value = 1, message = ActionWire.SECONDS)
          @Max(value = ActionWire.YEAR, message = ActionWire.SECONDS)
          Long timeoutSeconds,
      @Nullable
          @Min(value = 1, message = "must be 1 to 10")
          @Max(value = 10, message = "must be 1 to 10")
          Integer maxAttempts,
      @Nullable Boolean supersede,
      @Nullable
          @Size(max = 128, message = "must have 1 to 128 characters")
          @Pattern(regexp = "(?s).+", message = "must have 1 to 128 characters")
          String clientToken) {
    NewAction request() {
      return new ActionWire.Creation(
              type,
              params,
              priority,
              ttlSeconds,
              timeoutSeconds,
              maxAttempts,
              null,
              supersede,
              clientToken)
          .toNewAction();
    }

    Selector selector() {
      long given = Stream.of(deviceIds, groups, filter).filter(one -> one != null).count();
      if (given != 1) {
        throw Refusal.invalid("device_ids", ONE_SELECTOR);
      }
      if (deviceIds != null) {
        return new Selector.Named(whole("device_ids", deviceIds));
      }
      return groups != null
          ? new Selector.InGroups(whole("groups", groups))
          : new Selector.Found(DeviceFilters.read(fields(filter)));
    }

    /// A list may hold null, whatever its type says.
    private static List<String> whole(String field, List<String> names) {
      for (int i = 0; i < names.size(); i++) {
        if (names.get(i) == null) {
          throw Refusal.invalid(field + "[" + i + "]", "must be a text");
        }
      }
      return names;
    }

    private static Map<String, List<String>> fields(Json.@Nullable Obj filter) {
      Map<String, List<String>> fields = new HashMap<>();
      if (filter != null) {
        filter.fields().forEach((name, value) -> fields.put(name, values(name, value)));
      }
      return fields;
    }

    private static List<String> values(String name, Json value) {
      return switch (value) {
        case Json.Text text -> List.of(text.value());
        case Json.Num number -> List.of(number.canonical());
        case Json.Bool bool -> List.of(bool.canonical());
        case Json.Arr list -> {
          List<String> texts = new ArrayList<>();
          for (Json item : list.items()) {
            if (!(item instanceof Json.Text text)) {
              throw Refusal.invalid("filter." + name, FILTER_RULE);
            }
            texts.add(text.value());
          }
          yield texts;
        }
        case Json.Null _, Json.Obj _ -> throw Refusal.invalid("filter." + name, FILTER_RULE);
      };
    }
  }

  /// The batch is accepted.
  @Schema(name = "BatchAccepted")
  @JsonNaming(SnakeCaseStrategy.class)
  public record Accepted(String batchId, int devices) {}

  /// Why a batch is cancelled.
  @Schema(name = "BatchCancellation")
  public record Cancellation(
      @Nullable @Size(max = 200, message = "must have 200 characters at the most") String reason) {}

  /// A device that could not be given the action.
  @Schema(name = "BatchRefusal")
  @JsonNaming(SnakeCaseStrategy.class)
  public record RefusalRow(String deviceId, String code, String detail) {}

  /// A batch. `expanded` of its `devices` have been dealt with, of which `refused` could not be
  /// given the action; `counts` are of its actions by state.
  @Schema(name = "Batch")
  @JsonNaming(SnakeCaseStrategy.class)
  public record Row(
      String batchId,
      String type,
      Map<String, String> params,
      String priority,
      String state,
      int devices,
      int expanded,
      int refused,
      Map<String, Long> counts,
      List<RefusalRow> refusals,
      Instant createdAt,
      @Nullable Instant cancelledAt,
      @Nullable Instant doneAt) {
    static Row of(Batch.Overview overview) {
      Batch batch = overview.batch();
      Map<String, Long> counts = new TreeMap<>();
      for (ActionState state : ActionState.values()) {
        counts.put(state.name(), overview.counts().getOrDefault(state, 0L));
      }
      return new Row(
          batch.id().toString(),
          batch.request().type().name(),
          batch.request().params(),
          batch.request().priority().name(),
          batch.state().name(),
          batch.devices(),
          batch.expanded(),
          batch.refused(),
          counts,
          overview.refusals().stream()
              .map(refused -> new RefusalRow(refused.device(), refused.code(), refused.detail()))
              .toList(),
          batch.createdAt(),
          batch.cancelledAt(),
          batch.doneAt());
    }
  }
}
