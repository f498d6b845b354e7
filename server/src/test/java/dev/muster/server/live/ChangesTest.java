package dev.muster.server.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.muster.server.action.Action;
import dev.muster.server.action.ActionState;
import dev.muster.server.device.Device;
import dev.muster.server.device.DeviceStatus;
import dev.muster.server.device.Lifecycle;
import dev.muster.server.live.LiveWorld.Tenant;
import dev.muster.server.platform.Caller;
import dev.muster.server.platform.Epoch;
import dev.muster.server.platform.ErrorCode;
import dev.muster.server.platform.Ids;
import dev.muster.server.platform.Refusal;
import dev.muster.server.platform.Role;
import dev.muster.server.testing.Tenants;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init") // set before each test
class ChangesTest {
  private final LiveWorld world = new LiveWorld();
  private Tenant tenant;

  @BeforeEach
  void anOrganization() {
    tenant = world.tenant();
  }

  @AfterAll
  void close() {
    world.close();
  }

  @Test
  void aWatcherIsToldWhatBecomesOfADevice() {
    Watcher watcher = tenant.watch();

    tenant.device("till");
    tenant.set("till", DeviceStatus.MAINTENANCE);
    tenant.name("till", "Till 4");
    world.room.lifecycles().retire(tenant.admin(), "till");
    world.erasure.erase(tenant.admin(), "till");

    // of a device that is erased nothing is left but that
    assertThat(watcher.until(told -> !told.isEmpty() && told.getLast() instanceof Change.Erased))
        .last()
        .isEqualTo("till erased");
  }

  @Test
  void eachChangeIsToldAsItWas() {
    Watcher watcher = tenant.watch();

    Device device = tenant.device("till");
    tenant.name("till", "Till 4");
    world.room.lifecycles().deactivate(tenant.admin(), "till");

    watcher.see(3);
    assertThat(watcher.told)
        .extracting(change -> ((Change.OfDevice) change).view())
        .containsExactly(
            DeviceView.of(device, null),
            withName(device, "Till 4", Lifecycle.ACTIVE),
            withName(device, "Till 4", Lifecycle.DEACTIVATED));
    assertThat(watcher.told)
        .allMatch(change -> change.at().equals(world.clock.instant()))
        .allMatch(change -> device.id().equals(change.device()));
  }

  private static DeviceView withName(Device device, String name, Lifecycle lifecycle) {
    return new DeviceView(
        device.id(),
        device.handle(),
        name,
        device.platform(),
        device.type(),
        DeviceStatus.IDLE,
        lifecycle,
        device.tags(),
        device.createdAt(),
        device.updatedAt(),
        null);
  }

  @Test
  void anActionIsToldStepByStepHoweverLateOneAsks() {
    Device device = tenant.device("till");
    Watcher watcher = tenant.watch();

    Action action = tenant.ask("till");
    world.room.results().progress(tenant.self(device), "till", action.requestId(), 40, "reading");
    tenant.answer(device, action, "success");

    assertThat(watcher.see(5))
        .containsExactly(
            "till BUSY " + action.id(),
            action.id() + " RUNNING",
            action.id() + " RUNNING 40%",
            action.id() + " COMPLETED 40%",
            "till IDLE");
    Action ended = ((Change.OfAction) watcher.told.get(3)).action();
    assertThat(ended).isEqualTo(world.room.actions().show(tenant.admin(), action.id().value()));
    Action running = ((Change.OfAction) watcher.told.get(1)).action();
    assertThat(running).isEqualTo(action);
  }

  @Test
  void whoWatchesOneActionIsToldOfNothingElse() {
    tenant.device("till");
    tenant.device("door");
    Watcher fleet = tenant.watch();
    Action action = tenant.ask("till");
    Watcher watcher = fleet.only(ChangeFilter.of(action));
    Action other = tenant.ask("till");
    tenant.ask("door");

    world.room.actions().cancel(tenant.admin(), action.id().value(), null);

    assertThat(watcher.until(told -> lastState(told) == ActionState.CANCELLED))
        .containsExactly(action.id() + " RUNNING", action.id() + " CANCELLED");
    world.erasure.erase(tenant.admin(), "till");
    assertThat(watcher.until(told -> told.getLast() instanceof Change.Erased))
        .last()
        .isEqualTo("till erased");
    assertThat(watcher.lines()).noneMatch(line -> line.contains(other.id().value()));
  }

  private static ActionState lastState(List<Change> told) {
    return !told.isEmpty() && told.getLast() instanceof Change.OfAction of
        ? of.action().state()
        : ActionState.PENDING;
  }

