package dev.muster.server.alert;

import dev.muster.server.platform.Refusal;
import dev.muster.server.web.Bodies;
import dev.muster.server.web.CurrentCaller;
import dev.muster.server.web.Page;
import dev.muster.server.web.Paging;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.validation.Valid;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.QueryParam;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/// Alerts and their rules on REST.
@Path("/api/alerts")
@Tag(name = "Alerts")
@RunOnVirtualThread
public class AlertResource {
  private final Alerts alerts;
  private final Rules rules;
  private final CurrentCaller caller;
  private final Paging paging;

  AlertResource(Alerts alerts, Rules rules, CurrentCaller caller, Paging paging) {
    this.alerts = alerts;
    this.rules = rules;
    this.caller = caller;
    this.paging = paging;
  }

  @GET
  @Operation(
      summary = "List alerts, newest first",
      description = "Filters are and-ed. Follow next; count stops at 10,000.")
  public Page<AlertWire.Row> list(
      @QueryParam("state") @Nullable String state,
      @QueryParam("kind") @Nullable String kind,
      @QueryParam("severity") @Nullable String severity,
      @QueryParam("device") @Nullable String device) {
    Alerts.Filter filter =
        new Alerts.Filter(
            word(Alerts.State.class, "state", state),
            word(RuleKind.class, "kind", kind),
            word(Severity.class, "severity", severity),
            device == null || device.isEmpty() ? null : device);
    Alerts.Listed found = alerts.list(caller.get(), filter, paging.cursor(), paging.limit());
    return paging.page(found.count(), found.alerts(), found.next()).map(AlertWire.Row::of);
  }

  @GET
  @Path("{alert_id}")
  @Operation(summary = "Show an alert")
  public AlertWire.Row show(@PathParam("alert_id") String alert) {
    return AlertWire.Row.of(alerts.show(caller.get(), alert));
  }

  @POST
  @Path("{alert_id}/acknowledge")
  @Operation(
      summary = "Say that somebody takes care of an alert",
      description = "It goes on until its cause is gone; acknowledging it again changes nothing.")
  public AlertWire.Row acknowledge(@PathParam("alert_id") String alert) {
    return AlertWire.Row.of(alerts.acknowledge(caller.get(), alert));
  }

  @GET
  @Path("rules")
  @Operation(
      summary = "List the rules of all devices, and those of groups",
      description = "A rule that nobody has set is listed with the product's defaults.")
  public List<AlertWire.RuleRow> rules() {
    return AlertWire.RuleRow.of(rules.list(caller.get()));
  }

  @PUT
  @Path("rules/{kind}")
  @Operation(
      summary = "Set a rule for all devices, or for those of a group",
      description =
          "What is left out is as by default. docs/alerts.md says which of several rules holds.")
  public List<AlertWire.RuleRow> put(
      @PathParam("kind") String kind,
      @QueryParam("group") @Nullable String group,
      @Valid AlertWire.@Nullable NewRule body) {
    return AlertWire.RuleRow.of(
        rules.put(caller.get(), group(group), Bodies.present(body).toTerms(kind(kind))));
  }

  @DELETE
  @Path("rules/{kind}")
  @Operation(summary = "Go back to the defaults, or, for a group, to the rule of all devices")
  public void reset(@PathParam("kind") String kind, @QueryParam("group") @Nullable String group) {
    var _ = rules.reset(caller.get(), group(group), kind(kind));
  }

  private static @Nullable String group(@Nullable String group) {
    return group == null || group.isEmpty() ? null : group;
  }

  private static RuleKind kind(String word) {
    return found(RuleKind.class, word).orElseThrow(() -> Refusal.notFound("rule"));
  }

  private static <E extends Enum<E>> @Nullable E word(
      Class<E> type, String name, @Nullable String word) {
    if (word == null || word.isEmpty()) {
      return null;
    }
    return found(type, word)
        .orElseThrow(() ->
            Refusal.parameter(
                name,
                "must be one of "
                    + Arrays.stream(type.getEnumConstants())
                        .map(Enum::name)
                        .collect(Collectors.joining(", "))));
  }

  private static <E extends Enum<E>> Optional<E> found(Class<E> type, String word) {
    String name = word.toUpperCase(Locale.ROOT);
    return Arrays.stream(type.getEnumConstants())
        .filter(constant -> constant.name().equals(name))
        .findFirst();
  }
}
