package dev.muster.sync;

import dev.muster.agent.core.Transport;
import dev.muster.protocol.Json;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/// A person who is logged in on this device: adds the access token to each request, and gets
/// another one when the server does not take it any more.
public final class Person implements Transport {
  private final Transport transport;
  private final String email;
  private final Supplier<String> password;
  private final String fingerprint;
  private final String deviceName;
  private final ReentrantLock lock = new ReentrantLock();
  private String access = "";
  private String refresh = "";

  /// @param transport without a credential
  /// @param password asked for when there is no other way
  /// @param fingerprint of this machine, 1 to 500 characters: with the same one the same person has
  ///   the same device
  public Person(
      Transport transport,
      String email,
      Supplier<String> password,
      String fingerprint,
      String deviceName) {
    this.transport = transport;
    this.email = email;
    this.password = password;
    this.fingerprint = fingerprint;
    this.deviceName = deviceName;
  }

  /// Logs in.
  ///
  /// @return the id of the device, for [SyncClient]
  /// @throws SyncFailed when the server does not know email and password
  public String logIn() throws IOException, InterruptedException {
    lock.lockInterruptibly();
    try {
      Json.Obj answer =
          tokens(
              "/api/auth/login/",
              Map.of(
                  "email", Json.of(email),
                  "password", Json.of(password.get()),
                  "deviceFingerprint", Json.of(fingerprint),
                  "deviceName", Json.of(deviceName)));
      if (answer.fields().get("device") instanceof Json.Obj device) {
        return Row.text(device, "id");
      }
      throw new IOException("The server's answer has no device: is it a Muster server?");
    } finally {
      lock.unlock();
    }
  }

  private Json.Obj tokens(String path, Map<String, Json> body)
      throws IOException, InterruptedException {
    Map<String, String> headers =
        Map.of("Content-Type", "application/json", "Accept", "application/json");
    Json.Obj answer =
        Calls.answer(
            transport.exchange(new Request("POST", path, headers, Json.obj(body).canonical())));
    access = Row.text(answer, "access");
    refresh = Row.text(answer, "refresh");
    return answer;
  }

  @Override
  public Reply exchange(Request request) throws IOException, InterruptedException {
    String token = token("");
    Reply reply = transport.exchange(with(token, request));
    return reply.status() == 401 ? transport.exchange(with(token(token), request)) : reply;
  }

  private static Request with(String token, Request request) {
    Map<String, String> headers = new HashMap<>(request.headers());
    headers.put("Authorization", "Bearer " + token);
    return new Request(
        request.method(),
        request.path(),
        headers,
        request.body(),
        request.held(),
        request.gzipped());
  }

  /// An access token, another one than that which was refused. A refresh token is good once, so one
  /// thread at a time spends it.
  ///
  /// @param refused empty when none was
  public String token(String refused) throws IOException, InterruptedException {
    lock.lockInterruptibly();
    try {
      if (!access.isEmpty() && !access.equals(refused)) {
        return access;
      }
      if (!refresh.isEmpty()) {
        String spent = refresh;
        refresh = "";
        try {
          tokens("/api/auth/refresh/", Map.of("refresh", Json.of(spent)));
          return access;
        } catch (SyncFailed over) {
          if (!over.asksForLogin()) {
            refresh = spent;
            throw over;
          }
        }
      }
      logIn();
      return access;
    } finally {
      lock.unlock();
    }
  }
}
