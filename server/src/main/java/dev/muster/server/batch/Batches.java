package dev.muster.server.batch;

import dev.muster.protocol.CommandSignature;
import dev.muster.protocol.Json;
import dev.muster.server.action.ActionType;
import dev.muster.server.action.BatchActions;
import dev.muster.server.action.NewAction;
import dev.muster.server.audit.Audit;
import dev.muster.server.audit.Change;
import dev.muster.server.device.DeviceId;
import dev.muster.server.platform.Caller;
import dev.muster.server.platform.Database;
import dev.muster.server.platform.ErrorCode;
import dev.muster.server.platform.Ids;
import dev.muster.server.platform.OrganizationId;
import dev.muster.server.platform.Refusal;
import dev.muster.server.platform.Refusal.FieldError;
import dev.muster.server.platform.Right;
import dev.muster.server.platform.Slice;
import jakarta.inject.Singleton;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/// Actions for many devices at once: asked for, seen, cancelled.
@Singleton
public class Batches {
  static final int CHUNK = 50;
  static final int MOST_REFUSALS_SHOWN = 100;
  private static final int LONGEST_REASON = 200;

  private final Database database;
  private final Selections selections;
  private final BatchActions actions;
  private final BatchJob job;
  private final Audit audit;
  private final InstantSource clock;

  Batches(
      Database database,
      Selections selections,
      BatchActions actions,
      BatchJob job,
      Audit audit,
      InstantSource clock) {
    this.database = database;
    this.selections = selections;
    this.actions = actions;
    this.job = job;
    this.audit = audit;
    this.clock = clock;
  }

  /// Asks many devices for the same; the actions follow in the background, in the order of the
  /// devices' ids. Which devices are meant is fixed now. With a client token that was used before
  /// it is the batch of then.
  ///
  /// @param request a WIPE is confirmed with `wipe <number of devices>`
  /// @throws Refusal `invalid fields`; `scripts not allowed`; `client token reused`
  public Batch initiate(Caller caller, NewAction request, Selector selector) {
    caller.require(Right.ACT);
    OrganizationId organization = caller.organization();
    String hash = request.hash(selector.described().canonical());
    return database.in(
        organization,
        handle -> {
          Batch known = known(handle, organization, request, hash);
          if (known != null) {
            return known;
          }
          actions.requireSensible(handle, organization, request);
          List<DeviceId> devices = selections.find(handle, organization, selector);
          requireConfirmed(request, devices.size());
          Batch batch =
              new Batch(
                  Ids.next(), request, clock.instant(), devices.size(), 0, 0, null, null, null);
          if (!BatchStore.insert(handle, organization, batch, hash)) {
            Batch other = known(handle, organization, request, hash);
            if (other != null) { // made at the same time
              return other;
            }
            throw tokenReused();
          }
          BatchStore.insertChunks(handle, organization, batch.id(), devices, CHUNK);
          audit.record(
              handle,
              caller,
              Change.of("batch.initiated", "batch", batch.id()).to(described(batch, selector)));
          handle.afterCommit(job::nudge);
          return batch;
        });
  }

  private static @Nullable Batch known(
      Handle handle, OrganizationId organization, NewAction request, String hash) {
    String token = request.clientToken();
    if (token == null) {
      return null;
    }
    return BatchStore.findByToken(handle, organization, token)
        .map(known -> {
          if (!known.requestHash().equals(hash)) {
            throw tokenReused();
          }
          return known.batch();
        })
        .orElse(null);
  }

  private static Refusal tokenReused() {
    return Refusal.invalid(
        ErrorCode.CLIENT_TOKEN_REUSED,
        List.of(
            new FieldError(
                "client_token", "was used for another batch; make a new one for a new batch")));
  }

  private static void requireConfirmed(NewAction request, int devices) {
    String confirmation = "wipe " + devices;
    if (request.type() == ActionType.WIPE
        && !confirmation.equals(request.params().get("confirm"))) {
      throw Refusal.invalid(
          "params.confirm", "must be \"" + confirmation + "\": that many devices would be erased");
    }
  }

  /// Newest first.
  public Slice<Batch.Overview> list(Caller caller, int limit, int offset) {
    caller.require(Right.READ);
    OrganizationId organization = caller.organization();
    return database.in(
        organization,
        handle -> {
          List<Batch> page = BatchStore.page(handle, organization, limit, offset);
          var counts = actions.counts(handle, organization, page.stream().map(Batch::id).toList());
          return new Slice<>(
              BatchStore.count(handle, organization),
              page.stream()
                  .map(batch ->
                      new Batch.Overview(
                          batch, counts.getOrDefault(batch.id(), Map.of()), List.of()))
                  .toList());
        });
  }

  /// @throws Refusal `not found`
  public Batch.Overview show(Caller caller, String id) {
    caller.require(Right.READ);
    OrganizationId organization = caller.organization();
    return database.in(
        organization,
        handle ->
            overview(
                handle,
                organization,
                BatchStore.find(handle, organization, parsed(id))
                    .orElseThrow(() -> Refusal.notFound("batch"))));
  }

  /// Makes no more of its actions and cancels those that have not ended, in the background. What is
  /// cancelled already stays so.
  ///
  /// @throws Refusal `not found`
  public Batch.Overview cancel(Caller caller, String id, @Nullable String reason) {
    caller.require(Right.ACT);
    if (reason != null && reason.length() > LONGEST_REASON) {
      throw Refusal.invalid("reason", "must have 200 characters at the most");
    }
    OrganizationId organization = caller.organization();
    return database.in(
        organization,
        handle -> {
          Batch batch =
              BatchStore.lock(handle, organization, parsed(id))
                  .orElseThrow(() -> Refusal.notFound("batch"));
          if (batch.cancelledAt() == null) {
            BatchStore.cancel(handle, organization, batch.id(), reason, clock.instant());
            audit.record(
                handle,
                caller,
                Change.of("batch.cancelled", "batch", batch.id())
                    .from(state(batch.state()))
                    .to(state(Batch.State.CANCELLING)));
            handle.afterCommit(job::nudge);
          }
          return overview(
              handle,
              organization,
              BatchStore.find(handle, organization, batch.id()).orElseThrow());
        });
  }

  private Batch.Overview overview(Handle handle, OrganizationId organization, Batch batch) {
    return new Batch.Overview(
        batch,
        actions
            .counts(handle, organization, List.of(batch.id()))
            .getOrDefault(batch.id(), Map.of()),
        BatchStore.refusals(handle, organization, batch.id(), MOST_REFUSALS_SHOWN));
  }

  private static UUID parsed(String id) {
    return Ids.parse(id).orElseThrow(() -> Refusal.notFound("batch"));
  }

  private static Json.Obj state(Batch.State state) {
    return Json.obj(Map.of("state", Json.of(state.name())));
  }

  private static Json.Obj described(Batch batch, Selector selector) {
    Map<String, Json> fields = new TreeMap<>(selector.described().fields());
    fields.put("type", Json.of(batch.request().type().name()));
    fields.put("params", CommandSignature.parameters(batch.request().params()));
    fields.put("priority", Json.of(batch.request().priority().name()));
    fields.put("devices", Json.of(batch.devices()));
    return Json.obj(fields);
  }
}
