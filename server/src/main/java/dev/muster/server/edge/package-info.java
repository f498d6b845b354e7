/// What stands between the network and the [gate][dev.muster.server.web.Gate]: from where a request
/// really comes, by which name it reached the server, which pages may make it and which headers
/// keep browsers on their guard. It knows no room and no credential.
///
/// Its guarantee: what a proxy says is believed only of proxies that the settings trust, and no
/// page of another origin reads an answer or acts in a browser's place unless `muster.cors.origins`
/// names its origin.
@NullMarked
package dev.muster.server.edge;

import org.jspecify.annotations.NullMarked;
