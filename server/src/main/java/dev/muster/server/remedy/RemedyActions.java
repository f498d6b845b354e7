package dev.muster.server.remedy;

import dev.muster.server.action.Action;
import dev.muster.server.action.ActionChanges;
import dev.muster.server.action.ActionState;
import dev.muster.server.action.ActionType;
import dev.muster.server.device.Device;
import dev.muster.server.device.DeviceStatus;
import dev.muster.server.device.Devices;
import dev.muster.server.platform.OrganizationId;
import dev.muster.server.watch.Presence;
import dev.muster.server.watch.SelfMade;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Handle;

/// Has devices be RECOVERING while a remedy runs on them, in the transactions that start and end
/// it.
@Singleton
public class RemedyActions implements ActionChanges, SelfMade {
  private final Devices devices;
  private final Presence presence;

  public RemedyActions(Devices devices, Presence presence) {
    this.devices = devices;
    this.presence = presence;
  }

  @Override
  public void changed(Handle handle, OrganizationId organization, List<Action> actions) {
    List<Action> moved = actions.stream().filter(RemedyActions::mayBeRemedy).toList();
    if (moved.isEmpty()) {
      return;
    }
    Map<String, DeviceStatus> given = RemedyStore.given(handle, organization, moved);
    for (Action action : moved) {
      DeviceStatus before = given.get(action.id().value());
      if (before != null) {
        follow(handle, action, before);
      }
    }
  }

  /// Progress moves nothing.
  private static boolean mayBeRemedy(Action action) {
    ActionType type = action.order().type();
    return (type == ActionType.PING || type == ActionType.LAUNCH_APP)
        && (action.state().isEnd()
            || (action.state() == ActionState.RUNNING && action.progress().at() == null));
  }

  private void follow(Handle handle, Action action, DeviceStatus before) {
    Device device = devices.require(handle, action.organization(), action.device().toString());
    if (action.state().isEnd()) {
      RemedyStore.ended(handle, action);
      presence.recovered(handle, device);
    } else if (device.status().equals(DeviceStatus.BUSY.name())) {
      presence.recovering(handle, device, before);
    }
  }

  @Override
  public List<Action> among(Handle handle, OrganizationId organization, List<Action> actions) {
    Map<String, DeviceStatus> given = RemedyStore.given(handle, organization, actions);
    return actions.stream().filter(action -> given.containsKey(action.id().value())).toList();
  }
}
