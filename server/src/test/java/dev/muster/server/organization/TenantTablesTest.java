package dev.muster.server.organization;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.muster.server.organization.TenantTables.Reference;
import dev.muster.server.testing.TestDatabase;
import java.util.List;
import org.junit.jupiter.api.Test;

class TenantTablesTest {
  @Test
  void whatRefersGoesFirst() {
    TenantTables order =
        TenantTables.inOrder(
            List.of("a", "b", "c"),
            List.of(new Reference("b", "a", null), new Reference("c", "b", null)));
    assertThat(order.tables()).containsExactly("c", "b", "a");
    assertThat(order.detachments()).isEmpty();
  }

  @Test
  void aCircleIsOpenedWhereAReferenceMayBeEmpty() {
    Reference pointer = new Reference("policy", "version", "current");
    Reference outside = new Reference("version", "person", "maker");
    TenantTables order =
        TenantTables.inOrder(
            List.of("policy", "version", "person"),
            List.of(outside, new Reference("version", "policy", null), pointer));
    assertThat(order.detachments()).containsExactly(pointer);
    assertThat(order.tables()).containsExactly("version", "policy", "person");
  }

  @Test
  void aTableThatRefersToItselfIsACircleToo() {
    Reference parent = new Reference("comment", "comment", "parent");
    TenantTables order = TenantTables.inOrder(List.of("comment"), List.of(parent));
    assertThat(order.detachments()).containsExactly(parent);
    assertThat(order.tables()).containsExactly("comment");
  }

  @Test
  void aCircleThatNothingOpensIsAnError() {
    assertThatThrownBy(() ->
            TenantTables.inOrder(
                List.of("a", "b"),
                List.of(new Reference("a", "b", null), new Reference("b", "a", null))))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("circle");
  }

  @Test
  void theTablesOfTheProductHaveAnOrder() {
    try (TestDatabase test = TestDatabase.create()) {
      TenantTables order = test.database().acrossOrganizations(ErasureStore::tables);
      assertThat(order.detachments())
          .containsExactly(new Reference("policy.policy", "policy.version", "current_version_id"));
      assertThat(order.tables())
          .contains("platform.outbox", "platform.idempotency", "compliance.verdict")
          .containsSubsequence("policy.activation", "policy.version", "policy.policy");
      assertThat(order.tables()).noneMatch(table -> table.startsWith("audit."));
      assertThat(test.database().acrossOrganizations(ErasureStore::allTables))
          .contains("audit.entry")
          .containsAll(order.tables());
    }
  }
}
