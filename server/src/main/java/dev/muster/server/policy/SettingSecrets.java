package dev.muster.server.policy;

import dev.muster.protocol.Catalogue;
import dev.muster.protocol.Json;
import dev.muster.protocol.Observed;
import dev.muster.protocol.Payloads;
import dev.muster.protocol.SecretDigest;
import dev.muster.protocol.Setting;
import dev.muster.protocol.SettingProblem;
import dev.muster.server.platform.ErrorCode;
import dev.muster.server.platform.JsonText;
import dev.muster.server.platform.MasterKey;
import dev.muster.server.platform.OrganizationId;
import dev.muster.server.platform.Refusal;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Secret settings, in the three forms that they have in this server.
///
/// **Stored**: `{"digest": "…", "sealed": "…"}` in the place of the value, in versions, overrides
/// and their history. `sealed` is the value under the master key; it differs each time. `digest` is
/// always the same for the same value in one organization, and differs between organizations, so
/// documents that are named by their content are named by it. **Compared**: the digest alone, which
/// is all that compliance gets to see. **Opened**: in clear, on its way to the device itself.
///
/// Neither digest nor hash can be used to try out passwords without the master key ([SecretDigest]
/// says why). The context that is sealed with the value names the organization and the setting and
/// not the row, because a value goes along unopened from one version to the next: who can write to
/// the database can move a secret within its organization, as he can move a whole policy.
@Singleton
public final class SettingSecrets {
  private static final String DIGEST = "digest";
  private static final String SEALED = "sealed";
  private static final Json MASK = Json.of(Payloads.MASK);

  private final MasterKey masterKey;

  public SettingSecrets(MasterKey masterKey) {
    this.masterKey = masterKey;
  }

  /// Settings that somebody wrote and that are not checked yet.
  ///
  /// @param field what the caller calls them: `payload`
  /// @param stored the present settings; a secret that is written as the mask keeps its value
  /// @param rest settings that the caller did not write and that stay, as they are stored
  /// @param restField what those are called
  /// @param freeKeys whether keys may be there that the catalogue does not have
  record Draft(
      String field,
      Json.Obj written,
      Json.Obj stored,
      Json.Obj rest,
      String restField,
      boolean freeKeys) {

    static Draft of(String field, Json.Obj written, Json.Obj stored) {
      return new Draft(field, written, stored, new Json.Obj(Map.of()), field, false);
    }

    Draft on(Json.Obj others, String othersField) {
      return new Draft(field, written, stored, others, othersField, freeKeys);
    }

    Draft withFreeKeys() {
      return new Draft(field, written, stored, rest, restField, true);
    }

    /// Names no value: it may be a secret.
    @Override
    public String toString() {
      return "Draft[" + field + "]";
    }

    private String name(String key) {
      String setting = key.split("[.\\[]", 2)[0];
      boolean own = written.fields().containsKey(key) || written.fields().containsKey(setting);
      return (own ? field : restField) + "." + key;
    }
  }

  /// Checks what was written, and makes it what is to be stored. Refuses it with everything that is
  /// wrong.
  Json.Obj accepted(OrganizationId organization, Draft draft) {
    List<Refusal.FieldError> errors = new ArrayList<>();
    Map<String, Json> checked = new TreeMap<>(draft.rest().fields());
    checked.keySet().removeIf(Payloads::isSecret);
    Map<String, Json> result = new TreeMap<>(draft.rest().fields());
    draft
        .written()
        .fields()
        .forEach((key, value) -> {
          if (!isMask(key, value)) {
            checked.put(key, value);
            result.put(key, value);
          } else if (draft.stored().fields().containsKey(key)) {
            result.put(key, draft.stored().fields().get(key));
          } else {
            errors.add(
                new Refusal.FieldError(
                    draft.name(key),
                    "is the mask of a secret value, but there is none that could be kept; write the value"));
          }
        });
    for (SettingProblem problem : Payloads.problems(new Json.Obj(checked), draft.freeKeys())) {
      errors.add(new Refusal.FieldError(draft.name(problem.key()), problem.message()));
    }
    if (!errors.isEmpty()) {
      throw Refusal.invalid(ErrorCode.INVALID_SETTINGS, errors);
    }
    result.replaceAll((key, value) -> stored(organization, key, value));
    return new Json.Obj(result);
  }

  private static boolean isMask(String key, Json value) {
    return Payloads.isSecret(key) && value.equals(MASK);
  }

