package dev.muster.server.platform;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Whether this node can do its work, in checks that each say what to do. Everybody may read it, so
/// it holds numbers and no names, paths or versions.
///
/// What only makes things late, or refuses some requests, is a warning: taking the node out of the
/// load balancer would make it worse.
public final class Health {
  static final int POOL_WARNS_AT_PERCENT = 80;
  static final int POOL_FAILS_AT_PERCENT = 95;
  static final Duration SLOW = Duration.ofMillis(500);
  static final Duration LATE = Duration.ofMinutes(1);

  /// From good to bad.
  public enum Status {
    HEALTHY,
    WARNING,
    UNHEALTHY
  }

  /// One thing that was looked at.
  public record Check(Status status, String message) {
    public static Check healthy(String message) {
      return new Check(Status.HEALTHY, message);
    }

    public static Check warning(String message) {
      return new Check(Status.WARNING, message);
    }

    static Check unhealthy(String message) {
      return new Check(Status.UNHEALTHY, message);
    }
  }

  private static final Check UNKNOWN = Check.warning("not known, as the database does not answer");

  private final DatabaseProbe probe;
  private final PoolUse pool;
  private final DiskSpace disk;
  private final List<HealthSource> others;

  public Health(DatabaseProbe probe, PoolUse pool, DiskSpace disk, List<HealthSource> others) {
    this.probe = probe;
    this.pool = pool;
    this.disk = disk;
    this.others = List.copyOf(others);
  }

  /// The checks by name. Answers in less than two seconds whatever happens.
  public Map<String, Check> checks() {
    Reading reading = probe.current();
    Map<String, Check> checks = new TreeMap<>();
    checks.put("database", database(reading));
    checks.put("pool", pool(pool.inUse(), pool.size()));
    checks.put("jobs", reading instanceof Reading.Answered answered ? jobs(answered) : UNKNOWN);
    checks.put("outbox", reading instanceof Reading.Answered answered ? outbox(answered) : UNKNOWN);
    checks.put("disk", disk(disk));
    for (HealthSource other : others) {
      other.check().ifPresent(check -> checks.put(other.name(), check));
    }
    return checks;
  }

  static Check database(Reading reading) {
    return switch (reading) {
      case Reading.Answered answered ->
          answered.took().compareTo(SLOW) > 0
              ? Check.warning(
                  "answers in %d ms, which is slow: look at its load and its disk"
                      .formatted(answered.took().toMillis()))
              : Check.healthy("answers in %d ms".formatted(answered.took().toMillis()));
      case Reading.Failed _ ->
          Check.unhealthy("cannot be reached: see that PostgreSQL runs and has a connection left");
      case Reading.Silent _ ->
          Check.unhealthy(
              "does not answer within %d ms: see whether PostgreSQL hangs or the network is cut"
                  .formatted(DatabaseProbe.PATIENCE.toMillis()));
    };
  }

  static Check pool(int inUse, int size) {
    String numbers = "%d of %d connections are in use".formatted(inUse, size);
    String remedy = ": look for slow statements, or raise muster.pool.size";
    if (inUse * 100 >= size * POOL_FAILS_AT_PERCENT) {
      return Check.unhealthy(numbers + remedy);
    }
    return inUse * 100 >= size * POOL_WARNS_AT_PERCENT
        ? Check.warning(numbers + remedy)
        : Check.healthy(numbers);
  }

  static Check jobs(Reading.Answered reading) {
    if (reading.abandoned() > 0) {
      return Check.warning(
          ("%d jobs are held by workers that give no sign of life: another worker takes them over"
                  + " within seconds, if one runs")
              .formatted(reading.abandoned()));
    }
    Reading.Queue jobs = reading.jobs();
    return jobs.late().compareTo(LATE) > 0
        ? Check.warning(
            "%d jobs are due, the oldest for %s: see that a node with the role worker runs"
                .formatted(jobs.due(), words(jobs.late())))
        : Check.healthy("none is late");
  }

  static Check outbox(Reading.Answered reading) {
    Reading.Queue outbox = reading.outbox();
    if (outbox.late().compareTo(LATE) > 0) {
      return Check.warning(
          "%d events wait, the oldest for %s: see the log for what does not take them"
              .formatted(outbox.due(), words(outbox.late())));
    }
    return reading.dead() > 0
        ? Check.warning(
            "%d events were refused for good (dead letters): see the log and docs/operations.md"
                .formatted(reading.dead()))
        : Check.healthy("%d events wait".formatted(outbox.due()));
  }

  static Check disk(DiskSpace disk) {
    String free = DiskSpace.size(disk.found().freeBytes());
    return switch (disk.found().level()) {
      case ENOUGH -> Check.healthy(free + " free");
      case LOW ->
          Check.warning(
              "%s free; below %s writes are refused: make room, or give it a larger disk"
                  .formatted(free, disk.fullBelow()));
      case FULL ->
          Check.warning(
              "%s free, less than %s: writes are refused with 507 and reads go on; make room"
                  .formatted(free, disk.fullBelow()));
      case UNSEEN -> Check.healthy("that of an external database is not watched from here");
    };
  }

  private static String words(Duration late) {
    return late.toMinutes() < 120 ? late.toMinutes() + " minutes" : late.toHours() + " hours";
  }
}