  @Test
  void devicesAreFilteredByHandleAndById() {
    Device till = tenant.device("till");
    tenant.device("door");
    Watcher all = tenant.watch();
    Watcher byHandle = all.only(ChangeFilter.ofDevices(Set.of("till", "none")));
    Watcher byId = all.only(ChangeFilter.ofDevices(Set.of(till.id().toString())));

    tenant.set("door", DeviceStatus.ERROR);
    tenant.set("till", DeviceStatus.ERROR);
    tenant.set("door", DeviceStatus.IDLE);

    assertThat(all.see(3)).hasSize(3);
    assertThat(byHandle.see(1)).containsExactly("till ERROR");
    assertThat(byId.see(1)).containsExactly("till ERROR");
    assertThat(byId.cursor).isEqualTo(all.cursor);
  }

  /// The trap of every log that is read by a number: the late one is passed over.
  @Test
  void aTransactionThatCommitsLateIsNotPassedOver() {
    tenant.device("early");
    tenant.device("late");
    Watcher watcher = tenant.watch();
    Device known = find("late");
    OpenTransaction late = new OpenTransaction(world.database, tenant.admin().organization());
    late.run(handle -> world.log.changed(handle, known));

    tenant.set("early", DeviceStatus.ERROR);
    watcher.look(10);
    assertThat(watcher.lines()).isEmpty();
    late.commit();

    assertThat(watcher.see(2)).containsExactly("late IDLE", "early ERROR");
  }

  @Test
  void whatIsRolledBackIsNeverToldAndHoldsUpNobodyAfterwards() {
    tenant.device("till");
    tenant.device("gone");
    Watcher watcher = tenant.watch();
    Device known = find("gone");
    OpenTransaction open = new OpenTransaction(world.database, tenant.admin().organization());
    open.run(handle -> world.log.changed(handle, known));
    tenant.set("till", DeviceStatus.ERROR);

    open.rollBack();

    assertThat(watcher.see(1)).containsExactly("till ERROR");
  }

  /// It had its id first and changed the device second: the order of ids is not that of changes.
  @Test
  void theOrderOfADevicesChangesIsThatInWhichTheyWereMade() {
    tenant.device("till");
    Watcher watcher = tenant.watch();
    OpenTransaction older =
        new OpenTransaction(world.database, tenant.admin().organization()).identified();
    tenant.set("till", DeviceStatus.ERROR);
    OpenTransaction between =
        new OpenTransaction(world.database, tenant.admin().organization()).identified();

    older.run(handle -> {
      Device held = world.room.devices().hold(handle, tenant.admin().organization(), "till");
      world.room.devices().occupy(handle, held, DeviceStatus.MAINTENANCE);
    });
    older.commit();
    watcher.look(10);
    between.commit();

    assertThat(watcher.see(2)).containsExactly("till ERROR", "till MAINTENANCE");
  }

  private Device find(String handle) {
    return world.room.devices().read(tenant.admin(), handle).device();
  }

  @Test
  void anotherNodeHearsOfChangesAndADeafOneFindsThem() {
    Watcher other = tenant.watch(world.otherNode());
    Watcher deaf = tenant.watch(world.deafNode());
    other.look(1);
    deaf.look(1);

    tenant.device("till");

    assertThat(other.see(1)).containsExactly("till IDLE");
    assertThat(deaf.see(1)).containsExactly("till IDLE");
  }

  @Test
  void aCursorGoesOnOnAnotherNodeWhereItEnded() {
    Watcher here = tenant.watch();
    tenant.device("one");
    here.see(1);

    Watcher there = new Watcher(world.otherNode(), tenant.admin(), ChangeFilter.ALL, here.cursor);
    tenant.device("two");

    assertThat(there.see(1)).containsExactly("two IDLE");
    assertThat(here.see(2)).containsExactly("one IDLE", "two IDLE");
  }

  @Test
  void aSlowReaderFallsOutOfMemoryAndMissesNothing() {
    tenant.device("till");
    Watcher slow = tenant.watch();
    Watcher quick = tenant.watch();
    quick.look(1);
    write("till", Tail.MOST + 300);
    quick.see(Tail.MOST + 300);

    slow.see(Tail.MOST + 300);

    assertThat(slow.numbers()).isEqualTo(quick.numbers()).isSorted().doesNotHaveDuplicates();
    assertThat(slow.cursor).isEqualTo(quick.cursor);
  }

  private void write(String device, int changes) {
    Device known = find(device);
    List<ChangeStore.Entry> entries =
        java.util.stream.IntStream.range(0, changes)
            .mapToObj(_ -> ChangeLog.entry(DeviceView.of(known, null)))
            .toList();
    world.database.in(
        tenant.admin().organization(),
        handle -> {
          world.log.append(handle, tenant.admin().organization(), entries);
          return entries;
        });
  }

