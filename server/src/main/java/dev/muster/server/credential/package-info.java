/// The secrets that machines hold: enrollment tokens, which let devices in, device tokens, by which
/// a device is known afterwards, and command secrets, by which it knows what the server says.
///
/// Its guarantee: a token of k uses admits exactly k devices, however many try at once; a revoked
/// token is refused at once on the node that revoked it and within a minute on every other,
/// whatever happens between them; and no stored row lets anybody without the master key compute a
/// secret.
@NullMarked
package dev.muster.server.credential;

import org.jspecify.annotations.NullMarked;
