package dev.muster.server.rpc;

import static io.grpc.Status.Code.RESOURCE_EXHAUSTED;
import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.fleet.BatchRegisterDevicesRequest;
import dev.muster.fleet.DeviceManagementServiceGrpc;
import dev.muster.fleet.GetDeviceInfoRequest;
import dev.muster.fleet.GetServerInfoRequest;
import dev.muster.fleet.ListDevicesRequest;
import dev.muster.fleet.RegisterDeviceRequest;
import dev.muster.server.platform.Ids;
import dev.muster.server.testing.Api;
import dev.muster.server.testing.EnrolledDevice;
import dev.muster.server.testing.Grpc;
import dev.muster.server.testing.LogLines;
import dev.muster.server.testing.ServerUnderTest;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.ClientCalls;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/// What every call passes: who may come in, and what they are told who may not.
@QuarkusTest
@QuarkusTestResource(ServerUnderTest.class)
class GateOfCallsTest {
  private static void list(Channel channel) {
    var _ =
        DeviceManagementServiceGrpc.newBlockingStub(channel)
            .listDevices(ListDevicesRequest.getDefaultInstance());
  }

  private static StatusRuntimeException refusal(Runnable call) {
    try {
      call.run();
    } catch (StatusRuntimeException refused) {
      return refused;
    }
    throw new AssertionError("was not refused");
  }

  private static StatusRuntimeException refusal(Channel channel) {
    return refusal(() -> list(channel));
  }

  private static String trailer(StatusRuntimeException refused, String name) {
    Metadata trailers = Objects.requireNonNull(refused.getTrailers());
    return String.valueOf(trailers.get(Grpc.key(name)));
  }

  @Test
  void whoShowsNothingIsToldWhatToShow() {
    StatusRuntimeException refused = refusal(Grpc.channel());
    assertThat(refused.getStatus().getCode()).isEqualTo(Status.Code.UNAUTHENTICATED);
    assertThat(refused.getStatus().getDescription()).contains("authorization", "Bearer");
    assertThat(trailer(refused, "muster-error-code")).isEqualTo("unauthenticated");
    assertThat(trailer(refused, "x-request-id")).matches("[0-9a-f-]{36}");
  }

  @Test
  void whatIsNoCredentialIsRefused() {
    for (String shown :
        List.of(
            "Basic YTpi", "Bearer ", "Bearer a.b.c", "Bearer mk_unknown", "Bearer md_x_y", "x")) {
      StatusRuntimeException refused = refusal(Grpc.with("authorization", shown));
      assertThat(refused.getStatus().getCode()).as(shown).isEqualTo(Status.Code.UNAUTHENTICATED);
      assertThat(refused.getStatus().getDescription()).doesNotContain("YTpi", "unknown_");
    }
  }

  @Test
  void eachKindOfCredentialIsKnownAndMayWhatItMayOnRest() {
    Api admin = Api.ofNewOrganization();
    list(Grpc.as(admin));
    list(Grpc.as(admin.newUser("viewer")));
    list(Grpc.as(admin.newUser("member")));
    Api reader = key(admin, "read");
    list(Grpc.as(reader));

    for (Api caller : List.of(admin.newUser("viewer"), admin.newUser("member"), reader)) {
      StatusRuntimeException refused = refusal(() -> register(Grpc.as(caller), "x"));
      assertThat(refused.getStatus().getCode()).isEqualTo(Status.Code.PERMISSION_DENIED);
      assertThat(trailer(refused, "muster-error-code")).isEqualTo("forbidden");
    }
    register(Grpc.as(admin.newUser("operator")), "by-operator");
    register(Grpc.as(key(admin, "devices")), "by-key");

    for (Api machine : List.of(EnrolledDevice.in(admin).self(), EnrolledDevice.enroller(admin))) {
      assertThat(refusal(Grpc.as(machine)).getStatus().getCode())
          .isEqualTo(Status.Code.PERMISSION_DENIED);
    }
    Api self = EnrolledDevice.in(admin).self();
    assertThat(
            refusal(Grpc.with("x-device-token", Objects.requireNonNull(self.credential())))
                .getStatus()
                .getCode())
        .isEqualTo(Status.Code.PERMISSION_DENIED);
  }

