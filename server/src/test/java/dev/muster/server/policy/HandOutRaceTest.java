package dev.muster.server.policy;

import static dev.muster.server.policy.PolicyTenant.password;
import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.protocol.Json;
import dev.muster.protocol.Platform;
import dev.muster.server.platform.ErrorCode;
import dev.muster.server.platform.OrganizationId;
import dev.muster.server.platform.Refusal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.mapper.reflect.ConstructorMapper;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;

/// Everything that concerns devices, at once, while they pull.
@TestInstance(Lifecycle.PER_CLASS)
class HandOutRaceTest {
  private static final int DEVICES = 5;
  private static final int WRITERS = 10;
  private static final int STEPS = 60;

  private final PolicyWorld world = PolicyWorld.open(Map.of(), this::everyChangeRaisesByOne);
  private final PolicyTenant tenant = world.tenant();
  private final List<String> devices = new ArrayList<>();
  private final List<String> groups = new ArrayList<>();
  private final List<String> policies = new ArrayList<>();
  private final Map<String, String> contents = new ConcurrentHashMap<>();
  private final Queue<Long> raises = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean over = new AtomicBoolean();

  @AfterAll
  void close() {
    world.close();
  }

  @Test
  void noVersionEverFallsOrJumpsOrIsHandedOutWithTwoContents()
      throws InterruptedException, ExecutionException {
    for (int i = 0; i < 3; i++) {
      groups.add(tenant.group());
      policies.add(tenant.published(i, password(i)));
    }
    for (int i = 0; i < DEVICES; i++) {
      devices.add(tenant.device(Platform.LINUX));
    }
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> readers = new ArrayList<>();
      for (String device : devices) {
        readers.add(threads.submit(() -> pullUntilOver(device)));
      }
      List<Future<?>> writers = new ArrayList<>();
      for (int i = 0; i < WRITERS; i++) {
        long seed = 4711L + i;
        writers.add(threads.submit(() -> change(new Random(seed))));
      }
      try {
        for (Future<?> writer : writers) {
          writer.get();
        }
      } finally {
        over.set(true);
      }
      for (Future<?> reader : readers) {
        reader.get();
      }
    }
    assertThat(contents.size()).isGreaterThan(DEVICES * 10);
    assertThat(raises).hasSizeGreaterThan(100).containsOnly(1L);
    assertThat(deadlocks()).describedAs("the order of the locks was kept").isZero();
  }

  private long deadlocks() {
    return world.sql(handle ->
        handle
            .createQuery(
                "select deadlocks from pg_stat_database where datname = current_database()")
            .mapTo(Long.class)
            .one());
  }

  private void pullUntilOver(String device) {
    long newest = 0;
    while (!over.get()) {
      DesiredPolicy pulled = world.pulls().pull(tenant.self(device), device, null).policy();
      assertThat(pulled.version()).isGreaterThanOrEqualTo(newest);
      newest = pulled.version();
      String content = pulled.settings().canonical();
      String before = contents.putIfAbsent(device + " at " + newest, content);
      assertThat(before == null || before.equals(content))
          .describedAs("%s at %s was %s and is %s", device, newest, before, content)
          .isTrue();
    }
  }

  private void change(Random random) {
    for (int step = 0; step < STEPS; step++) {
      String device = devices.get(random.nextInt(devices.size()));
      String group = groups.get(random.nextInt(groups.size()));
      String policy = policies.get(random.nextInt(policies.size()));
      Map<String, Json> payload = password(random.nextInt(64));
      try {
        switch (random.nextInt(10)) {
          case 0, 1 -> tenant.publish(policy, payload);
          case 2 -> world.policies().rollBack(tenant.admin(), policy, "1");
          case 3 -> tenant.assign(device, policy);
          case 4 -> tenant.unassign(device, policy);
          case 5 -> tenant.assignToGroup(group, policy);
          case 6 -> tenant.unassignFromGroup(group, policy);
          case 7 -> tenant.join(group, device);
          case 8 -> tenant.leave(group, device);
          default -> tenant.override(device, payload);
        }
      } catch (Refusal refusal) {
        assertThat(refusal.code()).isIn(ErrorCode.NOT_FOUND, ErrorCode.ALREADY_CURRENT);
      }
    }
  }

  /// Within the transaction that changes a device: by its own eyes the version is one more than by
  /// everybody else's, who do not see the change yet.
  private void everyChangeRaisesByOne(
      Handle handle, OrganizationId organization, List<DesiredState> states) {
    for (DesiredState state : states) {
      UUID device = state.device().value();
      Optional<Seen> before = elsewhere(device);
      if (before.isPresent() && before.get().setId().equals(state.setId())) {
        raises.add(state.base() - before.get().base());
      } else if (before.isPresent()) {
        raises.add(seen(handle, device).orElseThrow().version() - before.get().version());
      }
    }
  }

  /// In another thread, because a transaction within a transaction is the same one.
  private Optional<Seen> elsewhere(UUID device) {
    return CompletableFuture.supplyAsync(
            () -> world.<Optional<Seen>>sql(outside -> seen(outside, device)),
            Thread::startVirtualThread)
        .join();
  }

  public record Seen(UUID setId, long base, long version) {}

  private static Optional<Seen> seen(Handle handle, UUID device) {
    return handle
        .createQuery(
            """
            select s.set_id, s.base, s.base + (
              select sum(p.activations) from policy.policy_set_member m
              join policy.policy p on p.organization_id = m.organization_id and p.id = m.policy_id
              where m.organization_id = s.organization_id and m.set_id = s.set_id) as version
            from policy.desired s where s.device_id = :device
            """)
        .bind("device", device)
        .map(ConstructorMapper.of(Seen.class))
        .findOne();
  }
}
