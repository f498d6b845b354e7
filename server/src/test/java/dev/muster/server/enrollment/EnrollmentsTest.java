package dev.muster.server.enrollment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.muster.protocol.Json;
import dev.muster.protocol.Platform;
import dev.muster.server.credential.DeviceCredentials;
import dev.muster.server.credential.DeviceTokens;
import dev.muster.server.credential.EnrollmentTokens;
import dev.muster.server.device.Device;
import dev.muster.server.device.Devices;
import dev.muster.server.device.Groups;
import dev.muster.server.organization.Quotas;
import dev.muster.server.platform.Broadcast;
import dev.muster.server.platform.Caller;
import dev.muster.server.platform.Database;
import dev.muster.server.platform.ErrorCode;
import dev.muster.server.platform.Ids;
import dev.muster.server.platform.OrganizationId;
import dev.muster.server.platform.Refusal;
import dev.muster.server.platform.Role;
import dev.muster.server.policy.Policies;
import dev.muster.server.policy.PolicyType;
import dev.muster.server.policy.PolicyWorld;
import dev.muster.server.testing.Audits;
import dev.muster.server.testing.Events;
import dev.muster.server.testing.MutableClock;
import dev.muster.server.testing.Race;
import dev.muster.server.testing.Tenants;
import dev.muster.server.testing.TestSettings;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EnrollmentsTest {
  private final PolicyWorld world = PolicyWorld.open();
  private final Database database = world.testDatabase().database();
  private final MutableClock clock = world.clock();
  private final Groups groups = world.groups();
  private final Devices devices = world.devices();
  private final EnrollmentTokens enrollmentTokens =
      new EnrollmentTokens(database, clock, Audits.on(clock));
  private final DeviceTokens deviceTokens =
      new DeviceTokens(
          database,
          clock,
          Events.outbox(database, clock),
          new Broadcast(database.dataSource()),
          devices,
          Audits.on(clock));
  private final GrantingTokens tokens =
      new GrantingTokens(
          database,
          enrollmentTokens,
          groups,
          Audits.on(clock),
          new Quotas(TestSettings.of(Map.of()), List.of()));
  private final Enrollments enrollments =
      new Enrollments(
          database,
          enrollmentTokens,
          devices,
          new Granting(groups, world.assignments()),
          new DeviceCredentials(deviceTokens, world.commandSecrets()),
          world.versions(),
          Audits.on(clock));
  private OrganizationId organization = new OrganizationId(Ids.next());
  private Caller operator = new Caller.Server(organization, "test");

  @BeforeEach
  void makeOrganization() {
    organization = world.tenant().organization();
    operator = Tenants.person(organization, Role.OPERATOR);
  }

  @AfterAll
  void close() {
    world.close();
  }

  @Test
  void aTokenIsTurnedIntoADeviceACredentialAndAPolicy() {
    groups.create(operator, "kiosks");
    Enrolled enrolled =
        enrollments.enroll(
            token(1, "kiosks"),
            new Enrolling(
                "Lobby", Platform.ANDROID, new Device.Hardware("hw-1", "Pixel", "16", "1.0")));

    assertThat(enrolled.policy().version()).isEqualTo(1);
    assertThat(deviceTokens.check(enrolled.deviceToken()).deviceId())
        .isEqualTo(enrolled.device().id().value());
    Devices.Entry stored = devices.read(operator, enrolled.device().handle());
    assertThat(stored.groups()).containsExactly("kiosks");
    assertThat(stored.device().name()).isEqualTo("Lobby");
    assertThat(stored.device().platform()).isEqualTo(Platform.ANDROID);
    assertThat(stored.device().hardware().osVersion()).isEqualTo("16");
  }

  @Test
  void aTokenGivesItsPoliciesAndTheFirstVersionIsOne() {
    Caller admin = Tenants.person(organization, Role.ADMIN);
    world.policies().create(admin, new Policies.NewPolicy("till", PolicyType.KIOSK, "", 100));
    world
        .policies()
        .publish(admin, "till", new Json.Obj(Map.of("screenLockSeconds", Json.of(60L))), "", null);
    Caller.Enroller granting = token(9, List.of(), List.of("till"));

    Enrolled fresh = enrollments.enroll(granting, machine("hw-fresh"));
    Enrolled known = enrollments.enroll(token(1), machine("hw-known"));
    Enrolled again = enrollments.enroll(granting, machine("hw-known"));

    assertThat(fresh.policy().version()).isEqualTo(1);
    assertThat(fresh.policy().settings().fields()).containsKey("screenLockSeconds");
    assertThat(again.device().id()).isEqualTo(known.device().id());
    assertThat(again.policy().version()).isEqualTo(2);
    assertThat(again.policy().settings().fields()).containsKey("screenLockSeconds");
  }

  @Test
  void aTokenOfFiveUsesAdmitsExactlyFiveOfManyAtOnce() {
    Caller.Enroller token = token(5);

    List<String> outcomes =
        Race.times(
            20,
            i -> {
              try {
                enrollments.enroll(token, machine(i % 2 == 0 ? null : "hw-" + i));
                return "enrolled";
              } catch (Refusal refusal) {
                return refusal.code().name();
              }
            });

    assertThat(outcomes).filteredOn("enrolled"::equals).hasSize(5);
    assertThat(outcomes).filteredOn("ENROLLMENT_TOKEN_REFUSED"::equals).hasSize(15);
    assertThat(count()).isEqualTo(5);
  }

  @Test
  void oneMachineThatEnrollsManyTimesAtOnceIsOneDeviceWithKeysThatAllWork() {
    Caller.Enroller token = token(1);

    List<Enrolled> all = Race.times(12, _ -> enrollments.enroll(token, machine("same")));

    assertThat(all)
        .extracting(enrolled -> enrolled.device().id())
        .containsOnly(all.getFirst().device().id());
    assertThat(count()).isEqualTo(1);
    assertThat(all).extracting(Enrolled::deviceToken).doesNotHaveDuplicates();
  }

  @Test
  void oneMachineWithManyTokensAtOnceIsOneDevice() {
    List<Caller.Enroller> several = List.of(token(9), token(9), token(9), token(9));

    Race.times(12, i -> enrollments.enroll(several.get(i % 4), machine("same")));

    assertThat(count()).isEqualTo(1);
  }

  @Test
  void aLostAnswerLocksNobodyOut() {
    Caller.Enroller token = token(1);
    String first = enrollments.enroll(token, machine("hw")).deviceToken();
    String lost = enrollments.enroll(token, machine("hw")).deviceToken();
    deviceTokens.check(first);
    String second = enrollments.enroll(token, machine("hw")).deviceToken();
    deviceTokens.check(first);

    deviceTokens.check(second);

    refused(ErrorCode.UNAUTHENTICATED, () -> deviceTokens.check(first));
    refused(ErrorCode.UNAUTHENTICATED, () -> deviceTokens.check(lost));
  }

  @Test
  void aMachineThatComesWithAnotherTokenKeepsItsPlaceAndGetsWhatThatGives() {
    groups.create(operator, "first");
    groups.create(operator, "second");
    Enrolled before = enrollments.enroll(token(1, "first"), machine("hw"));

    Enrolled after =
        enrollments.enroll(
            token(1, "second"),
            new Enrolling(
                "ignored", Platform.IOS, new Device.Hardware("hw", "Model B", null, "2.0")));

    assertThat(after.device().id()).isEqualTo(before.device().id());
    Devices.Entry entry = devices.read(operator, before.device().handle());
    assertThat(entry.groups()).containsExactly("first", "second");
    assertThat(entry.device().name()).isEqualTo(before.device().name());
    assertThat(entry.device().platform()).isEqualTo(Platform.OTHER);
    assertThat(entry.device().hardware())
        .isEqualTo(new Device.Hardware("hw", "Model B", "6.1", "2.0"));
  }

  @Test
  void theSameHardwareIsAnotherDeviceInAnotherOrganization() {
    Enrolled ours = enrollments.enroll(token(1), machine("hw"));
    makeOrganization();
    Enrolled theirs = enrollments.enroll(token(1), machine("hw"));

    assertThat(theirs.device().id()).isNotEqualTo(ours.device().id());
  }

  @Test
  void withoutAnAliasADeviceIsNamedByItsModel() {
    Enrolled enrolled = enrollments.enroll(token(1), machine(null));
    String id = enrolled.device().id().toString();

    assertThat(enrolled.device().name()).isEqualTo("Model A " + id.substring(id.length() - 6));
  }

  @Test
  void inOpenModeNoTokenIsNeededAndKnownHardwareIsTheSameDevice() {
    Caller anybody = Tenants.anybody(organization);

    Enrolled first = enrollments.enroll(anybody, machine("hw"));
    Enrolled again = enrollments.enroll(anybody, machine("hw"));

    assertThat(again.device().id()).isEqualTo(first.device().id());
    refused(ErrorCode.FORBIDDEN, () -> enrollments.enroll(operator, machine("hw")));
  }

  @Test
  void aRefusedEnrollmentLeavesNothingBehind() {
    Caller.Enroller token = token(1);
    enrollments.enroll(token, machine("first"));

    refused(ErrorCode.ENROLLMENT_TOKEN_REFUSED, () -> enrollments.enroll(token, machine("x")));

    assertThat(count()).isEqualTo(1);
  }

  @Test
  void aTokenForUnknownGroupsOrPoliciesIsNotMade() {
    refused(ErrorCode.INVALID_FIELDS, () -> token(1, "nowhere"));
    refused(
        ErrorCode.INVALID_FIELDS,
        () ->
            tokens.create(
                operator,
                new GrantingTokens.NewToken(
                    "", 1, Duration.ofDays(1), List.of(), List.of(Ids.next().toString()))));
    assertThat(tokens.list(operator, 0, 10).count()).isZero();
  }

  private Caller.Enroller token(int uses, String... groups) {
    return token(uses, List.of(groups), List.of());
  }

  private Caller.Enroller token(int uses, List<String> groups, List<String> policies) {
    var created =
        tokens.create(
            operator, new GrantingTokens.NewToken("", uses, Duration.ofDays(1), groups, policies));
    return new Caller.Enroller(organization, created.secret().id());
  }

  private static Enrolling machine(@Nullable String hardwareId) {
    return new Enrolling(null, null, new Device.Hardware(hardwareId, "Model A", "6.1", "1.0"));
  }

  private long count() {
    return database.in(organization, handle -> devices.count(handle, organization));
  }

  private static void refused(ErrorCode code, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            Refusal.class, refusal -> assertThat(refusal.code()).isEqualTo(code));
  }
}
