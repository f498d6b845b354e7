/// The fleet service (gRPC) as commands use it. Only this package and `FleetDoor` touch gRPC, and
/// no command has its types in a signature: the other commands start without loading any of it.
@NullMarked
package dev.muster.cli.fleet;

import org.jspecify.annotations.NullMarked;
