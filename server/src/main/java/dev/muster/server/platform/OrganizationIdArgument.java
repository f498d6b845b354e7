package dev.muster.server.platform;

import java.sql.Types;
import org.jdbi.v3.core.argument.AbstractArgumentFactory;
import org.jdbi.v3.core.argument.Argument;
import org.jdbi.v3.core.config.ConfigRegistry;

/// Lets SQL take an [OrganizationId] where it takes a UUID.
final class OrganizationIdArgument extends AbstractArgumentFactory<OrganizationId> {
  OrganizationIdArgument() {
    super(Types.OTHER);
  }

  @Override
  protected Argument build(OrganizationId id, ConfigRegistry config) {
    return (position, statement, _) -> statement.setObject(position, id.value());
  }
}
