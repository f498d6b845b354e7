package dev.muster.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ErasureCommandsTest extends CliTest {
  private static final String ORGANIZATIONS =
      """
      {"count": 3, "results": [
        {"id": "o-1", "name": "Acme", "home": false, "state": "active",
         "created_at": "2026-11-20T09:00:00Z"},
        {"id": "o-2", "name": "Twin", "state": "erasing", "created_at": "2026-11-20T09:00:00Z"},
        {"id": "o-3", "name": "Twin", "state": "active", "created_at": "2026-11-20T09:00:00Z"}]}
      """;

  private static final String OVERVIEW =
      """
      {"id": "o-1", "quotas": {"devices": 500, "tokens": 0}, "usage": {"devices": 12, "tokens": 3}}
      """;

  private void organizations(int limit) {
    server.on("GET /api/organizations/?limit=" + limit, 200, ORGANIZATIONS);
  }

  @Test
  void organizationsAreListed() {
    organizations(50);
    assertThat(onServer("organizations").lines())
        .containsExactly(
            "NAME  STATE    MADE     ID",
            "Acme  active   3 h ago  o-1",
            "Twin  erasing  3 h ago  o-2",
            "Twin  active   3 h ago  o-3");
  }

  @Test
  void anOrganizationIsMadeWithAnAdmin() {
    server.on("POST /api/organizations/", 201, "{\"id\": \"o-1\"}");
    Ran ran =
        typing(
            "secret-password\n",
            "organizations",
            "create",
            "--name",
            "Acme",
            "--admin-email",
            "ann@example.com",
            "--password-stdin",
            "--server",
            server.address().toString());
    assertThat(ran.out()).contains("Acme is made");
    assertThat(parse(server.last().body()).path("admin_name").asText()).isEqualTo("ann");
    assertThat(parse(server.last().body()).path("admin_password").asText())
        .isEqualTo("secret-password");
  }

  @Test
  void scriptsAreAllowedAndForbidden() {
    server.on("PATCH /api/organizations/me/", 200, "{\"allow_scripts\": true}");

    assertThat(onServer("organizations", "scripts", "allow").out())
        .contains("Scripts are allowed.");
    assertThat(server.last().body()).isEqualTo("{\"allow_scripts\":true}");
    assertThat(onServer("organizations", "scripts", "FORBID").out()).contains("not allowed");
    assertThat(server.last().body()).isEqualTo("{\"allow_scripts\":false}");
  }

  @Test
  void quotasAreShownAndSet() {
    organizations(500);
    server
        .on("GET /api/organizations/o-1/", 200, OVERVIEW)
        .on("PATCH /api/organizations/o-1/", 200, OVERVIEW);
    assertThat(onServer("organizations", "quota", "Acme").lines())
        .containsExactly("QUOTA    USED  LIMIT", "devices    12    500", "tokens      3      -");
    onServer("organizations", "quota", "o-1", "--devices", "500", "--tokens", "default");
    assertThat(server.last().body()).isEqualTo("{\"quotas\":{\"devices\":500,\"tokens\":null}}");
    assertThat(onServer("organizations", "quota", "o-1", "--devices", "many").code()).isEqualTo(2);
  }

  @Test
  void anOrganizationIsErasedByItsName() {
    organizations(500);
    server.on("DELETE /api/organizations/o-1/", 202, "{\"state\": \"erasing\"}");
    assertThat(onServer("organizations", "erase", "Acme", "--yes").out())
        .contains("Nobody of Acme is let in");
    assertThat(server.last().body()).isEqualTo("{\"confirm_name\":\"Acme\"}");
    assertThat(onServer("organizations", "erase", "Twin", "--yes").err()).contains("say the id");
    assertThat(onServer("organizations", "erase", "Other", "--yes").code()).isEqualTo(2);
  }

  @Test
  void whoCannotBeAskedErasesNothing() {
    Ran ran = onServer("devices", "erase", "lobby-1");
    assertThat(ran.code()).isEqualTo(2);
    assertThat(ran.err()).contains("--yes");
    assertThat(server.asked()).isEmpty();
  }

  @Test
  void aDeviceIsErased() {
    server.on("DELETE /api/devices/lobby-1/", 204, "");
    assertThat(onServer("devices", "erase", "lobby-1", "--yes").out())
        .isEqualTo("Device lobby-1 is erased." + System.lineSeparator());
  }

  @Test
  void aPersonIsErasedByAddress() {
    server
        .on(
            "GET /api/users/?limit=500",
            200,
            "{\"count\": 1, \"results\": [{\"id\": \"u-1\", \"email\": \"ann@example.com\"}]}")
        .on("DELETE /api/users/u-1/", 204, "");
    assertThat(onServer("users", "erase", "Ann@example.com", "--yes").out())
        .contains("ann@example.com is erased");
    assertThat(onServer("users", "erase", "bob@example.com", "--yes").code()).isEqualTo(2);
  }
}
