package dev.muster.server.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.muster.fleet.DeviceFilter;
import dev.muster.fleet.DeviceInfo;
import dev.muster.fleet.DeviceManagementServiceGrpc;
import dev.muster.fleet.DeviceManagementServiceGrpc.DeviceManagementServiceBlockingStub;
import dev.muster.fleet.DeviceStatus;
import dev.muster.fleet.GetDeviceInfoRequest;
import dev.muster.fleet.ListDevicesRequest;
import dev.muster.fleet.ListDevicesResponse;
import dev.muster.fleet.SetDeviceStatusRequest;
import dev.muster.server.testing.Api;
import dev.muster.server.testing.Grpc;
import dev.muster.server.testing.ServerUnderTest;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Lists of devices as far as they go beyond the contract.
@QuarkusTest
@QuarkusTestResource(ServerUnderTest.class)
@SuppressWarnings("NullAway.Init") // set before each test
class FleetListsTest {
  private Api operator;
  private DeviceManagementServiceBlockingStub fleet;

  @BeforeEach
  void beAnOrganizationOfSevenDevices() {
    operator = Api.ofNewOrganization();
    fleet = DeviceManagementServiceGrpc.newBlockingStub(Grpc.as(operator));
    operator.post("/api/groups/", Map.of("name", "odd")).expect(201);
    for (int i = 0; i < 7; i++) {
      operator
          .post(
              "/api/devices/",
              Map.of(
                  "device_id", "d" + i,
                  "name", (i < 3 ? "Press " : "Lathe ") + i,
                  "type", i < 3 ? "press" : "lathe",
                  "platform", i == 0 ? "LINUX" : "ANDROID",
                  "tags", i > 4 ? List.of("old", "loud") : List.of("old"),
                  "groups", i % 2 == 1 ? List.of("odd") : List.of()))
          .expect(201);
    }
  }

  private List<String> ids(DeviceFilter filter) {
    return fleet
        .listDevices(ListDevicesRequest.newBuilder().setFilter(filter).build())
        .getDevicesList()
        .stream()
        .map(DeviceInfo::getDeviceId)
        .sorted()
        .toList();
  }

  private static DeviceFilter.Builder filter() {
    return DeviceFilter.newBuilder();
  }

  @Test
  void pagesFollowOneAnotherByTheirTokens() {
    List<String> found = new ArrayList<>();
    ListDevicesRequest.Builder request = ListDevicesRequest.newBuilder().setPageSize(3);
    do {
      ListDevicesResponse page = fleet.listDevices(request.build());
      assertThat(page.getMessage()).isEqualTo("Retrieved " + page.getDevicesCount() + " device(s)");
      page.getDevicesList().forEach(device -> found.add(device.getDeviceId()));
      request.setPageToken(page.getNextPageToken());
    } while (!request.getPageToken().isEmpty());
    assertThat(found).containsExactly("d0", "d1", "d2", "d3", "d4", "d5", "d6");
  }

  @Test
  void filtersNarrowTheList() {
    assertThat(ids(filter().setSearch("press").build())).containsExactly("d0", "d1", "d2");
    assertThat(ids(filter().setGroup("odd").build())).containsExactly("d1", "d3", "d5");
    assertThat(ids(filter().setPlatform("LINUX").build())).containsExactly("d0");
    assertThat(ids(filter().setDeviceType("lathe").setGroup("odd").build()))
        .containsExactly("d3", "d5");
    assertThat(ids(filter().addTags("old").addTags("loud").build())).containsExactly("d5", "d6");
    var _ =
        fleet.setDeviceStatus(
            SetDeviceStatusRequest.newBuilder()
                .setDeviceId("d2")
                .setStatus(DeviceStatus.OFFLINE)
                .build());
    assertThat(ids(filter().setStatus(DeviceStatus.OFFLINE).build())).containsExactly("d2");
    assertThat(ids(DeviceFilter.getDefaultInstance())).hasSize(7);
  }

  @Test
  void aRetiredDeviceIsShownWhenItIsAskedForOnly() {
    operator.post("/api/devices/d6/retire/").expect(200);
    assertThat(ids(DeviceFilter.getDefaultInstance())).hasSize(6).doesNotContain("d6");
    assertThat(ids(filter().setLifecycle("RETIRED").build())).containsExactly("d6");
    assertThat(
            fleet
                .getDeviceInfo(GetDeviceInfoRequest.newBuilder().setDeviceId("d6").build())
                .getDeviceInfo()
                .getLifecycle())
        .isEqualTo("RETIRED");
    assertThatThrownBy(() ->
            fleet.setDeviceStatus(
                SetDeviceStatusRequest.newBuilder()
                    .setDeviceId("d6")
                    .setStatus(DeviceStatus.IDLE)
                    .build()))
        .hasMessageStartingWith("FAILED_PRECONDITION: The device is retired");
  }

  @Test
  void whatIsWrongIsNamed() {
    refused(ListDevicesRequest.newBuilder().setPageSize(501), "page_size: must be 1 to 500");
    refused(ListDevicesRequest.newBuilder().setPageSize(-1), "page_size: ");
    refused(ListDevicesRequest.newBuilder().setPageToken("x"), "page_token: needs page_size");
    refused(ListDevicesRequest.newBuilder().setPageSize(1).setPageToken("x"), "page_token: ");
    refused(
        ListDevicesRequest.newBuilder().setFilter(filter().setPlatform("linux")),
        "filter.platform: must be one of ANDROID, LINUX");
    refused(
        ListDevicesRequest.newBuilder().setFilter(filter().setLifecycle("GONE")),
        "filter.lifecycle: must be one of ACTIVE");
    refused(ListDevicesRequest.newBuilder().setFilter(filter().setGroup("none")), "filter.group: ");
    refused(
        ListDevicesRequest.newBuilder().setFilter(filter().setSearch("x".repeat(129))),
        "filter.search: ");
    refused(
        ListDevicesRequest.newBuilder().setFilter(filter().setStatusValue(99)),
        "Invalid device status");
    String token =
        fleet
            .listDevices(ListDevicesRequest.newBuilder().setPageSize(1).build())
            .getNextPageToken();
    refused(
        ListDevicesRequest.newBuilder()
            .setPageSize(1)
            .setPageToken(token)
            .setFilter(filter().setPlatform("LINUX")),
        "page_token: must be the next_page_token of a page of the same filter");
  }

  private void refused(ListDevicesRequest.Builder request, String words) {
    assertThatThrownBy(() -> fleet.listDevices(request.build()))
        .hasMessageStartingWith("INVALID_ARGUMENT: " + words);
  }
}
