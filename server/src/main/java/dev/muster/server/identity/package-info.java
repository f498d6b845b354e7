/// The people of an organization, what each may do there, their passwords, and the API keys by
/// which programs do a part of it for them.
///
/// Its guarantee: an organization always has an active admin; a change of a user counts at once, on
/// the node that made it before its answer and on the others within a broadcast (ten seconds if
/// that is lost); a password is stored as bcrypt and nothing tells by its time whether a user
/// exists; no key does what its maker may not do at that moment, and none gives anybody more than
/// it has.
@NullMarked
package dev.muster.server.identity;

import org.jspecify.annotations.NullMarked;
