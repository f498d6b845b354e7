package dev.muster.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SettingsCheckTest {
  private static final String FILE = "smallrye.config.locations";
  @TempDir private Path folder;

  @AfterEach
  void forgetTheFile() {
    System.clearProperty(FILE);
  }

  @Test
  void theDefaultsAreInOrder() {
    assertThat(SettingsCheck.mistakes(SettingsCheck.read())).isEmpty();
  }

  @Test
  void allMistakesAreReportedTogether() throws IOException {
    settings(
        """
        muster.port=70000
        muster.wake.rate=0
        muster.database-url=jdbc:mysql://localhost/x
        muster.open=true
        muster.host=0.0.0.0
        """);
    assertThat(SettingsCheck.mistakes())
        .hasSize(4)
        .anySatisfy(line -> assertThat(line).contains("muster.port").contains("70000"))
        .anySatisfy(line -> assertThat(line).contains("muster.wake.rate"))
        .anySatisfy(line -> assertThat(line).contains("jdbc:postgresql:"))
        .anySatisfy(line -> assertThat(line).contains("muster.open.anywhere=true"));
  }

  @Test
  void theTwoPortsDifferAndThatOfGrpcMayBeAnyFreeOne() throws IOException {
    settings("muster.port=50051\n");
    assertThat(SettingsCheck.mistakes())
        .containsExactly("muster.grpc-port must be another than muster.port");
    settings("muster.grpc-port=0\n");
    assertThat(SettingsCheck.mistakes()).isEmpty();
    settings("muster.grpc-port=65536\n");
    assertThat(SettingsCheck.mistakes())
        .containsExactly("muster.grpc-port must be from 0 to 65535, and is 65536");
  }

  @Test
  void filesThatAreTooLargeAndChunksThatNoBodyHoldsAreMistakes() throws IOException {
    settings("muster.attachment.largest=2G\nmuster.attachment.chunk=2M\n");
    assertThat(SettingsCheck.mistakes())
        .containsExactly(
            "muster.attachment.largest must be from 1 to 1G",
            "muster.attachment.chunk must be from 16K to 1M");
  }

  @Test
  void aQueueOfNoHeartbeatsAndAnIntervalBelowASecondAreMistakes() throws IOException {
    settings(
        """
        muster.telemetry.interval=500ms
        muster.telemetry.online-within=0s
        muster.telemetry.queue=0
        muster.telemetry.queue-memory=1M
        muster.telemetry.batch=-1
        muster.telemetry.oldest=-1d
        """);
    assertThat(SettingsCheck.mistakes())
        .containsExactly(
            "muster.telemetry.interval must be from 1s to 1d",
            "muster.telemetry.online-within must be from 1s to 30d",
            "muster.telemetry.queue must be from 1 to 1000000, and is 0",
            "muster.telemetry.queue-memory must be at least 4M",
            "muster.telemetry.batch must be from 1 to 1000000, and is -1",
            "muster.telemetry.oldest must be from 0d to 36500d");
  }

  @Test
  void historyThatWouldBeGoneBeforeItComesAndHalfACredentialAreMistakes() throws IOException {
    settings(
        """
        muster.history.retention=2d
        muster.retention.dead-events=1h
        muster.history.s3.access-key=who
        muster.history.s3.endpoint=minio:9000
        """);
    assertThat(SettingsCheck.mistakes())
        .containsExactly(
            "muster.history.retention must be from 3d to 36500d",
            "muster.history.s3.access-key and muster.history.s3.secret-key are set together or"
                + " not at all",
            "muster.history.s3.endpoint must begin with http:// or https://",
            "muster.retention.dead-events must be from 1d to 36500d");
  }

  @Test
  void halfOfThePushServiceIsRefused() throws IOException {
    settings("muster.fcm.project=fleet-1234\n");
    assertThat(SettingsCheck.mistakes())
        .singleElement()
        .asString()
        .startsWith("muster.fcm.project needs muster.fcm.credentials");
    settings(
        """
        muster.fcm.project=fleet-1234
        muster.fcm.credentials=/nowhere/key.json
        """);
    assertThat(SettingsCheck.mistakes())
        .containsExactly("muster.fcm.credentials /nowhere/key.json cannot be read");
  }

  @Test
  void anUnknownKeyIsRefused() throws IOException {
    settings("muster.prot=8080\n");
    assertThat(SettingsCheck.mistakes())
        .containsExactly("muster.prot is no setting of Muster; docs/configuration.md lists them");
  }

  @Test
  void aDiskThatIsFullBeforeItWarnsAndATraceThatGoesNowhereAreMistakes() throws IOException {
    settings(
        """
        muster.disk.warn-below=1G
        muster.disk.full-below=2G
        muster.tracing.endpoint=grpc://collector:4317
        muster.tracing.ratio=1.5
        """);
    assertThat(SettingsCheck.mistakes())
        .hasSize(3)
        .anySatisfy(line -> assertThat(line).startsWith("muster.disk.warn-below must not be less"))
        .anySatisfy(line -> assertThat(line).contains("must begin with http:// or https://"))
        .anySatisfy(line -> assertThat(line).contains("muster.tracing.ratio").contains("1.5"));
  }

  @Test
  void messagesThatCouldNeverLeaveAndHalfAMailServerAreMistakes() throws IOException {
    settings(
        """
        muster.notification.gather=0s
        muster.notification.roll-up-window=10s
        muster.notification.roll-up-from=1
        muster.notification.most-per-minute=0
        muster.smtp.host=mail.example.org
        muster.smtp.password=x
        """);
    assertThat(SettingsCheck.mistakes())
        .containsExactlyInAnyOrder(
            "muster.notification.gather must be from 1s to 1h, and is 0s",
            "muster.notification.roll-up-window must be from 15s to 1h, and is 10s",
            "muster.notification.roll-up-from must be from 2 to 10000, and is 1",
            "muster.notification.most-per-minute must be from 1 to 100000, and is 0",
            "muster.smtp.host needs muster.smtp.from as well, the address that mail is sent from",
            "muster.smtp.username and muster.smtp.password must both be set, or neither");
  }

  @Test
  void passwordsTooShortForAnybodyAndOneTooShortForTheSettingAreMistakes() throws IOException {
    settings("muster.password-bytes=7\nmuster.admin-password=x\n");
    assertThat(SettingsCheck.mistakes())
        .containsExactly("muster.password-bytes must be from 8 to 72, and is 7");
    settings("muster.password-bytes=15\nmuster.admin-password=fourteen-bytes\n");
    assertThat(SettingsCheck.mistakes())
        .singleElement()
        .asString()
        .startsWith("muster.admin-password must have from 15 to 72 bytes");
  }

  @Test
  void actionsThatCouldNeverBeDoneAndSimulatorsOfNothingAreMistakes() throws IOException {
    settings(
        """
        muster.action.attempts=11
        muster.action.timeout=0s
        muster.action.queue-limit=0
        muster.action.simulator.shortest=40s
        muster.action.simulator.success=1.5
        muster.action.simulator.type.PONG.longest=50s
        """);
    assertThat(SettingsCheck.mistakes())
        .hasSize(7)
        .contains(
            "muster.action.attempts must be from 1 to 10, and is 11",
            "muster.action.timeout must be from 1s to 8760h, and is 0s",
            "muster.action.queue-limit must be from 1 to 10000, and is 0",
            "muster.action.simulator.shortest must not be more than muster.action.simulator.longest",
            "muster.action.simulator.success must be from 0 to 1, and is 1.5",
            "muster.action.simulator.type.PONG.success must be from 0 to 1, and is 1.5")
        .anySatisfy(
            line -> assertThat(line).startsWith("muster.action.simulator.type.PONG is no type"));
  }

  @Test
  void aLogFormatThatIsNoneIsRefusedWithThoseThatAre() throws IOException {
    settings("muster.log-format=xml\n");
    assertThat(SettingsCheck.mistakes())
        .singleElement()
        .asString()
        .startsWith("muster.log-format cannot be \"xml\"")
        .contains("json");
  }

  @Test
  void aValueOfTheWrongTypeIsNamedWithItsKey() throws IOException {
    settings("muster.pool.size=many\n");
    assertThat(SettingsCheck.mistakes())
        .singleElement()
        .asString()
        .startsWith("muster.pool.size cannot be \"many\"")
        .doesNotContain("SRCFG");
  }

  @Test
  void aMistypedVariableOfTheEnvironmentIsRefused() {
    assertThat(
            SettingsCheck.unknownVariables(
                Set.of("MUSTER_PORT", "MUSTER_WAKE_RATE", "MUSTER_PROT", "MUSTER_API_KEY", "PATH")))
        .singleElement()
        .asString()
        .startsWith("MUSTER_PROT ");
  }

  @Test
  void limitsAndTimesThatCannotBeMeantAreRefused() throws IOException {
    settings(
        """
        muster.quota.devices=-1
        muster.quota.tokens=-5
        muster.idempotency.keep=1s
        """);
    assertThat(SettingsCheck.mistakes()).hasSize(3);
    assertThat(String.join("\n", SettingsCheck.mistakes()))
        .contains("muster.quota.devices must", "muster.quota.tokens must", "at least 5m");
  }

  @Test
  void anOriginIsNamedExactlyAndNeverByAStar() throws IOException {
    settings(
        """
        muster.cors.origins=*,https://*.example.com,https://a.example/,a.example,https://good.example
        """);
    assertThat(SettingsCheck.mistakes())
        .hasSize(4)
        .allSatisfy(line -> assertThat(line).startsWith("muster.cors.origins "))
        .anySatisfy(line -> assertThat(line).contains("cannot be * or a pattern"))
        .anySatisfy(line -> assertThat(line).contains("\"https://a.example/\""));
  }

  @Test
  void theSettingsOfWhatStandsBeforeTheServerAreChecked() throws IOException {
    settings(
        """
        muster.trusted-proxies=10.0.0.0/8,proxy.example,10.0.0.0/33
        muster.public-url=https://fleet.example.com/muster
        """);
    assertThat(SettingsCheck.mistakes())
        .hasSize(3)
        .anySatisfy(line ->
            assertThat(line).startsWith("muster.trusted-proxies ").contains("proxy.example"))
        .anySatisfy(
            line -> assertThat(line).startsWith("muster.trusted-proxies ").contains("10.0.0.0/33"))
        .anySatisfy(line -> assertThat(line).startsWith("muster.public-url "));
  }

  @Test
  void timesOfSessionsMustMakeSense() throws IOException {
    settings(
        """
        muster.session.access-lasts=25h
        muster.session.refresh-lasts=24h
        muster.session.signing-key-lasts=1m
        """);
    assertThat(SettingsCheck.mistakes())
        .containsExactly(
            "muster.session.access-lasts must be from 10s to 24h, and is 25h",
            "muster.session.refresh-lasts must be from 25h to 9600h, and is 24h",
            "muster.session.signing-key-lasts must be from 1h to 96000h, and is 1m");
  }

  @Test
  void openModeElsewhereThanOnLoopbackMustBeSaidTwice() throws IOException {
    settings("muster.open=true\nmuster.host=0.0.0.0\nmuster.open.anywhere=true\n");
    assertThat(SettingsCheck.mistakes()).isEmpty();
  }

  /// Tests of a server that ran in this JVM may have left properties, which are stronger than a
  /// file.
  private void settings(String text) throws IOException {
    text.lines().forEach(line -> System.clearProperty(line.substring(0, line.indexOf('='))));
    Path file = Files.writeString(folder.resolve("muster.properties"), text);
    System.setProperty(FILE, file.toUri().toString());
  }
}
