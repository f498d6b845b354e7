package dev.muster.agent;

import dev.muster.agent.core.Transport;
import java.io.IOException;
import java.util.concurrent.Semaphore;

/// A transport that lets only some exchanges of a whole fleet be under way, and fewer enrollments:
/// thousands of devices in one process start and wake in one moment as no real ones do, and would
/// only wait in the server's queue instead. What the server holds back on purpose passes: it would
/// keep the others out.
final class GatedTransport implements Transport {
  private final Transport transport;
  private final Semaphore exchanges;
  private final Semaphore enrollments;

  GatedTransport(Transport transport, int exchanges, int enrollments) {
    this.transport = transport;
    this.exchanges = new Semaphore(exchanges);
    this.enrollments = new Semaphore(enrollments);
  }

  @Override
  public Reply exchange(Request request) throws IOException, InterruptedException {
    if (!request.held().isZero()) {
      return transport.exchange(request);
    }
    Semaphore gate = request.path().equals("/enroll") ? enrollments : exchanges;
    gate.acquire();
    try {
      return transport.exchange(request);
    } finally {
      gate.release();
    }
  }
}
