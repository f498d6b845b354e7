/// Tasks that are there offline: a copy of an organization's tasks and comments on this device, a
/// queue of what was edited meanwhile, and the synchronization of both with a server.
///
/// Begin with [dev.muster.sync.SyncClient]. What a program puts behind it are two ports: a
/// [dev.muster.sync.SyncStore], such as [dev.muster.sync.SqliteStore], and a
/// [dev.muster.agent.core.Transport].
@NullMarked
package dev.muster.sync;

import org.jspecify.annotations.NullMarked;
