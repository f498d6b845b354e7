package dev.muster.server.notification;

import dev.muster.protocol.Json;
import dev.muster.server.alert.RuleKind;
import dev.muster.server.alert.Severity;
import dev.muster.server.audit.Audit;
import dev.muster.server.audit.Change;
import dev.muster.server.platform.AdvisoryLock;
import dev.muster.server.platform.Caller;
import dev.muster.server.platform.Database;
import dev.muster.server.platform.ErrorCode;
import dev.muster.server.platform.Ids;
import dev.muster.server.platform.MasterKey;
import dev.muster.server.platform.OrganizationId;
import dev.muster.server.platform.Refusal;
import dev.muster.server.platform.Right;
import dev.muster.server.platform.Slice;
import jakarta.inject.Singleton;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/// The channels of an organization.
@Singleton
public class Channels {
  static final int MOST = 50;
  private static final int SECRET_BYTES = 32;
  private static final Pattern SECRET = Pattern.compile("[\\x21-\\x7e]{16,200}");
  private static final SecureRandom RANDOM = new SecureRandom();

  /// A channel to be made.
  ///
  /// @param secret of the signature of a webhook; null has the server make one
  public record NewChannel(
      Channel.Kind kind,
      String name,
      String address,
      @Nullable String secret,
      Channel.Filter filter,
      boolean enabled) {
    /// Without what is secret.
    @Override
    public String toString() {
      return "NewChannel[" + kind + "]";
    }
  }

  /// What is to be changed; null leaves it.
  public record Patch(
      @Nullable String name,
      @Nullable String address,
      @Nullable String secret,
      @Nullable Severity minimum,
      @Nullable Set<RuleKind> kinds,
      @Nullable Boolean enabled) {
    /// Without what is secret.
    @Override
    public String toString() {
      return "Patch";
    }
  }

  /// A channel that was just made.
  ///
  /// @param secret the one that the server made, which is known this once
  public record Made(Channel channel, @Nullable String secret) {
    /// Without what is secret.
    @Override
    public String toString() {
      return "Made[" + channel.id() + "]";
    }
  }

  private final Database database;
  private final InstantSource clock;
  private final MasterKey masterKey;
  private final Senders senders;
  private final Audit audit;

  Channels(
      Database database, InstantSource clock, MasterKey masterKey, Senders senders, Audit audit) {
    this.database = database;
    this.clock = clock;
    this.masterKey = masterKey;
    this.senders = senders;
    this.audit = audit;
  }

  /// @throws Refusal `invalid fields`; `already exists`
  public Made create(Caller caller, NewChannel wanted) {
    caller.require(Right.WRITE_SETTINGS);
    requireSensible(wanted.kind(), wanted.name(), wanted.address(), wanted.secret());
    boolean signs = wanted.kind() == Channel.Kind.WEBHOOK;
    String made = signs && wanted.secret() == null ? random() : null;
    Instant now = clock.instant();
    Channel channel =
        new Channel(
            Ids.next(),
            wanted.kind(),
            wanted.name(),
            Addresses.shown(wanted.kind(), wanted.address()),
            wanted.filter(),
            wanted.enabled(),
            now,
            now);
    byte[] sealed =
        seal(
            channel.id(),
            new Channel.Target(wanted.address(), made == null ? wanted.secret() : made));
    OrganizationId organization = caller.organization();
    return database.in(
        organization,
        handle -> {
          hold(handle, organization);
          if (ChannelStore.count(handle, organization) >= MOST) {
            throw Refusal.invalid(
                "name", "would be one too many: an organization has " + MOST + " channels at most");
          }
          if (!ChannelStore.insert(handle, organization, channel, sealed)) {
            throw nameTaken();
          }
          record(handle, caller, "created", channel.id(), null, channel);
          return new Made(channel, made);
        });
  }

  /// By name.
  public Slice<Channel> list(Caller caller, int limit, int offset) {
    caller.require(Right.WRITE_SETTINGS);
    OrganizationId organization = caller.organization();
    return database.in(
        organization,
        handle ->
            new Slice<>(
                ChannelStore.count(handle, organization),
                ChannelStore.page(handle, organization, limit, offset)));
  }

  /// @throws Refusal `not found`
  public Channel show(Caller caller, String id) {
    caller.require(Right.WRITE_SETTINGS);
    return find(caller, id).channel();
  }

  /// What has not been sent yet goes to the new address.
  ///
  /// @throws Refusal `not found`; `invalid fields`; `already exists`
  public Channel change(Caller caller, String id, Patch patch) {
    caller.require(Right.WRITE_SETTINGS);
    Channel known = find(caller, id).channel();
    requireSensible(known.kind(), patch.name(), patch.address(), patch.secret());
    OrganizationId organization = caller.organization();
    return database.in(
        organization,
        handle -> {
          hold(handle, organization);
          ChannelStore.Sealed found = require(handle, organization, id);
          Channel before = found.channel();
          Channel.Target target = open(found);
          Channel after =
              new Channel(
                  before.id(),
                  before.kind(),
                  patch.name() == null ? before.name() : patch.name(),
                  patch.address() == null
                      ? before.shown()
                      : Addresses.shown(before.kind(), patch.address()),
                  new Channel.Filter(
                      patch.minimum() == null ? before.filter().minimum() : patch.minimum(),
                      patch.kinds() == null ? before.filter().kinds() : patch.kinds()),
                  patch.enabled() == null ? before.enabled() : patch.enabled(),
                  before.createdAt(),
                  clock.instant());
          byte[] sealed =
              seal(
                  before.id(),
                  new Channel.Target(
                      patch.address() == null ? target.address() : patch.address(),
                      patch.secret() == null ? target.secret() : patch.secret()));
          if (!ChannelStore.update(handle, organization, after, sealed)) {
            throw nameTaken();
          }
          record(handle, caller, "changed", after.id(), before, after);
          return after;
        });
  }

