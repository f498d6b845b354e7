package dev.muster.server.identity;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.server.organization.Organizations;
import dev.muster.server.platform.Broadcast;
import dev.muster.server.platform.Caller;
import dev.muster.server.platform.Database;
import dev.muster.server.platform.OrganizationId;
import dev.muster.server.platform.Role;
import dev.muster.server.testing.Audits;
import dev.muster.server.testing.MutableClock;
import dev.muster.server.testing.TestDatabase;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ActiveUsersTest {
  private final TestDatabase testDatabase = TestDatabase.create();
  private final Database database = testDatabase.database();
  private final MutableClock clock = new MutableClock();
  private final OrganizationId organization = testDatabase.newOrganization();
  private final Caller server = new Caller.Server(organization, "test");

  @AfterEach
  void close() {
    testDatabase.close();
  }

  private ActiveUsers node(Broadcast broadcast) {
    return new ActiveUsers(database, new Organizations(database, clock, List.of()), broadcast);
  }

  private Users users(ActiveUsers activeUsers) {
    return new Users(database, clock, new Passwords(4), activeUsers, Audits.on(clock), List.of());
  }

  @Test
  void aChangeOnOneNodeIsHeardOnAnother() throws InterruptedException {
    try (Broadcast here = new Broadcast(database.dataSource());
        Broadcast there = new Broadcast(database.dataSource())) {
      Users users = users(node(here));
      ActiveUsers elsewhere = node(there);
      CountDownLatch connected = new CountDownLatch(1);
      CountDownLatch heard = new CountDownLatch(1);
      there.onReset(connected::countDown);
      there.listen("user", _ -> heard.countDown()); // after the node's own listener
      here.start();
      there.start();
      assertThat(connected.await(30, TimeUnit.SECONDS)).isTrue();
      User ada =
          users.create(
              server,
              new NewUser("ada@example.org", "Ada", "correct-horse-battery", Role.OPERATOR));
      assertThat(elsewhere.caller(organization, ada.id()).orElseThrow().role())
          .isEqualTo(Role.OPERATOR);
      users.change(server, ada.id(), new UserChange(null, Role.VIEWER, null, null));
      assertThat(heard.await(30, TimeUnit.SECONDS)).isTrue();
      assertThat(elsewhere.caller(organization, ada.id()).orElseThrow().role())
          .isEqualTo(Role.VIEWER);
    }
  }

  @Test
  void aUserOfAnotherOrganizationIsNobodyHere() {
    ActiveUsers activeUsers = node(new Broadcast(database.dataSource()));
    User ada =
        users(activeUsers)
            .create(
                server, new NewUser("ada@example.org", "Ada", "correct-horse-battery", Role.ADMIN));
    assertThat(activeUsers.caller(testDatabase.newOrganization(), ada.id())).isEmpty();
    assertThat(activeUsers.caller(organization, ada.id()))
        .hasValueSatisfying(person -> assertThat(person.home()).isFalse());
  }
}
