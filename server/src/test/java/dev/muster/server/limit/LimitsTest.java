package dev.muster.server.limit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.muster.server.platform.Caller;
import dev.muster.server.platform.ErrorCode;
import dev.muster.server.platform.Ids;
import dev.muster.server.platform.LimitSettings;
import dev.muster.server.platform.OrganizationId;
import dev.muster.server.platform.Refusal;
import dev.muster.server.platform.Role;
import dev.muster.server.testing.Race;
import dev.muster.server.testing.TestSettings;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class LimitsTest {
  private static final OrganizationId ORGANIZATION = new OrganizationId(Ids.next());
  private static final String HERE = "203.0.113.9";

  private final AtomicLong now = new AtomicLong();
  private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();

  private Limits limits(Map<String, String> settings) {
    LimitSettings limit = TestSettings.of(settings).limit();
    assertThat(Limits.mistakes(limit)).isEmpty();
    return new Limits(limit, metrics, now::get);
  }

  private static Map<String, String> rate(String what, int rate, int burst) {
    return Map.of(
        "muster.limit." + what + ".rate", "" + rate, "muster.limit." + what + ".burst", "" + burst);
  }

  private void pass(Duration time) {
    now.addAndGet(time.toNanos());
  }

  private static Caller.Device device() {
    return new Caller.Device(ORGANIZATION, Ids.next(), Ids.next());
  }

  private static void refused(ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            Refusal.class, refusal -> assertThat(refusal.code()).isEqualTo(ErrorCode.RATE_LIMITED));
  }

  private double counted(String what, String kind) {
    return metrics.get("muster.limited").tags("class", what, "kind", kind).counter().count();
  }

  @Test
  void aBurstGoesThroughAndThenTheRate() {
    Limits limits = limits(rate("heartbeat", 60, 3));
    Caller device = device();
    for (int i = 0; i < 3; i++) {
      assertThat(limits.tryAcquire(device, EndpointClass.HEARTBEAT)).isNull();
    }
    assertThat(limits.tryAcquire(device, EndpointClass.HEARTBEAT)).isEqualTo(Duration.ofSeconds(1));
    pass(Duration.ofMillis(400));
    assertThat(limits.tryAcquire(device, EndpointClass.HEARTBEAT))
        .isEqualTo(Duration.ofMillis(600));
    pass(Duration.ofMillis(600));
    assertThat(limits.tryAcquire(device, EndpointClass.HEARTBEAT)).isNull();
    assertThat(counted("heartbeat", "device")).isEqualTo(2);
  }

  @Test
  void theRefusalSaysWhatIsLimitedAndWhenToComeAgain() {
    Limits limits = limits(rate("read", 60, 1));
    Caller key = new Caller.Key(ORGANIZATION, Ids.next(), Set.of(), false);
    limits.require(key, EndpointClass.READ);
    pass(Duration.ofMillis(1));
    assertThatThrownBy(() -> limits.require(key, EndpointClass.READ))
        .isInstanceOfSatisfying(
            Refusal.class,
            refusal -> {
              assertThat(refusal.code()).isEqualTo(ErrorCode.RATE_LIMITED);
              assertThat(refusal.retryAfter()).isEqualTo(Duration.ofSeconds(1));
              assertThat(refusal.detail())
                  .isEqualTo(
                      "Too many requests of the class read of this caller: 60 a minute are let in."
                          + " Come again in 1 s.");
            });
  }

  @Test
  void callersAndClassesDoNotShare() {
    Limits limits =
        limits(
            Map.of(
                "muster.limit.read.rate", "1",
                "muster.limit.read.burst", "1",
                "muster.limit.write.rate", "1",
                "muster.limit.write.burst", "1"));
    Caller one = new Caller.Person(ORGANIZATION, Ids.next(), Role.ADMIN, false, false);
    Caller other = new Caller.Person(ORGANIZATION, Ids.next(), Role.ADMIN, false, false);
    limits.require(one, EndpointClass.READ);
    limits.require(other, EndpointClass.READ);
    limits.require(one, EndpointClass.WRITE);
    refused(() -> limits.require(one, EndpointClass.READ));
    assertThat(counted("read", "user")).isEqualTo(1);
  }

  @Test
  void thousandsOfDevicesAtOneAddressAreEachOnTheirOwn() {
    Limits limits = limits(Map.of());
    for (int i = 0; i < 2_000; i++) {
      limits.accepted("md_" + i);
      limits.requireWorth(HERE, "md_" + i);
      limits.require(device(), EndpointClass.DEVICE);
    }
  }

  @Test
  void zeroIsWithoutLimitAndSoIsEverythingWhenTurnedOff() {
    Limits open = limits(rate("device", 0, 1));
    Limits off = limits(Map.of("muster.limit.on", "false", "muster.limit.open.burst", "1"));
    Caller device = device();
    for (int i = 0; i < 10_000; i++) {
      open.require(device, EndpointClass.DEVICE);
      off.require(device, EndpointClass.HEARTBEAT);
      off.require(HERE, EndpointClass.OPEN);
      off.refused(HERE);
      off.requireWorth(HERE, "x");
    }
  }

  @Test
  void inOpenModeNobodyIsToldApartAndNobodyLimited() {
    Limits limits = limits(rate("write", 1, 1));
    Caller open = new Caller.Person(ORGANIZATION, Ids.next(), Role.ADMIN, true, true);
    Caller server = new Caller.Server(ORGANIZATION, "job");
    for (int i = 0; i < 100; i++) {
      limits.require(open, EndpointClass.WRITE);
      limits.require(server, EndpointClass.WRITE);
    }
  }

  @Test
  void whoShowsBadCredentialsIsNotLookedAtAnyMoreAndTheOthersThereAre() {
    Limits limits = limits(rate("refused", 60, 5));
    limits.accepted("md_good");
    for (int i = 0; i < 5; i++) {
      limits.requireWorth(HERE, "md_bad" + i);
      limits.refused(HERE);
    }
    refused(() -> limits.requireWorth(HERE, "md_bad"));
    limits.requireWorth(HERE, "md_good");
    limits.requireWorth("203.0.113.10", "md_bad");
    assertThat(counted("refused", "address")).isEqualTo(1);
    pass(Duration.ofSeconds(1));
    limits.requireWorth(HERE, "md_new");
  }

  /// Many may be looked at when the first turns out to be bad.
  @Test
  void whatWasLookedAtBeyondTheLimitIsPaidBack() {
    Limits limits = limits(rate("refused", 60, 5));
    for (int i = 0; i < 10; i++) {
      limits.requireWorth(HERE, "md_bad");
    }
    for (int i = 0; i < 10; i++) {
      limits.refused(HERE);
    }
    pass(Duration.ofSeconds(5));
    refused(() -> limits.requireWorth(HERE, "md_bad"));
    pass(Duration.ofSeconds(1));
    limits.requireWorth(HERE, "md_bad");
  }

  @Test
  void whoMakesUpAddressesSharesWhatIsLeftAndTheKnownOnesKeepTheirs() {
    Limits limits =
        limits(
            Map.of(
                "muster.limit.callers", "100",
                "muster.limit.open.rate", "60",
                "muster.limit.open.burst", "10"));
    limits.require(HERE, EndpointClass.OPEN);
    int let = 0;
    for (int i = 0; i < 10_000; i++) {
      try {
        limits.require("made-up-" + i, EndpointClass.OPEN);
        let++;
      } catch (Refusal _) {
        // one of those that share
      }
    }
    assertThat(let).isEqualTo(99 + 10 * Buckets.SHARE);
    limits.require(HERE, EndpointClass.OPEN);

    pass(Duration.ofMinutes(1)); // and the made up ones are forgotten
    for (int i = 0; i < 10; i++) {
      limits.require("new-comer", EndpointClass.OPEN);
    }
    refused(() -> limits.require("new-comer", EndpointClass.OPEN));
  }

  @Test
  void whoIsAwayIsForgottenAndGainsNothing() {
    Buckets buckets = Buckets.ofIdentities(new EndpointClass.Rate(60, 10), 1_000, now::get);
    for (int i = 0; i < 10; i++) {
      assertThat(buckets.take("a")).isNull();
    }
    pass(Duration.ofSeconds(9));
    assertThat(buckets.size()).isEqualTo(1);
    for (int i = 0; i < 9; i++) {
      assertThat(buckets.take("a")).isNull();
    }
    assertThat(buckets.take("a")).isNotNull();
    pass(Duration.ofSeconds(30));
    assertThat(buckets.size()).isZero();
  }

  @Test
  void identitiesNeverTakeMoreRoomThanTheyMay() {
    Buckets buckets = Buckets.ofIdentities(new EndpointClass.Rate(1, 10), 1_000, now::get);
    for (int i = 0; i < 20_000; i++) {
      assertThat(buckets.take(i)).isNull();
    }
    assertThat(buckets.size()).isLessThanOrEqualTo(1_000);
  }

  @Test
  void ofManyAtOnceAsManyGoThroughAsMay() {
    Limits limits = limits(rate("device", 60, 40));
    Caller device = device();
    List<Boolean> let =
        Race.times(100, _ -> limits.tryAcquire(device, EndpointClass.DEVICE) == null);
    assertThat(let).filteredOn(went -> went).hasSize(40);
  }

  @Test
  void settingsThatMakeNoSenseAreNamed() {
    assertThat(
            Limits.mistakes(
                TestSettings.of(
                        Map.of(
                            "muster.limit.callers", "0",
                            "muster.limit.read.rate", "-1",
                            "muster.limit.login.burst", "0"))
                    .limit()))
        .containsExactly(
            "muster.limit.callers must be at least 1, and is 0",
            "muster.limit.login.burst must be 1 to 100000000, and is 0",
            "muster.limit.read.rate must be 0 (without limit) to 100000000, and is -1");
  }

  @Test
  void eachEndpointHasAClass() {
    Caller person = new Caller.Person(ORGANIZATION, Ids.next(), Role.ADMIN, false, false);
    Caller enroller = new Caller.Enroller(ORGANIZATION, Ids.next());
    assertThat(Endpoints.open("/health/")).isEmpty();
    assertThat(Endpoints.open("/api/health")).isEmpty();
    assertThat(Endpoints.open("/healthy")).contains(EndpointClass.OPEN);
    assertThat(Endpoints.open("/api/auth/login/")).contains(EndpointClass.LOGIN);
    assertThat(Endpoints.of(person, true, "/api/devices/")).isEqualTo(EndpointClass.READ);
    assertThat(Endpoints.of(person, false, "/api/devices/")).isEqualTo(EndpointClass.WRITE);
    assertThat(Endpoints.of(person, false, "/api/devices/bulk/")).isEqualTo(EndpointClass.BULK);
    assertThat(Endpoints.of(device(), false, "/v1/heartbeat")).isEqualTo(EndpointClass.HEARTBEAT);
    assertThat(Endpoints.of(device(), true, "/devices/x/policy")).isEqualTo(EndpointClass.DEVICE);
    assertThat(Endpoints.of(enroller, false, "/enroll")).isEqualTo(EndpointClass.ENROLL);
    assertThat(Endpoints.of(person, "s/BatchRegisterDevices", false)).isEqualTo(EndpointClass.BULK);
    assertThat(Endpoints.of(person, "s/ListDevices", true)).isEqualTo(EndpointClass.READ);
  }
}
