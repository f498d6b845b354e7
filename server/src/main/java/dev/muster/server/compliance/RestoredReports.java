package dev.muster.server.compliance;

import org.jdbi.v3.core.Handle;

/// What a restore means to reports: those that are known stay as they are, and are about versions
/// that are long past.
public final class RestoredReports {
  private RestoredReports() {}

  /// Follows the versions, once they are raised.
  public static void follow(Handle handle) {
    ActualStore.followAll(handle);
  }
}