  private static void register(Channel channel, String id) {
    var _ =
        DeviceManagementServiceGrpc.newBlockingStub(channel)
            .registerDevice(RegisterDeviceRequest.newBuilder().setDeviceId(id).build());
  }

  private static Api key(Api admin, String scope) {
    return Api.with(
        admin
            .post("/api/keys/", Map.of("name", scope + Ids.next(), "scopes", List.of(scope)))
            .expect(201)
            .at("key"));
  }

  @Test
  void whoWasTurnedOutIsNotLetInAgain() {
    Api admin = Api.ofNewOrganization();
    Api.Answer made =
        admin.post("/api/keys/", Map.of("name", "k", "scopes", List.of("read"))).expect(201);
    Channel channel = Grpc.as(Api.with(made.at("key")));
    list(channel);
    admin.delete("/api/keys/" + made.at("id") + "/").expect(204);
    assertThat(refusal(channel).getStatus().getCode()).isEqualTo(Status.Code.UNAUTHENTICATED);
  }

  @Test
  void nobodyOfAClosedOrganizationIsLetIn() {
    Api admin = Api.ofNewOrganization();
    list(Grpc.as(admin));
    Api.Answer me = admin.get("/api/users/me/");
    Api.home()
        .send(
            "DELETE",
            "/api/organizations/" + me.at("organization") + "/",
            Map.of("confirm_name", me.at("organization_name")))
        .expect(202);
    StatusRuntimeException refused = refusal(Grpc.as(admin));
    assertThat(refused.getStatus().getCode()).isEqualTo(Status.Code.UNAUTHENTICATED);
  }

  @Test
  void aMethodThatNobodyServesIsNotEvenNamedToStrangers() {
    MethodDescriptor<ListDevicesRequest, ?> unknown =
        DeviceManagementServiceGrpc.getListDevicesMethod().toBuilder()
            .setFullMethodName("device_management.DeviceManagementService/Nothing")
            .build();
    assertThat(refusal(() -> call(Grpc.channel(), unknown)).getStatus().getCode())
        .isEqualTo(Status.Code.UNAUTHENTICATED);
    StatusRuntimeException refused = refusal(() -> call(Grpc.as(Api.ofNewOrganization()), unknown));
    assertThat(refused.getStatus().getCode()).isEqualTo(Status.Code.UNIMPLEMENTED);
    assertThat(refused.getStatus().getDescription()).contains("no such method");
  }

  private static void call(Channel channel, MethodDescriptor<ListDevicesRequest, ?> method) {
    var _ =
        ClientCalls.blockingUnaryCall(
            channel, method, CallOptions.DEFAULT, ListDevicesRequest.getDefaultInstance());
  }

  @Test
  void whereTheServerIsIsToldToAnybody() {
    var info =
        DeviceManagementServiceGrpc.newBlockingStub(Grpc.channel())
            .getServerInfo(GetServerInfoRequest.getDefaultInstance());
    Api.Answer http = Api.anonymous().get("/api/info").expect(200);
    assertThat(info.getGrpcAddress()).isEqualTo("127.0.0.1:" + http.at("grpc_port"));
    assertThat(info.getGrpcTls()).isFalse();
    assertThat(http.node("grpc_tls").asBoolean()).isFalse();
    assertThat(info.getVersion()).isEqualTo(http.at("version"));
    assertThat(info.getUrl()).startsWith("http://127.0.0.1:");
  }

  @Test
  void aRequestIdIsTakenOverWhenItIsOne() {
    Channel admin = Grpc.as(Api.ofNewOrganization());
    String id = "mine-" + Ids.next();
    try (LogLines lines = LogLines.of("muster.access")) {
      StatusRuntimeException refused =
          refusal(() -> show(Grpc.with(admin, "x-request-id", id), "nowhere"));
      assertThat(trailer(refused, "x-request-id")).isEqualTo(id);
      assertThat(lines.await(heard -> heard.requestId().equals(id)).message())
          .startsWith("GRPC device_management.DeviceManagementService/GetDeviceInfo status=5 ms=")
          .contains("caller=\"person ", " organization=")
          .doesNotContain("nowhere");
    }
    StatusRuntimeException other =
        refusal(() -> show(Grpc.with(admin, "x-request-id", "not one"), "nowhere"));
    assertThat(trailer(other, "x-request-id")).matches("[0-9a-f-]{36}");
  }

