package dev.muster.server.web;

import dev.muster.server.platform.Caller;

/// Says as whom a caller without a credential acts when `muster.open=true`.
public interface OpenMode {
  Caller operator();
}
