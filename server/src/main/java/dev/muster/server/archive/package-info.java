/// The days of the history of heartbeats: partitions made ahead, and their way out of the database,
/// through a verified archive.
///
/// Its guarantee: nothing is dropped whose archive was not read back, hashed and counted; who is
/// killed at any step goes on from it.
@NullMarked
package dev.muster.server.archive;

import org.jspecify.annotations.NullMarked;
