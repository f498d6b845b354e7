/// What devices say they are, and whether that is what is desired: reports, verdicts, drift.
///
/// Its guarantee: the state of a device, of a page and of the whole fleet is derived on every read
/// by the one rule that agents share, never stored and never believed from the device.
@NullMarked
package dev.muster.server.compliance;

import org.jspecify.annotations.NullMarked;
