package dev.muster.e2e;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;

/// A client that remembers what the server has acknowledged, and looks for it after a crash.
///
/// It asks for one thing at a time. So of all that it asked for, only the last is in doubt when the
/// server dies: it may have been done, or not, but not in half.
sealed interface Witness {
  /// Asks for one thing more.
  ///
  /// @throws UncheckedIOException when the server is gone
  void ask(Random random);

  /// Fails when something that was acknowledged is not there.
  void verify();

  /// Enrolls one device after the other.
  final class Enrolling implements Witness {
    private final Rest anybody;
    private final String token;
    private final String name;
    private final List<FakeDevice> devices = new ArrayList<>();
    private int asked;

    Enrolling(Rest anybody, String token, String name) {
      this.anybody = anybody;
      this.token = token;
      this.name = name;
    }

    @Override
    public void ask(Random random) {
      devices.add(FakeDevice.enroll(anybody, token, name + "-" + ++asked));
    }

    /// Who got no answer enrolls again, and must not be locked out.
    @Override
    public void verify() {
      for (FakeDevice device : devices) {
        assertThat(device.pull().expect(200).path("version").asLong()).isPositive();
      }
      if (asked > 0) {
        FakeDevice again = FakeDevice.enroll(anybody, token, name + "-" + asked);
        boolean acknowledged = devices.size() == asked;
        assertThat(devices.stream().map(FakeDevice::id).filter(again.id()::equals).count())
            .isEqualTo(acknowledged ? 1 : 0);
        devices.removeIf(device -> device.id().equals(again.id()));
        devices.add(again);
        asked = devices.size();
      }
    }
  }

  /// Publishes and rolls back one policy.
  final class Publishing implements Witness {
    private final Rest admin;
    private final String path;
    private final Map<Integer, String> comments = new HashMap<>();
    private int current;
    private int inDoubt;
    private long activations;
    private int asked;

    Publishing(Rest admin, String policy) {
      this.admin = admin;
      this.path = "/api/policies/" + policy;
    }

    @Override
    public void ask(Random random) {
      asked++;
      if (comments.size() > 1 && random.nextInt(4) == 0) {
        inDoubt = current == 1 ? 2 : 1;
        admin.post(path + "/rollback/" + inDoubt + "/").expect(202);
        current = inDoubt;
      } else {
        inDoubt = comments.size() + 1;
        Map<String, ?> version =
            Map.of("payload", Map.of("screenLockSeconds", 60 + asked), "comment", "no. " + asked);
        current = admin.post(path + "/versions/", version).expect(201).path("version").asInt();
        comments.put(current, "no. " + asked);
      }
      activations++;
    }

    @Override
    public void verify() {
      JsonNode policy = admin.get(path + "/").expect(200);
      assertThat(policy.path("current_version").asInt()).isIn(current, inDoubt);
      assertThat(policy.path("activations").asLong()).isIn(activations, activations + 1);
      JsonNode versions = admin.get(path + "/versions/?limit=500").expect(200);
      Map<Integer, String> found = new HashMap<>();
      for (JsonNode version : versions.path("results")) {
        found.put(version.path("version").asInt(), version.path("comment").asText());
      }
      assertThat(found).containsAllEntriesOf(comments);
      assertThat(found.size()).isIn(comments.size(), comments.size() + 1);
      comments.putAll(found);
      current = policy.path("current_version").asInt();
      activations = policy.path("activations").asLong();
    }
  }

  /// Overrides the policy of one device, and reports for it.
  final class Using implements Witness {
    private final Rest admin;
    private final FakeDevice device;
    private long version;
    private long override;
    private long overrideInDoubt;
    private long report;
    private long reportInDoubt;

    Using(Rest admin, FakeDevice device) {
      this.admin = admin;
      this.device = device;
    }

    @Override
    public void ask(Random random) {
      if (random.nextBoolean()) {
        overrideInDoubt++;
        Map<String, ?> change =
            Map.of(
                "cameraDisabled",
                false,
                "settings",
                Map.of("passwordMinLength", overrideInDoubt % 65));
        see(admin.put("/devices/" + device.id() + "/policy", change).expect(200));
        override = overrideInDoubt;
      } else {
        JsonNode policy = device.pull().expect(200);
        see(policy);
        device.report(policy, ++reportInDoubt).expect(202);
        report = reportInDoubt;
      }
    }

    /// No answer of the server may name an earlier version than one before it.
    private void see(JsonNode policy) {
      assertThat(policy.path("version").asLong()).isGreaterThanOrEqualTo(version);
      version = policy.path("version").asLong();
    }

    @Override
    public void verify() {
      JsonNode status = device.rest().get("/devices/" + device.id() + "/status").expect(200);
      see(status.path("desired"));
      if (override > 0) {
        long there = status.at("/desired/settings/passwordMinLength").asLong();
        assertThat(there).isIn(override % 65, overrideInDoubt % 65);
        override = there == override % 65 ? override : overrideInDoubt;
      }
      if (report > 0) {
        long there = status.at("/lastReport/sequence").asLong();
        assertThat(there).isIn(report, reportInDoubt);
        report = there;
      }
      reportInDoubt = report;
      overrideInDoubt = override;
    }
  }

  /// Uploads one file after the other, in chunks.
  final class Uploading implements Witness {
    private static final int CHUNK = 16 * 1024;
    private static final byte[] FILE = "0123456789abcdef".repeat(6 * 1024).getBytes(US_ASCII);

    private final Rest admin;
    private final String path;
    private final List<String> complete = new ArrayList<>();
    private String id = UUID.randomUUID().toString();
    private boolean announced;
    private int uploaded;

    Uploading(Rest admin, String task) {
      this.admin = admin;
      this.path = "/api/tasks/" + task + "/attachments/";
    }

    @Override
    public void ask(Random random) {
      if (announced) {
        byte[] chunk = Arrays.copyOfRange(FILE, uploaded, uploaded + CHUNK);
        String content = path + id + "/content?offset=" + uploaded;
        see(admin.put(content, chunk).expect(200));
      } else {
        Map<String, ?> file =
            Map.of("id", id, "name", "x", "size", FILE.length, "sha256", sha256());
        see(admin.post(path, file).expect(201));
        announced = true;
      }
    }

    private void see(JsonNode row) {
      uploaded = row.path("uploaded").asInt();
      if (row.path("complete").asBoolean()) {
        complete.add(id);
        id = UUID.randomUUID().toString();
        announced = false;
        uploaded = 0;
      }
    }

    /// Who got no answer goes on where the upload stands.
    @Override
    public void verify() {
      if (announced) {
        JsonNode row = admin.get(path + id).expect(200);
        assertThat(row.path("uploaded").asInt()).isIn(uploaded, uploaded + CHUNK);
        see(row);
      }
      String file = new String(FILE, US_ASCII);
      for (String one : complete) {
        assertThat(admin.get(path + one + "/content").expect(200).asText()).isEqualTo(file);
      }
    }

    private static String sha256() {
      try {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(FILE));
      } catch (NoSuchAlgorithmException impossible) {
        throw new IllegalStateException(impossible);
      }
    }
  }
}
