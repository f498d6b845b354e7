package dev.muster.server.watch;

import dev.muster.server.alert.Ledger;
import dev.muster.server.alert.Ledger.Finding;
import dev.muster.server.alert.Ledger.Subject;
import dev.muster.server.alert.RuleKind;
import dev.muster.server.alert.Rules;
import dev.muster.server.alert.Terms;
import dev.muster.server.organization.Organization;
import dev.muster.server.organization.Organizations;
import dev.muster.server.platform.Database;
import dev.muster.server.platform.OrganizationId;
import dev.muster.server.platform.RecurringJob;
import io.quarkus.arc.All;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Handle;

/// Asks whether anything is wrong with the server itself, and tells the first organization.
@Singleton
public class ServerWatch implements RecurringJob {
  private final Database database;
  private final Organizations organizations;
  private final Ledger ledger;
  private final Rules rules;
  private final List<ServerTrouble> troubles;

  public ServerWatch(
      Database database,
      Organizations organizations,
      Ledger ledger,
      Rules rules,
      @All List<ServerTrouble> troubles) {
    this.database = database;
    this.organizations = organizations;
    this.ledger = ledger;
    this.rules = rules;
    this.troubles = troubles;
  }

  @Override
  public String name() {
    return "server-watch";
  }

  @Override
  public JobClass jobClass() {
    return JobClass.COMMAND;
  }

  @Override
  public Duration every() {
    return Duration.ofSeconds(15);
  }

  @Override
  public void run() {
    organizations
        .home()
        .map(Organization::id)
        .ifPresent(home ->
            database.acrossOrganizations(handle -> ledger.note(handle, findings(handle, home))));
  }

  private List<Finding> findings(Handle handle, OrganizationId home) {
    Map<RuleKind, List<String>> problems = new EnumMap<>(RuleKind.class);
    for (ServerTrouble trouble : troubles) {
      List<String> found = problems.computeIfAbsent(trouble.kind(), _ -> new ArrayList<>());
      trouble.problem(handle).ifPresent(found::add);
    }
    Subject server = new Subject(home, home.value());
    List<Finding> findings = new ArrayList<>();
    problems.forEach((kind, found) -> {
      Terms terms = rules.book(handle, home).common(kind);
      findings.add(
          found.isEmpty()
              ? Finding.well(server, terms)
              : Finding.wrong(server, terms, String.join(" ", found)));
    });
    return findings;
  }
}
