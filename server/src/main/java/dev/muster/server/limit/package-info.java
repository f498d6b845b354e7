/// How often anybody may call, by who they are and by class of endpoint, on every transport.
///
/// Its guarantee: whoever has shown a valid credential is counted by themselves and by nothing
/// else, so that a thousand devices behind one address never share a limit; who has not is counted
/// by their network address, before anything that costs. Counts are those of one node and are not
/// kept: with n nodes behind a balancer, a caller has up to n times the rate.
@NullMarked
package dev.muster.server.limit;

import org.jspecify.annotations.NullMarked;
