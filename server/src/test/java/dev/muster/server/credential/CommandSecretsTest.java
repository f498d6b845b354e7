package dev.muster.server.credential;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.muster.protocol.CommandSignature;
import dev.muster.server.device.Device;
import dev.muster.server.device.DeviceId;
import dev.muster.server.device.Groups;
import dev.muster.server.device.Lifecycles;
import dev.muster.server.platform.Caller;
import dev.muster.server.platform.ErrorCode;
import dev.muster.server.platform.Ids;
import dev.muster.server.platform.OrganizationId;
import dev.muster.server.platform.Refusal;
import dev.muster.server.platform.Role;
import dev.muster.server.testing.Audits;
import dev.muster.server.testing.Race;
import dev.muster.server.testing.Tenants;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CommandSecretsTest {
  private static final String NONE = "none";

  private final CredentialRoom room = new CredentialRoom();
  private final CommandSecrets secrets = room.commandSecrets;

  @AfterAll
  void close() {
    room.close();
  }

  private String enroll(Device device) {
    return room.database.in(
        device.organization(), handle -> secrets.issue(handle, device.organization(), device.id()));
  }

  private Optional<String> pull(Device device, @Nullable String shown) {
    return room.database.in(
        device.organization(), handle -> secrets.offer(handle, self(device), shown));
  }

  private Map<DeviceId, String> signing(Device... devices) {
    return room.database.in(
        room.operator.organization(),
        handle ->
            secrets.signing(
                handle,
                room.operator.organization(),
                List.of(devices).stream().map(Device::id).toList()));
  }

  private static String known(AtomicReference<String> held) {
    return Objects.requireNonNull(held.get());
  }

  private static Caller.Device self(Device device) {
    return new Caller.Device(device.organization(), device.id().value(), Ids.next());
  }

  private static String shows(String secret) {
    return CommandSignature.fingerprint(secret);
  }

  private long rows(Device device) {
    return room.database.in(
        device.organization(),
        handle ->
            handle
                .createQuery(
                    "select count(*) from credential.command_secret where device_id = :device")
                .bind("device", device.id().value())
                .mapTo(long.class)
                .one());
  }

  private static void assertRefused(ErrorCode code, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            Refusal.class, refusal -> assertThat(refusal.code()).isEqualTo(code));
  }

  @Test
  void whatAnEnrollmentAnswersIsWhatSigns() {
    Device device = room.device();
    Device other = room.device();

    String secret = enroll(device);

    assertThat(secret).matches("[A-Za-z0-9_-]{43}");
    assertThat(signing(device, other)).isEqualTo(Map.of(device.id(), secret));
    assertThat(enroll(device)).isEqualTo(secret);
    assertThat(enroll(other)).isNotEqualTo(secret);
    assertThat(pull(device, null)).isEmpty();
    assertThat(pull(device, shows(secret))).isEmpty();
  }

  @Test
  void aDeviceThatEnrollsAgainDuringARotationGetsTheNextOne() {
    Device device = room.device();
    String before = enroll(device);
    secrets.rotate(room.operator, device.handle());

    String after = enroll(device);

    assertThat(after).isNotEqualTo(before);
    assertThat(signing(device)).containsValue(after);
    assertThat(pull(device, shows(before))).hasValue(after);
  }

  @Test
  void aDeviceOfEarlierTimesIsGivenOneAtItsNextPull() {
    Device device = room.device();
    assertThat(signing(device)).isEmpty();

    String secret = pull(device, null).orElseThrow();

    assertThat(signing(device)).containsValue(secret);
    assertThat(pull(device, null)).isEmpty();
    assertThat(pull(device, NONE)).hasValue(secret);
    assertThat(pull(device, shows(secret))).isEmpty();
  }

  @Test
  void aLostAnswerIsAnsweredAgainToADeviceThatSaysSo() {
    Device device = room.device();
    String lost = pull(device, NONE).orElseThrow();

    assertThat(pull(device, NONE)).hasValue(lost);
    assertThat(pull(device, "not even a fingerprint: \u00e4 | '")).hasValue(lost);
  }

  @Test
  void aRotationIsOverWhenTheDeviceShowsTheNewSecret() {
    Device device = room.device();
    String before = enroll(device);

    assertThat(secrets.rotate(room.operator, device.handle())).isEqualTo(device.handle());
    assertThat(signing(device)).containsValue(before);
    String after = pull(device, shows(before)).orElseThrow();
    assertThat(signing(device)).containsValue(before);
    assertThat(pull(device, null)).isEmpty();
    assertThat(pull(device, shows(before))).hasValue(after);
    assertThat(signing(device)).containsValue(before);
    assertThat(pull(device, shows(after))).isEmpty();

    assertThat(signing(device)).containsValue(after);
    assertThat(pull(device, shows(before))).hasValue(after);
  }

  @Test
  void aRotationForADeviceWithoutASecretMakesItsFirst() {
    Device device = room.device();

    secrets.rotate(room.operator, device.id().toString());

    assertThat(signing(device)).isEmpty();
    String secret = pull(device, null).orElseThrow();
    assertThat(signing(device)).containsValue(secret);
  }

  @Test
  void onlyWhoMayChangeDevicesOfTheOrganizationRotates() {
    Device device = room.device();
    Caller stranger = Tenants.person(Tenants.fresh(room.database), Role.ADMIN);
    OrganizationId organization = room.operator.organization();

    assertRefused(
        ErrorCode.FORBIDDEN,
        () -> secrets.rotate(Tenants.person(organization, Role.VIEWER), device.handle()));
    assertRefused(ErrorCode.FORBIDDEN, () -> secrets.rotate(self(device), device.handle()));
    assertRefused(ErrorCode.NOT_FOUND, () -> secrets.rotate(stranger, device.handle()));
    assertRefused(ErrorCode.NOT_FOUND, () -> secrets.rotate(room.operator, "nobody"));
    assertThat(rows(device)).isZero();
  }

  @Test
  void aRetiredDeviceLosesItsSecretAndGetsNoOther() {
    Device device = room.device();
    enroll(device);
    Lifecycles lifecycles =
        new Lifecycles(
            room.database,
            room.clock,
            room.devices,
            new Groups(room.database, room.clock, List.of(), Audits.on(room.clock)),
            Audits.on(room.clock),
            List.of(secrets));

    lifecycles.retire(room.operator, device.handle());

    assertThat(rows(device)).isZero();
    assertRefused(ErrorCode.DEVICE_STATE, () -> secrets.rotate(room.operator, device.handle()));
  }

  @Test
  void anErasedDeviceLeavesNoSecret() {
    Device device = room.device();
    enroll(device);

    room.database.in(
        device.organization(),
        handle -> {
          new CredentialBelongingsStore(room.deviceTokens)
              .erase(handle, device.organization(), device);
          return device;
        });

    assertThat(rows(device)).isZero();
  }

  @Test
  void whatIsStoredIsSealedForItsDeviceAlone() {
    Device device = room.device();
    Device other = room.device();
    String present = enroll(device);
    enroll(other);
    secrets.rotate(room.operator, device.handle());
    String next = pull(device, shows(present)).orElseThrow();

    String stored =
        room.database.in(
            device.organization(),
            handle ->
                handle
                    .createQuery(
                        """
                        select encode(sealed, 'escape') || encode(next_sealed, 'escape')
                        from credential.command_secret where device_id = :device
                        """)
                    .bind("device", device.id().value())
                    .mapTo(String.class)
                    .one());
    assertThat(stored)
        .doesNotContain(present, next)
        .doesNotContain(shows(present), shows(next))
        .doesNotContain(HexFormat.of().formatHex(present.getBytes(StandardCharsets.US_ASCII)));

    room.database.in(
        device.organization(),
        handle ->
            handle.execute(
                """
                update credential.command_secret set sealed =
                  (select sealed from credential.command_secret where device_id = ?)
                where device_id = ?
                """,
                device.id().value(),
                other.id().value()));
    assertThat(signing(device, other))
        .as("who has one that does not open keeps nobody from theirs")
        .isEqualTo(Map.of(device.id(), present));
  }

  @Test
  void adminsWhoRotateAtOnceWhileTheDevicePullsLeaveItWithASecretThatVerifies() {
    Device device = room.device();
    AtomicReference<String> held = new AtomicReference<>(enroll(device));
    Set<String> given = new HashSet<>(Set.of(known(held)));

    Race.times(
        24,
        number -> {
          switch (number % 2) {
            case 0 -> secrets.rotate(room.operator, device.handle());
            default ->
                pull(device, shows(known(held)))
                    .ifPresent(secret -> {
                      held.set(secret);
                      synchronized (given) {
                        given.add(secret);
                      }
                    });
          }
          return number;
        });
    assertThat(given).containsAll(signing(device).values());

    pull(device, shows(known(held))).ifPresent(held::set);
    pull(device, shows(known(held))).ifPresent(held::set);

    assertThat(signing(device)).containsValue(known(held));
    assertThat(rows(device)).isEqualTo(1);
  }

  @Test
  void pullsAtOnceOfADeviceWithoutASecretAreAllGivenTheSame() {
    Device device = room.device();

    List<Optional<String>> given = Race.times(12, _ -> pull(device, NONE));

    assertThat(Set.copyOf(given)).hasSize(1);
    assertThat(signing(device)).containsValue(given.getFirst().orElseThrow());
  }

  @Test
  void pullsAtOnceOfADeviceThatSaysNothingGiveOneSecretOnce() {
    Device device = room.device();

    List<Optional<String>> given = Race.times(12, _ -> pull(device, null));

    assertThat(given).filteredOn(Optional::isPresent).hasSize(1);
  }
}
