package dev.muster.server.action;

import dev.muster.protocol.CommandSignature;
import dev.muster.protocol.Json;
import dev.muster.server.platform.JsonText;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What somebody asks a device to do.
///
/// @param ttl how long it may wait to be delivered; null: what the server is set to
/// @param timeout how long the device may take for one attempt; null: what the server is set to
/// @param attempts how often it is tried at most, 1 to 10; null: what the server is set to
/// @param queued whether it waits for its turn when an action is running on the device, instead of
///   being refused
/// @param supersede whether it takes the place of a waiting action of the same kind
/// @param clientToken the same token again is the same action
public record NewAction(
    ActionType type,
    Map<String, String> params,
    ActionPriority priority,
    @Nullable Duration ttl,
    @Nullable Duration timeout,
    @Nullable Integer attempts,
    boolean queued,
    boolean supersede,
    @Nullable String clientToken) {
  public NewAction {
    params = Map.copyOf(params);
  }

  /// An action that waits for its turn.
  public static NewAction of(ActionType type, Map<String, String> params) {
    return new NewAction(type, params, ActionPriority.NORMAL, null, null, null, true, false, null);
  }

  public NewAction at(ActionPriority other) {
    return new NewAction(
        type, params, other, ttl, timeout, attempts, queued, supersede, clientToken);
  }

  public NewAction within(@Nullable Duration life, @Nullable Duration attempt) {
    return new NewAction(
        type, params, priority, life, attempt, attempts, queued, supersede, clientToken);
  }

  public NewAction tried(@Nullable Integer times) {
    return new NewAction(
        type, params, priority, ttl, timeout, times, queued, supersede, clientToken);
  }

  /// Refused with `device busy` instead of waiting.
  public NewAction atOnce() {
    return new NewAction(
        type, params, priority, ttl, timeout, attempts, false, supersede, clientToken);
  }

  public NewAction superseding(boolean others) {
    return new NewAction(
        type, params, priority, ttl, timeout, attempts, queued, others, clientToken);
  }

  public NewAction named(@Nullable String token) {
    return new NewAction(type, params, priority, ttl, timeout, attempts, queued, supersede, token);
  }

  /// The same with other parameters.
  public NewAction with(Map<String, String> others) {
    return new NewAction(
        type, others, priority, ttl, timeout, attempts, queued, supersede, clientToken);
  }

  /// Differs when anything but the token does.
  ///
  /// @param device which device it is for, or which devices
  public String hash(String device) {
    return hash(device, null);
  }

  /// @param retryOf the action that it is to do again; null for none
  String hash(String device, @Nullable ActionId retryOf) {
    Map<String, Json> fields = new TreeMap<>();
    fields.put("device", Json.of(device));
    fields.put("type", Json.of(type.name()));
    fields.put("params", CommandSignature.parameters(params));
    fields.put("priority", Json.of(priority.name()));
    fields.put("ttl", Json.of(String.valueOf(ttl)));
    fields.put("timeout", Json.of(String.valueOf(timeout)));
    fields.put("attempts", Json.of(String.valueOf(attempts)));
    fields.put("supersede", Json.of(supersede));
    fields.put("retry_of", Json.of(retryOf == null ? "" : retryOf.value()));
    return JsonText.hash(Json.obj(fields));
  }
}
