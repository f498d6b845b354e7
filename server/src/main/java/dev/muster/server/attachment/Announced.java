package dev.muster.server.attachment;

import java.util.UUID;

/// What somebody is going to upload.
///
/// @param sha256 of all bytes, in lower-case hex
record Announced(UUID id, String name, String contentType, long size, String sha256) {}
