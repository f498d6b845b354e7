/// How commands reach devices: by the connection that a device holds, by the push service, by the
/// poll of a device that asks.
///
/// A command is to be handed out while it has a delivery, which begins and ends in the transactions
/// in which the attempt at its action does. It is taken by one node at a time, signed anew each
/// time and never without a signature, and handed out again until the device acknowledges it, so
/// that what a node that dies had taken is not lost; devices tell repetitions by the request id.
/// Nothing here makes the request wait that asked for the action.
@NullMarked
package dev.muster.server.dispatch;

import org.jspecify.annotations.NullMarked;
