package dev.muster.agent;

import com.sun.management.OperatingSystemMXBean;
import dev.muster.agent.core.AgentSettings;
import dev.muster.agent.core.Vitals;
import dev.muster.protocol.Json;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// How this machine is, as far as its JVM and, on Linux, `/proc` and `/sys` tell. A machine without
/// a battery hangs on the mains: 100 percent and charging.
final class MachineVitals implements Vitals {
  private static final long MIB = 1024L * 1024;

  private final AgentSettings settings;
  private final Path root;
  private final OperatingSystemMXBean system =
      ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);

  /// @param root where `proc` and `sys` are
  MachineVitals(AgentSettings settings, Path root) {
    this.settings = settings;
    this.root = root;
  }

  @Override
  public Reading read() throws IOException {
    Map<String, Json> more = new TreeMap<>();
    double load = system.getSystemLoadAverage();
    if (load >= 0) {
      more.put("load_1m", new Json.Num(BigDecimal.valueOf(load).setScale(2, RoundingMode.HALF_UP)));
    }
    more.put("processors", Json.of(system.getAvailableProcessors()));
    return new Reading(battery(), machine(), memory(), network(), Map.of(), null, more);
  }

  private Battery battery() throws IOException {
    Path supplies = root.resolve("sys/class/power_supply");
    if (Files.isDirectory(supplies)) {
      try (DirectoryStream<Path> each = Files.newDirectoryStream(supplies)) {
        for (Path supply : each) {
          String percent = line(supply.resolve("capacity"), "");
          if (line(supply.resolve("type"), "").equals("Battery") && percent.matches("[0-9]{1,3}")) {
            boolean charging = !line(supply.resolve("status"), "").equals("Discharging");
            return new Battery(Math.min(100, Integer.parseInt(percent)), charging, null);
          }
        }
      }
    }
    return new Battery(100, true, null);
  }

  private Machine machine() {
    return new Machine(
        uptime(),
        settings.osVersion(),
        null,
        System.getProperty("os.version"),
        System.getProperty("os.name"),
        settings.model(),
        line(root.resolve("sys/devices/virtual/dmi/id/sys_vendor"), "unknown"));
  }

  /// Of the machine, else of this process.
  private long uptime() {
    String seconds = line(root.resolve("proc/uptime"), "").split("[. ]", 2)[0];
    return seconds.matches("[0-9]{1,12}")
        ? Long.parseLong(seconds)
        : TimeUnit.MILLISECONDS.toSeconds(ManagementFactory.getRuntimeMXBean().getUptime());
  }

  private Memory memory() throws IOException {
    long free = system.getFreeMemorySize() / MIB;
    Path info = root.resolve("proc/meminfo");
    if (Files.isReadable(info)) {
      for (String line : Files.readAllLines(info)) {
        if (line.matches("MemAvailable: +[0-9]{1,15} kB")) {
          free = Long.parseLong(line.replaceAll("[^0-9]", "")) / 1024;
        }
      }
    }
    return new Memory(system.getTotalMemorySize() / MIB, free);
  }

  /// The first interface that leads out of the machine; its kind is a guess by its name.
  private static Network network() throws IOException {
    for (NetworkInterface each : Collections.list(NetworkInterface.getNetworkInterfaces())) {
      if (each.isUp() && !each.isLoopback() && !each.isVirtual()) {
        String ip = address(each);
        if (ip != null) {
          return new Network(transport(each.getName()), null, null, ip);
        }
      }
    }
    return new Network("none", null, null, null);
  }

  static String transport(String interfaceName) {
    if (interfaceName.startsWith("wl") || interfaceName.startsWith("ath")) {
      return "wifi";
    }
    return interfaceName.startsWith("ww") || interfaceName.startsWith("rmnet")
        ? "cellular"
        : "ethernet";
  }

  private static @Nullable String address(NetworkInterface of) {
    return Collections.list(of.getInetAddresses()).stream()
        .filter(address -> address instanceof Inet4Address && !address.isLinkLocalAddress())
        .map(InetAddress::getHostAddress)
        .findFirst()
        .orElse(null);
  }

  /// The first line of a file, or something else when there is none.
  private static String line(Path file, String otherwise) {
    try {
      return Files.readString(file).lines().findFirst().orElse(otherwise).strip();
    } catch (IOException | RuntimeException _) {
      return otherwise;
    }
  }
}
