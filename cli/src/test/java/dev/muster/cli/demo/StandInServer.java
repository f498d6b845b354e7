package dev.muster.cli.demo;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;

/// What the demo needs of a server, as a program that takes the server's own arguments.
public final class StandInServer {

  private StandInServer() {}

  public static void main(String[] args) throws IOException {
    List<String> words = List.of(args);
    int port = Integer.parseInt(words.get(words.indexOf("--port") + 1));
    var http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
    http.createContext("/", StandInServer::answer);
    http.start();
    System.out.println("pid " + ProcessHandle.current().pid());
  }

  private static void answer(HttpExchange exchange) throws IOException {
    String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
    boolean known = body.contains(System.getenv("MUSTER_ADMIN_PASSWORD"));
    String json =
        switch (exchange.getRequestURI().getPath()) {
          case "/api/auth/login/" ->
              known ? "{\"access\": \"a\", \"refresh\": \"r\"}" : "{\"detail\": \"no\"}";
          case "/api/enrollment-tokens/" -> "{\"token\": \"me_1_secret\"}";
          case "/api/compliance/summary/" -> "{\"total\": 3, \"counts\": {\"COMPLIANT\": 3}}";
          default -> "{\"count\": 0, \"next\": null, \"results\": []}";
        };
    byte[] answer = json.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(200, answer.length);
    exchange.getResponseBody().write(answer);
    exchange.close();
  }
}
