/// Who can be woken, and how: over the WebSocket that an agent holds open to one of the nodes, and
/// over FCM where no node holds one.
///
/// A ring carries nothing but "check now", so a ring that is lost or repeated does no harm. Its
/// guarantee: ringing never throws and never waits long for a peer that does not read, nobody hears
/// the doorbell of a device whose token is revoked, and no request waits for the push service.
@NullMarked
package dev.muster.server.doorbell;

import org.jspecify.annotations.NullMarked;
