package dev.muster.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.muster.server.platform.MasterKey;
import dev.muster.server.platform.Settings;
import dev.muster.server.postgres.DataFolder;
import dev.muster.server.testing.TestSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MasterKeySettingTest {
  private static final String KEY = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";

  @TempDir private Path folder;

  private Path file(String content, String permissions) throws IOException {
    Path file = Files.writeString(folder.resolve("key"), content);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
    return file;
  }

  private static Settings named(Path file) {
    return TestSettings.of(Map.of("muster.master-key-file", file.toString()));
  }

  private MasterKey load(Settings settings) {
    try (DataFolder data = DataFolder.open(folder.resolve("data"))) {
      return MasterKeySetting.load(settings, data);
    }
  }

  @Test
  void theFirstStartMakesAKeyForItsOwnerAloneAndTheNextFindsIt() throws IOException {
    MasterKey made = load(TestSettings.of(Map.of()));
    Path file = folder.resolve("data/master-key");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    assertThat(load(TestSettings.of(Map.of())).fingerprint()).isEqualTo(made.fingerprint());
  }

  @Test
  void aKeyComesFromTheSettingOrFromAFile() throws IOException {
    String fingerprint = MasterKey.of(KEY).fingerprint();
    assertThat(load(TestSettings.of(Map.of("muster.master-key", KEY))).fingerprint())
        .isEqualTo(fingerprint);
    Settings byFile = named(file(KEY + "\n", "r--r-----"));
    assertThat(MasterKeySetting.mistakes(byFile)).isEmpty();
    assertThat(load(byFile).fingerprint()).isEqualTo(fingerprint);
    assertThat(folder.resolve("data/master-key")).doesNotExist();
  }

  @Test
  void bothAtOnceAreRefused() throws IOException {
    Settings both =
        TestSettings.of(
            Map.of(
                "muster.master-key",
                KEY,
                "muster.master-key-file",
                file(KEY, "rw-------").toString()));
    assertThat(MasterKeySetting.mistakes(both))
        .containsExactly("muster.master-key and muster.master-key-file are both set; keep one");
  }

  @Test
  void aFileThatIsOpenToAllOrMissingOrNoKeyIsNamedAndItsContentIsNot() throws IOException {
    for (String permissions : List.of("rw-r--r--", "rw-----w-")) {
      assertThat(MasterKeySetting.mistakes(named(file(KEY, permissions))))
          .singleElement()
          .asString()
          .startsWith("muster.master-key-file: The file ")
          .contains("chmod 600")
          .doesNotContain(KEY);
    }
    assertThat(MasterKeySetting.mistakes(named(folder.resolve("missing"))))
        .singleElement()
        .asString()
        .contains("cannot be read");
    for (String content : List.of("", "AAEC", KEY + KEY, KEY + "\n" + KEY, "not a key!")) {
      assertThat(MasterKeySetting.mistakes(named(file(content, "rw-------"))))
          .singleElement()
          .asString()
          .contains("32 bytes in base64url")
          .doesNotContain(KEY)
          .doesNotContain("not a key!");
    }
    assertThat(MasterKeySetting.mistakes(TestSettings.of(Map.of("muster.master-key", "secret!"))))
        .containsExactly("muster.master-key must be 32 bytes in base64url");
  }

  @Test
  void theKeyInTheDataFolderMustNotBeOpenToAllEither() throws IOException {
    var _ = load(TestSettings.of(Map.of()));
    Path file = folder.resolve("data/master-key");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
    assertThatThrownBy(() -> load(TestSettings.of(Map.of())))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("chmod 600");
  }
}
