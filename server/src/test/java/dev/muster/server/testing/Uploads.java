package dev.muster.server.testing;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;

/// Files of tasks over HTTP.
public final class Uploads {
  private Uploads() {}

  /// The announcement of a text file.
  public static Map<String, Object> of(String content) {
    Map<String, Object> file = new TreeMap<>();
    file.put("name", "note.txt");
    file.put("content_type", "text/plain");
    file.put("size", content.length());
    file.put("sha256", sha256(content));
    return file;
  }

  public static String sha256(String content) {
    try {
      byte[] bytes = content.getBytes(StandardCharsets.UTF_8);
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  public static Api.Answer announce(Api api, String task, Map<String, Object> file) {
    return api.post("/api/tasks/" + task + "/attachments/", file);
  }

  /// The same caller, sending bytes.
  public static Api bytes(Api api) {
    return api.withHeader("Content-Type", "application/octet-stream");
  }

  public static Api.Answer chunk(
      Api api, String task, String attachment, long offset, String content) {
    String path = "/api/tasks/" + task + "/attachments/" + attachment + "/content";
    return bytes(api).put(path + "?offset=" + offset, content);
  }

  /// A small file that is there.
  public static Api.Answer complete(Api api, String task, String content) {
    String attachment = announce(api, task, of(content)).expect(201).at("id");
    return chunk(api, task, attachment, 0, content).expect(200);
  }
}
