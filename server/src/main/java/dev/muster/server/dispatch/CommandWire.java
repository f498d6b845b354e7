package dev.muster.server.dispatch;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/// The shapes of commands and of the tries to hand them out.
final class CommandWire {
  private CommandWire() {}

  /// What a device is to do. `hmac` covers all but the parameters, `hmac2` covers them too.
  @Schema(name = "Command")
  @JsonNaming(SnakeCaseStrategy.class)
  public record Command(
      String type,
      String requestId,
      String deviceId,
      String action,
      String ts,
      String hmac,
      String hmac2,
      Map<String, String> params) {
    static Command of(Ready ready) {
      SignedCommand command = ready.command();
      return new Command(
          "command",
          command.signed().requestId(),
          command.signed().deviceId(),
          command.signed().action(),
          command.signed().time(),
          command.hmac(),
          command.hmac2(),
          command.signed().parameters());
    }
  }

  /// The answer to a poll, the earliest command first.
  @Schema(name = "Commands")
  @JsonNaming(SnakeCaseStrategy.class)
  public record Commands(
      List<Command> commands,
      @JsonInclude(JsonInclude.Include.NON_NULL)
          @Schema(
              description =
                  "When the device should take it: the secret under which its commands are signed")
          @Nullable String commandSecret) {
    static Commands of(List<Ready> ready, Optional<String> secret) {
      return new Commands(ready.stream().map(Command::of).toList(), secret.orElse(null));
    }

    /// Without the secret.
    @Override
    public String toString() {
      return "Commands[commands=" + commands.size() + "]";
    }
  }

  /// A try to hand a command to its device. `kind` is RUN or CANCEL; `latency_ms` is from taking
  /// the command to knowing what came of it; `retry` is 0 for the first try.
  @Schema(name = "Dispatch")
  @JsonNaming(SnakeCaseStrategy.class)
  public record DispatchRow(
      String id,
      String actionId,
      String requestId,
      String kind,
      String channel,
      Instant at,
      long latencyMs,
      @Nullable Integer httpCode,
      @Nullable String error,
      int retry) {
    static DispatchRow of(Dispatch dispatch) {
      return new DispatchRow(
          dispatch.id().toString(),
          dispatch.action(),
          dispatch.requestId(),
          dispatch.kind().name(),
          dispatch.channel().name(),
          dispatch.at(),
          dispatch.latencyMillis(),
          dispatch.httpCode(),
          dispatch.error(),
          dispatch.retry());
    }
  }
}
