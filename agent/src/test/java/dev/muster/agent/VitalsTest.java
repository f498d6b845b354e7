package dev.muster.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.agent.core.AgentClock;
import dev.muster.agent.core.AgentSettings;
import dev.muster.agent.core.Bell;
import dev.muster.agent.core.Command;
import dev.muster.agent.core.Vitals;
import dev.muster.agent.core.Vitals.Reading;
import dev.muster.agent.core.Vitals.RunningSignals;
import dev.muster.protocol.Json;
import dev.muster.protocol.Platform;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VitalsTest {
  private static final String POS = "com.example.pos";

  private final Random random = new Random(7);
  private Instant now = Instant.parse("2026-01-01T00:00:00Z");
  private final AgentClock clock =
      new AgentClock() {
        @Override
        public Instant now() {
          return now;
        }

        @Override
        public void await(Bell bell, Duration limit) {}

        @Override
        public void sleep(Duration time) {}
      };
  private final SimulatedModel model = SimulatedModel.of(Platform.ANDROID, 0);
  private final SimulatedEnforcer device =
      new SimulatedEnforcer(model, Quirks.NONE, 0, random::nextDouble);

  private SimulatedVitals vitals(int number, double crashes) {
    return new SimulatedVitals(number, model, device, crashes, clock, random::nextDouble);
  }

  private void watch() {
    Json.Obj app = Json.obj(Map.of("package", Json.of(POS), "autoRelaunch", Json.of(true)));
    assertThat(device.enforce(Json.obj(Map.of("monitoredApp", app)))).isEmpty();
  }

  private static boolean runs(Reading reading) {
    RunningSignals signals = reading.signals();
    return signals != null && signals.serviceNotification();
  }

  @Test
  void aBatteryEmptiesAndIsChargedAgain() {
    for (int number : List.of(0, 12)) {
      SimulatedVitals vitals = vitals(number, 0);
      List<Integer> percent = new ArrayList<>();
      for (int i = 0; i < 300; i++) {
        now = now.plus(Duration.ofMinutes(5));
        percent.add(vitals.read().battery().percent());
      }
      assertThat(percent).allSatisfy(value -> assertThat(value).isBetween(1, 100)).contains(100);
      assertThat(percent.stream().mapToInt(value -> value).min().orElse(0))
          .as("a neglected device gets low")
          .isLessThan(number == 12 ? 6 : 25);
    }
  }

  @Test
  void theWatchedAppDiesAndIsBroughtBackByACommand() throws Exception {
    SimulatedVitals vitals = vitals(0, 1);
    assertThat(vitals.read().signals()).as("nothing is watched").isNull();
    watch();
    assertThat(runs(vitals.read())).as("it is not installed").isFalse();
    assertThat(vitals.read().apps()).containsEntry(POS, new Vitals.App(false, null, null));
    SimulatedVitals calm = vitals(0, 0);
    device.install(POS);
    assertThat(runs(vitals.read())).as("every look finds it dead").isFalse();
    assertThat(runs(calm.read())).as("and it stays dead").isFalse();
    SimulatedCommands commands =
        new SimulatedCommands(device, new AgentLog(5), Pace.AT_ONCE, false, clock, () -> 0);
    commands.execute(new Command("r1", "d1", "launch_app", Map.of("package", POS)), (_, _) -> {});
    assertThat(runs(calm.read())).isTrue();
  }

  @Test
  void aPowerCutStartsTheUptimeAnew() {
    SimulatedVitals vitals = vitals(3, 0);
    vitals.start();
    now = now.plusSeconds(90);
    assertThat(vitals.read().machine().uptimeSeconds()).isEqualTo(90);
    assertThat(vitals.read().machine().sdkInt()).isEqualTo(36);
  }

  private static final AgentSettings SETTINGS =
      new AgentSettings("amd64", "6.8.0", "1", Platform.LINUX, null, null, Duration.ofMinutes(1));

  @Test
  void thisMachineCanBeRead() throws Exception {
    Reading reading = new MachineVitals(SETTINGS, Path.of("/")).read();
    assertThat(reading.battery().percent()).isBetween(0, 100);
    assertThat(reading.memory().totalMb()).isGreaterThan(reading.memory().availableMb());
    assertThat(reading.machine().uptimeSeconds()).isNotNegative();
    assertThat(reading.machine().osVersion()).isEqualTo("6.8.0");
    assertThat(reading.signals()).isNull();
  }

  @Test
  void whatLinuxSaysOfBatteryUptimeAndMemoryIsUsed(@TempDir Path root) throws Exception {
    assertThat(new MachineVitals(SETTINGS, root).read().battery())
        .as("no battery: it hangs on the mains")
        .isEqualTo(new Vitals.Battery(100, true, null));
    Path battery = Files.createDirectories(root.resolve("sys/class/power_supply/BAT0"));
    Files.writeString(battery.resolve("type"), "Battery\n");
    Files.writeString(battery.resolve("capacity"), "42\n");
    Files.writeString(battery.resolve("status"), "Discharging\n");
    Path proc = Files.createDirectories(root.resolve("proc"));
    Files.writeString(proc.resolve("uptime"), "3600.42 7000.00\n");
    Files.writeString(proc.resolve("meminfo"), "MemTotal: 1 kB\nMemAvailable:   20480 kB\n");
    Reading reading = new MachineVitals(SETTINGS, root).read();
    assertThat(reading.battery()).isEqualTo(new Vitals.Battery(42, false, null));
    assertThat(reading.machine().uptimeSeconds()).isEqualTo(3600);
    assertThat(reading.memory().availableMb()).isEqualTo(20);
  }

  @Test
  void theKindOfANetworkIsGuessedByItsName() {
    assertThat(MachineVitals.transport("wlp3s0")).isEqualTo("wifi");
    assertThat(MachineVitals.transport("wwan0")).isEqualTo("cellular");
    assertThat(MachineVitals.transport("eth0")).isEqualTo("ethernet");
    assertThat(MachineVitals.transport("eno1")).isEqualTo("ethernet");
  }
}
