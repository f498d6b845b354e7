package dev.muster.agent;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Starts the agent and the simulator as the processes that they are.
final class AgentProcess {
  private AgentProcess() {}

  /// @param directory below which the state is
  static Process start(
      Path directory, FakeServer server, String token, Redirect output, String... command)
      throws IOException {
    List<String> line = new ArrayList<>();
    line.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    line.add("--enable-native-access=ALL-UNNAMED");
    line.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
    line.addAll(List.of(command));
    line.addAll(List.of("--server", server.address().toString(), "--state", directory + "/state"));
    ProcessBuilder builder = new ProcessBuilder(line);
    builder.environment().put(ServerOptions.TOKEN_VARIABLE, token);
    builder.environment().remove("JAVA_TOOL_OPTIONS");
    builder.redirectErrorStream(true).redirectOutput(output);
    return builder.start();
  }
}
