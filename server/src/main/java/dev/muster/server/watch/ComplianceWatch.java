package dev.muster.server.watch;

import dev.muster.protocol.ComplianceState;
import dev.muster.server.alert.Ledger;
import dev.muster.server.alert.Ledger.Finding;
import dev.muster.server.alert.Ledger.Subject;
import dev.muster.server.alert.RuleKind;
import dev.muster.server.alert.Rules;
import dev.muster.server.alert.Terms;
import dev.muster.server.compliance.Compliance;
import dev.muster.server.compliance.DeviceCompliance;
import dev.muster.server.device.DeviceId;
import dev.muster.server.platform.Caller;
import dev.muster.server.platform.Database;
import dev.muster.server.platform.OrganizationId;
import dev.muster.server.platform.RecurringJob;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Finds the devices that are not as they should be, or have not reported on their newest policy,
/// for the organizations that want to hear of it.
///
/// Compliance is derived and never stored, so no transaction makes a device NON_COMPLIANT; what is
/// asked for is the list of those that are. Only those are written down that were not before, and
/// those that are not any more.
@Singleton
public class ComplianceWatch implements RecurringJob {
  private static final int CHUNK = 500;
  private static final Map<RuleKind, ComplianceState> STATES =
      Map.of(
          RuleKind.NON_COMPLIANT, ComplianceState.NON_COMPLIANT,
          RuleKind.STALE, ComplianceState.STALE);

  private final Database database;
  private final Compliance compliance;
  private final Ledger ledger;
  private final Rules rules;
  private final int chunk;

  @Inject
  ComplianceWatch(Database database, Compliance compliance, Ledger ledger, Rules rules) {
    this(database, compliance, ledger, rules, CHUNK);
  }

  /// @param chunk how many devices are listed, and written down, at a time
  ComplianceWatch(Database database, Compliance compliance, Ledger ledger, Rules rules, int chunk) {
    this.database = database;
    this.compliance = compliance;
    this.ledger = ledger;
    this.rules = rules;
    this.chunk = chunk;
  }

  @Override
  public String name() {
    return "compliance-watch";
  }

  @Override
  public JobClass jobClass() {
    return JobClass.MAINTAIN;
  }

  @Override
  public Duration every() {
    return Duration.ofSeconds(30);
  }

  @Override
  public void run() {
    STATES.forEach((kind, state) -> {
      for (OrganizationId organization :
          database.acrossOrganizations(handle -> rules.organizationsWith(handle, List.of(kind)))) {
        look(organization, kind, state);
      }
    });
  }

  private void look(OrganizationId organization, RuleKind kind, ComplianceState state) {
    Set<UUID> known = database.in(organization, handle -> ledger.wrong(handle, organization, kind));
    Set<UUID> over = new HashSet<>(known);
    Caller.Server caller = new Caller.Server(organization, name());
    UUID after = null;
    List<DeviceCompliance> page;
    do {
      page = compliance.page(caller, state, after, chunk);
      List<DeviceId> fresh = new ArrayList<>();
      for (DeviceCompliance row : page) {
        over.remove(row.deviceId());
        if (!known.contains(row.deviceId())) {
          fresh.add(new DeviceId(row.deviceId()));
        }
        after = row.deviceId();
      }
      note(organization, kind, fresh, sentence(kind));
    } while (page.size() == chunk && !Thread.currentThread().isInterrupted());
    if (page.size() == chunk) {
      return; // of those that were not listed nobody knows
    }
    List<DeviceId> well = over.stream().map(DeviceId::new).toList();
    for (int from = 0; from < well.size(); from += chunk) {
      note(organization, kind, well.subList(from, Math.min(well.size(), from + chunk)), null);
    }
  }

  private void note(
      OrganizationId organization, RuleKind kind, List<DeviceId> devices, @Nullable String wrong) {
    if (!devices.isEmpty()) {
      var _ =
          database.in(
              organization,
              handle -> {
                Map<DeviceId, Terms> terms = rules.terms(handle, organization, kind, devices);
                return ledger.note(
                    handle,
                    devices.stream()
                        .map(device ->
                            new Finding(
                                new Ledger.Key(Subject.of(organization, device), kind),
                                terms.getOrDefault(device, Terms.defaults(kind)),
                                wrong))
                        .toList());
              });
    }
  }

  private static String sentence(RuleKind kind) {
    return kind == RuleKind.STALE
        ? "The device has not reported on its newest policy."
        : "The device differs from what its policies ask for.";
  }
}
