package dev.muster.server.platform;

import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.config.WithDefault;

/// Files of tasks. How many bytes an organization may have of them is a [quota][Settings.Quota].
public interface AttachmentSettings {
  /// Bytes of one file, at the most; it is read through in the transaction that completes it.
  @WithDefault("100M")
  MemorySize largest();

  /// Bytes of one chunk of an upload, at the most; no body may be larger than 1 MiB.
  @WithDefault("1M")
  MemorySize chunk();
}
