package dev.muster.server.policy;

import static dev.muster.server.policy.PolicyTenant.camera;
import static dev.muster.server.policy.PolicyTenant.password;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.groups.Tuple.tuple;

import dev.muster.protocol.Platform;
import dev.muster.server.doorbell.Ring;
import dev.muster.server.policy.ApplyJob.State;
import dev.muster.server.testing.TestPostgres;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import org.jdbi.v3.core.mapper.reflect.ConstructorMapper;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;

@TestInstance(Lifecycle.PER_CLASS)
class WakesTest {
  private static final int CHUNK = 3;

  private final PolicyWorld world =
      PolicyWorld.open(
          Map.of("muster.wake.chunk", String.valueOf(CHUNK), "muster.wake.rate", "1000000"));
  private final PolicyTenant tenant = world.tenant();

  @AfterAll
  void close() {
    world.close();
  }

  private List<ApplyJob> jobs(String device) {
    return world.sql(handle ->
        handle
            .createQuery(
                """
                select id, device_id::text as device, version, state, attempt, error, created_at, due_at,
                       started_at, finished_at
                from policy.apply_job where device_id = :device order by attempt, version
                """)
            .bind("device", UUID.fromString(device))
            .map(ConstructorMapper.of(ApplyJob.class))
            .list());
  }

  private ApplyJob job(String device) {
    assertThat(jobs(device)).hasSize(1);
    return jobs(device).getFirst();
  }

  private void settle(String device, Ring ring) {
    world.wakes().settle(Map.of(PolicyTenant.id(device), ring));
  }

  private long wakes() {
    return world.sql(
        handle -> handle.createQuery("select count(*) from policy.wake").mapTo(Long.class).one());
  }

  @Test
  void aPublicationMakesOneOpenJobForEachDeviceThatHasThePolicy() {
    String policy = tenant.published(1, password(6));
    List<String> devices = new ArrayList<>();
    for (int i = 0; i < 2 * CHUNK + 1; i++) {
      devices.add(tenant.device());
      tenant.assign(devices.getLast(), policy);
    }
    String bystander = tenant.device();
    tenant.publish(policy, password(7));
    tenant.publish(policy, password(8));
    world.wakes().run();
    for (String device : devices) {
      assertThat(job(device).version()).isEqualTo(4);
      assertThat(job(device).state()).isEqualTo(State.QUEUED);
    }
    assertThat(jobs(bystander)).isEmpty();
    assertThat(wakes()).isZero();
    var listed = world.policies().jobs(tenant.admin(), policy, 50, 0);
    assertThat(listed.count()).isEqualTo(devices.size());
    assertThat(listed.rows())
        .extracting(ApplyJob::device)
        .containsExactlyInAnyOrderElementsOf(devices);
  }

  @Test
  void aJobOfTheSameVersionIsListedWithThePolicyThatChangedLast() {
    String device = tenant.device();
    String policy = tenant.published(1, password(6));
    tenant.assign(device, policy);
    world.wakes().run();
    settle(device, new Ring.Rung());
    tenant.publish(Policies.DEFAULTS, password(5));
    tenant.publish(policy, password(7));
    world.wakes().run();
    assertThat(world.policies().jobs(tenant.admin(), policy, 50, 0).rows())
        .extracting(ApplyJob::device, ApplyJob::version)
        .containsExactly(tuple(device, 4L));
  }

  @Test
  void theJobOfAnAssignmentIsListedWithItsPolicy() {
    String policy = tenant.published(1, password(6));
    world.wakes().run();
    String group = tenant.group();
    String device = tenant.device();
    String member = tenant.device(Platform.LINUX, group);
    tenant.assign(device, policy);
    tenant.assignToGroup(group, policy);
    world.wakes().run();
    assertThat(world.policies().jobs(tenant.admin(), policy, 50, 0).rows())
        .extracting(ApplyJob::device, ApplyJob::version)
        .containsExactlyInAnyOrder(tuple(device, 2L), tuple(member, 2L));
  }

  @Test
  void aNewerVersionTakesTheOpenJobOver() {
    String device = tenant.device();
    tenant.override(device, camera(false));
    world.wakes().run();
    UUID first = job(device).id();
    settle(device, new Ring.Rung());
    assertThat(job(device).state()).isEqualTo(State.RUNNING);
    tenant.override(device, camera(true));
    world.wakes().run();
    ApplyJob job = job(device);
    assertThat(job.id()).isEqualTo(first);
    assertThat(job.version()).isEqualTo(3);
    assertThat(job.state()).isEqualTo(State.QUEUED);
  }

  @Test
  void aJobIsDoneByAReportOfItsVersion() {
    String device = woken();
    tenant.report(device, 1, camera(false));
    assertThat(job(device).state()).isEqualTo(State.QUEUED);
    tenant.report(device, 2, camera(false));
    assertThat(job(device).state()).isEqualTo(State.SUCCESS);
    assertThat(job(device).finishedAt()).isEqualTo(world.clock().instant());
  }

  @Test
  void aJobIsDoneByAReportOfALaterVersion() {
    String device = woken();
    tenant.report(device, 9, camera(false));
    assertThat(job(device).state()).isEqualTo(State.SUCCESS);
  }

  private String woken() {
    String device = tenant.device();
    tenant.override(device, camera(false));
    world.wakes().run();
    return device;
  }

  @Test
  void aDeviceThatReportedBeforeTheWorkerCameHasAJobThatIsDone() {
    String device = tenant.device();
    tenant.override(device, camera(false));
    tenant.obey(device);
    world.wakes().run();
    assertThat(job(device).state()).isEqualTo(State.SUCCESS);
    assertThat(job(device).version()).isEqualTo(2);
  }

