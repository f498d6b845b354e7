package dev.muster.server.identity;

import dev.muster.server.organization.Organizations;
import dev.muster.server.platform.Role;
import dev.muster.server.platform.Settings;
import dev.muster.server.postgres.DataFolder;
import io.quarkus.logging.Log;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Optional;

/// Makes the first organization and its admin when the server starts on an empty database. Of
/// several nodes that start at once, one does.
@Singleton
public final class Bootstrap {
  static final String PASSWORD_FILE = "admin-password";
  private static final int BEFORE_JOBS = 50;

  private final Organizations organizations;
  private final Tenants tenants;
  private final Settings settings;
  private final DataFolder folder;

  Bootstrap(Organizations organizations, Tenants tenants, Settings settings, DataFolder folder) {
    this.organizations = organizations;
    this.tenants = tenants;
    this.settings = settings;
    this.folder = folder;
  }

  void start(@Observes @Priority(BEFORE_JOBS) StartupEvent event) {
    if (organizations.home().isEmpty()) {
      run(settings.adminEmail(), settings.adminPassword());
    }
  }

  /// Of several nodes at once the database lets one make the organization.
  void run(String adminEmail, Optional<String> adminPassword) {
    String password = adminPassword.orElseGet(Bootstrap::randomPassword);
    Path file = folder.path().resolve(PASSWORD_FILE);
    boolean made =
        tenants.createHome(
            "Default",
            new NewUser(adminEmail, "Admin", password, Role.ADMIN),
            () -> {
              // written before the commit: a password that nobody can read would lock everybody out
              if (adminPassword.isEmpty()) {
                folder.writePrivately(file, password);
              }
            });
    if (!made) {
      return;
    }
    if (adminPassword.isEmpty()) {
      Log.infof("The admin is %s; the password is in %s", adminEmail, file);
    } else {
      Log.infof("The admin is %s, with the password that was set", adminEmail);
    }
  }

  private static String randomPassword() {
    byte[] random = new byte[18];
    new SecureRandom().nextBytes(random);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(random);
  }
}
