package dev.muster.server.watch;

import dev.muster.server.action.Action;
import dev.muster.server.action.ActionChanges;
import dev.muster.server.action.ActionState;
import dev.muster.server.alert.Ledger;
import dev.muster.server.alert.Ledger.Finding;
import dev.muster.server.alert.Ledger.Subject;
import dev.muster.server.alert.RuleKind;
import dev.muster.server.alert.Rules;
import dev.muster.server.alert.Terms;
import dev.muster.server.device.DeviceId;
import dev.muster.server.platform.OrganizationId;
import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Handle;

/// Says that something is wrong with a device on which an action has failed or expired, until one
/// succeeds; and that a silent device is OFFLINE again when the action on it is over.
@Singleton
public class ActionWatch implements ActionChanges {
  private final Ledger ledger;
  private final Rules rules;
  private final Presence presence;
  private final Iterable<SelfMade> selfMade;

  @Inject
  ActionWatch(Ledger ledger, Rules rules, Presence presence, @Any Instance<SelfMade> selfMade) {
    this(ledger, rules, presence, (Iterable<SelfMade>) selfMade);
  }

  public ActionWatch(Ledger ledger, Rules rules, Presence presence, Iterable<SelfMade> selfMade) {
    this.ledger = ledger;
    this.rules = rules;
    this.presence = presence;
    this.selfMade = selfMade;
  }

  @Override
  public void changed(Handle handle, OrganizationId organization, List<Action> actions) {
    List<Action> ended = actions.stream().filter(action -> action.state().isEnd()).toList();
    if (ended.isEmpty()) {
      return;
    }
    presence.again(handle, organization, ended.stream().map(Action::device).distinct().toList());
    if (rules.book(handle, organization).isOnForAny(RuleKind.ACTION_FAILED)) {
      conclude(handle, organization, ended);
    }
  }

  private void conclude(Handle handle, OrganizationId organization, List<Action> ended) {
    List<Action> asked = new ArrayList<>(ended);
    selfMade.forEach(room -> asked.removeAll(room.among(handle, organization, ended)));
    Map<DeviceId, Terms> terms =
        rules.terms(
            handle,
            organization,
            RuleKind.ACTION_FAILED,
            asked.stream().map(Action::device).distinct().toList());
    Map<DeviceId, Finding> findings = new LinkedHashMap<>();
    for (Action action : asked) {
      Terms own = terms.getOrDefault(action.device(), Terms.defaults(RuleKind.ACTION_FAILED));
      Subject subject = Subject.of(organization, action.device());
      if (action.state() == ActionState.COMPLETED) {
        findings.put(action.device(), Finding.well(subject, own));
      } else if (action.state() != ActionState.CANCELLED) {
        findings.put(action.device(), Finding.wrong(subject, own, summary(action)));
      }
    }
    var _ = ledger.note(handle, List.copyOf(findings.values()));
  }

  private static String summary(Action action) {
    return "The action %s (%s) has %s."
        .formatted(
            action.id(),
            action.order().type(),
            action.state() == ActionState.EXPIRED ? "expired" : "failed");
  }
}
