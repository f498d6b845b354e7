package dev.muster.agent.core;

import dev.muster.agent.core.ServerCalls.Enrollment;
import dev.muster.agent.core.ServerCalls.Identity;
import dev.muster.agent.core.ServerCalls.Pulled;
import dev.muster.agent.core.ServerCalls.Report;
import dev.muster.protocol.Drift;
import dev.muster.protocol.Json;
import dev.muster.protocol.Observed;
import dev.muster.protocol.Verdicts;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// The loop of a device: enroll, pull what is desired, enforce it, read back what really is,
/// report.
///
/// A sync happens at start, on a timer, and when the doorbell rings; one at a time, on the thread
/// that runs the agent. Nothing that goes wrong ends the loop: the next try follows after a
/// backoff, and what the device is told is always the whole policy, so a missed sync is made good
/// by the next one.
///
/// A policy is enforced when its version differs from the one applied last, whichever is greater,
/// and again while the device is not what it should be: what failed may succeed now, and what
/// drifted is put back, one sync after it was reported as it was found.
///
/// Secret settings are in clear only between the pull and the enforcer, in memory: reports, events
/// and failures have digests or nothing in their place ([dev.muster.protocol.SecretDigest]), and no
/// policy is ever stored.
public final class Agent {
  private static final String WITHHELD =
      "The server hands out secret settings only to a device with a token.";

  private final AgentSettings settings;
  private final AgentPorts ports;
  private final @Nullable CommandPorts commandPorts;
  private final @Nullable HeartbeatPorts heartbeatPorts;
  private final AgentMemory memory;
  private final ServerCalls server;
  private final Backoff backoff;
  private final Bell bell = new Bell();
  private final DoorbellListener listener = new Ear();

  private volatile @Nullable CommandLoops commands;
  private volatile @Nullable HeartbeatLoop heartbeats;
  private @Nullable ReportSequence sequence;
  private @Nullable Long appliedVersion;

  /// Nothing failed when the applied version was enforced, and the device was as desired since.
  private boolean settled;

  /// @param commandPorts null for an agent that obeys policies and takes no commands
  /// @param heartbeatPorts null for an agent that sends no heartbeats
  public Agent(
      AgentSettings settings,
      AgentPorts ports,
      @Nullable CommandPorts commandPorts,
      @Nullable HeartbeatPorts heartbeatPorts) {
    this.settings = settings;
    this.ports = ports;
    this.commandPorts = commandPorts;
    this.heartbeatPorts = heartbeatPorts;
    this.memory = new AgentMemory(ports.store());
    this.server = new ServerCalls(new Calls(ports.transport(), ports.clock()));
    this.backoff = new Backoff(ports.random());
  }

  /// Causes a sync soon; any number of calls during a sync cause one more. For any thread.
  public void ring() {
    bell.ring();
  }

  /// Runs until its thread is interrupted, or until a command has erased the device, which is
  /// nobody's from then on. May be run again after that, as a device is switched on again.
  ///
  /// @throws InterruptedException when it is asked to end
  public void run() throws InterruptedException {
    memory.begin();
    LoopThreads beating = startHeartbeats();
    CommandLoops loops = startCommands();
    try {
      while (!memory.isErased()) {
        bell.take();
        syncAndWait();
      }
    } finally {
      ports.doorbell().close();
      commands = null;
      heartbeats = null;
      if (loops != null) {
        loops.stop();
      }
      if (beating != null) {
        beating.stop();
      }
    }
  }

  private @Nullable LoopThreads startHeartbeats() {
    HeartbeatPorts wanted = heartbeatPorts;
    if (wanted == null) {
      return null;
    }
    HeartbeatLoop loop = new HeartbeatLoop(settings, ports, wanted, memory);
    LoopThreads threads = new LoopThreads(wanted.threads());
    threads.start("heartbeats", loop::run);
    heartbeats = loop;
    return threads;
  }

  private @Nullable CommandLoops startCommands() {
    CommandPorts wanted = commandPorts;
    if (wanted == null) {
      return null;
    }
    HeartbeatLoop answering = heartbeats;
    CommandExecutor executor =
        answering == null ? wanted.executor() : new PingAnswers(wanted.executor(), answering);
    CommandPorts given = new CommandPorts(executor, wanted.store(), wanted.threads());
    CommandLoops loops = new CommandLoops(ports, given, memory, bell::ring);
    commands = loops;
    loops.start();
    return loops;
  }

  private void syncAndWait() throws InterruptedException {
    try {
      sync();
    } catch (CallFailed e) {
      Duration asked = e.retryAfter();
      if (asked == null) {
        waitAfter(e);
        return;
      }
      Duration wait = asked.plus(backoff.next());
      ports.events().accept(new AgentEvent.SyncFailed(reason(e), wait));
      ports.clock().sleep(wait);
      return;
    } catch (IOException | RuntimeException e) {
      waitAfter(e);
      return;
    }
    backoff.reset();
    CommandLoops present = commands;
    if (present != null) {
      present.serverIsThere();
    }
    HeartbeatLoop beating = heartbeats;
    if (beating != null) {
      beating.serverIsThere();
    }
    ports.clock().await(bell, jittered(settings.interval()));
  }

  private void waitAfter(Exception failure) throws InterruptedException {
    Duration wait = backoff.next();
    ports.events().accept(new AgentEvent.SyncFailed(reason(failure), wait));
    ports.clock().await(bell, wait);
  }

  private String reason(Exception failure) {
    String reason = message(failure);
    boolean lockedOut =
        failure instanceof CallFailed call
            && call.credentialRefused()
            && settings.enrollmentToken() == null;
    return lockedOut ? reason + " (an enrollment token would let this device in again)" : reason;
  }

