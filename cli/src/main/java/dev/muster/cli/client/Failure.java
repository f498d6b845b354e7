package dev.muster.cli.client;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import org.jspecify.annotations.Nullable;

/// Why a command did not do what it was asked. The message is complete: it is all that a person
/// sees, so it says what to do next and never carries a stack trace.
public abstract sealed class Failure extends RuntimeException {

  private Failure(String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  /// What the process ends with: 1 when the server or the network refused, 2 for wrong usage, 130
  /// when it was interrupted.
  public abstract int exitCode();

  /// Whether the server is away at present, and the same may go through soon.
  public boolean isOutage() {
    return false;
  }

  /// The server answered, and the answer is no. `status` is the HTTP status.
  public static final class Refused extends Failure {
    private final int status;

    Refused(int status, String message) {
      super(message, null);
      this.status = status;
    }

    /// Reads `application/problem+json` (RFC 9457); `problem` is null when the answer is not JSON.
    static Refused of(URI server, int status, @Nullable JsonNode problem, @Nullable String retry) {
      var text = new StringBuilder();
      String detail = problem == null ? "" : problem.path("detail").asText("");
      text.append(detail.isBlank() ? "The server answered HTTP " + status + "." : detail);
      if (problem != null) {
        for (JsonNode error : problem.path("errors")) {
          text.append("\n  ")
              .append(error.path("field").asText())
              .append(": ")
              .append(error.path("message").asText());
        }
      }
      switch (status) {
        case 401 -> text.append("\nLog in with: muster login --server ").append(server);
        case 429, 503 ->
            text.append(
                retry == null ? "\nTry again in a moment." : "\nTry again in " + retry + " s.");
        default -> {}
      }
      return new Refused(status, text.toString());
    }

    public int status() {
      return status;
    }

    @Override
    public boolean isOutage() {
      return status >= 500;
    }

    @Override
    public int exitCode() {
      return 1;
    }
  }

  /// No answer at all, or one that is not Muster's.
  public static final class Unreachable extends Failure {
    public Unreachable(String message, @Nullable Throwable cause) {
      super(message, cause);
    }

    @Override
    public boolean isOutage() {
      return true;
    }

    @Override
    public int exitCode() {
      return 1;
    }
  }

  /// This machine refused: a file that cannot be read or written, a process that does not start.
  public static final class Local extends Failure {
    public Local(String message, @Nullable Throwable cause) {
      super(message, cause);
    }

    @Override
    public int exitCode() {
      return 1;
    }
  }

  /// The command line itself is wrong.
  public static final class Usage extends Failure {
    public Usage(String message) {
      super(message, null);
    }

    @Override
    public int exitCode() {
      return 2;
    }
  }

  /// A failure of a command whose lines are a contract with scripts: they read it where they read
  /// the rest, on stdout.
  public static sealed class Told extends Failure {
    private final int exitCode;

    public Told(String message, int exitCode) {
      super(message, null);
      this.exitCode = exitCode;
    }

    @Override
    public int exitCode() {
      return exitCode;
    }
  }

  /// The fleet service answered with a status that is not OK, or the call broke on its way.
  public static final class Rpc extends Told {
    private final String code;

    /// @param code the name of the gRPC status code, such as `NOT_FOUND`
    public Rpc(String code, String details) {
      super(
          "✗ gRPC error: StatusCode."
              + code
              + " - "
              + details
              + (code.equals("UNAUTHENTICATED") ? "\n  Log in with: muster login" : ""),
          1);
      this.code = code;
    }

    public String code() {
      return code;
    }

    @Override
    public boolean isOutage() {
      return code.equals("UNAVAILABLE");
    }
  }

  /// The person at the keyboard has had enough.
  public static final class Interrupted extends Failure {
    public Interrupted() {
      super("Interrupted.", null);
    }

    @Override
    public int exitCode() {
      return 130;
    }
  }
}
