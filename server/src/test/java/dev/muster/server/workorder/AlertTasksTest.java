package dev.muster.server.workorder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.muster.server.alert.Alert;
import dev.muster.server.alert.Alerts;
import dev.muster.server.alert.RuleKind;
import dev.muster.server.alert.Severity;
import dev.muster.server.alert.TaskOrder;
import dev.muster.server.alert.Terms;
import dev.muster.server.device.Device;
import dev.muster.server.identity.UserNames;
import dev.muster.server.platform.Announcements;
import dev.muster.server.platform.Broadcast;
import dev.muster.server.platform.Ids;
import dev.muster.server.platform.Outbox;
import dev.muster.server.platform.Refusal;
import dev.muster.server.task.Author;
import dev.muster.server.task.ChangeNumbers;
import dev.muster.server.task.Comment;
import dev.muster.server.task.Named;
import dev.muster.server.task.Replica;
import dev.muster.server.task.Task;
import dev.muster.server.task.TaskEdits;
import dev.muster.server.task.TaskFilter;
import dev.muster.server.task.TaskWire.TaskBody;
import dev.muster.server.task.Tasks;
import dev.muster.server.testing.Audits;
import dev.muster.server.testing.Events;
import dev.muster.server.watch.WatchWorld;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class AlertTasksTest {
  private static final TaskFilter EVERY = new TaskFilter(null, null, null, null, null, null, null);
  private static final TaskOrder URGENT = new TaskOrder(null, null, "urgent");

  private final WatchWorld world = new WatchWorld();
  private final ChangeNumbers numbers =
      new ChangeNumbers(new Announcements(new Broadcast(world.database.dataSource())));
  private final Replica replica =
      new Replica(new UserNames(), world.room.devices(), world.groups, numbers);
  private final Tasks tasks = new Tasks(world.database, world.clock, world.room.devices(), replica);
  private final AlertTasks opener =
      new AlertTasks(
          world.database,
          new Alerts(
              world.database,
              world.room.devices(),
              Audits.on(world.clock),
              world.clock,
              world.listeners),
          replica,
          world.clock);
  private final Outbox outbox = Events.outbox(world.database, world.clock, opener);
  private final Device device = world.device();

  @BeforeEach
  void listen() {
    TaskOrders orders = new TaskOrders(world.node.rules, outbox, replica);
    world.listeners.add(orders);
    world.node.ruleListeners.add(orders);
  }

  @AfterEach
  void close() {
    world.close();
  }

  private void rule(@Nullable TaskOrder order) {
    var _ =
        world.node.rules.put(
            world.admin,
            null,
            new Terms(
                RuleKind.APP_DOWN,
                true,
                Severity.CRITICAL,
                1,
                Duration.ZERO,
                new Terms.Remedy(false, 3, order)));
  }

  private void deleted(UUID task) {
    world.database.in(
        world.organization,
        handle -> {
          Author author = Author.of(world.admin, null);
          Instant now = world.clock.instant();
          var held = replica.hold(handle, world.organization, List.of(task), List.of()).tasks();
          Named nothing = replica.keep(handle, world.organization, List.of());
          TaskEdits edits =
              new TaskEdits(
                  author,
                  replica.references(handle, world.organization, held.values(), nothing),
                  now);
          Task before = held.get(task);
          return replica.write(
              handle,
              author,
              List.of(new Replica.Edit<>(before, edits.delete(before))),
              List.of(),
              now);
        });
  }

  private Alert raised() {
    world.store(world.app(device, false));
    return world.heard.raised.getLast();
  }

  private List<TaskBody> all() {
    return tasks.after(world.admin, EVERY, null, 100);
  }

  private List<Comment> said(UUID task) {
    return List.copyOf(
        world
            .database
            .in(
                world.organization,
                handle -> replica.look(handle, world.organization, List.of(), List.of(task)))
            .comments()
            .values());
  }

  @Test
  void anAlertOpensATaskAboutItsDevice() {
    rule(URGENT);
    Alert alert = raised();
    assertThat(all()).isEmpty();
    assertThat(outbox.deliver()).isEqualTo(1);
    assertThat(all())
        .singleElement()
        .satisfies(row -> {
          assertThat(row.id()).isEqualTo(alert.id());
          assertThat(row.title()).isEqualTo("app_down: " + device.name());
          assertThat(row.description()).isEqualTo(alert.summary());
          assertThat(row.device()).isEqualTo(device.id().value());
          assertThat(row.priority()).isEqualTo("urgent");
          assertThat(row.createdBy()).isNull();
          assertThat(row.vectorClock()).isEqualTo(Map.of("server", 1L));
        });
  }

  @Test
  void hearingOfAnAlertTwiceOpensOneTask() {
    rule(URGENT);
    Alert alert = raised();
    opener.heard(world.organization, new AlertNews(alert.id(), URGENT));
    opener.heard(world.organization, new AlertNews(alert.id(), URGENT));
    assertThat(outbox.deliver()).isEqualTo(1);
    assertThat(all())
        .singleElement()
        .satisfies(row -> assertThat(row.vectorClock()).isEqualTo(Map.of("server", 1L)));
  }

  @Test
  void aTaskThatPeopleHaveDeletedIsNotOpenedAgain() {
    rule(URGENT);
    Alert alert = raised();
    outbox.deliver();
    deleted(alert.id());
    opener.heard(world.organization, new AlertNews(alert.id(), URGENT));
    opener.heard(world.organization, new AlertNews(alert.id(), null));
    assertThat(all()).isEmpty();
  }

  @Test
  void aCommentSaysOnceThatTheAlertHasRecoveredAndTheTaskStays() {
    rule(URGENT);
    Alert alert = raised();
    outbox.deliver();
    world.store(world.app(device, true));
    assertThat(outbox.deliver()).isEqualTo(1);
    opener.heard(world.organization, new AlertNews(alert.id(), null));
    assertThat(said(alert.id()))
        .singleElement()
        .satisfies(row -> assertThat(row.content()).startsWith("The alert has recovered at "));
    assertThat(all()).singleElement().satisfies(row -> assertThat(row.status()).isEqualTo("todo"));
  }

  @Test
  void whatRecoversBeforeItsTaskIsOpenedGetsBothInWhateverOrder() {
    rule(URGENT);
    Alert alert = raised();
    world.store(world.app(device, true));
    opener.heard(world.organization, new AlertNews(alert.id(), null));
    assertThat(all()).isEmpty();
    assertThat(outbox.deliver()).isEqualTo(2);
    assertThat(all()).hasSize(1);
    assertThat(said(alert.id())).hasSize(1);
  }

  @Test
  void eachAlertHasATaskOfItsOwnAndARuleWithoutOneOpensNone() {
    rule(URGENT);
    var _ = raised();
    world.store(world.app(device, true));
    var _ = raised();
    outbox.deliver();
    assertThat(all()).hasSize(2);
    world.store(world.app(device, true));
    rule(null);
    var _ = raised();
    outbox.deliver();
    assertThat(all()).hasSize(2);
  }

  @Test
  void whatIsGoneWhenTheTaskIsOpenedIsLeftOut() {
    rule(URGENT);
    Alert alert = raised();
    TaskOrder stale = new TaskOrder(Ids.next(), Ids.next(), null);
    opener.heard(world.organization, new AlertNews(alert.id(), stale));
    assertThat(all())
        .singleElement()
        .satisfies(row -> {
          assertThat(row.project()).isNull();
          assertThat(row.assignedTo()).isNull();
          assertThat(row.priority()).isEqualTo("medium");
          assertThat(row.device()).isEqualTo(device.id().value());
        });
  }

  @Test
  void aRuleWhoseTaskCannotBeIsRefused() {
    assertThatThrownBy(() -> rule(new TaskOrder(Ids.next(), null, null)))
        .isInstanceOfSatisfying(
            Refusal.class,
            refusal ->
                assertThat(refusal.fields().getFirst().field()).isEqualTo("open_task.project"));
    assertThatThrownBy(() -> rule(new TaskOrder(null, null, "soon")))
        .isInstanceOfSatisfying(
            Refusal.class,
            refusal ->
                assertThat(refusal.fields().getFirst().field()).isEqualTo("open_task.priority"));
  }

  @Test
  void anErasedDeviceTakesItsAlertsAlongAndNoTaskIsOpened() {
    rule(URGENT);
    Alert alert = raised();
    world.database.in(
        world.organization,
        (Handle handle) -> handle.execute("delete from alert.alert where id = ?", alert.id()));
    outbox.deliver();
    assertThat(all()).isEmpty();
  }
}
