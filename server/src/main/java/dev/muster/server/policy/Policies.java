package dev.muster.server.policy;

import dev.muster.protocol.Json;
import dev.muster.server.audit.Audit;
import dev.muster.server.audit.Change;
import dev.muster.server.organization.OrganizationListener;
import dev.muster.server.organization.Quota;
import dev.muster.server.organization.Quotas;
import dev.muster.server.platform.Caller;
import dev.muster.server.platform.Database;
import dev.muster.server.platform.ErrorCode;
import dev.muster.server.platform.Ids;
import dev.muster.server.platform.OrganizationId;
import dev.muster.server.platform.Refusal;
import dev.muster.server.platform.Right;
import dev.muster.server.platform.Slice;
import dev.muster.server.policy.SettingSecrets.Draft;
import io.quarkus.arc.All;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/// Policies and their versions. A version never changes; making one current is moving the policy's
/// pointer, so exactly one is current by construction.
///
/// A policy is named by its id, its name, or `defaults`: the organization's defaults, policy zero.
@Singleton
public class Policies implements OrganizationListener {
  /// The name of policy zero in paths.
  public static final String DEFAULTS = "defaults";

  private static final String PAYLOAD = "payload";

  private final Database database;
  private final InstantSource clock;
  private final SettingSecrets secrets;
  private final Wakes wakes;
  private final Audit audit;
  private final Quotas quotas;
  private final List<DesiredListener> listeners;

  Policies(
      Database database,
      InstantSource clock,
      SettingSecrets secrets,
      Wakes wakes,
      Audit audit,
      Quotas quotas,
      @All List<DesiredListener> listeners) {
    this.database = database;
    this.clock = clock;
    this.secrets = secrets;
    this.wakes = wakes;
    this.audit = audit;
    this.quotas = quotas;
    this.listeners = List.copyOf(listeners);
  }

  /// What a new policy is made of.
  public record NewPolicy(String name, PolicyType type, String description, int priority) {}

  public Policy create(Caller caller, NewPolicy policy) {
    caller.require(Right.WRITE_POLICIES);
    if (policy.name().equalsIgnoreCase(DEFAULTS) || Ids.parse(policy.name()).isPresent()) {
      throw Refusal.invalid("name", "must not be \"defaults\" and must not have the form of an id");
    }
    Policy made = fresh(policy, false);
    return database.in(
        caller.organization(),
        handle -> {
          if (!PolicyStore.insert(handle, caller.organization(), made)) {
            throw Refusal.of(
                ErrorCode.ALREADY_EXISTS, "A policy with the name " + policy.name() + " exists.");
          }
          audit.record(handle, caller, PolicyChanges.created(made));
          return made;
        });
  }

  /// Policy zero: weakest of all, in every set, first published with the product's own defaults.
  @Override
  public void created(Handle handle, OrganizationId organization) {
    Policy zero =
        fresh(
            new NewPolicy(
                DEFAULTS, PolicyType.RESTRICTIONS, "What holds where no policy says otherwise.", 0),
            true);
    PolicyStore.insert(handle, organization, zero);
    publish(
        handle,
        new Caller.Server(organization, "new organization"),
        zero,
        Draft.of(
            PAYLOAD, new Json.Obj(Map.of("cameraDisabled", Json.of(true))), new Json.Obj(Map.of())),
        "");
  }

  private Policy fresh(NewPolicy policy, boolean defaults) {
    Instant now = clock.instant();
    return new Policy(
        Ids.next(),
        policy.name(),
        policy.type(),
        policy.description(),
        policy.priority(),
        defaults,
        null,
        null,
        0,
        null,
        now,
        now);
  }

  public Policy find(Caller caller, String policy) {
    caller.require(Right.READ);
    return database.in(caller.organization(), handle -> require(handle, policy));
  }

  /// By id, oldest first, archived ones too; without the defaults.
  public Slice<Policy> list(Caller caller, int limit, int offset) {
    caller.require(Right.READ);
    return database.snapshotOf(
        caller.organization(),
        handle -> new Slice<>(PolicyStore.count(handle), PolicyStore.list(handle, limit, offset)));
  }

