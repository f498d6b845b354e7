package dev.muster.server.task;

import dev.muster.server.device.Device;
import dev.muster.server.device.Devices;
import dev.muster.server.platform.Caller;
import dev.muster.server.platform.OrganizationId;
import dev.muster.server.platform.Refusal;
import dev.muster.server.platform.Right;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/// Who changes tasks, from which device, and what they may.
///
/// @param user null for a program
/// @param device null when they name none
/// @param all whether they may change what others have
public record Author(
    OrganizationId organization, @Nullable UUID user, @Nullable UUID device, boolean all) {

  /// The server itself, which may change all.
  public static Author server(OrganizationId organization) {
    return new Author(organization, null, null, true);
  }

  /// @throws Refusal `forbidden` when the caller may change no task at all
  public static Author of(Caller caller, @Nullable UUID device) {
    caller.require(Right.WRITE_TASKS);
    return switch (caller) {
      case Caller.Person person ->
          new Author(
              person.organization(),
              person.userId(),
              device,
              person.role().has(Right.CHANGE_ANY_TASK));
      case Caller.Key key ->
          new Author(
              key.organization(), null, device, key.rights().contains(Right.CHANGE_ANY_TASK));
      case Caller.Device _, Caller.Enroller _ -> throw new IllegalStateException();
      case Caller.Server server -> new Author(server.organization(), null, device, true);
    };
  }

  /// The device that a caller names in `X-Device-ID`, which must be one of theirs.
  ///
  /// @throws Refusal `invalid_parameter`
  public static @Nullable UUID named(
      Handle handle, Devices devices, Caller caller, @Nullable String idOrHandle) {
    if (idOrHandle == null) {
      return null;
    }
    return own(handle, devices, caller, idOrHandle)
        .map(device -> device.id().value())
        .orElseThrow(
            () -> Refusal.parameter("X-Device-ID", "must be a device that you have logged in on"));
  }

  /// The active device of this id or handle on which the caller has logged in; any of the
  /// organization for an operator of open mode.
  public static Optional<Device> own(
      Handle handle, Devices devices, Caller caller, String idOrHandle) {
    return devices
        .find(handle, caller.organization(), idOrHandle)
        .filter(device -> device.standing().deactivatedAt() == null)
        .filter(device -> device.standing().retiredAt() == null)
        .filter(device ->
            caller instanceof Caller.Person person
                && (person.open()
                    || (device.owner() != null && device.owner().id().equals(person.userId()))));
  }

  /// Whether they may change the task: one that they have made or have to do, or one of a project
  /// that they have made.
  ///
  /// @param makers of projects, that of the task among them
  public boolean mayChange(Task task, Map<UUID, Optional<UUID>> makers) {
    UUID project = task.project();
    return all
        || (user != null
            && (user.equals(task.createdBy())
                || user.equals(task.assignedTo())
                || (project != null
                    && makers.getOrDefault(project, Optional.empty()).equals(Optional.of(user)))));
  }

  /// @throws Refusal `forbidden`
  public void requireMayChange(Task task, Map<UUID, Optional<UUID>> makers) {
    if (!mayChange(task, makers)) {
      throw Refusal.forbidden(
          "You may change tasks that you have made, have to do, or that are of your projects.");
    }
  }

  public boolean mayChange(Comment comment) {
    return all || (user != null && user.equals(comment.user()));
  }
}
