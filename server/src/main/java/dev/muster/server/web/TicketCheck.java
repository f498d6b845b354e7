package dev.muster.server.web;

import dev.muster.server.platform.Caller;

/// Knows the tickets by which pages open WebSockets. Implemented by the room that issues them.
public interface TicketCheck {
  /// Who asked for the ticket, with the rights of this moment. Uses the ticket up. May block on the
  /// database.
  ///
  /// @throws dev.muster.server.platform.Refusal `unauthenticated` when it is not valid (any more)
  Caller redeem(String ticket);

  /// Who came with a ticket, with the rights of this moment. May block on the database.
  ///
  /// @throws dev.muster.server.platform.Refusal `unauthenticated` when they would get none any more
  Caller again(Caller caller);
}
