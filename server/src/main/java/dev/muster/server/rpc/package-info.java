/// gRPC plumbing, once for all rooms: the server and its port, request ids, who calls, refusals as
/// statuses, health, reflection. A room's service is left with its own words.
///
/// Its guarantee: a call passes the same gate as a request over HTTP. Whoever has no valid
/// credential learns nothing, not even which methods exist, and every answer carries a request id.
@NullMarked
package dev.muster.server.rpc;

import org.jspecify.annotations.NullMarked;