  /// Adds a version and makes it current. Costs the same for one device and for a million: what
  /// follows for the devices is computed, and they are woken afterwards.
  ///
  /// @param payload where a secret is the mask, the value of the current version stays
  /// @param baseVersion the version that the caller believes to be current, to be refused when it
  ///   is not (`stale_version`); null to publish in any case
  public PolicyVersion publish(
      Caller caller,
      String policy,
      Json.Obj payload,
      String comment,
      @Nullable Integer baseVersion) {
    caller.require(Right.WRITE_POLICIES);
    return database.in(
        caller.organization(),
        handle -> {
          Policy locked = lock(handle, policy);
          if (baseVersion != null && !baseVersion.equals(locked.currentVersion())) {
            throw Refusal.of(
                ErrorCode.STALE_VERSION,
                "base_version is "
                    + baseVersion
                    + ", but the current version is "
                    + (locked.currentVersion() == null ? "none" : locked.currentVersion())
                    + ". Read it, and publish again on top of it.");
          }
          Draft draft = Draft.of(PAYLOAD, payload, currentPayload(handle, locked));
          return publishAudited(handle, caller, locked, draft, comment);
        });
  }

  /// Publishes the current payload with some keys set and some removed, as one step: of two admins
  /// who change different keys at once neither undoes the other.
  public PolicyVersion change(
      Caller caller,
      String policy,
      Map<String, Json> set,
      Collection<String> unset,
      String comment) {
    caller.require(Right.WRITE_POLICIES);
    return database.in(
        caller.organization(),
        handle -> {
          Policy locked = lock(handle, policy);
          Json.Obj current = currentPayload(handle, locked);
          Map<String, Json> kept = new TreeMap<>(current.fields());
          kept.keySet().removeAll(unset);
          kept.keySet().removeAll(set.keySet());
          Draft draft = Draft.of("set", new Json.Obj(set), current).on(new Json.Obj(kept), PAYLOAD);
          return publishAudited(handle, caller, locked, draft, comment);
        });
  }

  private static Optional<PolicyVersion> current(Handle handle, Policy policy) {
    UUID current = policy.currentVersionId();
    return current == null
        ? Optional.empty()
        : PolicyStore.findVersion(handle, policy.id(), current);
  }

  /// As it is stored; empty when there is no version.
  private static Json.Obj currentPayload(Handle handle, Policy policy) {
    return current(handle, policy).map(PolicyVersion::payload).orElse(new Json.Obj(Map.of()));
  }

  private PolicyVersion publishAudited(
      Handle handle, Caller caller, Policy policy, Draft draft, String comment) {
    Optional<PolicyVersion> before = current(handle, policy);
    PolicyVersion version = publish(handle, caller, policy, draft, comment);
    audit.record(handle, caller, PolicyChanges.published(before, version));
    return version;
  }

  private PolicyVersion publish(
      Handle handle, Caller caller, Policy policy, Draft draft, String comment) {
    OrganizationId organization = caller.organization();
    Draft typed = policy.type() == PolicyType.CUSTOM ? draft.withFreeKeys() : draft;
    Json.Obj payload = secrets.accepted(organization, typed);
    PolicyVersion version =
        new PolicyVersion(
            Ids.next(),
            policy.id(),
            PolicyStore.nextNumber(handle, policy.id()),
            payload,
            secrets.hash(organization, payload),
            comment,
            Assignments.userOf(caller),
            clock.instant());
    PolicyStore.insertVersion(handle, organization, version);
    quotas.require(handle, organization, Quota.STORAGE_BYTES);
    activate(handle, caller, version, Activation.Kind.PUBLISHED);
    return version;
  }

  /// Makes an earlier version current again. No version is added.
  ///
  /// @param version its id or its number
  public PolicyVersion rollBack(Caller caller, String policy, String version) {
    caller.require(Right.WRITE_POLICIES);
    return database.in(
        caller.organization(),
        handle -> {
          Policy locked = lock(handle, policy);
          PolicyVersion earlier = requireVersion(handle, locked, version);
          if (earlier.id().equals(locked.currentVersionId())) {
            throw Refusal.of(
                ErrorCode.ALREADY_CURRENT,
                "Version " + earlier.number() + " is the current one already.");
          }
          audit.record(handle, caller, PolicyChanges.rolledBack(current(handle, locked), earlier));
          activate(handle, caller, earlier, Activation.Kind.ROLLED_BACK);
          return earlier;
        });
  }

  private void activate(Handle handle, Caller caller, PolicyVersion version, Activation.Kind kind) {
    Instant now = clock.instant();
    long sequence = PolicyStore.activate(handle, version.policyId(), version.id(), now);
    PolicyStore.insertActivation(
        handle,
        caller.organization(),
        version.policyId(),
        new Activation(
            Ids.next(),
            version.id(),
            version.number(),
            sequence,
            kind,
            Assignments.userOf(caller),
            now));
    wakes.wakePolicy(handle, caller.organization(), version.policyId());
    listeners.forEach(
        listener -> listener.activated(handle, caller.organization(), version.policyId()));
  }

