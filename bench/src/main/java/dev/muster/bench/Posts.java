package dev.muster.bench;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/// The heartbeats of all devices as they go over the line, made once: what the load costs counts
/// against what it measures, on the same processors. Only the time in them is written anew.
final class Posts {
  private static final String MARK = "\"timestamp_utc\":\"";
  private static final int TIME_LENGTH = "2026-01-31T12:00:00Z".length();

  private final byte[][] posts;
  private final int[] timeAt;
  private long second;
  private byte[] time = new byte[0];

  Posts(String path, String secret, int devices) {
    posts = new byte[devices][];
    timeAt = new int[devices];
    Instant now = Instant.now().truncatedTo(ChronoUnit.SECONDS);
    for (int i = 0; i < devices; i++) {
      int device = i + 1;
      posts[i] =
          Blast.post(path, Tokens.of(device, secret), Beats.one("device-" + device, now, device));
      String text = new String(posts[i], StandardCharsets.ISO_8859_1);
      timeAt[i] = text.indexOf(MARK) + MARK.length();
    }
  }

  /// The next of the devices in turn.
  byte[] get(long number) {
    int device = (int) (number % posts.length);
    long now = System.currentTimeMillis() / 1_000;
    if (now != second) {
      second = now;
      time = Instant.ofEpochSecond(now).toString().getBytes(StandardCharsets.US_ASCII);
    }
    System.arraycopy(time, 0, posts[device], timeAt[device], TIME_LENGTH);
    return posts[device];
  }
}
