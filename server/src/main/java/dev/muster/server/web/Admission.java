package dev.muster.server.web;

import dev.muster.server.platform.DiskSpace;
import dev.muster.server.platform.Refusal;
import dev.muster.server.platform.Settings;
import dev.muster.server.platform.Settings.ServerRole;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Turns away, behind the [Gate], what this node cannot take at present: everything but health on a
/// node that only runs jobs, and what writes while the disk is full.
///
/// Writing is told by the method, so that a request is refused before any of its work is done. Jobs
/// and the outbox never come by here: they go on, as retention is what makes room.
@Singleton
final class Admission {
  private static final int BEHIND_THE_GATE = Gate.BEFORE_ALL - 1_000;
  private static final Duration COME_AGAIN = Duration.ofMinutes(1);

  /// DELETE makes room, and takes back credentials.
  private static final Set<HttpMethod> WRITING =
      Set.of(HttpMethod.POST, HttpMethod.PUT, HttpMethod.PATCH);

  /// Whoever shall make room must be able to log in; a session is a few hundred bytes.
  private static final String SESSIONS = "/api/auth";

  /// What a node without the role `api` answers.
  private static final List<String> HEALTH =
      List.of("/health", "/healthz", "/api/health", "/api/info", "/metrics");

  private final boolean answers;
  private final DiskSpace disk;
  private final Problems problems;

  Admission(Settings settings, DiskSpace disk, Problems problems) {
    this.answers = settings.roles().contains(ServerRole.API);
    this.disk = disk;
    this.problems = problems;
  }

  void register(@Observes Filters filters) {
    filters.register(this::enter, BEHIND_THE_GATE);
  }

  private void enter(RoutingContext context) {
    Refusal refusal = refusal(context.request().method(), context.normalizedPath());
    if (refusal == null) {
      context.next();
    } else {
      problems.answer(context, refusal);
    }
  }

  private @Nullable Refusal refusal(HttpMethod method, String path) {
    if (!answers && HEALTH.stream().noneMatch(open -> Gate.under(path, open))) {
      return Refusal.unavailable(
          "This node only runs jobs (muster.roles=worker): ask one that has the role api.",
          COME_AGAIN,
          null);
    }
    if (disk.isFull() && WRITING.contains(method) && !Gate.under(path, SESSIONS)) {
      return DiskSpace.refusal();
    }
    return null;
  }
}
