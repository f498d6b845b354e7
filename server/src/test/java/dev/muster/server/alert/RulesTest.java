package dev.muster.server.alert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.muster.server.device.Groups;
import dev.muster.server.platform.Broadcast;
import dev.muster.server.platform.Caller;
import dev.muster.server.platform.OrganizationId;
import dev.muster.server.platform.Refusal;
import dev.muster.server.platform.Role;
import dev.muster.server.testing.Audits;
import dev.muster.server.testing.MutableClock;
import dev.muster.server.testing.Tenants;
import dev.muster.server.testing.TestDatabase;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;

@TestInstance(Lifecycle.PER_CLASS)
class RulesTest {
  private final TestDatabase testDatabase = TestDatabase.create();
  private final MutableClock clock = new MutableClock();
  private final Groups groups =
      new Groups(testDatabase.database(), clock, List.of(), Audits.on(clock));
  private final Broadcast broadcast = new Broadcast(testDatabase.database().dataSource());
  private final Rules rules = rules(broadcast);
  private final OrganizationId organization = Tenants.fresh(testDatabase.database());
  private final Caller admin = Tenants.person(organization, Role.ADMIN);

  private Rules rules(Broadcast heard) {
    return new Rules(
        testDatabase.database(), groups, Audits.on(clock), heard, clock, List.<Rules.Listener>of());
  }

  @AfterAll
  void close() {
    broadcast.close();
    testDatabase.close();
  }

  private static Terms battery(int threshold) {
    Terms terms = Terms.defaults(RuleKind.LOW_BATTERY);
    return new Terms(
        terms.kind(), true, Severity.INFO, threshold, Duration.ofMinutes(1), terms.remedy());
  }

  private Terms held(Rules node) {
    return testDatabase
        .database()
        .in(organization, handle -> node.book(handle, organization))
        .common(RuleKind.LOW_BATTERY);
  }

  @Test
  void withoutRulesTheDefaultsHold() {
    OrganizationId fresh = Tenants.fresh(testDatabase.database());
    RuleBook book = testDatabase.database().in(fresh, handle -> rules.book(handle, fresh));
    assertThat(book.common(RuleKind.OFFLINE).enabled()).isTrue();
    assertThat(book.common(RuleKind.OFFLINE).threshold()).isEqualTo(720);
    assertThat(book.common(RuleKind.LOW_BATTERY).threshold()).isEqualTo(15);
    assertThat(book.common(RuleKind.STALE).enabled()).isFalse();
  }

  @Test
  void aRuleIsSetAndTakenBackForAllAndForAGroupAndLeavesAnAuditEntryEach() {
    OrganizationId own = Tenants.fresh(testDatabase.database());
    Caller person = Tenants.person(own, Role.ADMIN);
    groups.create(person, "shop");
    assertThat(rules.put(person, null, battery(20)).book().common(RuleKind.LOW_BATTERY))
        .isEqualTo(battery(20));
    assertThat(rules.put(person, "shop", battery(30)).names()).containsValue("shop");
    var _ = rules.put(person, "shop", battery(30)); // the same again is no change
    assertThat(rules.reset(person, "shop", RuleKind.LOW_BATTERY).names()).isEmpty();
    assertThat(rules.reset(person, null, RuleKind.LOW_BATTERY).book().common(RuleKind.LOW_BATTERY))
        .isEqualTo(Terms.defaults(RuleKind.LOW_BATTERY));
    long entries =
        testDatabase
            .database()
            .in(
                own,
                handle ->
                    handle
                        .createQuery(
                            "select count(*) from audit.entry where action = 'alert_rule.changed'")
                        .mapTo(long.class)
                        .one());
    assertThat(entries).isEqualTo(4);
  }

  @Test
  void onlyAdminsChangeRulesAndAGroupMustBeTheirOwn() {
    Caller operator = Tenants.person(organization, Role.OPERATOR);
    assertThatThrownBy(() -> rules.put(operator, null, battery(20))).isInstanceOf(Refusal.class);
    Caller stranger = Tenants.person(Tenants.fresh(testDatabase.database()), Role.ADMIN);
    String foreign = groups.create(stranger, "foreign").id().toString();
    assertThatThrownBy(() -> rules.put(admin, foreign, battery(20)))
        .isInstanceOf(Refusal.class)
        .hasMessageContaining("group");
  }

  @Test
  void anotherNodeHearsOfAChange() throws InterruptedException {
    Broadcast elsewhere = new Broadcast(testDatabase.database().dataSource());
    CountDownLatch connected = new CountDownLatch(1);
    elsewhere.onReset(connected::countDown);
    Rules other = rules(elsewhere);
    CountDownLatch heard = new CountDownLatch(1);
    elsewhere.listen("alert.rules", _ -> heard.countDown());
    try {
      elsewhere.start();
      broadcast.start();
      assertThat(connected.await(20, TimeUnit.SECONDS)).isTrue();
      assertThat(held(other).threshold()).isEqualTo(15);
      var _ = rules.put(admin, null, battery(40));
      assertThat(heard.await(20, TimeUnit.SECONDS)).isTrue();
      assertThat(held(other).threshold()).isEqualTo(40);
    } finally {
      elsewhere.close();
    }
  }

  @Test
  void whatIsRememberedIsForgottenAfterAMinute() {
    Rules deaf = rules(new Broadcast(testDatabase.database().dataSource()));
    OrganizationId own = Tenants.fresh(testDatabase.database());
    Caller person = Tenants.person(own, Role.ADMIN);
    testDatabase.database().in(own, handle -> deaf.book(handle, own));
    var _ = rules.put(person, null, battery(50));
    clock.advance(Duration.ofSeconds(61));
    assertThat(
            testDatabase
                .database()
                .in(own, handle -> deaf.book(handle, own))
                .common(RuleKind.LOW_BATTERY)
                .threshold())
        .isEqualTo(50);
  }
}
