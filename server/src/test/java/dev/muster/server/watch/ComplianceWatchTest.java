package dev.muster.server.watch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.server.alert.Alert;
import dev.muster.server.alert.AlertMetrics;
import dev.muster.server.alert.Ledger;
import dev.muster.server.alert.RecordingAlerts;
import dev.muster.server.alert.RuleKind;
import dev.muster.server.alert.Rules;
import dev.muster.server.alert.Severity;
import dev.muster.server.alert.StandingClock;
import dev.muster.server.alert.Terms;
import dev.muster.server.organization.Organizations;
import dev.muster.server.platform.Broadcast;
import dev.muster.server.platform.Database;
import dev.muster.server.platform.Ids;
import dev.muster.server.platform.OrganizationId;
import dev.muster.server.policy.PolicyTenant;
import dev.muster.server.policy.PolicyWorld;
import dev.muster.server.testing.Audits;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// What is found by looking, and not by heartbeats: compliance, and the server itself.
class ComplianceWatchTest {
  private final PolicyWorld world = PolicyWorld.open();
  private final Database database = world.testDatabase().database();
  private final RecordingAlerts heard = new RecordingAlerts();
  private final Rules rules =
      new Rules(
          database,
          world.groups(),
          Audits.on(world.clock()),
          new Broadcast(database.dataSource()),
          world.clock(),
          List.<Rules.Listener>of());
  private final AlertMetrics metrics = new AlertMetrics(new SimpleMeterRegistry(), world.clock());
  private final Ledger ledger = new Ledger(world.devices(), metrics, world.clock(), List.of(heard));
  private final StandingClock clock = new StandingClock(database, ledger, rules, metrics);
  private final ComplianceWatch watch =
      new ComplianceWatch(database, world.compliance(), ledger, rules);

  @AfterEach
  void close() {
    world.close();
  }

  private void rule(PolicyTenant tenant, RuleKind kind, int threshold) {
    var _ =
        rules.put(
            tenant.admin(),
            null,
            new Terms(
                kind,
                true,
                Severity.WARNING,
                threshold,
                Duration.ZERO,
                new Terms.Remedy(false, 3)));
  }

  private void pass(Duration time) {
    world.clock().advance(time);
    watch.run();
    clock.run();
  }

  @Test
  void aDeviceThatStaysStaleIsToldOfUntilItReports() {
    PolicyTenant tenant = world.tenant();
    rule(tenant, RuleKind.STALE, 600);
    String policy = tenant.published(1, PolicyTenant.password(6));
    String device = tenant.device();
    tenant.assign(device, policy);
    tenant.obey(device);
    pass(Duration.ZERO);
    tenant.publish(policy, PolicyTenant.password(8));
    pass(Duration.ofSeconds(30));
    assertThat(heard.raised).isEmpty();
    pass(Duration.ofMinutes(10));
    assertThat(heard.raised)
        .extracting(alert -> alert.rule().kind())
        .containsExactly(RuleKind.STALE);
    tenant.obey(device);
    pass(Duration.ofSeconds(30));
    assertThat(heard.recovered).extracting(Alert::id).containsExactly(heard.raised.getFirst().id());
    pass(Duration.ofMinutes(10));
    assertThat(heard.raised).hasSize(1);
  }

  @Test
  void nobodyRecoversBecauseTheListWasBrokenOff() {
    PolicyTenant tenant = world.tenant();
    rule(tenant, RuleKind.STALE, 600);
    String policy = tenant.published(1, PolicyTenant.password(6));
    for (int i = 0; i < 3; i++) {
      String device = tenant.device();
      tenant.assign(device, policy);
      tenant.obey(device);
    }
    tenant.publish(policy, PolicyTenant.password(8));
    pass(Duration.ofSeconds(30));
    pass(Duration.ofMinutes(10));
    assertThat(heard.raised).hasSize(3);

    ComplianceWatch byTwo = new ComplianceWatch(database, world.compliance(), ledger, rules, 2);
    Thread.currentThread().interrupt();
    try {
      byTwo.run();
    } finally {
      assertThat(Thread.interrupted()).isTrue();
    }
    assertThat(heard.recovered).isEmpty();
  }

  @Test
  void whoHasNotAskedHearsNothingOfCompliance() {
    PolicyTenant tenant = world.tenant();
    String policy = tenant.published(1, PolicyTenant.password(6));
    String device = tenant.device();
    tenant.obey(device);
    tenant.assign(device, policy);
    pass(Duration.ofDays(2));
    assertThat(heard.raised).isEmpty();
  }

  @Test
  void whatIsWrongWithTheServerIsToldToTheFirstOrganization() {
    OrganizationId home = new OrganizationId(Ids.next());
    Organizations organizations = new Organizations(database, world.clock(), List.of());
    var _ = database.in(home, handle -> organizations.createHome(handle, home, "Home"));
    AtomicReference<Optional<String>> problem = new AtomicReference<>(Optional.empty());
    ServerTrouble archive =
        new ServerTrouble() {
          @Override
          public RuleKind kind() {
            return RuleKind.ARCHIVE_FAILED;
          }

          @Override
          public Optional<String> problem(Handle handle) {
            return Objects.requireNonNull(problem.get());
          }
        };
    ServerWatch server =
        new ServerWatch(database, organizations, ledger, rules, List.of(archive, new JobTrouble()));
    server.run();
    assertThat(heard.raised).isEmpty();

    problem.set(Optional.of("The archive cannot be written."));
    server.run();
    server.run();
    assertThat(heard.raised)
        .singleElement()
        .satisfies(alert -> {
          assertThat(alert.organization()).isEqualTo(home);
          assertThat(alert.subject()).isNull();
          assertThat(alert.summary()).isEqualTo("The archive cannot be written.");
        });
    problem.set(Optional.empty());
    server.run();
    assertThat(heard.recovered).hasSize(1);

    database.acrossOrganizations(handle ->
        handle.execute(
            """
            insert into platform.outbox (id, organization_id, listener, event_type, body, created_at, due_at, dead_at)
            values (gen_random_uuid(), ?, 'nobody', 'X', '{}', now(), now(), now())
            """,
            home));
    server.run();
    assertThat(heard.raised)
        .extracting(alert -> alert.rule().kind())
        .containsExactly(RuleKind.ARCHIVE_FAILED, RuleKind.JOB_DEAD);
  }
}
