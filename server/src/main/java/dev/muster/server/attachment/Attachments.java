package dev.muster.server.attachment;

import dev.muster.protocol.Json;
import dev.muster.server.audit.Audit;
import dev.muster.server.audit.Change;
import dev.muster.server.organization.Quota;
import dev.muster.server.organization.Quotas;
import dev.muster.server.platform.AttachmentSettings;
import dev.muster.server.platform.Caller;
import dev.muster.server.platform.Database;
import dev.muster.server.platform.ErrorCode;
import dev.muster.server.platform.OrganizationId;
import dev.muster.server.platform.Refusal;
import dev.muster.server.platform.Right;
import dev.muster.server.platform.Settings;
import dev.muster.server.platform.Slice;
import dev.muster.server.task.Tasks;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/// The files of tasks. Everybody of the organization reads them; who may change a task adds and
/// deletes.
///
/// A chunk is written where the upload stands, and in one transaction with how far it stands then:
/// what was answered is durable, and who has lost the answer sends the chunk again.
@Singleton
public final class Attachments {
  /// No file is cut into chunks smaller than that, so that rows cost little beside their bytes.
  static final int SMALLEST_CHUNK = 16 * 1024;

  private static final long LARGEST_FILE = 1L << 30;
  private static final int LARGEST_CHUNK = 1 << 20;

  private final Database database;
  private final InstantSource clock;
  private final Tasks tasks;
  private final Quotas quotas;
  private final Audit audit;
  private final int largestChunk;

  public Attachments(
      Database database,
      InstantSource clock,
      Tasks tasks,
      Quotas quotas,
      Audit audit,
      Settings settings) {
    this.database = database;
    this.clock = clock;
    this.tasks = tasks;
    this.quotas = quotas;
    this.audit = audit;
    this.largestChunk = (int) settings.attachment().chunk().asLongValue();
  }

  /// What is wrong with the settings, a sentence each.
  public static List<String> mistakes(AttachmentSettings settings) {
    List<String> sentences = new ArrayList<>();
    long largest = settings.largest().asLongValue();
    if (largest < 1 || largest > LARGEST_FILE) {
      sentences.add("muster.attachment.largest must be from 1 to 1G");
    }
    long chunk = settings.chunk().asLongValue();
    if (chunk < SMALLEST_CHUNK || chunk > LARGEST_CHUNK) {
      sentences.add("muster.attachment.chunk must be from 16K to 1M");
    }
    return sentences;
  }

  /// Oldest first.
  Slice<Attachment> list(Caller caller, UUID task, int limit, int offset) {
    caller.require(Right.READ);
    OrganizationId organization = caller.organization();
    return database.in(
        organization,
        handle -> {
          tasks.requireThere(handle, organization, task);
          return new Slice<>(
              AttachmentStore.count(handle, organization, task),
              AttachmentStore.page(handle, organization, task, limit, offset));
        });
  }

  Attachment find(Caller caller, UUID task, UUID id) {
    caller.require(Right.READ);
    OrganizationId organization = caller.organization();
    return database.in(
        organization,
        handle -> {
          tasks.requireThere(handle, organization, task);
          return AttachmentStore.find(handle, organization, task, id)
              .orElseThrow(Attachments::notFound);
        });
  }

  /// The same announcement of the same id again is the same attachment.
  ///
  /// @throws Refusal `quota_exceeded`; `already_exists` when the id is that of another one
  Attachment create(Caller caller, UUID task, Announced announced) {
    caller.require(Right.WRITE_TASKS);
    OrganizationId organization = caller.organization();
    return database.in(
        organization,
        handle -> {
          UUID by = tasks.requireMayChange(handle, caller, task).user();
          Instant now = clock.instant();
          if (AttachmentStore.insert(handle, organization, task, announced, by, now)) {
            quotas.require(handle, organization, Quota.ATTACHMENT_BYTES);
            audit.record(
                handle,
                caller,
                Change.of("attachment.created", "attachment", announced.id())
                    .to(described(task, announced)));
          }
          return AttachmentStore.find(handle, organization, task, announced.id())
              .filter(there -> there.announced().equals(announced))
              .orElseThrow(() ->
                  Refusal.of(
                      ErrorCode.ALREADY_EXISTS,
                      "The id is that of another attachment. Take a new one."));
        });
  }

  /// Without its name, which may speak of people: the log is for good.
  private static Json.Obj described(UUID task, Announced announced) {
    return Json.obj(
        Map.of(
            "task", Json.of(task.toString()),
            "content_type", Json.of(announced.contentType()),
            "size", Json.of(announced.size())));
  }

