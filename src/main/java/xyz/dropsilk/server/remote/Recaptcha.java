package xyz.dropsilk.server.remote;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.net.URLEncoder;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.regex.Pattern;
import xyz.dropsilk.server.base.Json;
import xyz.dropsilk.server.base.Secret;

/** Google's reCAPTCHA: one call that tells whether a token came from a person. Immutable, safe on any thread, never blocks. */
public final class Recaptcha {
    private static final Duration LIMIT = Duration.ofSeconds(10);
    private static final Pattern ERROR_CODE = Pattern.compile("[a-z-]{1,50}");
    private static final int MAX_ERROR_CODES = 5;

    private final Calls calls;
    private final URI verifyUrl;
    private final Secret secret;

    /**
     * What the verifier says.
     *
     * @param success whether the token is good
     * @param errorCodes why it is not, in Google's words; {@code invalid-input-secret} is the operator's to mend
     */
    public record Verdict(boolean success, List<String> errorCodes) {}

    /** The verifier at {@code verifyUrl}, the whole address. */
    public Recaptcha(Calls calls, URI verifyUrl, Secret secret) {
        this.calls = calls;
        this.verifyUrl = verifyUrl;
        this.secret = secret;
    }

    /** Asks about {@code token}. A token is good once, so the call is never repeated. Fails as {@link Calls#send} does. */
    public CompletableFuture<Verdict> verify(String token) {
        String form =
                "secret=" + URLEncoder.encode(secret.reveal(), UTF_8) + "&response=" + URLEncoder.encode(token, UTF_8);
        Map<String, String> headers = Map.of("Content-Type", "application/x-www-form-urlencoded");
        return calls.send(new Calls.Call(verifyUrl, headers, form.getBytes(UTF_8), LIMIT, false))
                .thenApply(Recaptcha::verdict);
    }

    private static Verdict verdict(byte[] body) {
        try {
            JsonNode json = Json.parse(body).orElseThrow(() -> new RemoteException(RemoteException.Kind.MALFORMED));
            JsonNode success = json.path("success");
            if (!success.isBoolean()) {
                throw new RemoteException(RemoteException.Kind.MALFORMED);
            }
            List<String> codes = json.path("error-codes")
                    .valueStream()
                    .map(JsonNode::asText)
                    .filter(code -> ERROR_CODE.matcher(code).matches())
                    .limit(MAX_ERROR_CODES)
                    .toList();
            return new Verdict(success.booleanValue(), codes);
        } catch (RemoteException e) {
            throw new CompletionException(e);
        }
    }
}
