/// Who is told of alerts: channels of an organization, mutes and maintenance windows, and the
/// messages. What an alert has to tell is written in the transaction that raises it; messages are
/// composed from that a little later, so that a burst is one message, and are delivered at least
/// once: a message is leased to the node that sends it, and its id is the same at every try.
@NullMarked
package dev.muster.server.notification;

import org.jspecify.annotations.NullMarked;