  /// Adds a chunk; with the last one the file is complete, or is to be uploaded anew.
  ///
  /// @throws Refusal `upload_state` with the right offset, `content_mismatch`, `too_large`
  Attachment add(Caller caller, UUID task, UUID id, long offset, byte[] chunk) {
    caller.require(Right.WRITE_TASKS);
    OrganizationId organization = caller.organization();
    Attachment after =
        database.in(
            organization,
            handle -> {
              var _ = tasks.requireMayChange(handle, caller, task);
              Attachment before =
                  AttachmentStore.lock(handle, organization, task, id)
                      .orElseThrow(Attachments::notFound);
              if (offset == before.uploaded()) {
                requireFits(before, chunk);
                append(handle, organization, before, chunk);
              } else if (offset > before.uploaded()
                  || !ChunkStore.has(handle, organization, id, offset, chunk)) {
                throw Refusal.invalid(
                    ErrorCode.UPLOAD_STATE,
                    List.of(new Refusal.FieldError("offset", "must be " + before.uploaded())));
              }
              return AttachmentStore.find(handle, organization, task, id)
                  .orElseThrow(Attachments::notFound);
            });
    if (after.uploaded() == 0) {
      throw Refusal.of(
          ErrorCode.CONTENT_MISMATCH,
          "What was uploaded has another sha256 than was announced. Begin anew at offset 0.");
    }
    return after;
  }

  private void requireFits(Attachment attachment, byte[] chunk) {
    long missing = attachment.missing();
    if (missing == 0) {
      throw Refusal.of(ErrorCode.UPLOAD_STATE, "The attachment is complete.");
    }
    if (chunk.length > Math.min(missing, largestChunk)) {
      throw Refusal.of(
          ErrorCode.TOO_LARGE,
          "The chunk may have %d bytes at the most.".formatted(Math.min(missing, largestChunk)));
    }
    if (chunk.length < Math.min(missing, SMALLEST_CHUNK)) {
      throw Refusal.of(
          ErrorCode.MALFORMED_REQUEST,
          "The request needs the bytes of a chunk as its body, %d at the least."
              .formatted(Math.min(missing, SMALLEST_CHUNK)));
    }
  }

  private void append(Handle handle, OrganizationId organization, Attachment before, byte[] chunk) {
    UUID id = before.announced().id();
    Instant now = clock.instant();
    ChunkStore.insert(handle, organization, id, before.uploaded(), chunk);
    boolean last = chunk.length == before.missing();
    if (last && !ChunkStore.sha256(handle, organization, id).equals(before.announced().sha256())) {
      ChunkStore.clear(handle, organization, id);
      AttachmentStore.progress(handle, organization, id, 0, null, now);
    } else {
      AttachmentStore.progress(
          handle, organization, id, before.uploaded() + chunk.length, last ? now : null, now);
    }
  }

  /// With its bytes, at once.
  void delete(Caller caller, UUID task, UUID id) {
    caller.require(Right.WRITE_TASKS);
    OrganizationId organization = caller.organization();
    database.in(
        organization,
        handle -> {
          var _ = tasks.requireMayChange(handle, caller, task);
          Attachment before =
              AttachmentStore.lock(handle, organization, task, id)
                  .orElseThrow(Attachments::notFound);
          AttachmentStore.delete(handle, organization, id);
          audit.record(
              handle,
              caller,
              Change.of("attachment.deleted", "attachment", id)
                  .from(described(task, before.announced())));
          return null;
        });
  }

  /// The bytes of a complete file, which never change.
  final class Content {
    private final OrganizationId organization;
    private final Attachment attachment;

    private Content(OrganizationId organization, Attachment attachment) {
      this.organization = organization;
      this.attachment = attachment;
    }

    Announced announced() {
      return attachment.announced();
    }

    /// Each chunk in a transaction of its own: who reads slowly holds no connection.
    void writeTo(OutputStream out, long from, long to) throws IOException {
      long position = from;
      while (position < to) {
        long at = position;
        byte[] bytes =
            database.in(
                organization,
                handle ->
                    ChunkStore.from(handle, organization, announced().id(), at)
                        .filter(some -> some.length > 0)
                        .orElseThrow(() -> Refusal.notFound("attachment any more")));
        int length = (int) Math.min(bytes.length, to - position);
        out.write(bytes, 0, length);
        position += length;
      }
    }
  }

  /// @throws Refusal `upload_state` when it is not complete
  Content content(Caller caller, UUID task, UUID id) {
    Attachment attachment = find(caller, task, id);
    if (attachment.completedAt() == null) {
      throw Refusal.of(
          ErrorCode.UPLOAD_STATE,
          "The upload stands at %d of %d bytes."
              .formatted(attachment.uploaded(), attachment.announced().size()));
    }
    return new Content(caller.organization(), attachment);
  }

  private static Refusal notFound() {
    return Refusal.notFound("attachment");
  }
}
