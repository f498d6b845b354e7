/// What every room stands on and that knows no room: the database and its transactions, ids, clock,
/// errors, the caller, the outbox, broadcast and jobs.
///
/// Its guarantee: a transaction sees one organization, or is one of the few that say that they see
/// all; what is appended to the outbox in a transaction is delivered at least once if, and only if,
/// that transaction commits.
@NullMarked
package dev.muster.server.platform;

import org.jspecify.annotations.NullMarked;
