package dev.muster.server.enrollment;

import dev.muster.protocol.Json;
import dev.muster.server.audit.Audit;
import dev.muster.server.audit.Change;
import dev.muster.server.credential.EnrollmentToken;
import dev.muster.server.credential.EnrollmentTokens;
import dev.muster.server.credential.Issued;
import dev.muster.server.device.Group;
import dev.muster.server.device.GroupId;
import dev.muster.server.device.Groups;
import dev.muster.server.organization.Quota;
import dev.muster.server.organization.Quotas;
import dev.muster.server.platform.Caller;
import dev.muster.server.platform.Database;
import dev.muster.server.platform.ErrorCode;
import dev.muster.server.platform.OrganizationId;
import dev.muster.server.platform.Refusal;
import dev.muster.server.platform.Right;
import dev.muster.server.policy.Policies;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/// Enrollment tokens together with the groups and policies that they give.
@Singleton
public class GrantingTokens {
  /// A token to make. Groups and policies go by name or id.
  public record NewToken(
      String name, int maxUses, Duration lifetime, List<String> groups, List<String> policies) {}

  /// A token that was just made, with the text that is shown this once.
  public record Created(GrantingToken token, Issued secret) {}

  /// Tokens, newest first, and how many there are in all.
  public record Listed(long count, List<GrantingToken> tokens) {}

  private final Database database;
  private final EnrollmentTokens tokens;
  private final Groups groups;
  private final Audit audit;
  private final Quotas quotas;

  public GrantingTokens(
      Database database, EnrollmentTokens tokens, Groups groups, Audit audit, Quotas quotas) {
    this.database = database;
    this.tokens = tokens;
    this.groups = groups;
    this.audit = audit;
    this.quotas = quotas;
  }

  /// @throws Refusal `invalid`, with every group or policy that is unknown
  public Created create(Caller caller, NewToken wanted) {
    caller.require(Right.WRITE_ENROLLMENT);
    if (!wanted.policies().isEmpty()) {
      caller.require(Right.WRITE_POLICIES);
    }
    OrganizationId organization = caller.organization();
    return database.in(
        organization,
        handle -> {
          List<Group> granted = groups.requireNamed(handle, organization, wanted.groups());
          Grants grants =
              new Grants(
                  granted.stream().map(Group::id).distinct().toList(),
                  requireAll(handle, wanted.policies()));
          Issued issued =
              tokens.issue(handle, caller, wanted.name(), wanted.maxUses(), wanted.lifetime());
          GrantStore.insert(handle, organization, issued.id(), grants);
          quotas.require(handle, organization, Quota.TOKENS);
          GrantingToken token =
              new GrantingToken(
                  tokens.require(handle, caller, issued.id()),
                  granted.stream().map(Group::name).distinct().sorted().toList(),
                  grants.policies());
          audit.record(handle, caller, created(token));
          return new Created(token, issued);
        });
  }

  private static Change created(GrantingToken granting) {
    EnrollmentToken token = granting.token();
    return Change.of("enrollment_token.created", "enrollment_token", token.id())
        .to(
            Json.obj(
                Map.of(
                    "name", Json.of(token.name()),
                    "max_uses", Json.of(token.maxUses()),
                    "expires_at", Json.of(token.expiresAt().toString()),
                    "groups", Json.texts(granting.groups()),
                    "policies",
                        Json.texts(granting.policies().stream().map(UUID::toString).toList()))));
  }

  public Listed list(Caller caller, int offset, int limit) {
    caller.require(Right.WRITE_ENROLLMENT);
    OrganizationId organization = caller.organization();
    return database.in(
        organization,
        handle -> {
          EnrollmentTokens.Listed found = tokens.list(handle, caller, offset, limit);
          Map<UUID, Grants> grants =
              GrantStore.find(
                  handle, organization, found.tokens().stream().map(EnrollmentToken::id).toList());
          return new Listed(
              found.count(),
              found.tokens().stream()
                  .map(token ->
                      granting(
                          handle,
                          organization,
                          token,
                          grants.getOrDefault(token.id(), Grants.NONE)))
                  .toList());
        });
  }

  /// From now on the token admits nobody; the devices that it has admitted stay.
  public void revoke(Caller caller, String id) {
    tokens.revoke(caller, id);
  }

  private GrantingToken granting(
      Handle handle, OrganizationId organization, EnrollmentToken token, Grants grants) {
    List<String> names = new ArrayList<>();
    for (GroupId group : grants.groups()) {
      names.add(groups.require(handle, organization, group.toString()).name());
    }
    return new GrantingToken(token, names.stream().sorted().toList(), grants.policies());
  }

  private List<UUID> requireAll(Handle handle, List<String> idsOrNames) {
    List<UUID> found = new ArrayList<>();
    List<Refusal.FieldError> unknown = new ArrayList<>();
    for (int i = 0; i < idsOrNames.size(); i++) {
      try {
        found.add(Policies.requireAssignable(handle, idsOrNames.get(i)).id());
      } catch (Refusal refusal) {
        if (refusal.code() != ErrorCode.NOT_FOUND) {
          throw refusal;
        }
        unknown.add(
            new Refusal.FieldError("policies[" + i + "]", "is no policy of this organization"));
      }
    }
    if (!unknown.isEmpty()) {
      throw Refusal.invalid(unknown);
    }
    return found.stream().distinct().toList();
  }
}
