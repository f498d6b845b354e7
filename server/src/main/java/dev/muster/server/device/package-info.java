/// The registry: which devices there are, what they are called, the groups they are in, their tags,
/// status and events.
///
/// Its guarantee: a handle, a hardware id and a group name each exist once in an organization,
/// whoever races for them; and a change of what groups a device is in is seen by the policy room in
/// the transaction that makes it, while the groups are locked.
@NullMarked
package dev.muster.server.device;

import org.jspecify.annotations.NullMarked;
