package dev.muster.server.device;

import com.fasterxml.jackson.annotation.JsonAlias;
import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import dev.muster.protocol.Json;
import dev.muster.protocol.Platform;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotEmpty;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/// The shapes of devices and groups under `/api`.
final class DeviceWire {
  private static final String NAME = "must have 1 to 200 characters";
  private static final String NOT_BLANK = "(?s).*\\S.*";
  private static final String PLATFORMS = "ANDROID|LINUX|MACOS|IOS|WINDOWS|OTHER";
  private static final String PLATFORM_RULE =
      "must be one of ANDROID, LINUX, MACOS, IOS, WINDOWS, OTHER";
  static final String STATUS_RULE =
      "must be one of IDLE, BUSY, OFFLINE, MAINTENANCE, UPDATING, RECOVERING, ERROR";
  private static final String TAG_RULE = "must be a tag of 1 to 64 characters";
  private static final String TAGS_RULE = "must be 50 tags at the most";

  private DeviceWire() {}

  /// A device. `name` and `device_name` are the same, for two generations of clients.
  /// `last_sync_at` is when it last pushed or pulled, null when it never did; `vector_clock` has
  /// one component: its own id, with the highest value of an edit that it has pushed. `last_status`
  /// is what it last said of itself, null when it never did.
  @JsonNaming(SnakeCaseStrategy.class)
  public record Row(
      String id,
      String organization,
      String deviceId,
      String name,
      String deviceName,
      Platform platform,
      String type,
      String status,
      List<String> groups,
      List<String> tags,
      @Schema(implementation = Object.class) Json.Obj attributes,
      @Nullable String deviceFingerprint,
      @Nullable String hardwareId,
      @Nullable String model,
      @Nullable String osVersion,
      @Nullable String agentVersion,
      Lifecycle lifecycle,
      boolean isActive,
      @Nullable Instant deactivatedAt,
      @Nullable Instant retiredAt,
      @Nullable String user,
      @Nullable String userName,
      @Nullable Instant lastSyncAt,
      Map<String, Long> vectorClock,
      Instant createdAt,
      Instant updatedAt,
      @Schema(implementation = Object.class) Json.@Nullable Obj lastStatus) {
    static Row of(
        Devices.Entry entry, Json.@Nullable Obj lastStatus, DeviceSyncs.@Nullable Sync sync) {
      Device device = entry.device();
      return new Row(
          device.id().toString(),
          device.organization().toString(),
          device.handle(),
          device.name(),
          device.name(),
          device.platform(),
          device.type(),
          device.status(),
          entry.groups(),
          device.tags(),
          device.attributes(),
          device.fingerprint(),
          device.hardware().hardwareId(),
          device.hardware().model(),
          device.hardware().osVersion(),
          device.hardware().agentVersion(),
          device.lifecycle(),
          device.lifecycle() == Lifecycle.ACTIVE,
          device.standing().deactivatedAt(),
          device.standing().retiredAt(),
          device.owner() == null ? null : device.owner().id().toString(),
          device.owner() == null ? null : device.owner().name(),
          sync == null ? null : sync.lastAt(),
          sync == null || sync.acknowledged() == 0
              ? Map.of()
              : Map.of(device.id().toString(), sync.acknowledged()),
          device.createdAt(),
          device.updatedAt(),
          lastStatus);
    }
  }

  /// A device to register, by `name` or, as older clients say, `device_name`.
  @JsonNaming(SnakeCaseStrategy.class)
  public record Creation(
      @JsonAlias("device_name") @NotBlank(message = NAME) @Size(max = 200, message = NAME)
          String name,
      @Nullable @Pattern(regexp = PLATFORMS, message = PLATFORM_RULE) String platform,
      @Nullable @Pattern(regexp = Handles.FORM, message = Handles.RULE) String deviceId,
      @Nullable @Size(max = 200, message = "must have 200 characters at the most") String type,
      @Nullable @Size(max = 100, message = "must be 100 groups at the most")
          List<@NotNull(message = "must be the name or id of a group") String> groups,
      @Nullable @Size(max = 50, message = TAGS_RULE)
          List<@NotBlank(message = TAG_RULE) @Size(max = 64, message = TAG_RULE) String> tags,
      @Schema(implementation = Object.class) Json.@Nullable Obj attributes,
      @Nullable @Size(max = 500, message = "must have 500 characters at the most")
          String deviceFingerprint) {
    NewDevice toNewDevice() {
      return NewDevice.named(name)
          .withHandle(deviceId)
          .on(platform == null ? Platform.OTHER : Platform.valueOf(platform))
          .ofType(type == null ? "" : type, DeviceStatus.IDLE)
          .in(groups == null ? List.of() : groups)
          .tagged(tags == null ? List.of() : tags)
          .withAttributes(attributes == null ? Json.obj(Map.of()) : attributes)
          .withFingerprint(deviceFingerprint);
    }
  }

  /// What may change of a device; what is absent stays. `attributes` are merged by key, and null
  /// removes one.
  @JsonNaming(SnakeCaseStrategy.class)
  public record Patch(
      @Nullable @Size(max = 200, message = NAME) @Pattern(regexp = NOT_BLANK, message = NAME)
          String name,
      @Nullable @Size(max = 50, message = TAGS_RULE)
          List<@NotBlank(message = TAG_RULE) @Size(max = 64, message = TAG_RULE) String> tags,
      @Nullable @Pattern(regexp = DeviceStatus.WORDS, message = STATUS_RULE) String status,
      @Schema(implementation = Object.class) Json.@Nullable Obj attributes) {
    Devices.Change toChange() {
      return new Devices.Change(
          name, tags, status == null ? null : DeviceStatus.valueOf(status), attributes);
    }
  }

  /// An event of a device.
  @Schema(name = "DeviceEvent")
  @JsonNaming(SnakeCaseStrategy.class)
  public record EventRow(
      String id,
      String kind,
      Instant at,
      @Nullable ActorRow actor,
      @Nullable String requestId,
      @Schema(implementation = Object.class) Json.Obj body) {
    static EventRow of(DeviceEvent event) {
      Actor actor = event.actor();
      return new EventRow(
          event.id().toString(),
          event.kind().name(),
          event.at(),
          actor == null
              ? null
              : new ActorRow(
                  actor.kind(), actor.id() == null ? null : actor.id().toString(), actor.name()),
          event.requestId(),
          event.body());
    }
  }

  /// Who caused an event.
  @Schema(name = "DeviceEventActor")
  public record ActorRow(String kind, @Nullable String id, @Nullable String name) {}

  /// A group.
  @JsonNaming(SnakeCaseStrategy.class)
  public record GroupRow(String id, String organization, String name, Instant createdAt) {
    static GroupRow of(Group group) {
      return new GroupRow(
          group.id().toString(), group.organization().toString(), group.name(), group.createdAt());
    }
  }

  /// A group to make.
  public record GroupCreation(
      @NotBlank(message = NAME) @Size(max = 200, message = NAME) String name) {}

  /// Devices to put into a group.
  @JsonNaming(SnakeCaseStrategy.class)
  public record Members(
      @NotEmpty(message = "must be 1 to 1,000 device ids")
          @Size(max = Groups.MOST_AT_ONCE, message = "must be 1 to 1,000 device ids")
          List<@NotNull(message = "must be a device id") String> deviceIds) {}
}
