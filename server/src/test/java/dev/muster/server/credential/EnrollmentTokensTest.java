package dev.muster.server.credential;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.muster.server.credential.EnrollmentTokens.Use;
import dev.muster.server.platform.Caller;
import dev.muster.server.platform.ErrorCode;
import dev.muster.server.platform.Refusal;
import dev.muster.server.platform.Role;
import dev.muster.server.testing.Race;
import dev.muster.server.testing.Tenants;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EnrollmentTokensTest {
  private final CredentialRoom room = new CredentialRoom();
  private final EnrollmentTokens tokens = room.enrollmentTokens;

  @AfterAll
  void close() {
    room.close();
  }

  @Test
  void aTokenOfSevenUsesAdmitsExactlySevenOfManyAtOnce() {
    Issued token = issue(7);
    Caller.Enroller caller = tokens.check(token.text());

    List<String> outcomes =
        Race.times(
            24,
            i -> {
              try {
                return use(caller, i % 2 == 0 ? null : "hw-" + i).name();
              } catch (Refusal refusal) {
                return refusal.code().name();
              }
            });

    assertThat(outcomes).filteredOn("FIRST"::equals).hasSize(7);
    assertThat(outcomes).filteredOn("ENROLLMENT_TOKEN_REFUSED"::equals).hasSize(17);
    assertThat(stored(token).uses()).isEqualTo(7);
  }

  @Test
  void knownHardwareComesInAgainThoughTheTokenIsUsedUp() {
    Issued token = issue(1);
    Caller.Enroller caller = tokens.check(token.text());

    assertThat(use(caller, "hw")).isEqualTo(Use.FIRST);
    assertThat(use(tokens.check(token.text()), "hw")).isEqualTo(Use.AGAIN);

    assertThat(stored(token).uses()).isEqualTo(1);
    refused(() -> use(caller, "other"));
    refused(() -> use(caller, null));
  }

  @Test
  void oneHardwareAtOnceIsOneUse() {
    Issued token = issue(3);
    Caller.Enroller caller = tokens.check(token.text());

    List<Use> uses = Race.times(8, _ -> use(caller, "same"));

    assertThat(uses).filteredOn(Use.FIRST::equals).hasSize(1);
    assertThat(stored(token).uses()).isEqualTo(1);
  }

  @Test
  void anExpiredTokenAdmitsNobodyNotEvenAgain() {
    Issued token = issue(2);
    Caller.Enroller caller = tokens.check(token.text());
    use(caller, "hw");

    room.clock.advance(Duration.ofHours(1));

    refused(() -> tokens.check(token.text()));
    refused(() -> use(caller, "hw"));
  }

  @Test
  void aRevokedTokenAdmitsNobodyNotEvenAgain() {
    Issued token = issue(2);
    Caller.Enroller caller = tokens.check(token.text());
    use(caller, "hw");

    tokens.revoke(room.operator, token.id().toString());
    tokens.revoke(room.operator, token.id().toString());

    refused(() -> tokens.check(token.text()));
    refused(() -> use(caller, "hw"));
    assertThat(stored(token).revokedAt()).isNotNull();
  }

  @Test
  void aWrongSecretIsRefused() {
    String text = issue(1).text();

    refused(() -> tokens.check(text.substring(0, 36) + "A".repeat(43)));
    refused(() -> tokens.check("me_nonsense"));
    refused(() -> tokens.check(text + "A"));
  }

  @Test
  void onlyThoseMayManageTokensWhoHaveTheRight() {
    Issued token = issue(1);
    Caller viewer = Tenants.person(room.operator.organization(), Role.VIEWER);
    Caller stranger = Tenants.person(Tenants.fresh(room.database), Role.ADMIN);

    code(ErrorCode.FORBIDDEN, () -> tokens.revoke(viewer, token.id().toString()));
    code(ErrorCode.NOT_FOUND, () -> tokens.revoke(stranger, token.id().toString()));
    code(ErrorCode.NOT_FOUND, () -> tokens.revoke(room.operator, "nonsense"));
    assertThat(tokens.check(token.text()).tokenId()).isEqualTo(token.id());
  }

  private Issued issue(int uses) {
    return room.database.in(
        room.operator.organization(),
        handle -> tokens.issue(handle, room.operator, "test", uses, Duration.ofHours(1)));
  }

  private Use use(Caller.Enroller caller, @Nullable String hardwareId) {
    return room.database.in(
        caller.organization(), handle -> tokens.use(handle, caller, hardwareId));
  }

  private EnrollmentToken stored(Issued token) {
    return room.database.in(
        room.operator.organization(), handle -> tokens.require(handle, room.operator, token.id()));
  }

  private static void refused(org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
    code(ErrorCode.ENROLLMENT_TOKEN_REFUSED, call);
  }

  private static void code(
      ErrorCode code, org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            Refusal.class, refusal -> assertThat(refusal.code()).isEqualTo(code));
  }
}
