package dev.muster.protocol;

/// What is wrong with one setting of a payload.
///
/// @param key the setting, or a place in its value: `wifiNetworks[0].ssid`
/// @param message what would be accepted, to be read after the key: `must be true or false`
public record SettingProblem(String key, String message) {}
