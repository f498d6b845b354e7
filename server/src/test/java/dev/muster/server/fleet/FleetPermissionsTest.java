package dev.muster.server.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Message;
import com.google.protobuf.util.JsonFormat;
import dev.muster.fleet.DeviceManagementServiceGrpc;
import dev.muster.server.testing.Api;
import dev.muster.server.testing.EnrolledDevice;
import dev.muster.server.testing.Grpc;
import dev.muster.server.testing.ServerUnderTest;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.Context;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.PrototypeMarshaller;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/// Each call as each kind of caller, with a request that is right in every other way. What a call
/// would change does not exist, so whoever is let in is told that.
@QuarkusTest
@QuarkusTestResource(ServerUnderTest.class)
class FleetPermissionsTest {
  private enum Needs {
    NOTHING,
    READ,
    DEVICES,
    ACTIONS
  }

  private record Row(Needs needs, String request) {}

  private static final Map<String, Row> ROWS =
      Map.ofEntries(
          Map.entry("RegisterDevice", new Row(Needs.DEVICES, "{'device_id': 'new'}")),
          Map.entry(
              "SetDeviceStatus", new Row(Needs.DEVICES, "{'device_id': 'none', 'status': 'IDLE'}")),
          Map.entry("GetDeviceInfo", new Row(Needs.READ, "{'device_id': 'there'}")),
          Map.entry("ListDevices", new Row(Needs.READ, "{}")),
          Map.entry(
              "BatchRegisterDevices",
              new Row(Needs.DEVICES, "{'devices': [{'device_id': 'newer'}]}")),
          Map.entry(
              "BatchSetDeviceStatus",
              new Row(Needs.DEVICES, "{'devices': [{'device_id': 'none', 'status': 'IDLE'}]}")),
          Map.entry(
              "InitiateDeviceAction",
              new Row(Needs.ACTIONS, "{'device_id': 'none', 'action_type': 'PING'}")),
          Map.entry(
              "BatchInitiateDeviceAction",
              new Row(Needs.ACTIONS, "{'device_ids': ['none'], 'action_type': 'PING'}")),
          Map.entry("GetDeviceActionStatus", new Row(Needs.READ, "{'action_id': 'action_1_1'}")),
          Map.entry("ListDeviceActions", new Row(Needs.READ, "{}")),
          Map.entry("CancelDeviceAction", new Row(Needs.ACTIONS, "{'action_id': 'action_1_1'}")),
          Map.entry("RetryDeviceAction", new Row(Needs.ACTIONS, "{'action_id': 'action_1_1'}")),
          Map.entry("WatchDeviceAction", new Row(Needs.READ, "{'action_id': 'action_1_1'}")),
          Map.entry("WatchFleet", new Row(Needs.READ, "{}")),
          Map.entry("GetServerInfo", new Row(Needs.NOTHING, "{}")));

  @Test
  void eachCallLetsInWhoHasItsRightAndNobodyElse() {
    Api admin = Api.ofNewOrganization();
    admin.post("/api/devices/", Map.of("name", "x", "device_id", "there")).expect(201);
    Map<String, Api> callers = new LinkedHashMap<>();
    callers.put("nobody", Api.anonymous());
    callers.put("device", EnrolledDevice.in(admin).self());
    callers.put("enroller", EnrolledDevice.enroller(admin));
    callers.put("member", admin.newUser("member"));
    callers.put("viewer", admin.newUser("viewer"));
    callers.put("operator", admin.newUser("operator"));
    callers.put("admin", admin);
    callers.put("key read", key(admin, "read"));
    callers.put("key devices", key(admin, "devices"));
    callers.put("key actions", key(admin, "actions"));

    Map<String, String> expected = new TreeMap<>();
    Map<String, String> found = new TreeMap<>();
    for (MethodDescriptor<?, ?> method :
        DeviceManagementServiceGrpc.getServiceDescriptor().getMethods()) {
      String name = String.valueOf(method.getBareMethodName());
      Row row = Objects.requireNonNull(ROWS.get(name), "there is no row of " + name);
      callers.forEach((kind, caller) -> {
        expected.put(name + " as " + kind, expected(row.needs(), kind));
        found.put(name + " as " + kind, told(call(Grpc.as(caller), method, row.request())));
      });
    }
    assertThat(found).isEqualTo(expected);
  }

  private static String expected(Needs needs, String kind) {
    boolean human = List.of("member", "viewer", "operator", "admin").contains(kind);
    boolean strong = List.of("operator", "admin").contains(kind);
    boolean may =
        switch (needs) {
          case NOTHING -> true;
          case READ -> human || kind.startsWith("key "); // every scope here may read
          case DEVICES -> strong || kind.equals("key devices");
          case ACTIONS -> strong || kind.equals("key actions");
        };
    return may ? "let in" : kind.equals("nobody") ? "UNAUTHENTICATED" : "PERMISSION_DENIED";
  }

  private static String told(Status status) {
    return switch (status.getCode()) {
      case UNAUTHENTICATED, PERMISSION_DENIED, UNIMPLEMENTED, INTERNAL, UNKNOWN ->
          status.getCode().name();
      default -> "let in";
    };
  }

  @SuppressWarnings("unchecked") // of generated methods
  private static Status call(Channel channel, MethodDescriptor<?, ?> method, String request) {
    MethodDescriptor<Message, Message> generated = (MethodDescriptor<Message, Message>) method;
    Message.Builder message =
        ((PrototypeMarshaller<Message>) generated.getRequestMarshaller())
            .getMessagePrototype()
            .newBuilderForType();
    try (Context.CancellableContext call = Context.current().withCancellation()) {
      JsonFormat.parser().merge(request.replace('\'', '"'), message);
      call.run(() -> {
        var _ =
            ClientCalls.blockingServerStreamingCall(
                    channel, generated, CallOptions.DEFAULT, message.build())
                .next();
      });
      return Status.OK;
    } catch (StatusRuntimeException refused) {
      return refused.getStatus();
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  private static Api key(Api admin, String scope) {
    return Api.with(
        admin
            .post("/api/keys/", Map.of("name", scope, "scopes", List.of(scope)))
            .expect(201)
            .at("key"));
  }
}
