package dev.muster.server.doorbell;

import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import dev.muster.server.web.Bodies;
import dev.muster.server.web.CurrentCaller;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.Size;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/// Where devices of `/v1` say how FCM reaches them.
@Path("/v1/devices/fcm-token")
@Tag(name = "Loop")
@RunOnVirtualThread
public class FcmTokenResource {
  private static final String RULE = "must have 1 to 4,096 characters";

  /// The address that FCM gave to the device.
  ///
  /// @param deviceId needed without a device token, in open mode
  @JsonNaming(SnakeCaseStrategy.class)
  public record FcmToken(
      @NotBlank(message = RULE) @Size(max = 4096, message = RULE) String fcmToken,
      @Nullable String deviceId) {}

  /// The answer of `/v1`.
  public record Noted(boolean ok, String message) {}

  private final Doorbells doorbells;
  private final CurrentCaller caller;

  FcmTokenResource(Doorbells doorbells, CurrentCaller caller) {
    this.doorbells = doorbells;
    this.caller = caller;
  }

  @POST
  @Operation(summary = "Register the FCM token of the device that calls")
  public Noted register(@Valid FcmToken body) {
    FcmToken token = Bodies.present(body);
    doorbells.pushToSelf(caller.get(), token.deviceId(), token.fcmToken());
    return new Noted(true, "FCM token updated successfully");
  }
}
