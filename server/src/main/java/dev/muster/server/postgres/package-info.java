/// The embedded PostgreSQL: real PostgreSQL as a supervised child process, its data in a folder.
///
/// Its guarantee: it writes through to disk, accepts only who knows its password, is started again
/// when it dies, and is gone when the server is.
@NullMarked
package dev.muster.server.postgres;

import org.jspecify.annotations.NullMarked;
