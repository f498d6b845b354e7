package dev.muster.server.enrollment;

import dev.muster.server.web.Bodies;
import dev.muster.server.web.CurrentCaller;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.validation.Valid;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.Cache;

/// Where devices enroll: agents of the loop at `/enroll`, devices of `/v1` at `/v1/register`.
@Path("/")
@Tag(name = "Loop")
@RunOnVirtualThread
public class EnrollmentResource {
  private final Enrollments enrollments;
  private final CurrentCaller caller;

  EnrollmentResource(Enrollments enrollments, CurrentCaller caller) {
    this.enrollments = enrollments;
    this.caller = caller;
  }

  @POST
  @Path("enroll")
  @Operation(summary = "Enroll with an enrollment token")
  @Cache(noStore = true)
  public EnrollmentWire.EnrollResponse enroll(@Valid EnrollmentWire.EnrollRequest body) {
    return EnrollmentWire.EnrollResponse.of(
        enrollments.enroll(caller.get(), Bodies.present(body).toEnrolling()));
  }

  @POST
  @Path("v1/register")
  @Operation(summary = "Register with an enrollment token")
  @Cache(noStore = true)
  public EnrollmentWire.Registered register(@Valid EnrollmentWire.Registration body) {
    return EnrollmentWire.Registered.of(
        enrollments.enroll(caller.get(), Bodies.present(body).toEnrolling()));
  }
}
