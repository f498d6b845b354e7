package dev.muster.server.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.muster.server.identity.ActiveUsers;
import dev.muster.server.identity.NewUser;
import dev.muster.server.identity.Passwords;
import dev.muster.server.identity.User;
import dev.muster.server.identity.UserChange;
import dev.muster.server.identity.Users;
import dev.muster.server.organization.Organizations;
import dev.muster.server.platform.Broadcast;
import dev.muster.server.platform.Caller;
import dev.muster.server.platform.Database;
import dev.muster.server.platform.ErrorCode;
import dev.muster.server.platform.Ids;
import dev.muster.server.platform.Refusal;
import dev.muster.server.platform.Role;
import dev.muster.server.testing.Audits;
import dev.muster.server.testing.MutableClock;
import dev.muster.server.testing.Race;
import dev.muster.server.testing.TestDatabase;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TicketsTest {
  private final TestDatabase testDatabase = TestDatabase.create();
  private final Database database = testDatabase.database();
  private final MutableClock clock = new MutableClock();
  private final ActiveUsers activeUsers =
      new ActiveUsers(
          database,
          new Organizations(database, clock, List.of()),
          new Broadcast(database.dataSource()));
  private final Tickets tickets =
      new Tickets(
          database,
          clock,
          activeUsers,
          new LiveSessions(database, clock, new Broadcast(database.dataSource())));
  private final Users users =
      new Users(database, clock, new Passwords(4), activeUsers, Audits.on(clock), List.of(tickets));
  private final Caller server = new Caller.Server(testDatabase.newOrganization(), "test");
  private final User ada =
      users.create(
          server, new NewUser("ada@example.org", "Ada", "correct-horse-battery", Role.OPERATOR));
  private final Caller.Person caller =
      new Caller.Person(ada.organization(), ada.id().value(), Role.OPERATOR, false, false);

  @AfterEach
  void close() {
    testDatabase.close();
  }

  private int stored() {
    return database.acrossOrganizations(handle ->
        handle.createQuery("select count(*) from session.ws_ticket").mapTo(int.class).one());
  }

  private void refused(String ticket) {
    assertThatThrownBy(() -> tickets.redeem(ticket))
        .isInstanceOfSatisfying(
            Refusal.class,
            refusal -> assertThat(refusal.code()).isEqualTo(ErrorCode.UNAUTHENTICATED));
  }

  @Test
  void aTicketEndsWithTheLoginThatAskedForIt() {
    Tickets.Issued issued = tickets.issue(caller.by(Ids.next()));

    assertThatThrownBy(() -> tickets.redeem(issued.ticket().value()))
        .isInstanceOfSatisfying(
            Refusal.class,
            refusal -> assertThat(refusal.code()).isEqualTo(ErrorCode.UNAUTHENTICATED));
  }

  @Test
  void aTicketIsGoodOnce() {
    String ticket = tickets.issue(caller).ticket().value();
    assertThat(tickets.redeem(ticket)).isEqualTo(caller);
    refused(ticket);
    assertThat(stored()).isZero();
  }

  @Test
  void ofManyUsesAtOnceOneSucceeds() {
    String ticket = tickets.issue(caller).ticket().value();
    List<Boolean> outcomes =
        Race.times(
            16,
            _ -> {
              try {
                tickets.redeem(ticket);
                return true;
              } catch (Refusal _) {
                return false;
              }
            });
    assertThat(outcomes).containsOnlyOnce(true);
  }

  @Test
  void aTicketEndsAfterThirtySeconds() {
    String early = tickets.issue(caller).ticket().value();
    String late = tickets.issue(caller).ticket().value();
    clock.advance(Duration.ofSeconds(30).minusMillis(1));
    assertThat(tickets.redeem(early)).isEqualTo(caller);
    clock.advance(Duration.ofMillis(1));
    refused(late);
  }

  @Test
  void theTicketItselfIsNotStored() {
    Tickets.Issued issued = tickets.issue(caller);
    String stored =
        database.acrossOrganizations(handle ->
            handle
                .createQuery("select cast(t as text) from session.ws_ticket t")
                .mapTo(String.class)
                .one());
    assertThat(stored).doesNotContain(issued.ticket().value());
    assertThat(issued.toString()).doesNotContain(issued.ticket().value());
  }

  @Test
  void aUserWhoLosesAccessLosesTheTickets() {
    String ticket = tickets.issue(caller).ticket().value();
    users.change(server, ada.id(), new UserChange(null, null, false, null));
    assertThat(stored()).isZero();
    refused(ticket);
  }

  @Test
  void theSweepDeletesWhatNobodyUsed() {
    var _ = tickets.issue(caller);
    clock.advance(Duration.ofSeconds(20));
    String live = tickets.issue(caller).ticket().value();
    clock.advance(Duration.ofSeconds(15));
    new SessionSweep(database, clock).run();
    assertThat(stored()).isEqualTo(1);
    assertThat(tickets.redeem(live)).isEqualTo(caller);
  }

  @Test
  void programsAndDevicesGetNone() {
    for (Caller other :
        List.of(
            server,
            new Caller.Key(ada.organization(), Ids.next(), Set.of(), false),
            new Caller.Device(ada.organization(), Ids.next(), Ids.next()),
            new Caller.Enroller(ada.organization(), Ids.next()))) {
      assertThatThrownBy(() -> tickets.issue(other))
          .isInstanceOfSatisfying(
              Refusal.class, refusal -> assertThat(refusal.code()).isEqualTo(ErrorCode.FORBIDDEN));
    }
  }
}
