/// Files of tasks: photos of what was found, documents that are needed. They are uploaded in
/// chunks, so that who loses the connection goes on where it was, and lie in the database: what was
/// acknowledged is durable, and is backed up and restored with the rest. They are no part of sync.
@NullMarked
package dev.muster.server.attachment;

import org.jspecify.annotations.NullMarked;
