package dev.muster.bench;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

/// Devices made by SQL: only what lists read. What each is found by comes from the product's own
/// view, so that it is what the product would have written.
final class DeviceRows {
  private static final String DEVICES =
      """
      insert into device.device (organization_id, id, handle, name, name_key, platform, type, status, tags,
        model, os_version, agent_version, attributes, created_at, updated_at)
      select (select organization_id from identity.users limit 1), uuidv7(), 'device-' || i,
        'Device ' || md5(i::text), 'device ' || md5(i::text), case i % 3 when 0 then 'LINUX' else 'ANDROID' end,
        case when i % 4 = 0 then 'till' else 'kiosk' end, case when i % 500 = 0 then 'ERROR' else 'IDLE' end,
        array['tag-' || i % 7], 'Model ' || i % 20, '16', '1.' || i % 5,
        jsonb_build_object('site', 'S' || i % 50, 'serial', i), now(), now()
      from generate_series(?, ?) as i order by i
      """;

  private static final List<String> REST =
      List.of(
          """
          insert into device.group_member (organization_id, group_id, device_id)
          select d.organization_id, g.id, d.id from device.device d
          join device.device_group g on g.organization_id = d.organization_id and g.name = 'half'
          where d.platform = 'ANDROID' on conflict do nothing
          """,
          """
          insert into device.facet (organization_id, facet, retired, device_id, name_key, handle_key)
          select organization_id, facet, retired, device_id, name_key, handle_key from device.facet_due
          on conflict do nothing
          """,
          """
          insert into device.tally as t (organization_id, shard, devices)
          select organization_id, 0, count(*) from device.device group by organization_id
          on conflict (organization_id, shard) do update set devices = excluded.devices
          """);

  private DeviceRows() {}

  /// Makes the devices with these numbers.
  static void make(Connection database, int first, int last) throws SQLException {
    try (PreparedStatement devices = database.prepareStatement(DEVICES)) {
      devices.setInt(1, first);
      devices.setInt(2, last);
      devices.execute();
    }
    try (Statement statement = database.createStatement()) {
      for (String sql : REST) {
        statement.execute(sql);
      }
    }
    Copies.settle(database);
  }
}
