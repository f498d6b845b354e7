/// Copies of everything: taking one from the running server, and loading one into an empty
/// database.
///
/// Its guarantee: a backup is one snapshot of all tables of all rooms, complete or recognized as
/// not; what is loaded is exactly that, and every constraint of the schema was checked on it. What
/// must differ after a restore is said by the rooms that it concerns (`RestoredVersions`,
/// `RestoredReports`, `RestoredSessions`).
@NullMarked
package dev.muster.server.backup;

import org.jspecify.annotations.NullMarked;
