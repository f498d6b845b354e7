package dev.muster.server.identity;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.server.testing.Api;
import dev.muster.server.testing.ServerUnderTest;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import java.util.Map;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(ServerUnderTest.class)
@TestProfile(OpenModeApiTest.Open.class)
class OpenModeApiTest {
  public static final class Open implements QuarkusTestProfile {
    @Override
    public Map<String, String> getConfigOverrides() {
      return Map.of("muster.open", "true");
    }
  }

  @Test
  void withoutACredentialOneActsAsTheAdminOfTheFirstOrganization() {
    Api.Answer me = Api.anonymous().get("/api/users/me/").expect(200);
    assertThat(me.at("email")).isEqualTo(ServerUnderTest.ADMIN);
    Api.anonymous().get("/api/organizations/").expect(200);
  }

  @Test
  void aCredentialThatIsThereIsStillChecked() {
    Api.with("a.b.c").get("/api/users/me/").expect(401);
    Api.with("mk_unknown").get("/api/users/me/").expect(401);
    String own = Api.ofNewOrganization().get("/api/users/me/").expect(200).at("email");
    assertThat(own).isNotEqualTo(ServerUnderTest.ADMIN);
  }
}
