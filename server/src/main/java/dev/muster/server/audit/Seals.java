package dev.muster.server.audit;

import dev.muster.protocol.Json;
import dev.muster.server.platform.MasterKey;
import dev.muster.server.platform.OrganizationId;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import javax.crypto.Mac;
import javax.crypto.SecretKey;

/// The authentication codes of the log, in lower-case hex: HMAC-SHA-256 under keys that are derived
/// from the master key and so are not in the database. Whoever has all rights in the database, but
/// not that key, can write no entry and no chain that verifies.
///
/// Rejected: a chain of plain hashes, which whoever changes a row can compute anew.
final class Seals {
  /// What the first seal of a chain has in the place of the hash before it.
  static final String START = "";

  private final SecretKey entries;
  private final SecretKey chains;
  private final SecretKey heads;

  Seals(MasterKey masterKey) {
    this.entries = masterKey.derive("audit.entry");
    this.chains = masterKey.derive("audit.seal");
    this.heads = masterKey.derive("audit.head");
  }

  /// Of an entry by itself, made when it is written.
  String mac(Entry entry) {
    return code(entries, entry.form());
  }

  /// Of an entry in its place.
  ///
  /// @param previous the hash of the place before it, or [#START]
  String hash(String previous, long position, Instant sealedAt, Entry entry) {
    Map<String, Json> fields = new TreeMap<>();
    fields.put("previous", Json.of(previous));
    fields.put("position", Json.of(position));
    fields.put("sealed_at", Json.of(Entry.micros(sealedAt)));
    fields.put("entry", entry.form());
    return code(chains, Json.obj(fields));
  }

  /// Of the end of a chain.
  String mac(OrganizationId organization, Head head) {
    return code(
        heads,
        Json.obj(
            Map.of(
                "organization", Json.of(organization.toString()),
                "position", Json.of(head.position()),
                "hash", Json.of(head.hash()))));
  }

  /// In a time that does not tell where they differ.
  static boolean same(String one, String other) {
    return MessageDigest.isEqual(
        one.getBytes(StandardCharsets.UTF_8), other.getBytes(StandardCharsets.UTF_8));
  }

  private static String code(SecretKey key, Json text) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(key);
      return HexFormat.of()
          .formatHex(mac.doFinal(text.canonical().getBytes(StandardCharsets.UTF_8)));
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException("This Java runtime has no HMAC-SHA-256", impossible);
    }
  }
}
