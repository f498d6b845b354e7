package dev.muster.server.fleet;

import dev.muster.contract.DeviceManagementServiceGrpc;
import dev.muster.server.testing.ServerUnderTest;
import io.grpc.ServiceDescriptor;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;

/// A client that was generated from the contract and knows nothing newer.
@QuarkusTest
@QuarkusTestResource(ServerUnderTest.class)
class ContractTest extends ContractRows {
  @Override
  ServiceDescriptor service() {
    return DeviceManagementServiceGrpc.getServiceDescriptor();
  }
}
