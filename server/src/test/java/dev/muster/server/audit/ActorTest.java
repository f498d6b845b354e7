package dev.muster.server.audit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.server.platform.Caller;
import dev.muster.server.platform.Ids;
import dev.muster.server.platform.OrganizationId;
import dev.muster.server.platform.Role;
import dev.muster.server.testing.Tenants;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class ActorTest {
  private final OrganizationId organization = new OrganizationId(Ids.next());
  private final UUID id = Ids.next();

  @Test
  void everyCallerIsAnActor() {
    assertThat(Actor.of(new Caller.Person(organization, id, Role.ADMIN, true, false)))
        .isEqualTo(new Actor(Actor.Kind.PERSON, id, null));
    assertThat(Actor.of(new Caller.Key(organization, id, Set.of(), false)))
        .isEqualTo(new Actor(Actor.Kind.KEY, id, null));
    assertThat(Actor.of(new Caller.Device(organization, id, Ids.next())))
        .isEqualTo(new Actor(Actor.Kind.DEVICE, id, null));
    assertThat(Actor.of(new Caller.Enroller(organization, id)))
        .isEqualTo(new Actor(Actor.Kind.ENROLLMENT_TOKEN, id, null));
    assertThat(Actor.of(new Caller.Server(organization, "sweep")))
        .isEqualTo(new Actor(Actor.Kind.SERVER, null, "sweep"));
  }

  /// The log must not say that the admin did what anybody could do in the admin's name.
  @Test
  void whoActsWithoutACredentialIsNotThePersonOfThatId() {
    Caller.Person anybody = Tenants.anybody(organization);

    assertThat(Actor.of(anybody))
        .isEqualTo(new Actor(Actor.Kind.OPEN_MODE, anybody.userId(), null));
  }

  @Test
  void everyKindIsReadByTheNameThatItIsWrittenBy() {
    for (Actor.Kind kind : Actor.Kind.values()) {
      assertThat(Actor.Kind.named(kind.wireName())).contains(kind);
    }
    assertThat(Actor.Kind.named("PERSON")).isEmpty();
  }
}
