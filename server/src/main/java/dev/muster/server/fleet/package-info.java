/// The fleet over gRPC: the service `device_management.DeviceManagementService` of
/// `fleet-api/src/main/protobuf/device_management.proto`. It owns nothing. What it does, the doors
/// of the rooms above it do, with the same rights, events and audit entries as over REST.
///
/// Its guarantee: names, numbers, messages and codes of the calls that clients knew from the start
/// stay as they are. Their sentences are its own, and stand in [Contract].
@NullMarked
package dev.muster.server.fleet;

import org.jspecify.annotations.NullMarked;
