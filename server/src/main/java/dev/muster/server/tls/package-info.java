/// TLS by certificate files: read and checked in words before the server starts, looked at again
/// and again while it runs. The ports take the certificate from Quarkus's TLS registry, under the
/// name [QuarkusTls#NAME].
///
/// Its guarantee: what clients are shown is a certificate whose key the server has. New files that
/// are no good are reported and not used, and no connection is dropped for new ones.
@NullMarked
package dev.muster.server.tls;

import org.jspecify.annotations.NullMarked;