  @Test
  void pagesAreAsLongAsAskedAndLeadOn() {
    Cursor cursor = world.changes.now(tenant.admin());
    tenant.device("till");
    write("till", 4);
    tenant.watch().look(1);

    Changes.Page first = world.changes.after(tenant.admin(), cursor, ChangeFilter.ALL, 3);
    Changes.Page second = world.changes.after(tenant.admin(), first.next(), ChangeFilter.ALL, 3);

    assertThat(first.changes()).hasSize(3);
    assertThat(first.more()).isTrue();
    assertThat(second.changes()).hasSize(2);
    assertThat(first.next().number()).isEqualTo(first.changes().getLast().number());
    assertThat(world.changes.after(tenant.admin(), cursor, ChangeFilter.ALL, 3)).isEqualTo(first);
  }

  @Test
  void withoutACursorOneBeginsNow() {
    tenant.device("before");
    Changes.Page page = world.changes.after(tenant.admin(), null, ChangeFilter.ALL, 10);
    assertThat(page.changes()).isEmpty();
    Watcher watcher = new Watcher(world.changes, tenant.admin(), ChangeFilter.ALL, page.next());
    tenant.device("after");
    assertThat(watcher.see(1)).containsExactly("after IDLE");
  }

  @Test
  void waitingEndsWhenTheTimeIsUp() {
    Cursor cursor = world.changes.now(tenant.admin());
    assertThat(world.changes.await(tenant.admin().organization(), cursor, Duration.ofMillis(1)))
        .isFalse();
  }

  @Test
  void nobodyIsToldOfAnotherOrganization() {
    Tenant foreign = world.tenant();
    Watcher watcher = tenant.watch();
    Watcher spy = new Watcher(world.changes, foreign.admin(), ChangeFilter.ALL, watcher.cursor);

    tenant.device("till");
    watcher.see(1);
    foreign.device("own");

    assertThat(spy.see(1)).containsExactly("own IDLE");
    assertThat(spy.only(ChangeFilter.ofDevices(Set.of("till"))).lines()).isEmpty();
  }

  @Test
  void onlyWhoMayReadWatches() {
    Cursor cursor = world.changes.now(tenant.admin());
    Device device = tenant.device("till");
    for (Caller caller :
        List.of(
            tenant.self(device), new Caller.Enroller(tenant.admin().organization(), Ids.next()))) {
      refused(ErrorCode.FORBIDDEN, () -> world.changes.now(caller));
      refused(ErrorCode.FORBIDDEN, () -> world.changes.after(caller, cursor, ChangeFilter.ALL, 1));
    }
    world.changes.now(Tenants.person(tenant.admin().organization(), Role.VIEWER));
  }

  @Test
  void aCursorOfAnotherLifeOfTheDatabaseIsRefused() {
    Cursor now = world.changes.now(tenant.admin());

    refused(
        ErrorCode.CURSOR_TOO_OLD,
        () ->
            world.changes.after(
                tenant.admin(), new Cursor(Ids.next(), now.number()), ChangeFilter.ALL, 1));
    // the past that it is of was undone by whoever set the database back
    refused(
        ErrorCode.CURSOR_TOO_OLD,
        () ->
            world.changes.after(
                tenant.admin(), now.at(now.number() + 1_000_000), ChangeFilter.ALL, 1));
  }

  @Test
  void aRestoreEndsAllCursors() {
    try (LiveWorld restored = new LiveWorld()) {
      Tenant own = restored.tenant();
      Cursor before = restored.changes.now(own.admin());
      restored.database.asOwner(
          handle -> Epoch.renew(handle, restored.clock.instant(), restored.clock.instant()));
      Changes restarted = restored.deafNode();

      refused(
          ErrorCode.CURSOR_TOO_OLD,
          () -> restarted.after(own.admin(), before, ChangeFilter.ALL, 1));
      Watcher anew = own.watch(restarted);
      own.device("till");
      assertThat(anew.see(1)).containsExactly("till IDLE");
    }
  }

  @Test
  void aDeviceThatIsErasedLeavesNothingButItsErasure() {
    Watcher early = tenant.watch();
    Device device = tenant.device("till");
    tenant.answer(device, tenant.ask("till"), "failed");
    early.see(5);
    Watcher late = tenant.watch().only(ChangeFilter.ALL);
    Cursor before = early.told.getFirst() instanceof Change.OfDevice ? early.cursor.at(0) : null;

    world.erasure.erase(tenant.admin(), "till");

    assertThat(late.see(1)).containsExactly("till erased");
    Watcher fromTheBeginning =
        new Watcher(
            world.changes,
            tenant.admin(),
            ChangeFilter.ALL,
            java.util.Objects.requireNonNull(before));
    assertThat(fromTheBeginning.see(1)).containsExactly("till erased");
  }

  private static void refused(ErrorCode code, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            Refusal.class, refusal -> assertThat(refusal.code()).isEqualTo(code));
  }
}
