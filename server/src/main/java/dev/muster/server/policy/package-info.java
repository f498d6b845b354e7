/// What each device should be: policies, their immutable versions, which version is current, what
/// applies to which device, and the waking of devices after a change.
///
/// Its guarantee: every change that concerns a device raises its desired version by exactly one,
/// nothing lowers it, and no version is ever handed out with the content of another. Publishing
/// costs the same for one device and for a million.
@NullMarked
package dev.muster.server.policy;

import org.jspecify.annotations.NullMarked;