  @Test
  void theJobOfADeviceThatIsOfflineWaitsAndIsNoFailedAttempt() {
    String device = woken();
    settle(device, new Ring.Offline());
    world.clock().advance(Duration.ofDays(1));
    world.wakes().run();
    ApplyJob job = job(device);
    assertThat(job.state()).isEqualTo(State.QUEUED);
    assertThat(job.attempt()).isEqualTo(1);
  }

  @Test
  void aDeviceThatComesByItselfHasHeard() {
    String device = woken();
    world.pulls().pull(tenant.self(device), device, null);
    assertThat(job(device).state()).isEqualTo(State.RUNNING);
  }

  @Test
  void whoLooksAtADeviceDoesNotStartItsJob() {
    String device = woken();
    tenant.pull(device);
    assertThat(job(device).state()).isEqualTo(State.QUEUED);
  }

  @Test
  void aRingThatFailsEndsTheAttemptAndQueuesTheNextOneForLater() {
    String device = woken();
    settle(device, new Ring.Failed("connection reset"));
    assertThat(jobs(device))
        .extracting(ApplyJob::attempt, ApplyJob::state, ApplyJob::error)
        .containsExactly(tuple(1, State.FAILED, "connection reset"), tuple(2, State.QUEUED, null));
    assertThat(jobs(device).getLast().dueAt()).isEqualTo(world.clock().instant().plusSeconds(2));
    settle(device, new Ring.Rung());
    tenant.obey(device);
    assertThat(jobs(device).getLast().state()).isEqualTo(State.SUCCESS);
  }

  @Test
  void aDeviceThatIsRungAndStaysSilentIsTriedAgainAndAtLastGivenUp() {
    String device = woken();
    for (int attempt = 1; attempt <= 8; attempt++) {
      settle(device, new Ring.Rung());
      assertThat(jobs(device).getLast().state()).isEqualTo(State.RUNNING);
      world.clock().advance(world.settings().wake().reportTimeout().plusSeconds(1));
      world.wakes().run();
      assertThat(jobs(device).get(attempt - 1).state()).isEqualTo(State.FAILED);
      assertThat(jobs(device).get(attempt - 1).error()).contains("no report within");
    }
    assertThat(jobs(device)).hasSize(8);
  }

  @Test
  void withoutAWorkerEveryChangeSucceedsAndALaterWorkerMakesEveryJob() {
    PolicyTenant own = world.tenant();
    String policy = own.published(1, password(6));
    String group = own.group();
    List<String> devices = new ArrayList<>();
    for (int i = 0; i < 3 * CHUNK; i++) {
      devices.add(own.device(Platform.LINUX, group));
    }
    own.assignToGroup(group, policy);
    own.publish(policy, password(7));
    world.policies().rollBack(own.admin(), policy, "1");
    own.assign(devices.getFirst(), policy);
    world.wakes().run();
    for (String device : devices) {
      assertThat(job(device).version()).isEqualTo(4);
      own.obey(device);
      assertThat(job(device).state()).isEqualTo(State.SUCCESS);
    }
  }

  @Test
  void aChunkThatIsRolledBackIsMadeAgainAndNoDeviceIsPassedOver() throws SQLException {
    String policy = tenant.published(1, password(6));
    world.wakes().run();
    String group = tenant.group();
    Set<String> devices = new TreeSet<>();
    for (int i = 0; i < 2 * CHUNK + 1; i++) {
      devices.add(tenant.device(Platform.LINUX, group));
    }
    tenant.assignToGroup(group, policy);
    assertThat(world.wakes().wakeChunk()).isPositive();
    assertThat(withJobs(devices)).hasSize(CHUNK);
    asSuperuser(
        "alter table policy.apply_job add constraint disk_is_full check (version <> 2) not valid");
    try {
      assertThatThrownBy(() -> world.wakes().wakeChunk()).hasMessageContaining("disk_is_full");
    } finally {
      asSuperuser("alter table policy.apply_job drop constraint disk_is_full");
    }
    assertThat(withJobs(devices)).hasSize(CHUNK);
    assertThat(world.wakes().wakeChunk()).isPositive();
    assertThat(withJobs(devices)).hasSize(2 * CHUNK);
    world.wakes().run();
    assertThat(withJobs(devices)).isEqualTo(devices);
    assertThat(wakes()).isZero();
  }

  private void asSuperuser(String sql) throws SQLException {
    try (Connection superuser = TestPostgres.superuser(world.testDatabase().name());
        Statement statement = superuser.createStatement()) {
      statement.execute(sql);
    }
  }

  private Set<String> withJobs(Set<String> devices) {
    Set<String> with = new TreeSet<>(devices);
    with.removeIf(device -> jobs(device).isEmpty());
    return with;
  }

  @Test
  void jobsAreForgottenNinetyDaysAfterTheyEndedAndNeverWhileTheyAreOpen() {
    String done = woken();
    tenant.obey(done);
    String open = woken();
    JobRetention retention =
        new JobRetention(world.testDatabase().database(), world.clock(), world.settings());
    world.clock().advance(world.settings().retention().applyJobs());
    retention.run();
    assertThat(jobs(done)).hasSize(1);
    world.clock().advance(Duration.ofSeconds(1));
    retention.run();
    assertThat(jobs(done)).isEmpty();
    assertThat(jobs(open)).hasSize(1);
  }

  @Test
  void publishingAgainBeforeTheWorkerCameLeavesOneWake() {
    world.wakes().run();
    String policy = tenant.published(1, password(6));
    tenant.publish(policy, password(7));
    tenant.publish(policy, password(8));
    assertThat(wakes()).isEqualTo(1);
  }
}
