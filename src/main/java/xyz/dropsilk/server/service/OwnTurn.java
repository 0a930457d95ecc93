package xyz.dropsilk.server.service;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Predicate;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import xyz.dropsilk.server.base.Secret;
import xyz.dropsilk.server.meter.Meters;
import xyz.dropsilk.server.meter.Result;

/**
 * A TURN server of one's own that shares a secret with this one, as coturn's {@code use-auth-secret} does (draft-uberti-behave-turn-rest-00, 2.2): the
 * user name is when the credential ends, in seconds since 1970, and something random; the credential is a keyed hash of it. Nobody is asked, so each
 * caller gets credentials of its own. Immutable, safe on any thread.
 */
public final class OwnTurn implements IceProvider {
    private static final String HASH = "HmacSHA1";
    private static final int RANDOM_BYTES = 8;
    private static final long NANOS_PER_SECOND = 1_000_000_000;
    private static final JsonFactory JSON = new JsonFactory();

    private final List<String> stun;
    private final List<String> turn;
    private final Duration lifetime;
    private final InstantSource clock;
    private final SecureRandom random = new SecureRandom();
    /** Never updated, only copied: to make one loads classes, which takes too long for an event loop. */
    private final Mac keyed;

    private final TurnMeters calls = new TurnMeters();

    /** Credentials good for {@code lifetime} at the servers {@code urls}, which know {@code secret}. */
    public OwnTurn(List<String> urls, Secret secret, Duration lifetime, InstantSource clock) {
        Predicate<String> isStun = url -> url.toLowerCase(Locale.ROOT).startsWith("stun");
        this.stun = urls.stream().filter(isStun).toList();
        this.turn = urls.stream().filter(isStun.negate()).toList();
        this.lifetime = lifetime;
        this.clock = clock;
        try {
            keyed = Mac.getInstance(HASH);
            keyed.init(new SecretKeySpec(secret.reveal().getBytes(UTF_8), HASH));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has " + HASH, e);
        }
    }

    @Override
    public CompletionStage<IceCredentials> credentials() {
        Instant now = clock.instant();
        byte[] noise = new byte[RANDOM_BYTES];
        random.nextBytes(noise);
        // The second that is begun counts, or the least lifetime would be less than promised.
        long end = now.plus(lifetime).plusNanos(NANOS_PER_SECOND - 1).getEpochSecond();
        String userName = end + ":" + HexFormat.of().formatHex(noise);
        IceCredentials fresh = new IceCredentials(iceServers(userName, credential(userName)), now, lifetime);
        calls.count(Result.OK);
        return CompletableFuture.completedFuture(fresh);
    }

    /** Nobody is asked, so no call fails; and each caller's are made for it, so they are of no age. */
    @Override
    public void addTo(Meters meters) {
        calls.addTo(meters, "own", () -> 0);
    }

    /** What the TURN server takes for {@code userName}. */
    String credential(String userName) {
        try {
            Mac mac = (Mac) keyed.clone();
            return Base64.getEncoder().encodeToString(mac.doFinal(userName.getBytes(US_ASCII)));
        } catch (CloneNotSupportedException e) {
            throw new IllegalStateException("the JDK's own hash can be copied", e);
        }
    }

    private String iceServers(String userName, String credential) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(text)) {
            json.writeStartArray();
            if (!stun.isEmpty()) {
                json.writeStartObject();
                urls(json, stun);
                json.writeEndObject();
            }
            json.writeStartObject();
            urls(json, turn);
            json.writeStringField("username", userName);
            json.writeStringField("credential", credential);
            json.writeEndObject();
            json.writeEndArray();
        } catch (IOException e) {
            throw new UncheckedIOException("memory can't be written to", e);
        }
        return text.toString();
    }

    private static void urls(JsonGenerator json, List<String> urls) throws IOException {
        json.writeArrayFieldStart("urls");
        for (String url : urls) {
            json.writeString(url);
        }
        json.writeEndArray();
    }
}
