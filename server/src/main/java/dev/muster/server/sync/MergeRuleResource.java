package dev.muster.server.sync;

import dev.muster.protocol.Json;
import dev.muster.server.platform.Refusal;
import dev.muster.server.platform.Right;
import dev.muster.server.web.Bodies;
import dev.muster.server.web.CurrentCaller;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/// Merge rules over REST.
@Path("/api/sync/merge-rules")
@Tag(name = "Sync")
@RunOnVirtualThread
final class MergeRuleResource {
  /// @param rules by field
  /// @param version that the caller has seen, if nobody may have changed them since
  record RulesBody(
      @Schema(implementation = Object.class) Json.@Nullable Obj rules, @Nullable Long version) {}

  /// @param rules of all fields
  record RulesAnswer(long version, @Schema(implementation = Object.class) Json.Obj rules) {
    static RulesAnswer of(RuleBook book) {
      return new RulesAnswer(book.version(), book.described());
    }
  }

  private final MergeRules rules;
  private final CurrentCaller caller;

  MergeRuleResource(MergeRules rules, CurrentCaller caller) {
    this.rules = rules;
    this.caller = caller;
  }

  @GET
  @Operation(summary = "Which side wins when a field was edited on both, by field")
  public RulesAnswer show() {
    return RulesAnswer.of(rules.show(caller.get()));
  }

  @PUT
  @Operation(
      summary = "Set the merge rules of the organization",
      description =
          "A field that is left out gets its default. With version, only if it is the present one.")
  public RulesAnswer put(@Nullable RulesBody body) {
    caller.get().require(Right.WRITE_SETTINGS);
    RulesBody wanted = Bodies.present(body);
    Json.Obj given = wanted.rules();
    if (given == null) {
      throw Refusal.invalid("rules", "must be an object of rules by field");
    }
    return RulesAnswer.of(rules.put(caller.get(), given, wanted.version()));
  }
}
