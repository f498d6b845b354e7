package dev.muster.server.viewer;

import dev.muster.server.platform.Caller;
import dev.muster.server.platform.Right;
import dev.muster.server.web.Callers;
import dev.muster.server.web.TicketCheck;
import jakarta.inject.Singleton;
import org.jspecify.annotations.Nullable;

/// Knows whether somebody may (still) be connected.
@Singleton
final class Access {
  private final Callers callers;
  private final TicketCheck tickets;

  Access(Callers callers, TicketCheck tickets) {
    this.callers = callers;
    this.tickets = tickets;
  }

  /// @param caller who came
  /// @param credential what they showed; null for who came with a ticket, or with nothing in open
  ///   mode
  /// @throws dev.muster.server.platform.Refusal `unauthenticated` or `forbidden`
  void require(Caller caller, @Nullable String credential) {
    boolean byTicket =
        credential == null && caller instanceof Caller.Person person && !person.open();
    Caller now =
        byTicket ? tickets.again(caller) : callers.identify(credential, "Show a credential.");
    now.require(Right.READ);
  }
}
