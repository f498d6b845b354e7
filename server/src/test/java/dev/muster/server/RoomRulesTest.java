package dev.muster.server;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.simpleNameEndingWith;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.type;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Stream;
import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.Test;

/// Holds the table of rooms in the architecture against the code.
class RoomRulesTest {
  private static final String ROOT = "dev.muster.server";

  /// What knows no room. `edge`, `limit`, `postgres`, `rpc`, `tls` and `web` stand beside
  /// `platform`, above all rooms.
  private static final List<String> BASE =
      List.of("platform", "edge", "limit", "postgres", "rpc", "tls", "web");

  /// The table, from above: a room may use those before it.
  private static final List<String> ROOMS =
      List.of(
          "audit",
          "organization",
          "identity",
          "device",
          "credential",
          "doorbell",
          "policy",
          "compliance",
          "enrollment",
          "session",
          "action",
          "batch",
          "dispatch",
          "archive",
          "telemetry",
          "audience",
          "alert",
          "notification",
          "watch",
          "remedy",
          "release",
          "rollout",
          "task",
          "tasklist",
          "workorder",
          "sync",
          "attachment",
          "live",
          "viewer",
          "fleet",
          "backup");

  private static final JavaClasses CLASSES =
      new ClassFileImporter().withImportOption(new DoNotIncludeTests()).importPackages(ROOT);

  private static String room(String name) {
    return ROOT + "." + name + "..";
  }

  private static String[] rooms(Stream<String> names) {
    return names.map(RoomRulesTest::room).toArray(String[]::new);
  }

  @Test
  void everyPackageIsARoomOfTheTable() {
    Set<String> found = new TreeSet<>();
    for (JavaClass known : CLASSES) {
      String name = known.getPackageName();
      if (!name.equals(ROOT)) {
        found.add(name.substring(ROOT.length() + 1));
      }
    }
    assertThat(found).isSubsetOf(Stream.concat(BASE.stream(), ROOMS.stream()).toList());
    assertThat(found).contains("platform", "policy", "compliance");
  }

  @Test
  void aRoomUsesOnlyRoomsAboveIt() {
    for (int i = 0; i < ROOMS.size(); i++) {
      noClasses()
          .that()
          .resideInAPackage(room(ROOMS.get(i)))
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(rooms(ROOMS.stream().skip(i + 1)))
          .allowEmptyShould(true)
          .check(CLASSES);
    }
  }

  @Test
  void platformAndWhatStandsBesideItKnowNoRoom() {
    noClasses()
        .that()
        .resideInAnyPackage(rooms(BASE.stream()))
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(rooms(ROOMS.stream()))
        .check(CLASSES);
    noClasses()
        .that()
        .resideInAPackage(room("platform"))
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(room("edge"), room("limit"), room("web"), room("postgres"), room("tls"))
        .check(CLASSES);
  }

  @Test
  void noRoomKnowsHowTheServerIsPutTogether() {
    noClasses()
        .that()
        .resideOutsideOfPackage(ROOT)
        .should()
        .dependOnClassesThat(resideInAPackage(ROOT).and(not(type(Version.class))))
        .check(CLASSES);
  }

  @Test
  void roomsFormNoCircle() {
    slices().matching(ROOT + ".(*)..").should().beFreeOfCycles().check(CLASSES);
  }

  @Test
  void storesAreOfTheirRoomAlone() {
    classes().that().haveSimpleNameEndingWith("Store").should().bePackagePrivate().check(CLASSES);
  }

  /// REST must find them, so they may be public; nobody else uses them.
  @Test
  void resourcesAreUsedByNobody() {
    noClasses()
        .that(not(simpleNameEndingWith("Resource").or(new NestedIn("Resource"))))
        .should()
        .dependOnClassesThat(simpleNameEndingWith("Resource").and(resideInAPackage(ROOT + "..")))
        .check(CLASSES);
  }

  @Test
  void sqlIsInStoresOnly() {
    noClasses()
        .that(
            not(
                resideInAnyPackage(rooms(BASE.stream()))
                    .or(simpleNameEndingWith("Store"))
                    .or(simpleNameEndingWith("Search"))
                    .or(new NestedIn("Store"))))
        .should()
        .callMethodWhere(new SaysSql())
        .check(CLASSES);
  }

  @Test
  void timeAndIdsComeFromThePlatform() {
    noClasses()
        .that(not(resideInAnyPackage(room("postgres"))))
        .should()
        .callMethod(Instant.class, "now")
        .orShould()
        .callMethod(System.class, "currentTimeMillis")
        .orShould()
        .callMethod(Clock.class, "systemUTC")
        .orShould()
        .callMethod(UUID.class, "randomUUID")
        .check(CLASSES);
  }

  @Test
  void theDatabaseIsReachedByTransactionsOfThePlatformOnly() {
    noClasses()
        .that()
        .resideInAnyPackage(rooms(ROOMS.stream()))
        .should()
        .dependOnClassesThat()
        .haveFullyQualifiedName("org.jdbi.v3.core.Jdbi")
        .orShould()
        .dependOnClassesThat()
        .haveFullyQualifiedName("javax.sql.DataSource")
        .check(CLASSES);
  }

  private static final class SaysSql extends DescribedPredicate<JavaMethodCall> {
    private static final Set<String> VERBS =
        Set.of(
            "createQuery",
            "createUpdate",
            "createCall",
            "createBatch",
            "createScript",
            "prepareBatch",
            "execute",
            "select");

    SaysSql() {
      super("say SQL to a handle");
    }

    @Override
    public boolean test(JavaMethodCall call) {
      return call.getTargetOwner().isAssignableTo(Handle.class) && VERBS.contains(call.getName());
    }
  }

  private static final class NestedIn extends DescribedPredicate<JavaClass> {
    private final String suffix;

    NestedIn(String suffix) {
      super("nested in a " + suffix);
      this.suffix = suffix;
    }

    @Override
    public boolean test(JavaClass known) {
      return known
          .getEnclosingClass()
          .filter(outer -> outer.getSimpleName().endsWith(suffix))
          .isPresent();
    }
  }
}
