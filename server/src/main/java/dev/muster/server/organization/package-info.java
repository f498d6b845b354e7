/// The tenants.
///
/// Its guarantee: exactly one organization is the home of the server, and what other rooms need of
/// a new organization is made in the transaction that makes the organization.
@NullMarked
package dev.muster.server.organization;

import org.jspecify.annotations.NullMarked;
