package dev.muster.server.enrollment;

import dev.muster.server.credential.EnrollmentToken;
import java.util.List;
import java.util.UUID;

/// An enrollment token with what it gives: groups by name, policies by id.
public record GrantingToken(EnrollmentToken token, List<String> groups, List<UUID> policies) {}
