package dev.muster.server.platform;

/// The stable names of everything that Muster refuses. A name is never changed or used again; the
/// HTTP status and the gRPC code follow from its [Kind].
public enum ErrorCode {
  MALFORMED_REQUEST(Kind.MALFORMED, "The request could not be read"),
  INVALID_FIELDS(Kind.INVALID, "Some fields are not valid"),
  INVALID_PARAMETER(Kind.MALFORMED, "A path, query or header value is not valid"),
  INVALID_DEVICE_ID(Kind.INVALID, "The device id is not valid"),
  INVALID_SETTINGS(Kind.INVALID, "Some settings are not valid"),

  UNAUTHENTICATED(Kind.UNAUTHENTICATED, "A valid credential is needed"),
  LOGIN_FAILED(Kind.UNAUTHENTICATED, "The login failed"),
  ENROLLMENT_TOKEN_REFUSED(Kind.UNAUTHENTICATED, "The enrollment token is not accepted"),

  FORBIDDEN(Kind.FORBIDDEN, "The caller may not do this"),
  HOST_NOT_ALLOWED(Kind.FORBIDDEN, "This host name is not served"),
  ORIGIN_NOT_ALLOWED(Kind.FORBIDDEN, "Pages of this origin may not call"),
  DEVICE_DEACTIVATED(Kind.FORBIDDEN, "The device is deactivated"),
  DEVICE_RETIRED(Kind.GONE, "The device is retired"),

  NOT_FOUND(Kind.NOT_FOUND, "There is no such thing"),
  METHOD_NOT_ALLOWED(Kind.METHOD_NOT_ALLOWED, "The method is not allowed here"),
  UNSUPPORTED_MEDIA_TYPE(Kind.UNSUPPORTED_MEDIA_TYPE, "The media type is not supported"),
  NOT_ACCEPTABLE(Kind.NOT_ACCEPTABLE, "No acceptable representation"),
  TOO_LARGE(Kind.TOO_LARGE, "The request is too large"),

  ALREADY_EXISTS(Kind.EXISTS, "It exists already"),
  ALREADY_CURRENT(Kind.CONFLICT, "The version is current already"),
  NO_VERSION(Kind.CONFLICT, "The policy has no version"),
  STALE_VERSION(Kind.CONFLICT, "Somebody else has changed it meanwhile"),
  POLICY_ARCHIVED(Kind.CONFLICT, "The policy is archived"),
  POLICY_ASSIGNED(Kind.CONFLICT, "The policy is still assigned"),
  DEVICE_STATE(Kind.CONFLICT, "The device's state does not allow it"),
  DEVICE_BUSY(Kind.CONFLICT, "An action is running on the device"),
  ACTION_STATE(Kind.CONFLICT, "The action's state does not allow it"),
  TASK_STATE(Kind.CONFLICT, "The task's state does not allow it"),
  RESYNC_REQUIRED(Kind.CONFLICT, "The device was away for too long"),
  CONFLICT_RESOLVED(Kind.CONFLICT, "The conflict is resolved already"),
  UPLOAD_STATE(Kind.CONFLICT, "The upload's state does not allow it"),
  CONTENT_MISMATCH(Kind.CONFLICT, "The content is not what was announced"),
  SCRIPTS_NOT_ALLOWED(Kind.FORBIDDEN, "The organization does not allow scripts"),
  CLIENT_TOKEN_REUSED(Kind.INVALID, "The client token belongs to another request"),
  CURSOR_TOO_OLD(Kind.GONE_RANGE, "The cursor points to what is not kept any more"),
  QUOTA_EXCEEDED(Kind.QUOTA, "The organization's quota is used up"),
  IDEMPOTENCY_KEY_REUSED(Kind.INVALID, "The idempotency key belongs to another request"),
  IDEMPOTENCY_KEY_IN_USE(Kind.CONFLICT, "The first request with this idempotency key still runs"),
  IDEMPOTENCY_OUTCOME_UNKNOWN(
      Kind.CONFLICT, "The first request was carried out and its answer was lost"),
  BACKUP_RUNNING(Kind.CONFLICT, "A backup is being taken"),
  ARCHIVE_STATE(Kind.CONFLICT, "The day's state does not allow it"),
  LAST_ADMIN(Kind.CONFLICT, "An organization keeps at least one active admin"),
  HOME_ORGANIZATION(Kind.CONFLICT, "The first organization is the server's own"),

  TOO_MANY_REQUESTS(Kind.TOO_MANY, "Too many requests"),
  RATE_LIMITED(Kind.TOO_MANY, "The caller calls too often"),
  UNAVAILABLE(Kind.UNAVAILABLE, "The server cannot answer at the moment"),
  DISK_FULL(Kind.DISK_FULL, "The disk is nearly full"),
  INTERNAL(Kind.INTERNAL, "Something went wrong in the server");

  /// What sort of refusal it is; fixes the status on every transport.
  public enum Kind {
    MALFORMED(400, 3),
    INVALID(422, 3),
    UNAUTHENTICATED(401, 16),
    FORBIDDEN(403, 7),
    NOT_FOUND(404, 5),
    METHOD_NOT_ALLOWED(405, 12),
    NOT_ACCEPTABLE(406, 3),
    CONFLICT(409, 9),
    EXISTS(409, 6),
    QUOTA(409, 8),
    GONE(410, 9),
    GONE_RANGE(410, 11),
    TOO_LARGE(413, 8),
    UNSUPPORTED_MEDIA_TYPE(415, 3),
    TOO_MANY(429, 8),
    INTERNAL(500, 13),
    UNAVAILABLE(503, 14),
    DISK_FULL(507, 8);

    private final int httpStatus;
    private final int grpcCode;

    Kind(int httpStatus, int grpcCode) {
      this.httpStatus = httpStatus;
      this.grpcCode = grpcCode;
    }

    public int httpStatus() {
      return httpStatus;
    }

    /// The number of the canonical gRPC status code.
    public int grpcCode() {
      return grpcCode;
    }
  }

  private final Kind kind;
  private final String title;

  ErrorCode(Kind kind, String title) {
    this.kind = kind;
    this.title = title;
  }

  public Kind kind() {
    return kind;
  }

  /// A short summary that is the same for every occurrence (RFC 9457 `title`).
  public String title() {
    return title;
  }

  /// The name on the wire: lower case with underscores.
  public String wireName() {
    return name().toLowerCase(java.util.Locale.ROOT);
  }
}
