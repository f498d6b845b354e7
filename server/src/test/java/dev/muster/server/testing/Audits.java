package dev.muster.server.testing;

import dev.muster.server.audit.Audit;
import dev.muster.server.platform.MasterKey;
import java.time.InstantSource;

/// Logs of changes outside the running server.
public final class Audits {
  /// The master key of all of them.
  public static final MasterKey KEY = MasterKey.of("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8");

  private Audits() {}

  public static Audit on(InstantSource clock) {
    return new Audit(clock, KEY);
  }
}
