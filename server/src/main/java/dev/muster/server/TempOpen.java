package dev.muster.server;

import dev.muster.server.platform.*;
import dev.muster.server.web.OpenMode;
import jakarta.inject.Singleton;

@Singleton
final class TempOpen implements OpenMode {
  @Override
  public Caller operator() {
    return new Caller.Server(new OrganizationId(Ids.next()));
  }
}