  private Json stored(OrganizationId organization, String key, Json value) {
    Setting secret = secret(key);
    if (secret == null || isStored(value)) {
      return value;
    }
    byte[] clear = value.canonical().getBytes(StandardCharsets.UTF_8);
    byte[] sealed = masterKey.seal(clear, context(organization, secret));
    Map<String, Json> fields = new TreeMap<>(digest(organization, secret, value).fields());
    fields.put(SEALED, Json.of(Base64.getUrlEncoder().withoutPadding().encodeToString(sealed)));
    return new Json.Obj(fields);
  }

  /// No setting has a value of this form: what a person writes in it is refused before.
  private static boolean isStored(Json value) {
    return value instanceof Json.Obj obj
        && obj.fields().size() == 2
        && obj.fields().get(DIGEST) instanceof Json.Text
        && obj.fields().get(SEALED) instanceof Json.Text;
  }

  /// Stored settings with secret values in clear, and the keys of their digests.
  DesiredPolicy opened(OrganizationId organization, DesiredPolicy policy) {
    Map<String, Json> settings = new TreeMap<>(policy.settings().fields());
    Map<String, String> keys = new TreeMap<>();
    settings.replaceAll((key, value) -> {
      Setting secret = secret(key);
      if (secret == null) {
        return value;
      }
      Json clear = opened(organization, secret, value);
      keys.put(
          key,
          Base64.getUrlEncoder()
              .withoutPadding()
              .encodeToString(digestKey(organization, secret, clear)));
      return clear;
    });
    return new DesiredPolicy(policy.version(), new Json.Obj(settings), keys);
  }

  private Json opened(OrganizationId organization, Setting secret, Json stored) {
    if (!isStored(stored)
        || !(((Json.Obj) stored).fields().get(SEALED) instanceof Json.Text sealed)) {
      return stored; // a key of somebody's own, from before the catalogue had it
    }
    byte[] clear =
        masterKey.open(
            Base64.getUrlDecoder().decode(sealed.value()), context(organization, secret));
    return JsonText.parse(new String(clear, StandardCharsets.UTF_8));
  }

  /// Stored settings as they are compared with reports and named by their content.
  public Json.Obj digested(OrganizationId organization, Json.Obj stored) {
    Map<String, Json> result = new TreeMap<>(stored.fields());
    result.replaceAll((key, value) -> {
      Setting secret = secret(key);
      if (secret == null) {
        return value;
      }
      return isStored(value) && value instanceof Json.Obj obj
          ? new Json.Obj(Map.of(DIGEST, obj.fields().getOrDefault(DIGEST, Json.NULL)))
          : digest(organization, secret, value);
    });
    return new Json.Obj(result);
  }

  /// Names the content of stored settings.
  String hash(OrganizationId organization, Json.Obj stored) {
    return JsonText.hash(digested(organization, stored));
  }

  /// What a device has observed, fit to be stored. A device that sends a secret back in clear is
  /// taken as if it had sent the digest; what it says of a failure says no secret of its own.
  ///
  /// @param desired what is desired of the device, in clear; asked for when it is needed
  public Json.Obj withoutSecrets(
      OrganizationId organization, Json.Obj observation, Supplier<Json.Obj> desired) {
    Map<String, Json> result = new TreeMap<>(observation.fields());
    result.replaceAll((key, value) -> {
      Setting secret = secret(key);
      if (secret == null || SecretDigest.isDigest(value)) {
        return value;
      }
      return switch (Observed.fromWire(value)) {
        case Observed.Unsupported() -> value;
        case Observed.Failed(String reason) -> {
          Json known = desired.get().fields().getOrDefault(key, Json.NULL);
          yield new Observed.Failed(SecretDigest.scrubbed(reason, known)).toWire();
        }
        case Observed.Value(Json clear) -> digest(organization, secret, clear);
      };
    });
    return new Json.Obj(result);
  }

  private Json.Obj digest(OrganizationId organization, Setting secret, Json clear) {
    return SecretDigest.of(digestKey(organization, secret, clear), secret, clear);
  }

  private byte[] digestKey(OrganizationId organization, Setting secret, Json clear) {
    byte[] key = masterKey.derive("digests of secret settings of " + organization).getEncoded();
    return SecretDigest.deriveKey(key, secret, clear);
  }

  private static @Nullable Setting secret(String key) {
    return Catalogue.find(key).filter(Setting::secret).orElse(null);
  }

  private static String context(OrganizationId organization, Setting secret) {
    return "policy.setting " + organization + " " + secret.key();
  }
}
