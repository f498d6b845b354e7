package dev.muster.server.audit;

import dev.muster.protocol.Json;
import dev.muster.server.platform.AdvisoryLock;
import dev.muster.server.platform.Caller;
import dev.muster.server.platform.Ids;
import dev.muster.server.platform.MasterKey;
import dev.muster.server.platform.OrganizationId;
import dev.muster.server.platform.RequestId;
import jakarta.inject.Singleton;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/// The door by which changes get into the log. It is read by [AuditLog].
@Singleton
public final class Audit {
  private static final Json.Obj NOTHING = Json.obj(Map.of());

  private final InstantSource clock;
  private final Seals seals;

  public Audit(InstantSource clock, MasterKey masterKey) {
    this.clock = clock;
    this.seals = new Seals(masterKey);
  }

  /// Tells of a change in the organization of the caller.
  public void record(Handle handle, Caller caller, Change change) {
    record(handle, caller.organization(), caller, change);
  }

  /// Tells of a change in an organization that may be another than the caller's; the transaction
  /// must be one of that organization. Devices' own calls change nothing that belongs here.
  public void record(Handle handle, OrganizationId organization, Caller caller, Change change) {
    Fields fields = Fields.of(change.before(), change.after());
    UUID person = change.person();
    Personal personal = person == null ? null : Personal.of(fields.before(), fields.after());
    Entry entry = entry(organization, caller, change, fields, personal);
    AuditStore.insert(handle, entry, seals.mac(entry));
    if (person != null && personal != null) {
      AuditStore.insertPersonal(handle, organization, entry.id(), person, personal);
    }
  }

  private Entry entry(
      OrganizationId organization,
      Caller caller,
      Change change,
      Fields fields,
      @Nullable Personal personal) {
    return new Entry(
        organization,
        Ids.next(),
        clock.instant().truncatedTo(ChronoUnit.MICROS),
        Actor.of(caller),
        RequestId.current(),
        change.action(),
        change.kind(),
        change.id(),
        personal == null ? fields.before() : NOTHING,
        personal == null ? fields.after() : NOTHING,
        change.person(),
        personal == null ? null : personal.commitment());
  }

  /// Takes everything personal of a user out of the log; the entries stay, and stay verifiable. The
  /// caller records `user.erased` of that user in the same transaction: personal data that are gone
  /// without such an entry are found missing by the verification.
  ///
  /// @return how many entries have lost fields
  public int erasePerson(Handle handle, OrganizationId organization, UUID user) {
    return AuditStore.deletePersonal(handle, organization, user);
  }

  /// Takes the whole log of an organization away, in a transaction across organizations. The
  /// organization must be closed to writers before: what one of them commits afterwards stays.
  public void eraseOrganization(Handle handle, OrganizationId organization) {
    AdvisoryLock.hold(handle, SealingJob.LOCK);
    AuditStore.eraseOrganization(handle, organization);
  }
}
