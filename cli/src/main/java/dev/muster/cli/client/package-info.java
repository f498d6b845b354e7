/// How the command line speaks with a server: routes, sessions, the stored login, and refusals that
/// are sentences. Guarantee: a credential is only ever sent to the server that issued it.
@NullMarked
package dev.muster.cli.client;

import org.jspecify.annotations.NullMarked;
