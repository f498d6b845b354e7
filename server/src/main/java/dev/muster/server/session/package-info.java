/// Logins: short-lived access tokens that any node can check, and refresh tokens that are good for
/// one use each.
///
/// Its guarantee: of two uses of one refresh token, at once or years apart, at most one gives new
/// tokens, and the other ends the whole session, because one of the two was not its owner's. So a
/// client must not refresh twice at once; a client that lost the answer to a refresh logs in again.
/// Rejected: a period of grace in which the second use is only refused, because a thief who is
/// quick would be the first.
///
/// An access token says who calls and by which session, never what they may do: role and state are
/// read from identity at each request, and whether the session has ended from [LiveSessions]. So it
/// dies with its session, at once on the node that ends it and within ten seconds everywhere.
@NullMarked
package dev.muster.server.session;

import org.jspecify.annotations.NullMarked;
