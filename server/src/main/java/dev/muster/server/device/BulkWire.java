package dev.muster.server.device;

import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import dev.muster.server.platform.Refusal;
import dev.muster.server.web.RowCheck;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotEmpty;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/// The shapes of bulk requests under `/api`. Their rows are checked one by one and not with the
/// body, because one that is wrong refuses itself alone.
final class BulkWire {
  private BulkWire() {}

  /// Devices to register.
  @Schema(name = "BulkRegistration")
  public record Registration(
      @NotEmpty(message = BulkDevices.COUNT_RULE)
          @Size(max = BulkDevices.MOST, message = BulkDevices.COUNT_RULE)
          List<DeviceWire.@Nullable Creation> devices) {
    List<BulkRow<NewDevice>> rows(RowCheck check) {
      return BulkWire.rows(
          devices, check, DeviceWire.Creation::deviceId, DeviceWire.Creation::toNewDevice);
    }
  }

  /// Statuses to set.
  @Schema(name = "BulkStatuses")
  public record Statuses(
      @NotEmpty(message = BulkDevices.COUNT_RULE)
          @Size(max = BulkDevices.MOST, message = BulkDevices.COUNT_RULE)
          List<@Nullable StatusRow> devices) {
    List<BulkRow<BulkDevices.NewStatus>> rows(RowCheck check) {
      return BulkWire.rows(devices, check, StatusRow::deviceId, StatusRow::toNewStatus);
    }
  }

  /// What a device is doing from now on.
  @Schema(name = "BulkStatus")
  @JsonNaming(SnakeCaseStrategy.class)
  public record StatusRow(
      @NotBlank(message = "must be the id of a device") String deviceId,
      @NotNull(message = DeviceWire.STATUS_RULE)
          @Pattern(regexp = DeviceStatus.WORDS, message = DeviceWire.STATUS_RULE)
          String status) {
    BulkDevices.NewStatus toNewStatus() {
      return new BulkDevices.NewStatus(deviceId, DeviceStatus.valueOf(status));
    }
  }

  private static <R, T> List<BulkRow<T>> rows(
      List<@Nullable R> said,
      RowCheck check,
      Function<R, @Nullable String> name,
      Function<R, T> wanted) {
    List<BulkRow<T>> rows = new ArrayList<>();
    for (R row : said) {
      if (row == null) {
        rows.add(new BulkRow.Bad<>(null, Refusal.invalid("", "must be an object")));
        continue;
      }
      Refusal refusal = check.refusal(row);
      rows.add(
          refusal == null
              ? new BulkRow.Good<>(wanted.apply(row))
              : new BulkRow.Bad<>(name.apply(row), refusal));
    }
    return rows;
  }

  /// What became of the devices to register, in the order of the request.
  @Schema(name = "BulkRegistered")
  public record Registered(List<Outcome> results, int registered, int failed) {
    static Registered of(List<BulkResult> results) {
      List<Outcome> outcomes = outcomes(results, 201, "Device registered successfully");
      int failed = BulkWire.refused(results);
      return new Registered(outcomes, results.size() - failed, failed);
    }
  }

  /// What became of the statuses to set, in the order of the request.
  @Schema(name = "BulkStatusesSet")
  public record Updated(List<Outcome> results, int updated, int failed) {
    static Updated of(List<BulkResult> results) {
      List<Outcome> outcomes = outcomes(results, 200, "Device status updated successfully");
      int failed = BulkWire.refused(results);
      return new Updated(outcomes, results.size() - failed, failed);
    }
  }

  /// What became of one row.
  ///
  /// @param deviceId of the device; of a row that was refused, what it says itself
  /// @param message that the device is registered or its status set, or why not
  /// @param code of the error; null when there is none
  /// @param status the HTTP status that a request for this row alone would have had
  /// @param errors what is wrong with the row, by fields of the whole body: `devices[3].name`
  @Schema(name = "BulkOutcome")
  @JsonNaming(SnakeCaseStrategy.class)
  public record Outcome(
      @Nullable String deviceId,
      boolean success,
      String message,
      @Nullable String code,
      int status,
      @Nullable String previousStatus,
      @Nullable String currentStatus,
      List<Refusal.FieldError> errors) {}

  private static int refused(List<BulkResult> results) {
    return (int) results.stream().filter(BulkResult.Refused.class::isInstance).count();
  }

  private static List<Outcome> outcomes(List<BulkResult> results, int status, String message) {
    List<Outcome> outcomes = new ArrayList<>();
    for (int i = 0; i < results.size(); i++) {
      outcomes.add(
          switch (results.get(i)) {
            case BulkResult.Done(String handle, String before, String after) ->
                new Outcome(handle, true, message, null, status, before, after, List.of());
            case BulkResult.Refused(String name, Refusal refusal) -> refused(i, name, refusal);
          });
    }
    return outcomes;
  }

  private static Outcome refused(int row, @Nullable String name, Refusal refusal) {
    String prefix = "devices[" + row + "]";
    return new Outcome(
        name,
        false,
        refusal.detail(),
        refusal.code().wireName(),
        refusal.code().kind().httpStatus(),
        null,
        null,
        refusal.fields().stream()
            .map(error ->
                new Refusal.FieldError(
                    error.field().isEmpty() ? prefix : prefix + "." + error.field(),
                    error.message()))
            .toList());
  }
}
