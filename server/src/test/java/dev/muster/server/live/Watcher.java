package dev.muster.server.live;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.server.action.Action;
import dev.muster.server.platform.Caller;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/// Somebody who watches, from the moment at which they are made, and remembers all that they were
/// told.
final class Watcher {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  final List<Change> told = new ArrayList<>();
  private final Changes node;
  private final Caller caller;
  private final ChangeFilter filter;
  Cursor cursor;

  Watcher(Changes node, Caller caller) {
    this(node, caller, ChangeFilter.ALL, node.now(caller));
  }

  Watcher(Changes node, Caller caller, ChangeFilter filter, Cursor cursor) {
    this.node = node;
    this.caller = caller;
    this.filter = filter;
    this.cursor = cursor;
  }

  Watcher only(ChangeFilter wanted) {
    return new Watcher(node, caller, wanted, cursor);
  }

  /// Takes what there is, `limit` at a time.
  void look(int limit) {
    Changes.Page page;
    do {
      page = node.after(caller, cursor, filter, limit);
      told.addAll(page.changes());
      cursor = page.next();
    } while (page.more());
  }

  /// Watches until it has been told so many changes, and says what they are.
  List<String> see(int changes) {
    return until(list -> list.size() >= changes);
  }

  List<String> until(Predicate<List<Change>> enough) {
    long begin = System.nanoTime();
    look(100);
    while (!enough.test(told)) {
      assertThat(System.nanoTime() - begin)
          .describedAs("waited too long; told so far: %s", lines())
          .isLessThan(PATIENCE.toNanos());
      waitAndLook(Duration.ofSeconds(1), 100);
    }
    return lines();
  }

  void waitAndLook(Duration atMost, int limit) {
    if (node.await(caller.organization(), cursor, atMost)) {
      look(limit);
    }
  }

  List<String> lines() {
    return told.stream().map(Watcher::line).toList();
  }

  List<Long> numbers() {
    return told.stream().map(Change::number).toList();
  }

  /// `d-1 BUSY action_…`, `action_… RUNNING 40%`, `d-1 erased`.
  private static String line(Change change) {
    return switch (change) {
      case Change.OfDevice device -> {
        DeviceView view = device.view();
        yield view.handle()
            + " "
            + view.status()
            + (view.action() == null ? "" : " " + view.action());
      }
      case Change.OfAction of -> {
        Action action = of.action();
        Integer percent = action.progress().percent();
        yield action.id() + " " + action.state() + (percent == null ? "" : " " + percent + "%");
      }
      case Change.Erased erased -> erased.handle() + " erased";
      case Change.OfAlert of ->
          of.alert().rule().kind() + (of.alert().recoveredAt() == null ? " raised" : " recovered");
      case Change.OfCompliance of -> of.handle() + " " + of.state();
      case Change.OfManyStates _ -> "many states";
    };
  }
}
