/// The people of an organization, what each may do there, and their passwords.
///
/// Its guarantee: an organization always has an active admin; a change of a user counts at once, on
/// the node that made it before its answer and on the others within a broadcast (ten seconds if
/// that is lost); a password is stored as bcrypt and nothing tells by its time whether a user
/// exists.
@NullMarked
package dev.muster.server.identity;

import org.jspecify.annotations.NullMarked;
