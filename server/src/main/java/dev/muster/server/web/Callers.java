package dev.muster.server.web;

import dev.muster.server.limit.Limits;
import dev.muster.server.platform.Caller;
import dev.muster.server.platform.ErrorCode;
import dev.muster.server.platform.Refusal;
import dev.muster.server.platform.Settings;
import io.quarkus.arc.All;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Finds out who calls, by the credential that they show: the one place for every transport.
@Singleton
public final class Callers {
  private static final String BEARER = "Bearer ";

  private final boolean open;
  private final List<CredentialCheck> checks;
  private final OpenMode openMode;
  private final ClosedOrganizations closed;
  private final Limits limits;

  Callers(
      Settings settings,
      @All List<CredentialCheck> checks,
      OpenMode openMode,
      ClosedOrganizations closed,
      Limits limits) {
    this.open = settings.open();
    this.checks = checks;
    this.openMode = openMode;
    this.closed = closed;
    this.limits = limits;
  }

  /// The credential that a caller shows, unchecked; null when they show none.
  ///
  /// @param deviceToken the value of `X-Device-Token`
  /// @param authorization the value of `Authorization`
  /// @throws Refusal `unauthenticated` when it is of another scheme than Bearer
  public static @Nullable String shown(
      @Nullable String deviceToken, @Nullable String authorization) {
    if (deviceToken != null) {
      return deviceToken;
    }
    if (authorization == null) {
      return null;
    }
    if (!authorization.regionMatches(true, 0, BEARER, 0, BEARER.length())) {
      throw Refusal.unauthenticated("Only the Bearer scheme is accepted.");
    }
    return authorization.substring(BEARER.length()).strip();
  }

  /// Whether a caller who shows nothing is let in.
  public boolean needNoCredential() {
    return open;
  }

  /// May block on the database.
  ///
  /// @param credential null when none is shown, which is enough in open mode
  /// @param without what is said otherwise to who shows none
  /// @throws Refusal `unauthenticated`
  public Caller identify(@Nullable String credential, String without) {
    if (credential == null && !open) {
      throw Refusal.unauthenticated(without);
    }
    Caller caller = credential == null ? openMode.operator() : check(credential);
    closed.requireOpen(caller.organization());
    return caller;
  }

  /// Who calls, when that is known without asking the database; null when it must be asked. For who
  /// must not block.
  ///
  /// @throws Refusal `unauthenticated`
  @Nullable Caller known(String credential) {
    for (CredentialCheck check : checks) {
      if (check.recognizes(credential)) {
        Caller caller = check.known(credential);
        return caller != null && closed.isKnownOpen(caller.organization()) ? caller : null;
      }
    }
    return null;
  }

  /// Whether it is of the kind that devices show; says nothing of whether it is good.
  boolean isOfDevice(String credential) {
    return checks.stream().anyMatch(check -> check.isOfDevices() && check.recognizes(credential));
  }

  /// The same for a caller of whom the network is known, from which bad credentials are counted.
  ///
  /// @param network as [dev.muster.server.edge.Arrival#network] says
  /// @throws Refusal `unauthenticated`; `rate_limited` when too many from there were bad, before
  ///   this one is looked at
  public Caller identify(@Nullable String credential, String network, String without) {
    return credential == null
        ? identify(null, without)
        : counted(credential, network, () -> identify(credential, without));
  }

  private Caller counted(String credential, String network, Supplier<Caller> check) {
    limits.requireWorth(network, credential);
    try {
      Caller caller = check.get();
      limits.accepted(credential);
      return caller;
    } catch (Refusal refusal) {
      if (refusal.code().kind() == ErrorCode.Kind.UNAUTHENTICATED) {
        limits.refused(network);
      }
      throw refusal;
    }
  }

  private Caller check(String credential) {
    for (CredentialCheck check : checks) {
      if (check.recognizes(credential)) {
        return check.check(credential);
      }
    }
    throw Refusal.unauthenticated("The credential is of no known kind.");
  }

  /// Lets in who shows a ticket, which is looked up like a credential and is good once.
  ///
  /// @throws Refusal `unauthenticated`, `rate_limited`
  Caller admit(String ticket, String network, Supplier<Caller> redeem) {
    Caller caller = counted(ticket, network, redeem);
    closed.requireOpen(caller.organization());
    return caller;
  }
}
