package dev.muster.server.notification;

import dev.muster.server.platform.Slice;
import dev.muster.server.web.Bodies;
import dev.muster.server.web.CurrentCaller;
import dev.muster.server.web.Page;
import dev.muster.server.web.Paging;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.validation.Valid;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PATCH;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.Cache;
import org.jboss.resteasy.reactive.ResponseStatus;

/// Channels, mutes and dead messages on REST.
@Path("/api/notifications")
@Tag(name = "Notifications")
@RunOnVirtualThread
public class NotificationResource {
  private final Channels channels;
  private final Mutes mutes;
  private final Deliveries deliveries;
  private final CurrentCaller caller;
  private final Paging paging;

  NotificationResource(
      Channels channels, Mutes mutes, Deliveries deliveries, CurrentCaller caller, Paging paging) {
    this.channels = channels;
    this.mutes = mutes;
    this.deliveries = deliveries;
    this.caller = caller;
    this.paging = paging;
  }

  @GET
  @Path("channels")
  @Operation(summary = "The channels of the organization, by name, without what is secret in them")
  public Page<NotificationWire.ChannelRow> channels() {
    Slice<Channel> found = channels.list(caller.get(), paging.limit(), paging.offset());
    return paging
        .page(found.count(), found.rows())
        .map(channel -> NotificationWire.ChannelRow.of(channel, null));
  }

  @POST
  @Path("channels")
  @ResponseStatus(201)
  @Cache(noStore = true)
  @Operation(
      summary = "Make a channel that is told of alerts",
      description =
          "The address of Discord, Slack and a webhook is a secret and is not shown again. Messages"
              + " to a webhook are signed; without a secret in the request the server makes one and"
              + " shows it this once.")
  public NotificationWire.ChannelRow create(@Valid NotificationWire.ChannelCreation body) {
    Channels.Made made = channels.create(caller.get(), Bodies.present(body).channel());
    return NotificationWire.ChannelRow.of(made.channel(), made.secret());
  }

  @GET
  @Path("channels/{channel_id}")
  @Operation(summary = "One channel")
  public NotificationWire.ChannelRow channel(@PathParam("channel_id") String id) {
    return NotificationWire.ChannelRow.of(channels.show(caller.get(), id), null);
  }

  @PATCH
  @Path("channels/{channel_id}")
  @Operation(summary = "Change a channel; what is left out stays")
  public NotificationWire.ChannelRow change(
      @PathParam("channel_id") String id, @Valid NotificationWire.ChannelChange body) {
    return NotificationWire.ChannelRow.of(
        channels.change(caller.get(), id, Bodies.present(body).patch()), null);
  }

  @DELETE
  @Path("channels/{channel_id}")
  @Operation(summary = "Delete a channel, with what has not been sent to it")
  public void delete(@PathParam("channel_id") String id) {
    channels.delete(caller.get(), id);
  }

  @POST
  @Path("channels/{channel_id}/test")
  @Operation(
      summary = "Send a test message to a channel now, and say what came of it",
      description = "200 whether or not it was delivered; the answer says which.")
  public NotificationWire.Tested test(@PathParam("channel_id") String id) {
    Senders.Outcome outcome = channels.test(caller.get(), id);
    return new NotificationWire.Tested(outcome.isDelivered(), outcome.said());
  }

  @GET
  @Path("mutes")
  @Operation(summary = "Mutes and maintenance windows, newest first")
  public Page<NotificationWire.MuteRow> mutes() {
    Slice<Mute> found = mutes.list(caller.get(), paging.limit(), paging.offset());
    return paging.page(found.count(), found.rows()).map(NotificationWire.MuteRow::of);
  }

  @POST
  @Path("mutes")
  @ResponseStatus(201)
  @Operation(
      summary = "Mute alerts of a device, of a group, of a kind or all of them",
      description =
          "Alerts that are raised meanwhile are recorded and told to nobody. With weekly it is a"
              + " maintenance window that comes back.")
  public NotificationWire.MuteRow mute(@Valid NotificationWire.MuteCreation body) {
    return NotificationWire.MuteRow.of(mutes.create(caller.get(), Bodies.present(body).mute()));
  }

  @DELETE
  @Path("mutes/{mute_id}")
  @Operation(summary = "End a mute")
  public void unmute(@PathParam("mute_id") String id) {
    mutes.delete(caller.get(), id);
  }

  @GET
  @Path("dead")
  @Operation(summary = "Messages that could not be delivered, newest first")
  public Page<NotificationWire.DeadRow> dead() {
    Slice<MessageStore.Dead> found = deliveries.dead(caller.get(), paging.limit(), paging.offset());
    return paging.page(found.count(), found.rows()).map(NotificationWire.DeadRow::of);
  }

  @POST
  @Path("dead/{message_id}/retry")
  @ResponseStatus(202)
  @Operation(summary = "Try to deliver a dead message again")
  public void retry(@PathParam("message_id") String id) {
    deliveries.retry(caller.get(), id);
  }
}
