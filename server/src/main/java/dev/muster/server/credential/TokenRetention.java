package dev.muster.server.credential;

import dev.muster.server.platform.Database;
import dev.muster.server.platform.Retention;
import dev.muster.server.platform.Settings;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.time.InstantSource;
import org.jdbi.v3.core.Handle;

/// Deletes device tokens that were revoked longer ago than they are kept (365 days).
@Singleton
public class TokenRetention extends Retention {
  private static final int CHUNK = 1_000;

  TokenRetention(Database database, InstantSource clock, Settings settings) {
    super("forget-revoked-tokens", database, clock, settings.retention().revokedTokens());
  }

  @Override
  protected int forget(Handle handle, Instant before) {
    return DeviceTokenStore.forgetRevoked(handle, before, CHUNK);
  }
}
