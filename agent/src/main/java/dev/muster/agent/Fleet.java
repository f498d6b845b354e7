package dev.muster.agent;

import dev.muster.agent.CommandDatabase.Durability;
import dev.muster.agent.core.Agent;
import dev.muster.agent.core.AgentClock;
import dev.muster.agent.core.AgentEvent;
import dev.muster.agent.core.AgentPorts;
import dev.muster.agent.core.AgentSettings;
import dev.muster.agent.core.AgentState;
import dev.muster.agent.core.AgentStore;
import dev.muster.agent.core.CommandPorts;
import dev.muster.agent.core.HeartbeatPorts;
import dev.muster.agent.core.Transport;
import java.io.IOException;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/// A fleet of simulated devices in one process: real agents over real HTTP and WebSockets, each on
/// a virtual thread, with one HTTP client for all of them.
final class Fleet {
  private static final int EXCHANGES_AT_ONCE = 128;
  private static final int ENROLLMENTS_AT_ONCE = 16;

  /// Of one device; there may be many.
  private static final int LOG_LINES = 50;

  private static final Duration TICK = Duration.ofSeconds(1);
  private static final int TICKS_BETWEEN_LINES = 30;
  private static final Duration STOP = Duration.ofSeconds(5);

  private final FleetPlan plan;
  private final StateFolder folder;
  private final Consumer<String> lines;
  private final FleetProgress progress;
  private final PowerCuts cuts;
  private final List<SimulatedDevice> devices = new ArrayList<>();

  /// @param lines where the progress is told, a line at a time
  Fleet(FleetPlan plan, StateFolder folder, Consumer<String> lines) {
    this.plan = plan;
    this.folder = folder;
    this.lines = lines;
    this.progress = new FleetProgress(plan.devices());
    this.cuts = new PowerCuts(plan.troubles().offline(), Fleet::random);
  }

  /// Runs the fleet until the thread is interrupted; then every device is off.
  void run() throws IOException, InterruptedException {
    try (FleetJournal journal = FleetJournal.open(folder);
        CommandDatabase queue = CommandDatabase.open(folder, Durability.PROCESS);
        HttpClient client = Http.client(plan.server())) {
      ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
      try {
        build(journal, queue, client);
        devices.forEach(device -> device.switchOn(threads));
        conduct(journal, threads);
      } finally {
        threads.shutdownNow();
        boolean _ = threads.awaitTermination(STOP.toMillis(), TimeUnit.MILLISECONDS);
        client.shutdownNow();
      }
    }
  }

  private void build(FleetJournal journal, CommandDatabase queue, HttpClient client)
      throws IOException {
    Transport transport =
        new GatedTransport(
            new HttpTransport(client, plan.server()), EXCHANGES_AT_ONCE, ENROLLMENTS_AT_ONCE);
    for (int number = 0; number < plan.devices(); number++) {
      AgentStore store = journal.store(number + 1);
      AgentState state = store.load();
      if (state.deviceId() != null) {
        progress.alreadyEnrolled(number);
      }
      devices.add(device(number, store, queue, transport, client));
    }
  }

  private SimulatedDevice device(
      int number, AgentStore store, CommandDatabase queue, Transport transport, HttpClient client)
      throws IOException {
    SimulatedModel model = SimulatedModel.of(plan.mix().of(number), number);
    AgentSettings settings =
        new AgentSettings(
            model.name(),
            model.osVersion(),
            Version.CURRENT,
            model.platform(),
            "sim-%05d".formatted(number + 1),
            plan.enrollmentToken(),
            plan.rhythm().checkIns());
    Troubles troubles = plan.troubles();
    SimulatedEnforcer device =
        new SimulatedEnforcer(
            model, Quirks.of(number, troubles.quirks()), troubles.drift(), Fleet::random);
    AgentLog log = new AgentLog(LOG_LINES);
    Consumer<AgentEvent> listener = progress.listener(number);
    SimulatedNetwork network =
        new SimulatedNetwork(
            transport, new WebSocketDoorbell(client, plan.server(), Fleet::random));
    AgentPorts ports =
        new AgentPorts(
            network,
            store,
            device,
            network,
            AgentClock.system(),
            Fleet::random,
            event -> {
              log.add(EventLines.line(event));
              listener.accept(event);
            });
    SimulatedVitals vitals =
        new SimulatedVitals(
            number, model, device, troubles.crashes(), ports.clock(), Fleet::random);
    String hardware = store.load().hardwareId();
    ThreadFactory threads = Thread.ofVirtual().factory();
    CommandPorts commands =
        new CommandPorts(
            new SimulatedCommands(device, log, plan.pace(), false, ports.clock(), Fleet::random),
            queue.of(hardware),
            threads);
    HeartbeatPorts heart =
        new HeartbeatPorts(
            vitals, queue.heartbeatsOf(hardware), plan.rhythm().heartbeats(), threads);
    return new SimulatedDevice(new Agent(settings, ports, commands, heart), network, vitals);
  }

  /// Tells the progress and switches devices off and on, until it is interrupted.
  private void conduct(FleetJournal journal, ExecutorService threads)
      throws IOException, InterruptedException {
    String enrollment = "";
    for (long tick = 1; true; tick++) {
      TimeUnit.MILLISECONDS.sleep(TICK.toMillis());
      String now = progress.enrollment();
      if (!now.equals(enrollment)) {
        lines.accept(now);
        enrollment = now;
      } else if (tick % TICKS_BETWEEN_LINES == 0) {
        lines.accept(progress.status((int) devices.stream().filter(SimulatedDevice::isOn).count()));
      }
      cutPower(threads);
      journal.compact();
    }
  }

  /// A device has reported once before its power may fail, so that the whole fleet gets in.
  private void cutPower(ExecutorService threads) {
    for (int number = 0; number < devices.size(); number++) {
      SimulatedDevice device = devices.get(number);
      boolean flips =
          device.powerMayFail()
              ? cuts.flips(device.isOn(), TICK)
              : progress.hasSynced(number) && device.letPowerFail() && cuts.startsOff();
      if (flips && device.isOn()) {
        if (random() < 0.5) {
          device.switchOff();
        } else {
          device.loseNetwork();
        }
      } else if (flips) {
        device.switchOn(threads);
      }
    }
  }

  private static double random() {
    return ThreadLocalRandom.current().nextDouble();
  }
}
