package dev.muster.server.attachment;

import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import dev.muster.server.platform.Ids;
import dev.muster.server.platform.JsonText;
import dev.muster.server.platform.Refusal;
import dev.muster.server.platform.Refusal.FieldError;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The shapes of attachments in JSON.
final class AttachmentWire {
  private static final int LONGEST_NAME = 255;
  private static final int LONGEST_TYPE = 127;
  private static final Pattern TYPE =
      Pattern.compile("[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]*/[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]*");
  private static final Pattern SHA256 = Pattern.compile("[0-9a-fA-F]{64}");

  private AttachmentWire() {}

  /// @param uploaded at which offset the upload goes on
  @JsonNaming(SnakeCaseStrategy.class)
  record AttachmentBody(
      UUID id,
      UUID task,
      String name,
      String contentType,
      long size,
      String sha256,
      long uploaded,
      boolean complete,
      @Nullable UUID createdBy,
      @Nullable String createdByName,
      Instant createdAt,
      @Nullable Instant completedAt) {
    static AttachmentBody of(Attachment attachment) {
      Announced announced = attachment.announced();
      return new AttachmentBody(
          announced.id(),
          attachment.task(),
          announced.name(),
          announced.contentType(),
          announced.size(),
          announced.sha256(),
          attachment.uploaded(),
          attachment.completedAt() != null,
          attachment.createdBy(),
          attachment.createdByName(),
          attachment.createdAt(),
          attachment.completedAt());
    }
  }

  /// @param id that the client has chosen, so that it can announce the same again
  @JsonNaming(SnakeCaseStrategy.class)
  record NewAttachment(
      @Nullable String id,
      @Nullable String name,
      @Nullable String contentType,
      @Nullable Long size,
      @Nullable String sha256) {

    /// @throws Refusal `invalid_fields` with all that are wrong
    Announced checked(long largest) {
      List<FieldError> errors = new ArrayList<>();
      UUID given = id == null ? Ids.next() : Ids.parse(id).orElse(null);
      if (given == null) {
        errors.add(new FieldError("id", "must be an id (a UUID), or missing"));
      }
      if (name == null || !isName(name)) {
        errors.add(
            new FieldError(
                "name",
                "must be the name of a file, of 1 to 255 characters, without /, \\ and control"
                    + " characters"));
      }
      String type = contentType == null ? "application/octet-stream" : contentType;
      if (type.length() > LONGEST_TYPE || !TYPE.matcher(type).matches()) {
        errors.add(new FieldError("content_type", "must be a media type such as image/jpeg"));
      }
      if (size == null || size < 1 || size > largest) {
        errors.add(new FieldError("size", "must be a whole number from 1 to " + largest));
      }
      if (sha256 == null || !SHA256.matcher(sha256).matches()) {
        errors.add(new FieldError("sha256", "must be the SHA-256 of the file, 64 hex digits"));
      }
      if (given == null || name == null || size == null || sha256 == null || !errors.isEmpty()) {
        throw Refusal.invalid(errors);
      }
      return new Announced(
          given, name, type.toLowerCase(Locale.ROOT), size, sha256.toLowerCase(Locale.ROOT));
    }
  }

  /// One that leads nowhere else when a program takes it for a path, and that looks like what it
  /// is: characters that turn the direction of writing make `exe.jpg` of what ends with `gpj.exe`.
  private static boolean isName(String name) {
    return !name.isBlank()
        && name.length() <= LONGEST_NAME
        && JsonText.isStorable(name)
        && !name.equals(".")
        && !name.equals("..")
        && name.codePoints().noneMatch(AttachmentWire::isRefused);
  }

  private static boolean isRefused(int c) {
    int type = Character.getType(c);
    return c == '/'
        || c == '\\'
        || type == Character.CONTROL
        || type == Character.LINE_SEPARATOR
        || type == Character.PARAGRAPH_SEPARATOR
        || (c >= 0x202A && c <= 0x202E)
        || (c >= 0x2066 && c <= 0x2069);
  }
}