  /// Takes a policy out of use for good. Refused while it is assigned.
  public Policy archive(Caller caller, String policy) {
    caller.require(Right.WRITE_POLICIES);
    return database.in(
        caller.organization(),
        handle -> {
          Policy locked = lock(handle, policy);
          if (locked.defaults()) {
            throw Refusal.of(
                ErrorCode.POLICY_ASSIGNED, "The defaults apply to every device and stay.");
          }
          if (PolicyStore.isAssigned(handle, locked.id())) {
            throw Refusal.of(
                ErrorCode.POLICY_ASSIGNED,
                "The policy "
                    + locked.name()
                    + " is assigned to devices or groups. Unassign it first.");
          }
          PolicyStore.archive(handle, locked.id(), clock.instant());
          audit.record(
              handle, caller, Change.of("policy.archived", PolicyChanges.POLICY, locked.id()));
          return require(handle, locked.id().toString());
        });
  }

  /// Newest first.
  public Slice<PolicyVersion> versions(Caller caller, String policy, int limit, int offset) {
    caller.require(Right.READ);
    return database.snapshotOf(
        caller.organization(),
        handle -> {
          UUID id = require(handle, policy).id();
          return new Slice<>(
              PolicyStore.countVersions(handle, id),
              PolicyStore.versions(handle, id, limit, offset));
        });
  }

  /// Newest first.
  public Slice<Activation> activations(Caller caller, String policy, int limit, int offset) {
    caller.require(Right.READ);
    return database.snapshotOf(
        caller.organization(),
        handle -> {
          Policy found = require(handle, policy);
          return new Slice<>(
              found.activations(), PolicyStore.activations(handle, found.id(), limit, offset));
        });
  }

  /// Newest first.
  public Slice<ApplyJob> jobs(Caller caller, String policy, int limit, int offset) {
    caller.require(Right.READ);
    return database.snapshotOf(
        caller.organization(),
        handle -> {
          UUID id = require(handle, policy).id();
          return new Slice<>(
              WakeStore.countJobs(handle, id), WakeStore.jobs(handle, id, limit, offset));
        });
  }

  static Policy require(Handle handle, String policy) {
    Optional<Policy> found =
        policy.equals(DEFAULTS)
            ? PolicyStore.findDefaults(handle)
            : Ids.parse(policy)
                .map(id -> PolicyStore.find(handle, id))
                .orElseGet(() -> PolicyStore.findByName(handle, policy));
    return found.orElseThrow(() -> Refusal.notFound("policy"));
  }

  /// A policy that may be assigned: it has a version and is not archived. Certain only while the
  /// policy is locked.
  public static Policy requireAssignable(Handle handle, String policy) {
    Policy found = require(handle, policy);
    requireInUse(found);
    if (found.currentVersion() == null) {
      throw Refusal.of(
          ErrorCode.NO_VERSION,
          "The policy " + found.name() + " has no version yet. Publish one, then assign it.");
    }
    return found;
  }

  static int currentVersion(Policy policy) {
    Integer version = policy.currentVersion();
    if (version == null) {
      throw new IllegalStateException("policy " + policy.id() + " has no version");
    }
    return version;
  }

  /// Excludes, until the transaction ends, everybody else who publishes, rolls back, archives or
  /// assigns the policy, and reads it.
  private static Policy lock(Handle handle, String policy) {
    UUID id = require(handle, policy).id();
    PolicyStore.lockExclusively(handle, id);
    Policy locked = require(handle, id.toString());
    requireInUse(locked);
    return locked;
  }

  private static void requireInUse(Policy policy) {
    if (policy.archivedAt() != null) {
      throw Refusal.of(ErrorCode.POLICY_ARCHIVED, "The policy " + policy.name() + " is archived.");
    }
  }

  private static PolicyVersion requireVersion(Handle handle, Policy policy, String version) {
    Optional<PolicyVersion> found =
        Ids.parse(version)
            .map(id -> PolicyStore.findVersion(handle, policy.id(), id))
            .orElseGet(() ->
                version.matches("[0-9]{1,9}")
                    ? PolicyStore.findVersion(handle, policy.id(), Integer.parseInt(version))
                    : Optional.empty());
    return found.orElseThrow(() -> Refusal.notFound("version of this policy"));
  }
}
