package dev.muster.server.fleet;

import dev.muster.fleet.DeviceManagementServiceGrpc;
import dev.muster.server.testing.ServerUnderTest;
import io.grpc.ServiceDescriptor;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;

@QuarkusTest
@QuarkusTestResource(ServerUnderTest.class)
class PresentStubsActionsTest extends ContractActionRows {
  @Override
  ServiceDescriptor service() {
    return DeviceManagementServiceGrpc.getServiceDescriptor();
  }
}
