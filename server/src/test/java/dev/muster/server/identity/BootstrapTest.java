package dev.muster.server.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.muster.server.audit.Audit;
import dev.muster.server.organization.Organization;
import dev.muster.server.organization.Organizations;
import dev.muster.server.platform.Broadcast;
import dev.muster.server.platform.Caller;
import dev.muster.server.platform.Database;
import dev.muster.server.platform.OrganizationId;
import dev.muster.server.platform.Refusal;
import dev.muster.server.platform.Right;
import dev.muster.server.platform.Settings;
import dev.muster.server.postgres.DataFolder;
import dev.muster.server.testing.Audits;
import dev.muster.server.testing.MutableClock;
import dev.muster.server.testing.Race;
import dev.muster.server.testing.TestDatabase;
import dev.muster.server.testing.TestSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BootstrapTest {
  private final TestDatabase testDatabase = TestDatabase.create();
  private final Database database = testDatabase.database();
  private final MutableClock clock = new MutableClock();
  private final List<OrganizationId> created = new CopyOnWriteArrayList<>();

  /// What a node of a cluster has of its own.
  private final class Node {
    final Organizations organizations =
        new Organizations(database, clock, List.of((_, organization) -> created.add(organization)));
    final Passwords passwords = new Passwords(4);
    final ActiveUsers activeUsers =
        new ActiveUsers(database, organizations, new Broadcast(database.dataSource()));
    final Audit audit = Audits.on(clock);
    final Users users = new Users(database, clock, passwords, activeUsers, audit, List.of());
    final Tenants tenants = new Tenants(database, organizations, users, passwords, audit);

    boolean knows(String email, String password) {
      return new UserPasswords(database, clock, passwords, audit, List.of())
              .authenticate(email, password)
          instanceof Authentication.Proven;
    }

    Bootstrap bootstrap(DataFolder folder) {
      Settings settings = TestSettings.of(Map.of());
      return new Bootstrap(organizations, tenants, settings, folder);
    }
  }

  @AfterEach
  void close() {
    testDatabase.close();
  }

  @Test
  void twoNodesThatStartAtOnceMakeOneOrganization(@TempDir Path folder) {
    try (DataFolder one = DataFolder.open(folder.resolve("one"));
        DataFolder two = DataFolder.open(folder.resolve("two"))) {
      List<DataFolder> folders = List.of(one, two);
      Race.of(
          2,
          i ->
              () -> {
                new Node().bootstrap(folders.get(i)).run("root@localhost", Optional.empty());
                return i;
              });
      assertThat(created).hasSize(1);
      assertThat(folders.stream().filter(f -> Files.exists(f.path().resolve("admin-password"))))
          .hasSize(1);
    }
    assertThat(new Node().organizations.home()).map(Organization::name).contains("Default");
  }

  @Test
  void aPasswordThatWasNotGivenIsMadeAndLeftToTheOwnerOfTheFolder(@TempDir Path path)
      throws IOException {
    Node node = new Node();
    try (DataFolder folder = DataFolder.open(path)) {
      node.bootstrap(folder).run("root@localhost", Optional.empty());
    }
    Path file = path.resolve("admin-password");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    String password = Files.readString(file).strip();
    assertThat(node.knows("ROOT@localhost", password)).isTrue();
    assertThat(node.knows("root@localhost", password + "x")).isFalse();
  }

  @Test
  void aPasswordThatWasGivenIsWrittenNowhere(@TempDir Path path) {
    Node node = new Node();
    try (DataFolder folder = DataFolder.open(path)) {
      node.bootstrap(folder).run("root@localhost", Optional.of("correct-horse-battery"));
      assertThat(folder.path().resolve("admin-password")).doesNotExist();
    }
    assertThat(node.knows("root@localhost", "correct-horse-battery")).isTrue();
  }

  @Test
  void inOpenModeTheFirstActiveAdminOfTheHomeOrganizationActs(@TempDir Path path) {
    Node node = new Node();
    HomeOperator openMode = new HomeOperator(database, node.organizations, node.activeUsers);
    assertThatThrownBy(openMode::operator).isInstanceOf(Refusal.class);
    try (DataFolder folder = DataFolder.open(path)) {
      node.bootstrap(folder).run("root@localhost", Optional.of("correct-horse-battery"));
    }
    Caller.Person first = (Caller.Person) openMode.operator();
    assertThat(first.open()).isTrue();
    first.require(Right.WRITE_ORGANIZATIONS);
    User second =
        node.users.create(
            first,
            new NewUser(
                "second@localhost",
                "Second",
                "correct-horse-battery",
                dev.muster.server.platform.Role.ADMIN));
    assertThat(openMode.operator()).isEqualTo(first);
    node.users.change(first, new UserId(first.userId()), new UserChange(null, null, false, null));
    assertThat(((Caller.Person) openMode.operator()).userId()).isEqualTo(second.id().value());
  }
}
