/// HTTP plumbing, once for all rooms: request ids, who calls, problem documents, pages of lists,
/// health. A room's resource is left with its own words.
///
/// Its guarantee: whoever has no valid credential learns nothing, not even which paths exist, and
/// every answer carries a request id.
@NullMarked
package dev.muster.server.web;

import org.jspecify.annotations.NullMarked;
