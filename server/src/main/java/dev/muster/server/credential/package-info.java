/// The secrets that machines hold: enrollment tokens, which let devices in, and device tokens, by
/// which a device is known afterwards.
///
/// Its guarantee: a token of k uses admits exactly k devices, however many try at once; a revoked
/// token is refused at once on the node that revoked it and within a minute on every other,
/// whatever happens between them; and no stored row lets anybody compute a secret.
@NullMarked
package dev.muster.server.credential;

import org.jspecify.annotations.NullMarked;