  private static String message(Exception failure) {
    String message = failure.getMessage();
    return message == null ? failure.getClass().getSimpleName() : message;
  }

  /// Devices that were started together do not stay together.
  private Duration jittered(Duration interval) {
    return Duration.ofMillis(
        (long) (interval.toMillis() * (0.9 + 0.2 * ports.random().getAsDouble())));
  }

  private void sync() throws IOException, InterruptedException {
    AgentState known = memory.state();
    if (memory.isErased()) {
      return;
    }
    if (known.deviceId() == null) {
      exchange(enroll(known));
      return;
    }
    try {
      exchange(known);
    } catch (CallFailed e) {
      boolean enrollsAgain =
          e.unknownDevice() || (e.credentialRefused() && settings.enrollmentToken() != null);
      if (!enrollsAgain) {
        throw e;
      }
      exchange(enroll(known));
    }
  }

  private AgentState enroll(AgentState known) throws IOException, InterruptedException {
    Enrollment answer = server.enroll(settings, known);
    AgentState enrolled =
        memory.change(state ->
            memory.isErased()
                ? state
                : state.enrolledAs(answer.deviceId(), answer.token(), answer.commandSecret()));
    appliedVersion = null;
    ports.events().accept(new AgentEvent.Enrolled(answer.deviceId()));
    return enrolled;
  }

  private void exchange(AgentState enrolled) throws IOException, InterruptedException {
    String id = enrolled.deviceId();
    if (id == null) {
      return; // It was erased meanwhile.
    }
    Identity device = new Identity(id, enrolled.deviceToken());
    ports.doorbell().listen(id, enrolled.deviceToken(), listener);
    registerDoorbell(device);
    Pulled pulled = server.policy(device, enrolled.commandSecret());
    memory.takeCommandSecret(id, pulled.commandSecret());
    DesiredPolicy desired = pulled.policy();
    Map<String, String> failures = enforce(desired);
    Map<String, Observed> observed = observe(desired, failures);
    List<Drift> drift = Verdicts.drift(desired.digested(), observed);
    boolean satisfied = drift.isEmpty();
    settled = satisfied && failures.isEmpty();
    long number = nextSequence();
    server.report(device, new Report(desired.version(), satisfied, observed, number));
    ports.events().accept(new AgentEvent.Synced(desired.version(), drift));
  }

  /// Without its address known the doorbell stays silent, and the timer still runs: no reason to
  /// stop.
  private void registerDoorbell(Identity device) throws InterruptedException {
    String token = ports.doorbell().token();
    if (token == null) {
      return;
    }
    try {
      server.registerDoorbell(device, token);
    } catch (IOException e) {
      // The calls that follow meet the same trouble if it is one that matters.
    }
  }

  /// @return why settings failed, by setting
  private Map<String, String> enforce(DesiredPolicy desired) {
    Map<String, String> failures = new TreeMap<>();
    desired.withheld().forEach(key -> failures.put(key, WITHHELD));
    boolean applied = appliedVersion != null && appliedVersion == desired.version();
    if (applied && settled) {
      return failures;
    }
    settled = false;
    appliedVersion = desired.version();
    try {
      failures.putAll(ports.enforcer().enforce(desired.enforceable()));
    } catch (RuntimeException e) {
      // What was done before it broke still counts, and is read back; the rest failed for this.
      desired.enforceable().fields().keySet().forEach(key -> failures.put(key, message(e)));
    }
    // A reason comes from wherever the system failed, and may repeat what it was given.
    failures.replaceAll((key, reason) -> desired.scrubbed(reason));
    return failures;
  }

  /// What the device is. A setting that failed is reported as failed, with the reason, unless the
  /// device turns out to be as desired nevertheless.
  private Map<String, Observed> observe(DesiredPolicy desired, Map<String, String> failures) {
    Map<String, Observed> observed = desired.digested(ports.enforcer().observe());
    for (String key : desired.settings().fields().keySet()) {
      observed.putIfAbsent(key, new Observed.Unsupported());
    }
    for (Drift drift : Verdicts.drift(desired.digested(), observed)) {
      String reason = failures.get(drift.setting());
      if (reason != null) {
        observed.put(drift.setting(), new Observed.Failed(reason));
      }
    }
    return observed;
  }

  private long nextSequence() throws IOException {
    ReportSequence numbers = sequence;
    if (numbers == null) {
      numbers = new ReportSequence(ports.clock(), memory.state().sequenceLimit());
      sequence = numbers;
    }
    long number = numbers.next();
    memory.change(
        state -> state.withSequenceLimit(ReportSequence.limitFor(number, state.sequenceLimit())));
    return number;
  }

  /// Hears the doorbell, on its threads.
  private final class Ear implements DoorbellListener {
    @Override
    public void connected() {
      bell.ring();
      lineIsOpen(true);
    }

    @Override
    public void disconnected() {
      lineIsOpen(false);
    }

    private void lineIsOpen(boolean open) {
      CommandLoops present = commands;
      if (present != null) {
        present.lineIsOpen(open);
      }
    }

    /// Words that it does not know are for later versions of the agent.
    @Override
    public void message(String text) {
      Json.Obj message;
      try {
        message = JsonText.readObject(text);
      } catch (IOException e) {
        return;
      }
      CommandLoops present = commands;
      Json type = message.fields().get("type");
      if (Json.of("policy_changed").equals(type)) {
        bell.ring();
      } else if (present == null) {
        return;
      } else if (Json.of("commands_waiting").equals(type)) {
        present.ask();
      } else if (Json.of("command").equals(type)
          || (type == null && message.fields().containsKey("action"))) {
        present.receive(message);
      }
    }
  }
}
