package dev.muster.server.policy;

import dev.muster.server.audit.Audit;
import dev.muster.server.compliance.ActualFollower;
import dev.muster.server.compliance.Compliance;
import dev.muster.server.compliance.ComplianceRoom;
import dev.muster.server.compliance.StateChanges;
import dev.muster.server.credential.CommandSecrets;
import dev.muster.server.device.Devices;
import dev.muster.server.device.Groups;
import dev.muster.server.device.Lifecycles;
import dev.muster.server.doorbell.Doorbells;
import dev.muster.server.doorbell.PolicyPushes;
import dev.muster.server.doorbell.Push;
import dev.muster.server.organization.Quotas;
import dev.muster.server.platform.Broadcast;
import dev.muster.server.platform.Database;
import dev.muster.server.platform.MasterKey;
import dev.muster.server.platform.OrganizationId;
import dev.muster.server.platform.Role;
import dev.muster.server.platform.Settings;
import dev.muster.server.testing.Audits;
import dev.muster.server.testing.Events;
import dev.muster.server.testing.MutableClock;
import dev.muster.server.testing.Tenants;
import dev.muster.server.testing.TestDatabase;
import dev.muster.server.testing.TestSettings;
import jakarta.inject.Provider;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import org.jdbi.v3.core.HandleCallback;
import org.jspecify.annotations.Nullable;

/// The rooms `device`, `policy` and `compliance` on a database of their own, without a server. No
/// worker runs and nothing rings unless a test does it.
public record PolicyWorld(
    TestDatabase testDatabase,
    MutableClock clock,
    Settings settings,
    Devices devices,
    Groups groups,
    Lifecycles lifecycles,
    Policies policies,
    Assignments assignments,
    DesiredPolicies desired,
    Pulls pulls,
    CommandSecrets commandSecrets,
    DesiredVersions versions,
    Wakes wakes,
    Compliance compliance,
    List<StateChanges> stateChanges)
    implements AutoCloseable {

  public static final MasterKey MASTER_KEY = Audits.KEY;

  public static PolicyWorld open() {
    return open(Map.of());
  }

  /// @param settings of the server, by name, where they are not the product's defaults
  /// @param listeners hear of changed devices too
  public static PolicyWorld open(Map<String, String> settings, DesiredListener... listeners) {
    return on(TestDatabase.create(), settings, listeners);
  }

  /// The same on a database that is there.
  public static PolicyWorld on(
      TestDatabase testDatabase, Map<String, String> settings, DesiredListener... listeners) {
    Database database = testDatabase.database();
    MutableClock clock = new MutableClock();
    Settings read = TestSettings.of(settings);
    Provider<Doorbells> nobodyRings =
        () -> {
          throw new IllegalStateException("no broadcast is received here");
        };
    AtomicReference<Compliance> reports = new AtomicReference<>();
    Wakes wakes =
        new Wakes(
            database,
            clock,
            new Broadcast(database.dataSource()),
            nobodyRings,
            reports::get,
            new PolicyPushes(database, clock, new Push(database, clock, read)),
            read);
    List<DesiredListener> all = new ArrayList<>(List.of(listeners));
    List<StateChanges> stateChanges = new CopyOnWriteArrayList<>();
    all.add(new ActualFollower(stateChanges));
    SettingSecrets secrets = new SettingSecrets(Audits.KEY);
    DesiredVersions versions = new DesiredVersions(clock, wakes, secrets, all);
    Audit audit = Audits.on(clock);
    Groups groups = new Groups(database, clock, List.of(versions), audit);
    Devices devices = new Devices(database, clock, groups, audit, List.of(versions));
    CommandSecrets commandSecrets =
        new CommandSecrets(
            database, clock, Audits.KEY, devices, Events.outbox(database, clock), audit);
    Compliance compliance =
        ComplianceRoom.on(database, clock, devices, versions, secrets, wakes, stateChanges);
    reports.set(compliance);
    return new PolicyWorld(
        testDatabase,
        clock,
        read,
        devices,
        groups,
        new Lifecycles(database, clock, devices, groups, audit, List.of(versions)),
        new Policies(database, clock, secrets, wakes, audit, new Quotas(read, List.of()), all),
        new Assignments(database, clock, devices, groups, versions, reports::get, audit),
        new DesiredPolicies(database, clock, devices, versions, secrets, wakes, audit),
        new Pulls(database, devices, versions, wakes, commandSecrets),
        commandSecrets,
        versions,
        wakes,
        compliance,
        stateChanges);
  }

  /// A new organization with its defaults, and an admin of it.
  public PolicyTenant tenant() {
    OrganizationId organization = Tenants.fresh(testDatabase.database());
    testDatabase
        .database()
        .in(
            organization,
            handle -> {
              policies.created(handle, organization);
              return organization;
            });
    return new PolicyTenant(this, organization, Tenants.person(organization, Role.ADMIN));
  }

  /// Looks at the rows of all organizations.
  public <T extends @Nullable Object> T sql(HandleCallback<T, RuntimeException> look) {
    return testDatabase.database().acrossOrganizations(look);
  }

  @Override
  public void close() {
    testDatabase.close();
  }
}
