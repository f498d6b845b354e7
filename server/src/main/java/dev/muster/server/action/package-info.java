/// What devices are told to do: one state machine for every action, a queue a device, results that
/// count once.
///
/// PENDING → RUNNING → COMPLETED | FAILED | CANCELLED | EXPIRED. At most one action runs on a
/// device; the others wait in the order of their priority, then of their ids. Every transition
/// happens in a transaction that holds the device's row, and everything that has to happen later is
/// one column, `due_at`, that a job looks at: a server that is killed at any point goes on where it
/// was. How a command reaches a device is not known here but in the room `dispatch`.
@NullMarked
package dev.muster.server.action;

import org.jspecify.annotations.NullMarked;
