package dev.muster.server.action;

import dev.muster.server.credential.DeviceTokens;
import dev.muster.server.device.DeviceBelongings;
import dev.muster.server.device.DeviceChanges;
import dev.muster.server.device.Devices;
import dev.muster.server.device.Groups;
import dev.muster.server.device.Lifecycles;
import dev.muster.server.organization.Scripts;
import dev.muster.server.platform.Broadcast;
import dev.muster.server.platform.Database;
import dev.muster.server.platform.Settings;
import dev.muster.server.testing.Audits;
import dev.muster.server.testing.Events;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;

/// The rooms `device` and `action` without a server, for those below.
///
/// @param deviceChanges who hears of devices; may be added to
/// @param actionChanges who hears of actions; may be added to
public record ActionRoom(
    Devices devices,
    Lifecycles lifecycles,
    Actions actions,
    Results results,
    Handovers handovers,
    DeviceBelongings belongings,
    List<DeviceChanges> deviceChanges,
    List<ActionChanges> actionChanges) {

  public static ActionRoom on(Database database, InstantSource clock, Settings settings) {
    List<DeviceChanges> deviceChanges = new ArrayList<>();
    List<ActionChanges> actionChanges = new ArrayList<>();
    var audit = Audits.on(clock);
    Groups groups = new Groups(database, clock, deviceChanges, audit);
    Devices devices = new Devices(database, clock, groups, audit, deviceChanges);
    DeviceTokens tokens =
        new DeviceTokens(
            database,
            clock,
            Events.outbox(database, clock),
            new Broadcast(database.dataSource()),
            devices,
            audit);
    Allowed allowed = new Allowed(new Scripts());
    Lane lane =
        new Lane(
            devices,
            new Simulator(settings.action(), tokens, () -> 0.5),
            allowed,
            settings.action(),
            clock,
            actionChanges);
    deviceChanges.add(new DeviceActions(lane, settings));
    return new ActionRoom(
        devices,
        new Lifecycles(database, clock, devices, groups, audit, deviceChanges),
        new Actions(database, devices, lane, allowed, audit, settings, clock),
        new Results(database, devices, lane, clock),
        newHandovers(),
        new ActionBelongingsStore(),
        deviceChanges,
        actionChanges);
  }

  public static Handovers newHandovers() {
    return new Handovers(new Allowed(new Scripts()));
  }
}
