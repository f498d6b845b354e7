/// The act of enrolling: a token goes in, and a device, its credential and its first policy come
/// out, in one transaction.
///
/// Its guarantee: a lost answer locks nobody out. The same token and hardware give the same device
/// again, with a new device token and without another use of the token, as long as the token lives.
@NullMarked
package dev.muster.server.enrollment;

import org.jspecify.annotations.NullMarked;
