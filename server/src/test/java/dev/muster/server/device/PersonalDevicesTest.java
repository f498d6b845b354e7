package dev.muster.server.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.muster.server.platform.Caller;
import dev.muster.server.platform.ErrorCode;
import dev.muster.server.platform.Refusal;
import dev.muster.server.platform.Role;
import dev.muster.server.policy.PolicyTenant;
import dev.muster.server.policy.PolicyWorld;
import dev.muster.server.testing.Audits;
import dev.muster.server.testing.Race;
import dev.muster.server.testing.Tenants;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init") // set before each test
class PersonalDevicesTest {
  private final PolicyWorld world = PolicyWorld.open();
  private final PersonalDevices personal =
      new PersonalDevices(world.devices(), Audits.on(world.clock()));
  private PolicyTenant tenant;
  private Caller.Person ann;

  @BeforeEach
  void makeOrganization() {
    tenant = world.tenant();
    ann = person();
  }

  @AfterAll
  void close() {
    world.close();
  }

  @Test
  void theSamePersonAndFingerprintAreTheSameDeviceWhoeverIsFirst() {
    List<Device> devices = Race.times(8, _ -> loggedIn(ann, "fp-1"));

    assertThat(devices).extracting(Device::id).containsOnly(devices.getFirst().id());
    Device device = world.devices().read(tenant.admin(), devices.getFirst().handle()).device();
    assertThat(device.owner()).isEqualTo(new Device.Owner(ann.userId(), "Ann"));
    assertThat(device.name()).startsWith("Device ").doesNotContain("Ann");
    assertThat(device.fingerprint()).isEqualTo("fp-1");
    assertThat(tenant.version(device.handle())).isEqualTo(1);
  }

  @Test
  void anotherPersonOrFingerprintIsAnotherDevice() {
    DeviceId first = loggedIn(ann, "fp-1").id();

    assertThat(loggedIn(ann, "fp-2").id()).isNotEqualTo(first);
    assertThat(loggedIn(person(), "fp-1").id()).isNotEqualTo(first);
  }

  @Test
  void aPersonLocksTheirOwnDeviceOutAndARetiredOneIsANewOne() {
    Device first = loggedIn(ann, "fp-1");
    world.lifecycles().deactivate(ann, first.handle());

    assertThatThrownBy(() -> loggedIn(ann, "fp-1"))
        .isInstanceOfSatisfying(
            Refusal.class,
            refusal -> assertThat(refusal.code()).isEqualTo(ErrorCode.DEVICE_DEACTIVATED));

    world.lifecycles().retire(tenant.admin(), first.handle());
    assertThat(loggedIn(ann, "fp-1").id()).isNotEqualTo(first.id());
  }

  private Device loggedIn(Caller.Person person, String fingerprint) {
    return world
        .testDatabase()
        .database()
        .in(
            tenant.organization(),
            handle -> personal.loggedInOn(handle, person, "Ann", fingerprint, null));
  }

  private Caller.Person person() {
    Caller.Person person = Tenants.person(tenant.organization(), Role.MEMBER);
    world.sql(handle ->
        handle.execute(
            """
            insert into identity.users (organization_id, id, email, name, password_hash, role, created_at, updated_at)
            values (?, ?, ?, 'Ann', '', 'member', now(), now())
            """,
            person.organization(),
            person.userId(),
            person.userId() + "@example.org"));
    return person;
  }
}
