package dev.muster.server.device;

import dev.muster.server.platform.OrganizationId;
import java.time.Instant;

/// A static group of devices: a device is in it because somebody put it there.
public record Group(GroupId id, OrganizationId organization, String name, Instant createdAt) {}
