package dev.muster.server.session;

import dev.muster.server.organization.Organizations;
import dev.muster.server.platform.Caller;
import dev.muster.server.platform.RecurringJob;
import jakarta.inject.Singleton;
import java.time.Duration;

/// Gives access tokens another key in time. The log of the first organization tells of it, whose
/// admins run the server.
@Singleton
public final class SigningKeyRotation implements RecurringJob {
  private final SigningKeys keys;
  private final Organizations organizations;

  public SigningKeyRotation(SigningKeys keys, Organizations organizations) {
    this.keys = keys;
    this.organizations = organizations;
  }

  @Override
  public String name() {
    return "signing-key-rotation";
  }

  @Override
  public JobClass jobClass() {
    return JobClass.MAINTAIN;
  }

  @Override
  public Duration every() {
    return Duration.ofMinutes(1);
  }

  @Override
  public void run() {
    organizations.home().ifPresent(home -> keys.keepUp(new Caller.Server(home.id(), name())));
  }
}
