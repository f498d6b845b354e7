package dev.muster.cli.fleet;

import dev.muster.cli.client.Failure;
import dev.muster.fleet.BatchInitiateDeviceActionRequest;
import dev.muster.fleet.BatchInitiateDeviceActionResponse;
import dev.muster.fleet.DeviceFilter;
import java.util.List;
import java.util.Locale;

/// One action for many devices.
public final class Batch {

  private final Fleet fleet;
  private final Answers answers;

  public Batch(Fleet fleet, Answers answers) {
    this.fleet = fleet;
    this.answers = answers;
  }

  /// @param filter each `KEY=VALUE`; exactly one of the three lists is not empty
  public void initiate(
      Order order, List<String> devices, List<String> groups, List<String> filter) {
    var request =
        BatchInitiateDeviceActionRequest.newBuilder()
            .setActionType(FleetWords.type(order.type()))
            .putAllActionParams(new FleetActions(fleet, answers).params(order.params()))
            .addAllDeviceIds(devices)
            .addAllGroups(groups)
            .setPriority(FleetWords.priority(order.priority()))
            .setTtlSeconds(order.limits().ttl())
            .setTimeoutSeconds(order.limits().timeout())
            .setMaxAttempts(order.limits().attempts())
            .setSupersede(order.supersede());
    if (!filter.isEmpty()) {
      request.setFilter(filter(filter));
    }
    if (order.clientToken() != null) {
      request.setClientToken(order.clientToken());
    }
    BatchInitiateDeviceActionResponse answer =
        fleet.call(stub -> stub.batchInitiateDeviceAction(request.build()));
    answers.show(
        answer,
        List.of(
            "✓ Batch accepted for " + answer.getDevices() + " device(s)",
            "  Batch ID: " + answer.getBatchId()));
  }

  private static DeviceFilter filter(List<String> words) {
    var filter = DeviceFilter.newBuilder();
    for (String word : words) {
      int equals = word.indexOf('=');
      String key = equals < 0 ? word : word.substring(0, equals);
      String value = equals < 0 ? "" : word.substring(equals + 1);
      if (value.isEmpty()) {
        throw new Failure.Usage("--filter «" + word + "» says nothing: write " + key + "=VALUE.");
      }
      switch (key) {
        case "search" -> filter.setSearch(value);
        case "group" -> filter.setGroup(value);
        case "status" -> filter.setStatus(FleetWords.status(value));
        case "platform" -> filter.setPlatform(value.toUpperCase(Locale.ROOT));
        case "type" -> filter.setDeviceType(value);
        case "tag" -> filter.addTags(value);
        case "lifecycle" -> filter.setLifecycle(value.toUpperCase(Locale.ROOT));
        default ->
            throw new Failure.Usage(
                "Nothing is filtered by «"
                    + key
                    + "»: search, group, status, platform, type, tag (repeatable) or lifecycle.");
      }
    }
    return filter.build();
  }
}
