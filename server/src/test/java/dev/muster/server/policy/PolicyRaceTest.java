package dev.muster.server.policy;

import static dev.muster.server.policy.PolicyTenant.camera;
import static dev.muster.server.policy.PolicyTenant.password;
import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.protocol.Json;
import dev.muster.server.platform.ErrorCode;
import dev.muster.server.platform.Refusal;
import dev.muster.server.testing.Race;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jdbi.v3.core.mapper.reflect.ConstructorMapper;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;

@TestInstance(Lifecycle.PER_CLASS)
class PolicyRaceTest {
  private final PolicyWorld world = PolicyWorld.open();
  private final PolicyTenant tenant = world.tenant();

  @AfterAll
  void close() {
    world.close();
  }

  /// What the tables say of one policy.
  public record Tally(
      long versions,
      long newest,
      long activations,
      long newestActivation,
      long sum,
      boolean pointsAtLastActivated) {}

  private Tally tally(String policy) {
    return world.sql(handle ->
        handle
            .createQuery(
                """
                select (select count(*) from policy.version v where v.policy_id = p.id) as versions,
                       (select max(number) from policy.version v where v.policy_id = p.id) as newest,
                       (select count(*) from policy.activation a where a.policy_id = p.id) as activations,
                       (select max(sequence) from policy.activation a where a.policy_id = p.id) as newest_activation,
                       p.activations as sum,
                       p.current_version_id = (select version_id from policy.activation a
                         where a.policy_id = p.id order by sequence desc limit 1) as points_at_last_activated
                from policy.policy p where p.id = :policy
                """)
            .bind("policy", UUID.fromString(policy))
            .map(ConstructorMapper.of(Tally.class))
            .one());
  }

  @Test
  void publishingAndRollingBackAtOnceLeavesVersionsDenseAndOneCurrent() {
    String policy = tenant.published(1, password(1));
    tenant.publish(policy, password(2));
    String device = tenant.device();
    tenant.assign(device, policy);
    long before = tenant.version(device);
    List<Boolean> done =
        Race.times(
            32,
            i -> {
              if (i % 2 == 0) {
                tenant.publish(policy, password(i));
                return true;
              }
              return rolledBack(policy, 1 + i % 3);
            });
    long activated = done.stream().filter(yes -> yes).count();
    Tally tally = tally(policy);
    assertThat(tally.versions()).isEqualTo(18).isEqualTo(tally.newest());
    assertThat(tally.activations())
        .isEqualTo(2 + activated)
        .isEqualTo(tally.newestActivation())
        .isEqualTo(tally.sum());
    assertThat(tally.pointsAtLastActivated()).isTrue();
    assertThat(tenant.version(device)).isEqualTo(before + activated);
  }

  /// False when the version was current, or not there yet.
  private boolean rolledBack(String policy, int number) {
    try {
      world.policies().rollBack(tenant.admin(), policy, String.valueOf(number));
      return true;
    } catch (Refusal refusal) {
      assertThat(refusal.code()).isIn(ErrorCode.ALREADY_CURRENT, ErrorCode.NOT_FOUND);
      return false;
    }
  }

  @Test
  void overridesAtOnceRaiseTheVersionByExactlyOneEach() {
    String device = tenant.device();
    List<Long> versions = Race.times(32, i -> tenant.override(device, password(i % 60)).version());
    assertThat(versions).doesNotHaveDuplicates().allMatch(version -> version <= 33);
    assertThat(tenant.version(device)).isEqualTo(33);
  }

  @Test
  void changesOfDifferentKeysAtOnceAllSurvive() {
    String policy = tenant.published(1, Map.of());
    List<Map<String, Json>> changes =
        List.of(
            camera(false),
            password(9),
            Map.of("minOsVersion", Json.of("14")),
            Map.of("screenLockSeconds", Json.of(60)),
            Map.of("screenCaptureDisabled", Json.of(true)));
    Race.times(
        changes.size(),
        i -> world.policies().change(tenant.admin(), policy, changes.get(i), List.of(), ""));
    PolicyVersion last = world.policies().versions(tenant.admin(), policy, 1, 0).rows().getFirst();
    assertThat(last.number()).isEqualTo(6);
    assertThat(last.payload().fields()).hasSize(5);
  }

  @Test
  void ofThoseWhoPublishOnTopOfTheSameVersionOneWins() {
    String policy = tenant.published(1, password(1));
    List<Boolean> won =
        Race.times(
            16,
            i -> {
              try {
                world.policies().publish(tenant.admin(), policy, new Json.Obj(password(i)), "", 1);
                return true;
              } catch (Refusal refusal) {
                assertThat(refusal.code()).isEqualTo(ErrorCode.STALE_VERSION);
                return false;
              }
            });
    assertThat(won).containsOnlyOnce(true);
    assertThat(tenant.find(policy).currentVersion()).isEqualTo(2);
  }

  @Test
  void aPolicyIsEitherArchivedOrAssignedAndNeverBoth() {
    for (int round = 0; round < 20; round++) {
      String policy = tenant.published(1, password(1));
      String device = tenant.device();
      List<Boolean> done =
          Race.times(
              2,
              i -> {
                try {
                  if (i == 0) {
                    tenant.assign(device, policy);
                  } else {
                    world.policies().archive(tenant.admin(), policy);
                  }
                  return true;
                } catch (Refusal refusal) {
                  assertThat(refusal.code())
                      .isIn(ErrorCode.POLICY_ARCHIVED, ErrorCode.POLICY_ASSIGNED);
                  return false;
                }
              });
      assertThat(done).containsOnlyOnce(true);
      assertThat(tenant.version(device)).isEqualTo(done.getFirst() ? 2 : 1);
    }
  }

  @Test
  void aPublicationIsNotStarvedByAStreamOfAssignments()
      throws InterruptedException, ExecutionException, TimeoutException {
    String policy = tenant.published(1, password(1));
    List<String> devices = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      devices.add(tenant.device());
    }
    AtomicBoolean over = new AtomicBoolean();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> stream = new ArrayList<>();
      for (String device : devices) {
        stream.add(threads.submit(() -> assignAndUnassignUntil(over, device, policy)));
      }
      try {
        for (int i = 2; i < 12; i++) {
          int length = i;
          Future<PolicyVersion> publication =
              threads.submit(() -> tenant.publish(policy, password(length)));
          assertThat(publication.get(60, TimeUnit.SECONDS).number()).isEqualTo(i);
        }
      } finally {
        over.set(true);
      }
      for (Future<?> worker : stream) {
        worker.get(60, TimeUnit.SECONDS);
      }
    }
  }

  private void assignAndUnassignUntil(AtomicBoolean over, String device, String policy) {
    while (!over.get()) {
      tenant.assign(device, policy);
      tenant.unassign(device, policy);
    }
  }
}
