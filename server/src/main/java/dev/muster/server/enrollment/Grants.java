package dev.muster.server.enrollment;

import dev.muster.server.device.GroupId;
import java.util.List;
import java.util.UUID;

/// What an enrollment token gives to each device that it admits.
record Grants(List<GroupId> groups, List<UUID> policies) {
  static final Grants NONE = new Grants(List.of(), List.of());

  Grants {
    groups = List.copyOf(groups);
    policies = List.copyOf(policies);
  }
}
