package dev.muster.server.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.muster.fleet.BatchRegisterDevicesRequest;
import dev.muster.fleet.DeviceManagementServiceGrpc;
import dev.muster.fleet.RegisterDeviceRequest;
import dev.muster.fleet.RegisterDeviceResponse;
import dev.muster.server.platform.Refusal;
import dev.muster.server.testing.Api;
import dev.muster.server.testing.Grpc;
import dev.muster.server.testing.ServerUnderTest;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.util.List;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;

/// Messages that are not as they should be.
@QuarkusTest
@QuarkusTestResource(ServerUnderTest.class)
class MessagesTest {
  private static final MethodDescriptor.Marshaller<byte[]> RAW =
      new MethodDescriptor.Marshaller<>() {
        @Override
        public InputStream stream(byte[] value) {
          return new ByteArrayInputStream(value);
        }

        @Override
        public byte[] parse(InputStream stream) {
          throw new UnsupportedOperationException();
        }
      };

  private static Status answer(byte[] message) {
    MethodDescriptor<byte[], RegisterDeviceResponse> raw =
        DeviceManagementServiceGrpc.getRegisterDeviceMethod().toBuilder(
                RAW, DeviceManagementServiceGrpc.getRegisterDeviceMethod().getResponseMarshaller())
            .build();
    try {
      var _ =
          ClientCalls.blockingUnaryCall(
              Grpc.as(Api.ofNewOrganization()), raw, CallOptions.DEFAULT, message);
      return Status.OK;
    } catch (StatusRuntimeException refused) {
      return refused.getStatus();
    }
  }

  @Test
  void whatIsNoProtobufIsRefusedInWords() {
    Status status = answer(new byte[] {0x0a, 0x7f, 1});
    assertThat(status.getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
    assertThat(status.getDescription()).isEqualTo(Answers.UNREADABLE);
  }

  @Test
  void textThatIsNotUtf8IsRefused() {
    byte[] lone = {(byte) 0xed, (byte) 0xa0, (byte) 0x80}; // a lone surrogate
    for (byte[] text : List.of(lone, new byte[] {(byte) 0xff})) {
      byte[] message =
          ByteString.copyFrom(new byte[] {0x0a, (byte) text.length})
              .concat(ByteString.copyFrom(text))
              .toByteArray();
      Status status = answer(message);
      assertThat(status.getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
      assertThat(status.getDescription()).contains("UTF-8");
    }
  }

  @Test
  void nulIsRefusedWhereverItStands() {
    RegisterDeviceRequest bad =
        RegisterDeviceRequest.newBuilder().setDeviceId("a").setDeviceName("x\0y").build();
    Status status = answer(bad.toByteArray());
    assertThat(status.getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
    assertThat(status.getDescription())
        .isEqualTo("device_name: must not contain NUL or a lone surrogate");

    Assertions.assertThatThrownBy(() ->
            StorableText.requireStorable(
                BatchRegisterDevicesRequest.newBuilder()
                    .addDevices(RegisterDeviceRequest.getDefaultInstance())
                    .addDevices(bad)
                    .build()))
        .isInstanceOf(Refusal.class)
        .hasMessageStartingWith("devices[1].device_name: ");
  }

  @Test
  void aMessageThatIsTooLargeIsRefused() {
    RegisterDeviceRequest large =
        RegisterDeviceRequest.newBuilder()
            .setDeviceId("a")
            .setDeviceName("x".repeat(GrpcServer.LARGEST_MESSAGE))
            .build();
    assertThat(answer(large.toByteArray()).getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
  }

  /// The server works on after all that.
  @Test
  void aMessageAsLargeAsAllowedIsRead() {
    Channel admin = Grpc.as(Api.ofNewOrganization());
    RegisterDeviceRequest large =
        RegisterDeviceRequest.newBuilder()
            .setDeviceId("a")
            .setDeviceName("x".repeat(GrpcServer.LARGEST_MESSAGE - 100))
            .build();
    try {
      var _ = DeviceManagementServiceGrpc.newBlockingStub(admin).registerDevice(large);
      throw new AssertionError("a name of that length was taken");
    } catch (StatusRuntimeException refused) {
      assertThat(refused.getStatus().getDescription()).startsWith("device_name: ");
    }
  }
}
