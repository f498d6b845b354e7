package dev.muster.server.policy;

import dev.muster.protocol.Catalogue;
import dev.muster.protocol.Platform;
import dev.muster.protocol.Setting;
import dev.muster.server.platform.Right;
import dev.muster.server.web.CurrentCaller;
import dev.muster.server.web.Page;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/// The settings that policies may hold.
@Path("/api/settings-catalogue")
@Tag(name = "Policies")
@RunOnVirtualThread
public final class CatalogueResource {
  @Schema(name = "Setting")
  record SettingRow(
      String key,
      String type,
      Set<Platform> platforms,
      boolean secret,
      Setting.Satisfied satisfied,
      String summary) {
    static SettingRow of(Setting setting) {
      return new SettingRow(
          setting.key(),
          setting.type().words(),
          new TreeSet<>(setting.platforms()),
          setting.secret(),
          setting.satisfied(),
          setting.summary());
    }
  }

  private final CurrentCaller caller;

  CatalogueResource(CurrentCaller caller) {
    this.caller = caller;
  }

  @GET
  @Operation(summary = "List the settings of the catalogue")
  public Page<SettingRow> list() {
    caller.get().require(Right.READ);
    List<SettingRow> rows = Catalogue.all().stream().map(SettingRow::of).toList();
    return new Page<>(rows.size(), null, null, rows);
  }
}
