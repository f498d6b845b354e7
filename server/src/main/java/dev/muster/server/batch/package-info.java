/// Batches: one action for each of many devices. Which devices these are is fixed when the batch is
/// asked for, so what people confirmed is what happens; the actions follow in the background, chunk
/// by chunk, each chunk in one transaction with its place, so that a crash neither loses nor
/// repeats a device.
@NullMarked
package dev.muster.server.batch;

import org.jspecify.annotations.NullMarked;
