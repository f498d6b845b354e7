package dev.muster.server.policy;

import dev.muster.protocol.Json;
import dev.muster.protocol.Payloads;
import dev.muster.server.audit.Change;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/// How this room tells the log of what it does: as REST shows it, secret settings masked.
final class PolicyChanges {
  static final String POLICY = "policy";

  private PolicyChanges() {}

  static Change created(Policy policy) {
    return Change.of("policy.created", POLICY, policy.id())
        .to(
            Json.obj(
                Map.of(
                    "name", Json.of(policy.name()),
                    "type", Json.of(policy.type().name()),
                    "description", Json.of(policy.description()),
                    "priority", Json.of(policy.priority()))));
  }

  /// @param before the version that was current, if there was one
  static Change published(Optional<PolicyVersion> before, PolicyVersion version) {
    return moved("policy.published", before, version);
  }

  static Change rolledBack(Optional<PolicyVersion> before, PolicyVersion version) {
    return moved("policy.rolled_back", before, version);
  }

  private static Change moved(
      String action, Optional<PolicyVersion> before, PolicyVersion version) {
    Change change = Change.of(action, POLICY, version.policyId()).to(fields(version));
    return before.map(PolicyChanges::fields).map(change::from).orElse(change);
  }

  private static Json.Obj fields(PolicyVersion version) {
    return Json.obj(
        Map.of(
            "version", Json.of(version.number()),
            "comment", Json.of(version.comment()),
            "payload", Payloads.masked(version.payload())));
  }

  static Change assigned(UUID policy, Json.Obj to) {
    return Change.of("policy.assigned", POLICY, policy).to(to);
  }

  static Change unassigned(UUID policy, Json.Obj from) {
    return Change.of("policy.unassigned", POLICY, policy).from(from);
  }
}
