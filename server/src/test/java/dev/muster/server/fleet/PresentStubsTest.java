package dev.muster.server.fleet;

import dev.muster.fleet.DeviceManagementServiceGrpc;
import dev.muster.server.testing.ServerUnderTest;
import io.grpc.ServiceDescriptor;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;

/// A client that was generated from the .proto that the server serves.
@QuarkusTest
@QuarkusTestResource(ServerUnderTest.class)
class PresentStubsTest extends ContractRows {
  @Override
  ServiceDescriptor service() {
    return DeviceManagementServiceGrpc.getServiceDescriptor();
  }
}