  /// What has not been sent to it yet goes with it.
  ///
  /// @throws Refusal `not found`
  public void delete(Caller caller, String id) {
    caller.require(Right.WRITE_SETTINGS);
    OrganizationId organization = caller.organization();
    database.in(
        organization,
        handle -> {
          hold(handle, organization);
          Channel channel = require(handle, organization, id).channel();
          ChannelStore.delete(handle, organization, channel.id());
          PartStore.deleteOf(handle, organization, channel.id());
          MessageStore.deleteOf(handle, organization, channel.id());
          record(handle, caller, "deleted", channel.id(), channel, null);
          return channel;
        });
  }

  /// Sends a message that says that it is a test, now and once, whether or not the channel is
  /// enabled.
  ///
  /// @throws Refusal `not found`
  public Senders.Outcome test(Caller caller, String id) {
    caller.require(Right.WRITE_SETTINGS);
    ChannelStore.Sealed found = find(caller, id);
    Channel channel = found.channel();
    Senders.Outcome outcome =
        senders.send(
            channel,
            open(found),
            new Message.Delivery(Ids.next(), clock.instant(), Message.test(channel.name())));
    database.in(
        caller.organization(),
        handle -> {
          audit.record(
              handle,
              caller,
              change("tested", channel.id())
                  .to(Json.obj(Map.of("delivered", Json.of(outcome.isDelivered())))));
          return channel;
        });
    return outcome;
  }

  Channel.Target open(ChannelStore.Sealed sealed) {
    UUID id = sealed.channel().id();
    return Channel.Target.of(masterKey.open(sealed.target(), Channel.context(id)));
  }

  private byte[] seal(UUID channel, Channel.Target target) {
    return masterKey.seal(target.bytes(), Channel.context(channel));
  }

  private ChannelStore.Sealed find(Caller caller, String id) {
    return database.in(caller.organization(), handle -> require(handle, caller.organization(), id));
  }

  private static ChannelStore.Sealed require(
      Handle handle, OrganizationId organization, String id) {
    return Ids.parse(id)
        .flatMap(parsed -> ChannelStore.find(handle, organization, parsed))
        .orElseThrow(() -> Refusal.notFound("channel"));
  }

  /// So that neither names nor the number of channels are decided by two at once.
  private static void hold(Handle handle, OrganizationId organization) {
    AdvisoryLock.hold(handle, "notification.channel " + organization);
  }

  private void requireSensible(
      Channel.Kind kind, @Nullable String name, @Nullable String address, @Nullable String secret) {
    if (name != null && name.isBlank()) {
      throw Refusal.invalid("name", "must not be empty");
    }
    if (kind == Channel.Kind.EMAIL && !senders.hasMail()) {
      throw Refusal.invalid(
          "kind",
          "EMAIL needs a mail server: set muster.smtp.host and muster.smtp.from, and start the"
              + " server again");
    }
    if (secret != null && kind != Channel.Kind.WEBHOOK) {
      throw Refusal.invalid("secret", "is for the kind WEBHOOK only, whose messages are signed");
    }
    if (secret != null && !SECRET.matcher(secret).matches()) {
      throw Refusal.invalid(
          "secret", "must have 16 to 200 characters of ASCII, none of them a space");
    }
    String problem = address == null ? null : senders.addresses().problem(kind, address);
    if (problem != null) {
      throw Refusal.invalid("address", problem);
    }
  }

  private static Refusal nameTaken() {
    return Refusal.of(
        ErrorCode.ALREADY_EXISTS, "There is a channel of this name; take another name.");
  }

  private static String random() {
    byte[] bytes = new byte[SECRET_BYTES];
    RANDOM.nextBytes(bytes);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  private static Change change(String verb, UUID channel) {
    return Change.of("notification_channel." + verb, "notification_channel", channel);
  }

  private void record(
      Handle handle,
      Caller caller,
      String verb,
      UUID id,
      @Nullable Channel before,
      @Nullable Channel after) {
    audit.record(handle, caller, change(verb, id).from(described(before)).to(described(after)));
  }

  private static Json.Obj described(@Nullable Channel channel) {
    Map<String, Json> fields = new TreeMap<>();
    if (channel != null) {
      List<String> kinds = channel.filter().kinds().stream().map(Enum::name).sorted().toList();
      fields.put("kind", Json.of(channel.kind().name()));
      fields.put("name", Json.of(channel.name()));
      fields.put("address", Json.of(channel.shown()));
      fields.put("minimum_severity", Json.of(channel.filter().minimum().name()));
      fields.put("kinds", Json.texts(kinds));
      fields.put("enabled", Json.of(channel.enabled()));
    }
    return Json.obj(fields);
  }
}
