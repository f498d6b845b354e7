package dev.muster.server.web;

import dev.muster.server.platform.Caller;
import org.jspecify.annotations.Nullable;

/// Knows one kind of bearer credential. Implemented by the room that issues it.
public interface CredentialCheck {
  /// Whether the credential looks like one of this kind (its prefix tells).
  boolean recognizes(String credential);

  /// Who calls with it. May block on the database.
  ///
  /// @throws dev.muster.server.platform.Refusal `unauthenticated` when it is not valid (any more)
  Caller check(String credential);

  /// Who calls with it, when this node has checked it lately; null when it must be
  /// [checked][#check]. Never blocks.
  default @Nullable Caller known(String credential) {
    return null;
  }

  /// Whether those that it recognizes are of devices.
  default boolean isOfDevices() {
    return false;
  }
}