  @Test
  void refusedCallsLeaveALineToo() {
    String id = "refused-" + Ids.next();
    try (LogLines lines = LogLines.of("muster.access")) {
      var _ =
          refusal(Grpc.with(Grpc.with("x-request-id", id), "authorization", "Bearer mk_secret"));
      assertThat(lines.await(heard -> heard.requestId().equals(id)).message())
          .startsWith("GRPC device_management.DeviceManagementService/ListDevices status=16 ms=")
          .contains("caller=\"nobody\"")
          .doesNotContain("mk_secret");
    }
  }

  private static void show(Channel channel, String device) {
    var _ =
        DeviceManagementServiceGrpc.newBlockingStub(channel)
            .getDeviceInfo(GetDeviceInfoRequest.newBuilder().setDeviceId(device).build());
  }

  @Test
  void wrongInputNamesTheFieldForPeopleAndForPrograms() throws Exception {
    StatusRuntimeException refused =
        refusal(() -> register(Grpc.as(Api.ofNewOrganization()), "not an id"));
    assertThat(refused.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
    assertThat(refused.getStatus().getDescription())
        .startsWith("device_id: must be 1 to 128 of the characters");
    assertThat(trailer(refused, "muster-error-code")).isEqualTo("invalid_device_id");
    com.google.rpc.Status status = Objects.requireNonNull(StatusProto.fromThrowable(refused));
    assertThat(status.getDetails(0).unpack(com.google.rpc.ErrorInfo.class).getReason())
        .isEqualTo("INVALID_DEVICE_ID");
    assertThat(
            status
                .getDetails(1)
                .unpack(com.google.rpc.BadRequest.class)
                .getFieldViolations(0)
                .getField())
        .isEqualTo("device_id");
  }

  @Test
  void whoCallsTooOftenIsToldWhenToComeAgain() throws Exception {
    Channel channel = Grpc.as(Api.ofNewOrganization());
    StatusRuntimeException refused = refusal(() -> registerNobody(channel));
    for (int i = 0; i < 5_000 && refused.getStatus().getCode() != RESOURCE_EXHAUSTED; i++) {
      refused = refusal(() -> registerNobody(channel));
    }
    assertThat(refused.getStatus().getCode()).isEqualTo(RESOURCE_EXHAUSTED);
    assertThat(trailer(refused, "muster-error-code")).isEqualTo("rate_limited");
    assertThat(trailer(refused, "retry-after")).isEqualTo("1");
    com.google.rpc.Status status = Objects.requireNonNull(StatusProto.fromThrowable(refused));
    assertThat(
            status
                .getDetails(1)
                .unpack(com.google.rpc.RetryInfo.class)
                .getRetryDelay()
                .getSeconds())
        .isEqualTo(1);
    list(channel);
    assertThat(Api.anonymous().get("/metrics").text())
        .containsPattern("muster_limited_total\\{class=\"bulk\",kind=\"user\",?} [1-9]");
  }

  /// Without a device it is refused for that.
  private static void registerNobody(Channel channel) {
    var _ =
        DeviceManagementServiceGrpc.newBlockingStub(channel)
            .batchRegisterDevices(BatchRegisterDevicesRequest.getDefaultInstance());
  }

  @Test
  void callsAreMeasuredByMethodAndCodeAndRefusalsByErrorCode() {
    var _ = refusal(Grpc.channel());
    assertThat(Api.anonymous().get("/metrics").text())
        .containsPattern(
            "muster_rpc_seconds_count\\{code=\"UNAUTHENTICATED\",method=\"device_management\\.DeviceManagementService/ListDevices\"} [1-9]")
        .containsPattern("muster_refusals_total\\{code=\"unauthenticated\"} [1-9]");
  }
}
